"""The pickup model: how many will have come in the end, from how many are on the books so long before.

A **block** is some hours of a day; a **lead** is days before a block begins, whole ones where curves are
kept. On the books at a lead are the bookings made by then and not called off by then. What becomes of them is
**survival** × on the books + **expected new**, where new are those who come although they were not on the
books yet (additive pickup for the new, multiplicative for the old: L'Heureux 1986, Weatherford & Kimes 2003).

Survival is of the whole category at a lead, because whether people call off depends on how long before it is
and hardly on the weekday; new ones are of the slot of the week, 0.6 of the mean of the last eight same
weekdays and 0.4 of the discounted mean of the block on all days. Leads go from 0 up to and with the longest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Ints = NDArray[np.int64]
Truths = NDArray[np.bool_]

WEEKDAYS = 7
HALF_LIFE_DAYS = 28.0  # pricing.md: four weeks; a season turns within a few of them
PRIOR_KEPT, PRIOR_BOOKED = 3.75, 5.0  # with nothing seen, three of four are kept
RECENT_WEEKS = 8  # as many same weekdays as the usual baseline of the field takes
RECENT_WEIGHT = 0.6  # of the same weekdays; the rest is of all days, which are more and so less noisy
# How much more new demand varies than Poisson's, before anything is seen and as if from so much of it.
PRIOR_DISPERSION, PRIOR_SQUARE = 0.3, 25.0
MOST_DISPERSION = 4.0
_FIELDS = ("booked", "kept", "recent", "new", "weight", "excess", "square")


@dataclass(frozen=True, slots=True)
class Day:
    """A day that is over: (blocks, leads + 1) each, counts of bookings; NaN where it is not known.

    `booked` were on the books so many days before, `kept` of them came, `new` came and were not among them.
    `full` (blocks,): in the end no place was left, so that more might have come than could.
    """

    booked: Reals
    kept: Reals
    new: Reals
    full: Truths


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of blocks to come; all arrays have the shape that was asked for.

    `survival` is the share in (0, 1) of those on the books who will come, `new` how many will come besides,
    `dispersion` φ of their negative binomial: variance = new + φ · new².
    """

    survival: Reals
    new: Reals
    dispersion: Reals


@dataclass(frozen=True, slots=True)
class Curves:
    """What is known of a category in a market. All sums are discounted with a half-life of four weeks.

    `booked` and `kept` (leads + 1,): how many were on the books and how many of them came. `recent`
    (8, 7, blocks, leads + 1): new ones of the last eight days of each weekday, the latest first, NaN where
    there was none. `new`, `weight` (blocks, leads + 1): new ones on all days, and over how many days.
    `excess`, `square` (leads + 1,): what their squared errors had over Poisson's, and the squared forecasts.
    """

    booked: Reals
    kept: Reals
    recent: Reals
    new: Reals
    weight: Reals
    excess: Reals
    square: Reals

    @classmethod
    def empty(cls, *, blocks: int, leads: int) -> Self:
        """Nothing seen yet: days of so many blocks, leads from 0 up to and with `leads` days."""
        over_leads, over_blocks = leads + 1, (blocks, leads + 1)
        return cls(
            booked=np.zeros(over_leads),
            kept=np.zeros(over_leads),
            recent=np.full((RECENT_WEEKS, WEEKDAYS, *over_blocks), np.nan),
            new=np.zeros(over_blocks),
            weight=np.zeros(over_blocks),
            excess=np.zeros(over_leads),
            square=np.zeros(over_leads),
        )

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """The curves that `document` wrote, to the bit."""
        return cls(**{name: np.array(document[name], dtype=np.float64) for name in _FIELDS})

    def document(self) -> dict[str, Any]:
        """Plain nested lists for JSON, with null for what is not known."""
        return {name: _plain(getattr(self, name)) for name in _FIELDS}

    @property
    def blocks(self) -> int:
        """Into how many blocks a day is cut."""
        return len(self.new)

    @property
    def leads(self) -> int:
        """The longest lead that is kept, in days."""
        return len(self.booked) - 1


