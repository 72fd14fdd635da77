"""Snapshots in memory: what a quote asks for its factor, without asking the database again.

A snapshot never changes, so a process that read one keeps it and needs only the pointer to know which is in
force. One that is too old gives the tariff's price: **fail cheap, never expensive**. So does a policy that
nobody can read any more.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from h3.api.basic_int import cell_to_parent, get_resolution
from numpy.typing import NDArray
from pydantic import ValidationError
from sqlmodel import Session

from domain import markets
from domain.foundation.logging import get_logger
from domain.markets import PolicyVersion
from domain.surge import policy as policies
from domain.surge import queries
from domain.surge.bonus import bonus_amount
from domain.surge.kinds import Absence, Mode, Reason
from domain.surge.policy import ONE_BP, SurgePolicy

MOST_BYTES = (
    256 * 2**20
)  # of snapshots in one process: a dozen of the largest market's, thousands of a town's
MOST_TOLD = 10_000  # prices of one snapshot that are kept as they were told; some three megabytes
MOST_KNOWN = 1_000  # policy versions; they never change, so each is read once
_MINUTE = timedelta(minutes=1)
_read: dict[UUID, SurgePolicy | None] = {}


class MarketPrice(NamedTuple):
    """The factor of a market for a category at a place and a time, before any customer's protection.

    `multiplier_bp` is 10,000 wherever there is an `absence`. `raw` is the response before it was made
    livable. `pressure`: the probability that more ask than are free. `idle` and `usual`: providers free in
    the cell and around it now, and as many as are usual in this hour of the week. `rate`: customers expected
    in one tick. `bonus_amount`: what the provider gets on top from the pool, for any job of the category here
    and now. Scheduled prices leave pressure, idle, usual and rate at zero.
    """

    multiplier_bp: int = ONE_BP
    raw: float = 1.0
    mode: Mode | None = None
    absence: Absence | None = None
    reasons: Reason = Reason.NONE
    bonus_amount: int = 0
    pressure: float = 0.0
    idle: float = 0.0
    usual: float = 0.0
    rate: float = 0.0
    snapshot_id: UUID | None = None
    policy_version_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A category's factors by local date and block of hours: arrays of shape (days, blocks)."""

    first_on: date
    block_hours: int
    shown_bp: NDArray[np.int32]
    raw: NDArray[np.float32]
    reasons: NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Published:
    """A snapshot as readers see it. Live arrays have the shape (cells, categories)."""

    id: UUID
    market_id: UUID
    tick_at: datetime
    policy_version_id: UUID
    policy: SurgePolicy
    header: Mapping[str, Any]
    cells: NDArray[np.int64]
    categories: Mapping[str, int]
    live: Mapping[str, NDArray[Any]]
    scheduled: Mapping[str, Scheduled]
    zone: ZoneInfo
    bytes_held: int = field(compare=False)
    _told: dict[tuple[str, int | None], MarketPrice] = field(default_factory=dict, repr=False, compare=False)

    def price(self, *, category: str, cell: int | None, start: datetime, at: datetime) -> MarketPrice:
        """The factor for a service of the category that starts at `start`, asked at `at`."""
        if not self.is_fresh(at):
            return self.absent(Absence.STALE)
        rules = self.policy.live.get(category)
        if (
            rules is not None
            and category in self.categories
            and start <= at + rules.horizon_minutes * _MINUTE
        ):
            return self._told.get((category, cell)) or self._live_at(category, cell)
        if category in self.scheduled:
            return self._scheduled(category, start)
        return self.absent(Absence.NOT_IN_FORCE)

    @property
    def fresh_until(self) -> datetime:
        """Up to when it counts, that instant included."""
        return self.tick_at + self.policy.stale_after_minutes * _MINUTE

    def is_fresh(self, at: datetime) -> bool:
        """Whether it counts then; one from a future that a wrong clock saw would never be over."""
        return abs(at - self.tick_at) <= self.policy.stale_after_minutes * _MINUTE

    def absent(self, absence: Absence) -> MarketPrice:
        """No factor, and why."""
        return MarketPrice(absence=absence, snapshot_id=self.id, policy_version_id=self.policy_version_id)

    def row(self, cell: int | None) -> int | None:
        """The place of a cell in the arrays; a finer cell is looked up by the cell around it."""
        if cell is None:
            return None
        if get_resolution(cell) > self.policy.resolution:
            cell = cell_to_parent(cell, self.policy.resolution)
        row = int(self.cells.searchsorted(cell))
        return row if row < len(self.cells) and self.cells[row] == cell else None

    def _live_at(self, category: str, cell: int | None) -> MarketPrice:
        """The same for everybody who asks there, so it is put together once."""
        if len(self._told) >= MOST_TOLD:
            self._told.clear()
        found = self._told[category, cell] = self._live(category, cell)
        return found

    def _live(self, category: str, cell: int | None) -> MarketPrice:
        row = self.row(cell)
        if row is None:
            return self.absent(Absence.NOWHERE)
        column, live = self.categories[category], self.live
        multiplier: int = live["shown_bp"].item(row, column)
        return MarketPrice(
            multiplier_bp=multiplier,
            raw=live["raw_bp"].item(row, column) / ONE_BP,
            mode=Mode.LIVE,
            reasons=_reasons(live["reasons"].item(row, column)),
            bonus_amount=self._bonus(category, multiplier),
            pressure=live["pressure"].item(row, column),
            idle=live["near"].item(row, column),
            usual=live["usual_near"].item(row, column),
            rate=live["rate"].item(row, column),
            snapshot_id=self.id,
            policy_version_id=self.policy_version_id,
        )

    def _scheduled(self, category: str, start: datetime) -> MarketPrice:
        days, local = self.scheduled[category], start.astimezone(self.zone)
        at = (local.date() - days.first_on).days, local.hour // days.block_hours
        if not 0 <= at[0] < len(days.shown_bp):
            return self.absent(Absence.NOT_IN_FORCE)
        multiplier = int(days.shown_bp[at])
        return MarketPrice(
            multiplier_bp=multiplier,
            raw=float(days.raw[at]),
            mode=Mode.SCHEDULED,
            reasons=_reasons(days.reasons.item(at)),
            bonus_amount=self._bonus(category, multiplier),
            snapshot_id=self.id,
            policy_version_id=self.policy_version_id,
        )

    def _bonus(self, category: str, multiplier_bp: int) -> int:
        typical = self.header["typical_amounts"].get(category, 0)
        return bonus_amount(multiplier_bp, typical, self.header["kappa_bp"])


