"""What other rules would have made of the days behind us, before anybody pays by them.

Stored snapshots are counted again under a proposed policy, from the same inputs: who asked, who was free,
what was usual. A price depends on the one before it, so what is counted is runs of ticks: each begins with
what was shown then, has half an hour to settle, and is told of for an hour. Where there are more ticks than
can be counted while somebody waits, the runs are spread evenly over the days, and the answer says how many
were told of. Nothing is kept of it.

It assumes that people would have asked as they did. Under higher prices some would not have, so extra paid is
an upper bound, and the proposal is judged by its prices.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import numpy as np
from h3.api.basic_int import cell_to_parent, get_resolution
from sqlalchemy import text
from sqlmodel import Session

from domain import markets
from domain.foundation.money import share
from domain.surge import counting, queries, tick
from domain.surge.bounds import outermost
from domain.surge.counting import INPUTS, STATE, Left
from domain.surge.grid import NOBODY, grid_of
from domain.surge.kinds import Reason
from domain.surge.live import LiveInputs, LiveState
from domain.surge.policy import ONE_BP, SurgePolicy
from domain.surge.queries import SnapshotRow
from domain.surge.reading import rules_of
from domain.surge.snapshots import Numbers
from domain.surge.tick import Axes

MOST_DAYS = 30
MOST_TICKS = 288  # a day of them; two seconds for a town
MOST_PRICES = 4_000_000  # cells × categories × ticks; some ten seconds
SETTLING = 6  # ticks until a price no longer remembers the rules it came from, at 0.3 a tick
TOLD = 12  # ticks of a run that are told of: an hour of five minutes each
RUN = 1 + SETTLING + TOLD
LONGEST_GAP = timedelta(minutes=15)  # beyond it readers went back to the tariff's price, and so does a run
_CAPS = Reason.CAPPED_BY_MARKET | Reason.CAPPED_BY_CATEGORY | Reason.CAPPED_BY_REGULATION
_CAPS |= Reason.CAPPED_BY_EMERGENCY
_EMERGENCY = np.uint16(Reason.CAPPED_BY_EMERGENCY)
_TICKS = text("""
    SELECT surge_snapshots.id, tick_at, (shape ->> 0)::int AS cells FROM surge_snapshots
    JOIN surge_snapshot_arrays ON snapshot_id = surge_snapshots.id AND name = 'cells'
    WHERE market_id = :market_id AND tick_at >= :since AND tick_at < :until
    ORDER BY tick_at
""")


@dataclass(frozen=True, slots=True)
class Taken:
    """A quote that something was booked with, priced live: where and when its factor was read, and on what.

    `timed_amount` is what the factor was counted on, in minor units.
    """

    snapshot_id: UUID
    category: str
    cell: int | None
    timed_amount: int


@dataclass(slots=True)
class Tally:
    """What prices were over the ticks counted. Multipliers in basis points; customers are weighted."""

    asked: float = 0.0
    asked_surged: float = 0.0
    sum_bp: float = 0.0
    highest_bp: int = ONE_BP
    moved_bp: float = 0.0
    moves: int = 0
    cap_hits: int = 0
    extra_amount: int = 0

    @property
    def surged_share(self) -> float:
        """Of those who asked, how many met a price above the tariff's."""
        return self.asked_surged / self.asked if self.asked else 0.0

    @property
    def mean_bp(self) -> float:
        """The mean multiplier over all who asked; the tariff's where nobody did."""
        return self.sum_bp / self.asked if self.asked else float(ONE_BP)

    @property
    def volatility_bp(self) -> float:
        """By how much a place's multiplier moved from one tick to the next, on average."""
        return self.moved_bp / self.moves if self.moves else 0.0


