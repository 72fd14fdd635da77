"""The factor by demand on one quote: the market's from its snapshot, then this customer's, never above it.

Nothing is read but what a snapshot in memory holds, unless the market's price is above the tariff's; only
then is the customer asked about, by one statement, to protect them. A price below the tariff's is the
provider's to give: without a lowest price of theirs there is none.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlmodel import Session

from domain import surge
from domain.foundation.money import BASIS_POINTS
from domain.offers import Terms
from domain.pricing import demand
from domain.pricing.inputs import NO_SURGE, Inputs, Surge
from domain.pricing.queries import InForce
from domain.pricing.quotes import Quote
from domain.surge import NOBODY_KNOWN, Absence, History, MarketPrice, Mode, Published, Reason, SurgePolicy


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose price it is, for a service that starts when, asked at what instant."""

    customer_id: UUID
    start: datetime
    at: datetime


def surge_on(
    session: Session, terms: Terms, wanted: Wanted, now: InForce, *, instead_of: Quote | None = None
) -> Surge:
    """The factor for this customer now; with `instead_of` no more than it was when that quote was given."""
    rules = surge.rules_of(now.policy)
    if rules is None:
        return NO_SURGE
    market = _read(session, terms, wanted, now.snapshot_id)
    asked = [wanted.at]
    if instead_of is not None:
        held = promised_by(session, instead_of)
        then = held.price(terms, wanted.start)
        market = min(market, then, key=lambda price: price.multiplier_bp)
        asked.append(instead_of.created_at)  # a month that began since takes no protection away
    if market.multiplier_bp <= BASIS_POINTS:
        return personal(market, terms, NOBODY_KNOWN, rules)
    known = [_history(session, terms, wanted.customer_id, rules, at) for at in asked]
    return min((personal(market, terms, each, rules) for each in known), key=lambda one: one.multiplier_bp)


@dataclass(frozen=True, slots=True)
class Promised:
    """What a quote was counted from: its snapshot, None where it knew of none, and when that was read."""

    snapshot: Published | None
    at: datetime

    def price(self, terms: Terms, start: datetime) -> MarketPrice:
        """The market's factor as it was promised; without a snapshot that is the tariff's price."""
        if self.snapshot is None:
            return surge.no_price(Absence.NO_SNAPSHOT)
        category, cell = terms.category_slug, terms.cell_r7
        return self.snapshot.price(category=category, cell=cell, start=start, at=self.at)


def promised_by(session: Session, quote: Quote) -> Promised:
    """What holds for whatever is asked instead of this quote.

    A quote may itself hold a factor that was older than a snapshot counts; then that snapshot is read as long
    as it counted, or each hand it went through would make it the tariff's price.
    """
    used = Inputs.model_validate(quote.inputs).surge
    found = None if used.snapshot_id is None else surge.published(session, used.snapshot_id)
    if found is None or used.absence is Absence.STALE:
        return Promised(found, quote.created_at)
    return Promised(found, min(quote.created_at, found.fresh_until))


def personal(market: MarketPrice, terms: Terms, known: History, rules: SurgePolicy) -> Surge:
    """The market's factor as this customer pays it for this offer. Pure."""
    if market.absence is not None:
        return _ABSENT[market.absence].model_copy(update={"snapshot_id": market.snapshot_id})
    floor = BASIS_POINTS if terms.lowest_price_amount is None else 0
    market_bp = max(market.multiplier_bp, floor)
    protected = surge.protect(market_bp, known, rules.protection)
    return Surge(
        multiplier=written(protected.multiplier_bp),
        reason="in_force",
        market_bp=market_bp,
        multiplier_bp=protected.multiplier_bp,
        raw_bp=int(market.raw * BASIS_POINTS + 0.5),
        mode=market.mode,
        absence=None,
        reasons=_codes(market.reasons),
        limits=protected.limits,
        snapshot_id=market.snapshot_id,
        bonus_amount=market.bonus_amount if terms.price_amount else 0,
        has_personal_data=market_bp > BASIS_POINTS,
    )


def lower(promised: Surge, today: Surge) -> Surge:
    """The one under which the customer pays less; what was promised where they are the same."""
    return today if today.multiplier_bp < promised.multiplier_bp else promised


def minutes_held(inputs: Inputs, now: InForce) -> int:
    """How long the price is promised: a live one changes too soon to hold it as long as others."""
    rules = surge.rules_of(now.policy)
    if inputs.surge.mode is Mode.LIVE and rules is not None:
        return min(rules.live_quote_minutes, now.policy.rules.quote_minutes)
    return now.policy.rules.quote_minutes


def written(multiplier_bp: int) -> str:
    """A multiplier for people, with two decimals at least: 1.00, 1.25, 1.2375."""
    whole, part = divmod(multiplier_bp, BASIS_POINTS)
    decimals = f"{part:04d}".rstrip("0").ljust(2, "0")
    return f"{whole}.{decimals}"


def _history(session: Session, terms: Terms, customer_id: UUID, rules: SurgePolicy, at: datetime) -> History:
    return demand.history(
        session,
        customer_id,
        terms.market_id,
        protection=rules.protection,
        time_zone=terms.time_zone,
        at=at,
    )


def _read(session: Session, terms: Terms, wanted: Wanted, snapshot_id: UUID | None) -> MarketPrice:
    """What the snapshot says of this place and time; a market without one has no factor."""
    published = None if snapshot_id is None else surge.published(session, snapshot_id)
    if published is None:
        return surge.no_price(Absence.NO_SNAPSHOT)
    return published.price(category=terms.category_slug, cell=terms.cell_r7, start=wanted.start, at=wanted.at)


@lru_cache(maxsize=1_024)
def _codes(flags: Reason) -> tuple[str, ...]:
    return surge.codes(flags)


_ABSENT = {absence: Surge(reason=absence.value, absence=absence) for absence in Absence}
