"""The scheduled part of a tick: how the coming days of each category fill, and what they cost.

Capacity is how many starts the opening hours of all who offer a category leave room for in a block; on the
books are bookings, which stand above and are brought along. Everything a day's price follows from is kept in
the snapshot under `scheduled/<category>/…`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from domain.markets import Market
from domain.surge import pickups
from domain.surge.bounds import Emergency, of_days
from domain.surge.capacity import open_hours
from domain.surge.gathering import Booked
from domain.surge.pickup import forecast
from domain.surge.policy import ONE_BP, ScheduledRules, SurgePolicy
from domain.surge.scheduled import ScheduledInputs, scheduled_prices
from domain.surge.snapshots import Numbers

HOURS = 24
INPUTS = tuple(field.name for field in fields(ScheduledInputs))
PRICES = ("shown_bp", "raw", "reasons", "pressure", "least_bp")


@dataclass(frozen=True, slots=True)
class Coming:
    """What the scheduled part adds to a snapshot."""

    header: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, Numbers] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Blocks:
    """The days from `first_on`, cut into blocks, by the market's clock."""

    first_on: date
    count: int
    block_hours: int
    zone: ZoneInfo

    @property
    def shape(self) -> tuple[int, int]:
        """Days and blocks of each."""
        return self.count, -(-HOURS // self.block_hours)

    def starts(self) -> NDArray[np.float64]:
        """When each block begins, in seconds since 1970."""
        days, blocks = self.shape
        return np.array(
            [
                [self._instant(day, block * self.block_hours).timestamp() for block in range(blocks)]
                for day in range(days)
            ]
        )

    def end(self) -> datetime:
        """When the last day is over."""
        return self._instant(self.count, 0)

    def place(self, at: datetime) -> tuple[int, int] | None:
        """The block an instant lies in; None before the first and after the last."""
        local = at.astimezone(self.zone)
        day = (local.date() - self.first_on).days
        return (day, local.hour // self.block_hours) if 0 <= day < self.count else None

    def _instant(self, day: int, hour: int) -> datetime:
        on = self.first_on + timedelta(days=day)
        return datetime(on.year, on.month, on.day, hour, tzinfo=self.zone)


@dataclass(frozen=True, slots=True)
class Scene:
    """What all scheduled categories of a tick share. `earlier`: header and arrays of the snapshot before."""

    market: Market
    policy: SurgePolicy
    booked: Sequence[Booked]
    earlier: tuple[Mapping[str, Any], Mapping[str, Numbers]] | None
    standing: Sequence[Emergency]
    at: datetime

    def blocks(self, rules: ScheduledRules) -> Blocks:
        """The coming days of a category, from today by the market's clock."""
        zone = ZoneInfo(self.market.time_zone)
        return Blocks(self.at.astimezone(zone).date(), rules.horizon_days, rules.block_hours, zone)


def coming(session: Session, scene: Scene) -> Coming:
    """All scheduled categories at a tick."""
    made = Coming()
    for slug, rules in sorted(scene.policy.scheduled.items()):
        blocks = scene.blocks(rules)
        inputs = _inputs(session, scene, slug, rules, blocks)
        prices = scheduled_prices(inputs, rules, scene.policy.livable)
        made.header[slug] = {"first_on": blocks.first_on.isoformat(), "block_hours": rules.block_hours}
        made.arrays.update({f"scheduled/{slug}/{name}": getattr(inputs, name) for name in INPUTS})
        made.arrays.update({f"scheduled/{slug}/{name}": getattr(prices, name) for name in PRICES})
    return made


def again(slug: str, arrays: Mapping[str, Numbers], policy: SurgePolicy) -> dict[str, Numbers]:
    """The prices of a category counted again from the inputs that a snapshot stores."""
    stored: dict[str, Any] = {name: arrays[f"scheduled/{slug}/{name}"] for name in INPUTS}
    prices = scheduled_prices(ScheduledInputs(**stored), policy.scheduled[slug], policy.livable)
    return {f"scheduled/{slug}/{name}": getattr(prices, name) for name in PRICES}


def counted(booked: Sequence[Booked], slug: str, blocks: Blocks) -> NDArray[np.float64]:
    """How many bookings that stand begin in each block."""
    result = np.zeros(blocks.shape)
    for one in booked:
        if one.category == slug and one.gone_at is None and (place := blocks.place(one.starts_at)):
            result[place] += 1
    return result


def _inputs(
    session: Session, scene: Scene, slug: str, rules: ScheduledRules, blocks: Blocks
) -> ScheduledInputs:
    starts = blocks.starts()
    hours_left = (starts - scene.at.timestamp()) / 3600
    curves, _ = pickups.read(session, scene.market.id, slug, rules)
    weekdays = (blocks.first_on.weekday() + np.arange(blocks.shape[0])) % 7
    expected = forecast(
        curves,
        weekday=weekdays[:, None],
        block=np.arange(blocks.shape[1])[None, :],
        lead=np.maximum(hours_left, 0) / HOURS,
    )
    on_the_books = counted(scene.booked, slug, blocks)
    # What is booked is no longer open to be promised, and was; hours that were shortened since still count.
    room = np.maximum(open_in(session, scene.market.id, slug, blocks), on_the_books)
    cap, floor, reason = of_days(scene.policy, slug, scene.standing)
    previous_bp, previous_left, previous_least_bp = _earlier(scene.earlier, slug, blocks)
    return ScheduledInputs(
        hours_left=hours_left,
        on_the_books=on_the_books,
        capacity=room,
        survival=expected.survival,
        new=expected.new,
        dispersion=expected.dispersion,
        previous_bp=previous_bp,
        previous_left=previous_left,
        previous_least_bp=previous_least_bp,
        caps_bp=np.full(blocks.shape, cap, dtype=np.int32),
        floors_bp=np.full(blocks.shape, floor, dtype=np.int32),
        cap_reasons=np.full(blocks.shape, reason, dtype=np.uint16),
    )


def open_in(session: Session, market_id: UUID, slug: str, blocks: Blocks) -> NDArray[np.float64]:
    """How many starts of a category there could be in each block."""
    edges = np.append(blocks.starts().reshape(-1), blocks.end().timestamp())
    since, until = (datetime.fromtimestamp(edge, UTC) for edge in (edges[0], edges[-1]))
    return open_hours(session, market_id, slug, since, until).between(edges).reshape(blocks.shape)


def _earlier(
    earlier: tuple[Mapping[str, Any], Mapping[str, Numbers]] | None, slug: str, blocks: Blocks
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.int32]]:
    """Prices, places left and least prices of the same blocks at the tick before; new ones have none."""
    shown = np.full(blocks.shape, ONE_BP, dtype=np.int32)
    left = np.full(blocks.shape, np.nan)
    least = np.zeros(blocks.shape, dtype=np.int32)
    told = None if earlier is None else earlier[0]["scheduled"].get(slug)
    if earlier is None or told is None or told["block_hours"] != blocks.block_hours:
        return shown, left, least
    names = ("shown_bp", "capacity", "on_the_books", "least_bp")
    arrays = {name: earlier[1][f"scheduled/{slug}/{name}"] for name in names}
    gone = (blocks.first_on - date.fromisoformat(told["first_on"])).days
    shared = max(0, min(blocks.count, len(arrays["shown_bp"]) - gone))
    same = slice(gone, gone + shared)
    shown[:shared] = arrays["shown_bp"][same]
    left[:shared] = np.maximum(arrays["capacity"][same] - arrays["on_the_books"][same], 0)
    least[:shared] = arrays["least_bp"][same]
    return shown, left, least