def counted(block: Ints, booked: Reals, gone: Reals, *, capacity: Reals, leads: int) -> Day:
    """A day that is over, from its bookings (n,).

    `block` is where each belongs; `booked` and `gone` are days before the block began, as real numbers, at
    which it was made and was called off, `gone` NaN where it was kept. `capacity` (blocks,) is how many could
    have come.
    """
    lead = np.arange(leads + 1)
    came = np.isnan(gone)
    there = (booked[:, None] >= lead) & (came[:, None] | (gone[:, None] < lead))
    shape = (len(capacity), leads + 1)
    on_the_books, kept, final = np.zeros(shape), np.zeros(shape), np.zeros(len(capacity))
    np.add.at(on_the_books, block, there)
    np.add.at(kept, block, there & came[:, None])
    np.add.at(final, block, came)
    return Day(on_the_books, kept, final[:, None] - kept, full=final >= capacity)


def learned(curves: Curves, day: Day, *, weekday: int) -> Curves:
    """The curves after one more day that is over; days go in one by one, in their order.

    Of a block that was full nobody knows how many would have come: at least those who did, and at least as
    many as were expected (unconstraining by the forecast), or sold-out slots would teach that few ask.
    """
    keep = 0.5 ** (1 / HALF_LIFE_DAYS)
    block = np.arange(curves.blocks)[:, None]
    before = forecast(curves, weekday=np.int64(weekday), block=block, lead=np.arange(curves.leads + 1.0))
    new = np.where(day.full[:, None], np.fmax(day.new, before.new), day.new)
    known = ~np.isnan(new)
    judged = known & (curves.weight > 0)  # the first day of all had no forecast to judge
    expected = np.where(judged, before.new, 0.0)
    recent = curves.recent.copy()
    recent[1:, weekday], recent[0, weekday] = curves.recent[:-1, weekday], new
    return Curves(
        booked=keep * curves.booked + np.nansum(day.booked, axis=0),
        kept=keep * curves.kept + np.nansum(day.kept, axis=0),
        recent=recent,
        new=np.where(known, keep * curves.new + np.nan_to_num(new), curves.new),
        weight=np.where(known, keep * curves.weight + 1, curves.weight),
        excess=keep * curves.excess
        + np.where(judged, (np.nan_to_num(new) - expected) ** 2 - expected, 0.0).sum(axis=0),
        square=keep * curves.square + (expected**2).sum(axis=0),
    )


def forecast(curves: Curves, *, weekday: Ints | np.int64, block: Ints, lead: Reals) -> Forecast:
    """What is expected of blocks to come; the three are broadcast against one another.

    `weekday` counts from Monday = 0. `lead` is in days and real: between two whole leads what is expected
    moves on a straight line, so that no price jumps at midnight; beyond the longest it stays as there.
    """
    weekday, block, lead = np.broadcast_arrays(weekday, block, np.clip(lead, 0, curves.leads))
    lower = np.minimum(lead.astype(np.int64), max(curves.leads - 1, 0))
    upper = np.minimum(lower + 1, curves.leads)
    share = lead - lower
    survival = (curves.kept + PRIOR_KEPT) / (curves.booked + PRIOR_BOOKED)
    wide = curves.excess + PRIOR_DISPERSION * PRIOR_SQUARE
    dispersion = np.clip(wide / (curves.square + PRIOR_SQUARE), 0, MOST_DISPERSION)
    new = _expected_new(curves)
    return Forecast(
        survival=(1 - share) * survival[lower] + share * survival[upper],
        new=(1 - share) * new[weekday, block, lower] + share * new[weekday, block, upper],
        dispersion=(1 - share) * dispersion[lower] + share * dispersion[upper],
    )


def _expected_new(curves: Curves) -> Reals:
    """New ones expected, (7, blocks, leads + 1); of a weekday not seen yet what the other days tell."""
    known = ~np.isnan(curves.recent)
    seen = known.sum(axis=0)
    same = np.where(known, curves.recent, 0.0).sum(axis=0) / np.maximum(seen, 1)
    overall = curves.new / np.where(curves.weight > 0, curves.weight, 1.0)
    weight = np.where(seen > 0, RECENT_WEIGHT, 0.0)
    return np.asarray(weight * same + (1 - weight) * overall)


def _plain(values: Reals) -> list[object]:
    plain = values.astype(np.object_)
    plain[np.isnan(values)] = None
    return list(plain.tolist())