@dataclass(frozen=True, slots=True)
class Compared:
    """A category as it was, and as it would have been."""

    before: Tally = field(default_factory=Tally)
    after: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The comparison by category, over how many ticks of how many, and on how many bookings of how many."""

    categories: Mapping[str, Compared]
    ticks: int
    ticks_of: int
    bookings: int
    bookings_of: int


def what_if(
    session: Session,
    market_id: UUID,
    proposed: SurgePolicy,
    *,
    since: datetime,
    until: datetime,
    taken: Sequence[Taken],
) -> WhatIf:
    """The live prices of that time as they were and as the proposed policy would have made them.

    Categories that only one of them prices live cannot be compared and are left out. `taken` are the
    bookings of the time; what customers paid extra is told of those whose tick was counted.
    """
    found = session.execute(_TICKS, {"market_id": market_id, "since": since, "until": until}).all()
    largest = max((row.cells for row in found), default=1) * max(1, len(proposed.live))
    runs = sampled([(row.id, row.tick_at) for row in found], largest)
    count = _Count(session, proposed, taken)
    for run in runs:
        count.run(run)
    return WhatIf(dict(count.found), count.ticks, len(found), count.bookings, len(taken))


def sampled(ticks: Sequence[tuple[UUID, datetime]], prices: int) -> list[list[UUID]]:
    """Runs of ticks without a gap, spread evenly, no more than can be counted at so many prices each."""
    runs = [run for whole in _unbroken(ticks) for run in _cut(whole)]
    wanted = max(1, min(MOST_TICKS, MOST_PRICES // max(1, prices)) // RUN)
    if len(runs) <= wanted:
        return runs
    return [runs[place * len(runs) // wanted] for place in range(wanted)]


def _unbroken(ticks: Sequence[tuple[UUID, datetime]]) -> Iterator[list[UUID]]:
    whole = [snapshot_id for snapshot_id, _ in ticks[:1]]
    for (_, before), (snapshot_id, at) in pairwise(ticks):
        if at - before > LONGEST_GAP:
            yield whole
            whole = []
        whole.append(snapshot_id)
    yield whole


def _cut(whole: Sequence[UUID]) -> Iterator[list[UUID]]:
    """Runs that overlap while they settle, so that every tick behind the first such time is told once."""
    for start in range(0, len(whole) - SETTLING - 1, TOLD):
        yield list(whole[start : start + RUN])


class _Count:
    """The counting of a what-if: runs of ticks, and what was found so far."""

    def __init__(self, session: Session, proposed: SurgePolicy, taken: Sequence[Taken]) -> None:
        self._session, self._proposed = session, proposed
        self._taken: dict[UUID, list[Taken]] = defaultdict(list)
        for one in taken:
            self._taken[one.snapshot_id].append(one)
        self.found: dict[str, Compared] = defaultdict(Compared)
        self.bookings = self.ticks = 0

    def run(self, snapshot_ids: Sequence[UUID]) -> None:
        """Count a run; its first snapshot is where both begin."""
        was: Left | None = None
        would: Left | None = None
        for number, snapshot_id in enumerate(snapshot_ids):
            row = queries.snapshot(self._session, snapshot_id)
            if row is None:  # swept a moment ago
                return
            arrays = queries.arrays(self._session, snapshot_id, ("cells", "reasons", *STATE, *INPUTS))
            shown = counting.left_by(row.header, arrays)
            if was is None or would is None:
                would = shown
            else:
                would = self._tick(row, arrays, was, would, is_told=number > SETTLING)
            was = shown

    def _tick(
        self, row: SnapshotRow, arrays: Mapping[str, Numbers], was: Left, would: Left, *, is_told: bool
    ) -> Left:
        """One tick under both; returns what the proposed one leaves."""
        slugs = [slug for slug in self._proposed.categories if slug in row.header["categories"]]
        rules = self._rules(row, slugs)
        axes = Axes(grid_of(arrays["cells"]), slugs)
        columns = [row.header["categories"].index(slug) for slug in slugs]
        minutes = float(row.header["minutes"])
        inputs = _inputs(
            arrays, columns, axes, rules, counting.begun(would, axes, rules, minutes=minutes), minutes
        )
        counted = counting.live_arrays(inputs, rules)
        left = Left(axes, LiveState(**{name: counted[name] for name in STATE}))
        if not is_told:
            return left
        self.ticks += 1
        began = tick.aligned(was.state, was.axes, axes).shown_bp
        asked = np.nan_to_num(inputs.asked)
        for place, (slug, column) in enumerate(zip(slugs, columns, strict=True)):
            one, compared = asked[:, place], self.found[slug]
            shown, why = arrays["shown_bp"][:, column], arrays["reasons"][:, column]
            _tell(compared.before, one, began[:, place], shown, why)
            after = counted["shown_bp"][:, place]
            _tell(compared.after, one, inputs.state.shown_bp[:, place], after, counted["reasons"][:, place])
            self._extra(row.id, slug, axes, shown, after)
        return left

    def _rules(self, row: SnapshotRow, slugs: Sequence[str]) -> SurgePolicy:
        """The proposed rules for what is known; a tick stays as long as it was."""
        live = {slug: self._proposed.live[slug] for slug in slugs}
        theirs = rules_of(markets.get_policy_version(self._session, row.policy_version_id))
        minutes = self._proposed.tick_minutes if theirs is None else theirs.tick_minutes
        return self._proposed.model_copy(update={"live": live, "scheduled": {}, "tick_minutes": minutes})

    def _extra(self, snapshot_id: UUID, slug: str, axes: Axes, before: Numbers, after: Numbers) -> None:
        for one in self._taken.get(snapshot_id, ()):
            if one.category != slug or one.cell is None:
                continue
            (place,) = axes.grid.rows([_around(one.cell, axes)])
            if place == NOBODY:
                continue
            self.bookings += 1
            compared = self.found[slug]
            for tally, shown in ((compared.before, before), (compared.after, after)):
                tally.extra_amount += share(one.timed_amount, max(0, int(shown[place]) - ONE_BP), ONE_BP)


def _around(cell: int, axes: Axes) -> int:
    """The cell of the map that a cell lies in."""
    resolution = get_resolution(int(axes.grid.cells[0])) if len(axes.grid) else get_resolution(cell)
    return cell if get_resolution(cell) <= resolution else int(cell_to_parent(cell, resolution))


def _inputs(
    arrays: Mapping[str, Numbers],
    columns: Sequence[int],
    axes: Axes,
    rules: SurgePolicy,
    state: LiveState,
    minutes: float,
) -> LiveInputs:
    """What was known then, under the proposed bounds; an emergency's caps stay, whatever is proposed."""
    stored: dict[str, Any] = {name: arrays[name][:, columns] for name in INPUTS}
    bounds = outermost(rules, axes.grid, (), {})
    is_emergency = (stored["cap_reasons"] == _EMERGENCY) & (stored["caps_bp"] < bounds.caps_bp)
    stored["caps_bp"] = np.where(is_emergency, stored["caps_bp"], bounds.caps_bp)
    stored["cap_reasons"] = np.where(is_emergency, _EMERGENCY, bounds.cap_reasons)
    stored["floors_bp"] = bounds.floors_bp
    return LiveInputs(grid=axes.grid, state=state, minutes=minutes, **stored)


def _tell(tally: Tally, asked: Numbers, began: Numbers, shown: Numbers, why: Numbers) -> None:
    tally.asked += float(asked.sum())
    tally.asked_surged += float(asked[shown > ONE_BP].sum())
    tally.sum_bp += float((asked * shown).sum())
    tally.highest_bp = max(tally.highest_bp, int(shown.max(initial=ONE_BP)))
    tally.moved_bp += float(np.abs(shown - began).sum())
    tally.moves += len(shown)
    tally.cap_hits += int(((why & np.uint16(_CAPS)) != 0).sum())
