"""All that one tick of a market depends on, read and laid out as arrays.

Cells are those that matter now: with an offer, with somebody who asked, with something usual in this hour of
the week, or with a state that the tick before left. So a town costs what a town is, however large its map.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import numpy as np
from h3.api.basic_int import cell_to_parent
from sqlalchemy import text
from sqlmodel import Session

from domain.markets import Market
from domain.surge import askers, demand, grid, usually
from domain.surge.demand import LONGEST_WISH, QUOTE, SEARCH, Signs
from domain.surge.grid import NOBODY, Cells, Grid
from domain.surge.live import Reals
from domain.surge.policy import SurgePolicy
from domain.surge.supply import Supply, supply

_SIGNALS = text("""
    SELECT signals.customer_id, signals.cell, categories.slug, extract(epoch FROM signals.at)::float8 AS at,
        signals.signal = 'unmet_quote' AS unmet
    FROM demand_signals AS signals JOIN categories ON categories.id = signals.category_id
    WHERE signals.market_id = :market_id AND signals.at >= :since AND signals.at < :until
      AND categories.slug = ANY(:slugs)
    ORDER BY signals.at, signals.id
""")
_SLUGS = text("SELECT id, slug FROM categories WHERE slug = ANY(:slugs)")
_RESOLUTION = 7  # of the cells of offers and signals


class Quoted(Protocol):
    """A quote that somebody asked for, as `pricing` tells of it."""

    @property
    def customer_id(self) -> UUID:
        """Who asked."""

    @property
    def category_id(self) -> UUID:
        """For what."""

    @property
    def cell_r7(self) -> int | None:
        """Where the offer is; None where it is nowhere."""

    @property
    def created_at(self) -> datetime:
        """When."""


class Booked(Protocol):
    """A booking that is on the books, or was until `gone_at`, as `bookings` tells of it."""

    @property
    def category(self) -> str:
        """The slug of what is booked."""

    @property
    def starts_at(self) -> datetime:
        """When it begins."""

    @property
    def made_at(self) -> datetime:
        """When it was booked."""

    @property
    def gone_at(self) -> datetime | None:
        """When it was called off."""


@dataclass(frozen=True, slots=True)
class FromAbove:
    """What a tick needs of those who stand above surge, and whoever asks for the tick brings along.

    `quotes`: those of the market since `quotes_since` of the tick. `booked`: bookings of the scheduled
    categories up to `booked_until`. `typical_amounts`: what a service of each
    category comes to, in minor units. `kappa_bp`: the part of the bonus that the pool can bear.
    """

    quotes: Sequence[Quoted] = ()
    booked: Sequence[Booked] = ()
    typical_amounts: Mapping[str, int] = field(default_factory=dict)
    kappa_bp: int = 10_000


@dataclass(frozen=True, slots=True)
class Gathered:
    """A market at a tick. Arrays are (cells, categories)."""

    grid: Grid
    asked: Reals
    unmet: Reals
    idle: Reals
    soon: Reals
    left: Reals
    baseline: Reals
    usual: Reals
    usual_idle: Reals


def reach(policy: SurgePolicy, until: datetime) -> datetime:
    """From when on signs of demand matter to a tick: a wish may be so old, or an unmet one."""
    longest = max((rules.half_life_minutes for rules in policy.live.values()), default=0)
    ticks = timedelta(minutes=policy.tick_minutes)
    return until - max(LONGEST_WISH + ticks, timedelta(minutes=longest))


def gather(
    session: Session,
    market: Market,
    policy: SurgePolicy,
    from_above: FromAbove,
    *,
    kept_cells: Cells,
    since: datetime,
    until: datetime,
) -> Gathered:
    """The market as it is at `until`, and who asked since `since`; no time between them is a missing tick."""
    notices = {slug: policy.live[slug].horizon_minutes for slug in policy.categories}
    offered = supply(session, market.id, notices, at=until) if notices else []
    signs = _signs(session, market.id, policy, from_above.quotes, until)
    usual = usually.read(session, market, policy.categories, at=until)
    supplied = _coarse(np.array([one.cell for one in offered], dtype=np.int64), policy)
    placed = grid.grid_of(np.concatenate([supplied, signs.cells, usual.grid.cells, kept_cells]))
    idle, soon, left = _free(offered, supplied, placed, policy)
    count = len(policy.categories)
    window = np.array([60.0 * policy.live[slug].half_life_minutes for slug in policy.categories])
    missing = np.full((len(placed), count), np.nan, dtype=np.float32)
    ends = until.timestamp()
    asked = demand.asked(signs, placed, count, since=since.timestamp(), until=ends)
    expected = usual.on(placed, minutes=policy.tick_minutes)
    return Gathered(
        grid=placed,
        asked=asked if since < until else missing,
        unmet=demand.went_without(signs, placed, count, windows=window, until=ends),
        idle=idle,
        soon=soon,
        left=left,
        baseline=expected.baseline,
        usual=expected.usual,
        usual_idle=expected.idle,
    )


def _signs(
    session: Session, market_id: UUID, policy: SurgePolicy, quotes: Sequence[Quoted], until: datetime
) -> Signs:
    """Searches, unmet quotes and quotes as arrays, of those whose asking counts."""
    slugs = list(policy.categories)
    column = {slug: place for place, slug in enumerate(slugs)}
    wanted = {"market_id": market_id, "since": reach(policy, until), "until": until, "slugs": slugs}
    rows = [(*row, QUOTE if row[-1] else SEARCH) for row in session.execute(_SIGNALS, wanted)]
    slug_of = {row.id: row.slug for row in session.execute(_SLUGS, {"slugs": slugs})}
    rows += [
        (one.customer_id, one.cell_r7, slug_of[one.category_id], one.created_at.timestamp(), False, QUOTE)
        for one in quotes
        if one.category_id in slug_of and one.cell_r7 is not None and one.created_at < until
    ]
    asking = list(dict.fromkeys(row[0] for row in rows))
    earning = askers.offering(session, market_id, slugs, asking)
    rows = [row for row in rows if (row[0], row[2]) not in earning]
    people, cells, kinds, at, unmet, hundredths = zip(*rows, strict=True) if rows else ((),) * 6
    numbers = askers.persons(session, asking)
    return Signs(
        customers=np.array([numbers[person] for person in people], dtype=np.int64),
        cells=_coarse(np.array(cells, dtype=np.int64), policy),
        categories=np.array([column[kind] for kind in kinds], dtype=np.int64),
        at=np.array(at, dtype=np.float64),
        hundredths=np.array(hundredths, dtype=np.int64),
        unmet=np.array(unmet, dtype=np.bool_),
    )


def _free(offered: Sequence[Supply], supplied: Cells, placed: Grid, policy: SurgePolicy) -> list[Reals]:
    """Idle, soon and left; `supplied` are the cells of what is offered, as coarse as the grid's."""
    column = {slug: place for place, slug in enumerate(policy.categories)}
    rows = placed.rows(supplied)
    assert (rows != NOBODY).all()  # noqa: S101 -- the grid was made with these cells
    places = rows * len(column) + np.array([column[one.category] for one in offered], dtype=np.int64)
    counted = np.array([one[2:] for one in offered], dtype=np.float64).reshape(len(offered), 3)
    return [
        np.bincount(places, weights=each, minlength=len(placed) * len(column))
        .astype(np.float32)
        .reshape(len(placed), len(column))
        for each in counted.T
    ]


def _coarse(cells: Cells, policy: SurgePolicy) -> Cells:
    """Cells of the policy's resolution around cells of offers and signals."""
    if policy.resolution == _RESOLUTION or not len(cells):
        return cells
    known, places = np.unique(cells, return_inverse=True)
    around = [cell_to_parent(cell, policy.resolution) for cell in known.tolist()]
    return np.asarray(around, dtype=np.int64)[places]