def published(session: Session, snapshot_id: UUID) -> Published | None:
    """The snapshot of this id, from memory where this process read it before; None where there is none.

    None as well where its policy cannot be read any more.
    """
    if (known := _kept.get(snapshot_id)) is not None:
        return known
    found = _load(session, snapshot_id)
    if found is not None:
        _kept.keep(found)
    return found


def in_force(session: Session, market_id: UUID) -> Published | None:
    """The snapshot a market's pointer names."""
    snapshot_id = queries.pointer(session, market_id)
    return None if snapshot_id is None else published(session, snapshot_id)


@lru_cache(maxsize=4_096)
def _reasons(flags: int) -> Reason:
    """Making flags out of a number costs more than all else a quote asks of a snapshot."""
    return Reason(flags)


def no_price(absence: Absence) -> MarketPrice:
    """The tariff's price, where there is no snapshot to ask."""
    return MarketPrice(absence=absence)


def rules_of(version: PolicyVersion) -> SurgePolicy | None:
    """The surge rules of a policy version; None where it has none, or none that can be read: fail cheap."""
    if version.id not in _read:
        if len(_read) >= MOST_KNOWN:
            _read.clear()
        _read[version.id] = _readable(version)
    return _read[version.id]


class _Memory:
    """The snapshots that were asked for last, up to so many bytes. Safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: OrderedDict[UUID, Published] = OrderedDict()
        self._bytes = 0

    def get(self, snapshot_id: UUID) -> Published | None:
        """The snapshot, if it is here; from now on it was asked for last."""
        with self._lock:
            if (found := self._found.get(snapshot_id)) is not None:
                self._found.move_to_end(snapshot_id)
            return found

    def keep(self, snapshot: Published) -> None:
        """Remember it, and forget what was not asked for the longest."""
        with self._lock:
            if snapshot.id in self._found:
                return
            self._found[snapshot.id] = snapshot
            self._bytes += snapshot.bytes_held
            while self._bytes > MOST_BYTES and len(self._found) > 1:
                self._bytes -= self._found.popitem(last=False)[1].bytes_held


_kept = _Memory()


def _load(session: Session, snapshot_id: UUID) -> Published | None:
    found = queries.snapshot(session, snapshot_id)
    version = None if found is None else markets.get_policy_version(session, found.policy_version_id)
    rules = None if version is None else rules_of(version)
    if found is None or rules is None:
        return None
    arrays = queries.arrays(session, snapshot_id, queries.READ)
    categories: Mapping[str, int] = {slug: place for place, slug in enumerate(found.header["categories"])}
    return Published(
        id=found.id,
        market_id=found.market_id,
        tick_at=found.tick_at,
        policy_version_id=found.policy_version_id,
        policy=rules,
        header=found.header,
        cells=arrays.pop("cells"),
        categories=categories,
        live={name: array for name, array in arrays.items() if "/" not in name},
        scheduled={
            slug: Scheduled(
                date.fromisoformat(told["first_on"]),
                told["block_hours"],
                *(arrays[f"scheduled/{slug}/{name}"] for name in ("shown_bp", "raw", "reasons")),
            )
            for slug, told in found.header["scheduled"].items()
        },
        zone=ZoneInfo(found.header["time_zone"]),
        bytes_held=sum(array.nbytes for array in arrays.values()),
    )


def _readable(version: PolicyVersion) -> SurgePolicy | None:
    try:
        return policies.read(version.rules.surge)
    except ValidationError as error:
        told = {"policy_version_id": str(version.id), "errors": error.error_count()}
        get_logger("surge").error("surge_policy_unreadable", **told)
        return None
