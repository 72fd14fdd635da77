"""What is usual, learned: hour by hour from the snapshots of what is over, night by night from bookings.

Doing it twice does no harm: what was learned names up to when. A chapter of `actions.py`.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from sqlmodel import Session

from domain.surge import baseline, days, grid, pickup, pickups, queries, usually
from domain.surge.baseline import SLOTS
from domain.surge.days import Blocks
from domain.surge.gathering import Booked
from domain.surge.grid import Grid
from domain.surge.live import Reals
from domain.surge.policy import ScheduledRules, SurgePolicy
from domain.surge.queries import SnapshotRow
from domain.surge.ticking import taken
from domain.surge.usually import Learned

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONGEST_BACK = timedelta(
    days=2
)  # what nobody learned for so long is left; the next week brings the hour again
NIGHTS_BACK = 14  # days; of bookings that are over, for the pickup curves
_LEAST_COVERED = 30.0  # minutes of an hour that must have been counted for it to tell anything
_MINUTES = 60.0


class Heard(NamedTuple):
    """An hour that is over: customers an hour and idle providers, (cells, categories)."""

    grid: Grid
    demand: Reals
    idle: Reals


def learn_hours(session: Session, market_id: UUID, *, at: datetime) -> int:
    """Learn the hours that are over since the last one that was learned. Returns how many."""
    market, policy = taken(session, market_id, at)
    if policy is None or not policy.live:
        return 0
    learned_until = usually.learned_until(session, market_id, at=at)
    first = max(learned_until or at - LONGEST_BACK, at - LONGEST_BACK)
    zone, learned = ZoneInfo(market.time_zone), 0
    for begins in _hours(first, at):
        rows = queries.snapshots(session, market_id, begins + _INSTANT, begins + HOUR + _INSTANT)
        heard = _heard(session, rows, policy)
        if heard is not None:
            slot = baseline.slot_of(begins.astimezone(zone))
            _learn(session, market_id, policy, slot, heard, until=begins + HOUR)
            learned += 1
    return learned


def learn_days(session: Session, market_id: UUID, booked: Sequence[Booked], *, at: datetime) -> int:
    """Learn the days that are over, of every category priced by its days. Returns how many.

    `booked`: the bookings of these categories over the last fortnight, those called off among them.
    """
    market, policy = taken(session, market_id, at)
    learned = 0
    for slug, rules in (policy.scheduled if policy else {}).items():
        zone = ZoneInfo(market.time_zone)
        curves, known_until = pickups.read(session, market_id, slug, rules)
        today = at.astimezone(zone).date()
        first = today - timedelta(days=NIGHTS_BACK)
        if known_until is not None:
            first = max(first, known_until.astimezone(zone).date())
        while first < today:
            blocks = Blocks(first, 1, rules.block_hours, zone)
            day = _day(session, market_id, slug, rules, blocks, booked)
            curves = pickup.learned(curves, day, weekday=first.weekday())
            first, learned = first + timedelta(days=1), learned + 1
        if known_until is None or known_until.astimezone(zone).date() < today:
            pickups.write(session, market_id, slug, curves, at=at)
    return learned


# A tick counts the time before it, so an hour's ticks are those after its beginning and up to its end.
_INSTANT = timedelta(microseconds=1)


def _hours(first: datetime, at: datetime) -> Iterator[datetime]:
    """The beginnings of the whole hours from the first to the last that is over."""
    begins = datetime.fromtimestamp(-(-int(first.timestamp()) // 3600) * 3600, UTC)
    while begins + HOUR <= at:
        yield begins
        begins += HOUR


def _heard(session: Session, rows: Sequence[SnapshotRow], policy: SurgePolicy) -> Heard | None:
    """What an hour's snapshots tell together; None where too little of it was counted."""
    ticks = []
    for row in rows:
        arrays = queries.arrays(session, row.id, ("cells", "asked", "idle"))
        if row.header["categories"] == list(policy.categories) and not np.isnan(arrays["asked"]).any():
            ticks.append(Heard(grid.grid_of(arrays["cells"]), arrays["asked"], arrays["idle"]))
    covered = len(ticks) * policy.tick_minutes
    if covered < _LEAST_COVERED:
        return None
    placed = grid.grid_of(np.concatenate([tick.grid.cells for tick in ticks]))
    nothing = np.zeros((len(placed), len(policy.categories)), dtype=np.float32)
    asked, idle = nothing.copy(), nothing.copy()
    for tick in ticks:
        asked += grid.moved(tick.demand, tick.grid, placed, nothing)
        idle += grid.moved(tick.idle, tick.grid, placed, nothing)
    return Heard(placed, asked * np.float32(_MINUTES / covered), idle / np.float32(len(ticks)))


def _learn(
    session: Session, market_id: UUID, policy: SurgePolicy, slot: int, heard: Heard, *, until: datetime
) -> None:
    categories = policy.categories
    week = usually.rows(session, market_id, categories, range(SLOTS))
    before = week.get(slot)
    placed = grid.grid_of(np.concatenate([heard.grid.cells, *(row.grid.cells for row in week.values())]))
    nothing = np.zeros((len(placed), len(categories)), dtype=np.float32)
    updates = 0 if before is None else before.updates

    def after(was: Reals | None, counted: Reals) -> Reals:
        known = nothing if was is None or before is None else grid.moved(was, before.grid, placed, nothing)
        return baseline.learned(known, grid.moved(counted, heard.grid, placed, nothing), updates)

    demand = after(None if before is None else before.demand, heard.demand)
    others = [grid.moved(row.demand, row.grid, placed, nothing) for row in week.values() if row.slot != slot]
    whole = np.stack([demand, *others])
    row = Learned(
        slot=slot,
        grid=placed,
        demand=demand,
        idle=after(None if before is None else before.idle, heard.idle),
        usual=baseline.usual(whole),
        events=baseline.events(whole),
        updates=updates + 1,
        learned_until=until,
    )
    usually.write(session, market_id, categories, row)


def _day(
    session: Session,
    market_id: UUID,
    slug: str,
    rules: ScheduledRules,
    blocks: Blocks,
    booked: Sequence[Booked],
) -> pickup.Day:
    """A day that is over: each booking's block, and how long before it was made and called off."""
    begins = blocks.starts()
    starts = []
    for one in booked:
        if one.category == slug and (place := blocks.place(one.starts_at)) is not None:
            edge = datetime.fromtimestamp(begins[place], UTC)
            gone = None if one.gone_at is None or one.gone_at >= edge else (edge - one.gone_at) / DAY
            starts.append((place[1], (edge - one.made_at) / DAY, gone))
    came = np.bincount([one[0] for one in starts if one[2] is None], minlength=blocks.shape[1])
    room = np.maximum(days.open_in(session, market_id, slug, blocks)[0], came)
    return pickups.day(starts, room, leads=rules.horizon_days)
