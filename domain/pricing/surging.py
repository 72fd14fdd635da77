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
from domain.surge import NOBODY_KNOWN, Absence, History, MarketPrice, Mode, Reason, SurgePolicy


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
    if instead_of is not None:  # one that knew of no snapshot promised the tariff's price
        before = Inputs.model_validate(instead_of.inputs).surge.snapshot_id
        then = Wanted(wanted.customer_id, wanted.start, instead_of.created_at)
        market = min(market, _read(session, terms, then, before), key=lambda price: price.multiplier_bp)
    known = NOBODY_KNOWN
    if market.multiplier_bp > BASIS_POINTS:
        known = demand.history(
            session,
            wanted.customer_id,
            terms.market_id,
            protection=rules.protection,
            time_zone=terms.time_zone,
            at=wanted.at,
        )
    return personal(market, terms, known, rules)


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
