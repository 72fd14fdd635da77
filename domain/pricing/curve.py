"""What a service costs at which time, for everybody: the tariff's factor times the market's.

A curve tells the market's price and nobody's own, so anybody may see it and everybody sees the same. What a
customer pays is at most that: their protections are in their quote.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from sqlmodel import Session

from domain import availability, offers, surge
from domain.availability import Slot
from domain.foundation import payable_amounts
from domain.foundation.money import BASIS_POINTS, share
from domain.foundation.spans import Span
from domain.markets import Market
from domain.offers import Terms, Unit
from domain.pricing import queries
from domain.pricing.asking import MINUTES_IN_A_NIGHT, Ask
from domain.pricing.errors import AmountTooLarge, CurveUnfit, PolicyTakesTooMuch
from domain.pricing.fitting import fit, inputs_of, used
from domain.pricing.holding import mean_bp
from domain.pricing.inputs import NO_SURGE, Inputs, Surge
from domain.pricing.queries import InForce
from domain.pricing.rules import price
from domain.pricing.surging import personal
from domain.pricing.tariff import pieces
from domain.surge import NOBODY_KNOWN, Absence, MarketPrice, Mode, Published, SurgePolicy

LONGEST = timedelta(days=31)  # a month on a calendar; a longer look is asked for in parts
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Point:
    """A stretch of time and its factors, in basis points.

    `price_amount` is what the offer's shortest service costs from `start` on, fees and taxes included; None
    on the curve of a category.
    """

    start: datetime
    end: datetime
    tariff_bp: int
    multiplier_bp: int
    mode: Mode | None
    absence: Absence | None
    reasons: tuple[str, ...]
    price_amount: int | None = None

    @classmethod
    def at_place(cls, start: datetime, end: datetime, tariff_bp: int, market: MarketPrice) -> Self:
        """The factors of a category around a place."""
        codes = surge.codes(market.reasons)
        return cls(start, end, tariff_bp, market.multiplier_bp, market.mode, market.absence, codes)

    @property
    def factor_bp(self) -> int:
        """What both make of the price; a curve is for looking at, a quote for paying."""
        return share(self.tariff_bp, self.multiplier_bp, BASIS_POINTS)


@dataclass(frozen=True, slots=True)
class Curve:
    """Points by start, on the clock of `time_zone`; amounts are minor units of `currency`."""

    market_id: UUID
    currency: str
    time_zone: str
    snapshot_id: UUID | None
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class _Market:
    """What decides in a market now."""

    now: InForce
    rules: SurgePolicy | None
    found: Published | None

    def price(self, category: str, cell: int | None, start: datetime, at: datetime) -> MarketPrice:
        if self.rules is None:
            return surge.no_price(Absence.NOT_IN_FORCE)
        if self.found is None:
            return surge.no_price(Absence.NO_SNAPSHOT)
        return self.found.price(category=category, cell=cell, start=start, at=at)

    @property
    def snapshot_id(self) -> UUID | None:
        return self.found.id if self.found else None


def curve_of_category(
    session: Session, market: Market, category: str, *, cell: int | None, during: Span, at: datetime
) -> Curve:
    """The factors of a category at each full hour within `during`, around the cell.

    Raises `CategoryUnknown` and `CurveUnfit`.
    """
    _check(during)
    offers.category_by_slug(session, category)
    here = _here(session, market.id, at)
    tariff = here.now.tariff.tariff if here.now.tariff else None
    points = []
    for start in _hours(during):
        parts = pieces(
            tariff, category=category, unit=Unit.SESSION, units=1, start=start, time_zone=market.time_zone
        )
        found = here.price(category, cell, start, at)
        points.append(Point.at_place(start, start + _HOUR, mean_bp(parts), found))
    return Curve(market.id, market.currency, market.time_zone, here.snapshot_id, points)


def curve_of_offer(session: Session, offer_id: UUID, *, during: Span, at: datetime) -> Curve:
    """What the offer's shortest service costs at each start within `during` that can be booked now.

    Raises `OfferUnknown` for what the world may not see, `CurveUnfit`, and what `availability` raises.
    """
    _check(during)
    terms = offers.terms(session, offer_id)
    here = _here(session, terms.market_id, at)
    slots: Sequence[Slot] = ()
    if offers.bookable(terms):
        offers.public_offer(session, offer_id)
    else:
        slots = availability.list_bookable_slots(session, terms, during, at=at)
    points = [_point(here, terms, slot, at) for slot in slots]
    return Curve(terms.market_id, terms.currency, terms.time_zone, here.snapshot_id, points)


def shortest(terms: Terms, start: datetime, end: datetime) -> Ask:
    """The least that can be asked of the offer then; of a ride, one kilometre."""
    match terms.unit:
        case Unit.HOUR:
            return Ask(start, units=terms.shortest_minutes)
        case Unit.NIGHT:
            return Ask(start, units=terms.shortest_minutes // MINUTES_IN_A_NIGHT)
        case Unit.KILOMETRE:
            return Ask(start, end=end, units=1)
        case Unit.SESSION | Unit.TASK:
            return Ask(start)


def _check(during: Span) -> None:
    if during.duration > LONGEST:
        raise CurveUnfit(f"Ask for {LONGEST.days} days at most.", field="to")


def _here(session: Session, market_id: UUID, at: datetime) -> _Market:
    now = queries.in_force(session, market_id, at)
    found = surge.published(session, now.snapshot_id) if now.snapshot_id else None
    return _Market(now, surge.rules_of(now.policy), found)


def _hours(during: Span) -> Iterator[datetime]:
    """Each full hour that begins within a span; in UTC, so that no hour is lost or doubled."""
    start = during.start.replace(minute=0, second=0, microsecond=0)
    if start < during.start:
        start += _HOUR
    while start < during.end:
        yield start
        start += _HOUR


def _point(here: _Market, terms: Terms, slot: Slot, at: datetime) -> Point:
    start, end = availability.from_epoch_seconds(slot.start), availability.from_epoch_seconds(slot.end)
    market = here.price(terms.category_slug, terms.cell_r7, start, at)
    factor = personal(market, terms, NOBODY_KNOWN, here.rules) if here.rules else NO_SURGE
    fitted = fit(terms, shortest(terms, start, end))
    inputs = inputs_of(terms, fitted, policy=used(here.now.policy), tariff=here.now.tariff, surge=factor)
    return Point(
        start,
        end,
        mean_bp(inputs.pieces),
        factor.market_bp,
        factor.mode,
        factor.absence,
        factor.reasons,
        _pay_in(inputs, factor),
    )


def _pay_in(inputs: Inputs, factor: Surge) -> int | None:
    """The market's price for everybody, so before any protection; None where it cannot be counted or paid."""
    everybody = factor.model_copy(update={"multiplier_bp": factor.market_bp})
    try:
        pay_in = price(inputs.model_copy(update={"surge": everybody})).pay_in_amount
    except (AmountTooLarge, PolicyTakesTooMuch):
        return None
    return pay_in if payable_amounts.is_payable(pay_in, inputs.currency) else None
