"""A quote's factor held for what is asked instead of it: the price that `instead_of` promises. Mostly pure.

Everything that decides is read once; then any number of asks can be priced from memory.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from domain import surge
from domain.foundation.money import share
from domain.markets import PolicyVersion
from domain.offers import Terms
from domain.pricing import demand, queries
from domain.pricing.asking import Ask, measure
from domain.pricing.fitting import Fitted, fit, inputs_of, used
from domain.pricing.inputs import NO_SURGE, Inputs, Piece, Surge
from domain.pricing.participation import taken
from domain.pricing.quotes import Quote
from domain.pricing.surging import Promised, personal, promised_by
from domain.pricing.tariff import TariffInForce, clipped, pieces
from domain.surge import NOBODY_KNOWN, History, SurgePolicy


@dataclass(frozen=True, slots=True)
class Held:
    """Policy and tariff in force, what the quote promised, and whose protections count."""

    policy: PolicyVersion
    rules: SurgePolicy | None
    tariff: TariffInForce | None
    promised: Promised
    known: History

    def surge(self, terms: Terms, start: datetime) -> Surge:
        """The factor that this customer pays at most for a start of this offer."""
        if self.rules is None:
            return NO_SURGE
        return personal(self.promised.price(terms, start), terms, self.known, self.rules)

    def inputs(self, terms: Terms, ask: Ask) -> tuple[Fitted, Inputs]:
        """All that the price of this ask depends on; refuses what this offer does not have."""
        fitted, part = fit(terms, ask), taken(terms, ask, self.policy)
        factor = self.surge(terms, fitted.during.start)
        return fitted, inputs_of(
            terms, fitted, policy=used(self.policy), tariff=self.tariff, surge=factor, part=part
        )

    def weight(self, terms: Terms, ask: Ask) -> int:
        """Tariff and factor together at the ask's start: what makes one start cheaper than another."""
        parts = pieces(
            self.tariff.tariff if self.tariff else None,
            category=terms.category_slug,
            unit=terms.unit,
            units=measure(terms, ask).units,
            start=ask.start,
            time_zone=terms.time_zone,
        )
        return mean_bp(parts) * self.surge(terms, ask.start).multiplier_bp

    def weight_of(self, inputs: Inputs) -> int:
        """The same of a quote as it was counted."""
        return mean_bp(inputs.pieces) * inputs.surge.multiplier_bp

    def live_minutes(self, category: str) -> int:
        """How far ahead the live factor reaches; nowhere where there is none."""
        live = None if self.rules is None else self.rules.live.get(category)
        return 0 if live is None else live.horizon_minutes


def held(session: Session, quote: Quote, terms: Terms, *, at: datetime) -> Held:
    """What is held for the customer of this quote until it expires."""
    now = queries.in_force(session, quote.market_id, at)
    rules = surge.rules_of(now.policy)
    promised = promised_by(session, quote)
    known = NOBODY_KNOWN
    if rules is not None and promised.snapshot is not None:
        known = demand.history(
            session,
            quote.customer_id,
            quote.market_id,
            protection=rules.protection,
            time_zone=terms.time_zone,
            at=quote.created_at,  # what protected the quote protects what is asked instead of it
        )
    return Held(
        policy=now.policy,
        rules=rules,
        tariff=now.tariff,
        promised=promised,
        known=known,
    )


def mean_bp(parts: tuple[Piece, ...]) -> int:
    """The tariff's factor over pieces of time, by their length, in basis points."""
    weighed = sum(part.units * clipped(effect.factor_bp for effect in part.effects) for part in parts)
    return share(weighed, 1, sum(part.units for part in parts))
