"""What goes back and what is kept when a booking ends: one pure function for preview, execution and dispute.

Values and an instant in, cents out. Nothing here asks a clock or a database, so the preview and the execution
of the same instant are the same arithmetic on the same frozen terms.

Words: a **share** says how much of the service and of the service fee go back, in basis points, and on which
**ground**; a **settlement** is what that means for one booking, in minor units of its currency.
Invariants, held by properties in the tests: refund + kept = paid, to the minor unit; 0 ≤ refund ≤ paid;
coming nearer to the start never raises a refund; a start that was moved never raises a refund either.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from domain.foundation.money import BASIS_POINTS, apportion, portion
from domain.markets import CancellationPolicy, TaxBase

from .kinds import Ground, Side


@dataclass(frozen=True, slots=True)
class Amounts:
    """A pay-in and where it goes, in minor units. The parts sum to the pay-in by definition."""

    pay_out: int
    service_fee: int
    commission: int
    tax: int

    @property
    def pay_in(self) -> int:
        """What the customer pays in all."""
        return sum(self.parts)

    @property
    def parts(self) -> tuple[int, int, int, int]:
        """The parts in the order of the fields."""
        return self.pay_out, self.service_fee, self.commission, self.tax


@dataclass(frozen=True, slots=True)
class Share:
    """What goes back: of the service and of the service fee, in basis points, and the rule that says so."""

    service_bp: int
    service_fee_bp: int
    ground: Ground


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the customer gets back, and what of each part is kept. Together they are what was paid."""

    refund_amount: int
    kept: Amounts
    ground: Ground


@dataclass(frozen=True, slots=True)
class Deadlines:
    """What a cancellation is measured against.

    `start` is the strictest the booking ever had, its earliest: agreeing on a later time must not reopen a
    deadline that has passed.
    """

    policy: CancellationPolicy
    booked_at: datetime
    start: datetime


def given_back(deadlines: Deadlines, *, by: Side, at: datetime) -> Share:
    """The share that goes back when `by` calls a confirmed booking off at `at`.

    Only a customer who calls it off is held to the policy. Whoever else does, the customer gets everything.
    """
    if by is not Side.CUSTOMER:
        return Share(BASIS_POINTS, BASIS_POINTS, Ground.NOT_BY_THE_CUSTOMER)
    if at <= _grace_ends(deadlines):
        return Share(BASIS_POINTS, BASIS_POINTS, Ground.GRACE_PERIOD)
    for tier in deadlines.policy.tiers:
        if at <= deadlines.start - timedelta(hours=tier.hours_before_start):
            return Share(tier.refund_bp, tier.service_fee_refund_bp, Ground.TIER)
    return Share(0, 0, Ground.TOO_LATE)


def holds_until(deadlines: Deadlines, *, at: datetime) -> datetime | None:
    """The last instant at which a customer gets back what they would at `at`; None if nothing is to lose."""
    now = given_back(deadlines, by=Side.CUSTOMER, at=at)
    for instant in sorted(_instants(deadlines)):
        just_after = given_back(deadlines, by=Side.CUSTOMER, at=instant + timedelta(microseconds=1))
        if instant >= at and (just_after.service_bp, just_after.service_fee_bp) != (
            now.service_bp,
            now.service_fee_bp,
        ):
            return instant
    return None


def settle(agreed: Amounts, share: Share, *, tax_base: TaxBase) -> Settlement:
    """The share in minor units of what was agreed.

    The tax goes back as far as what it is levied on does. What is kept of the service is split between the
    provider and the commission as the whole was (largest remainder), so the provider bears no rounding that
    the platform keeps.
    """
    service = agreed.pay_out + agreed.commission
    kept_service = service - portion(service, share.service_bp)
    kept_fee = agreed.service_fee - portion(agreed.service_fee, share.service_fee_bp)
    tax_bp = share.service_fee_bp if tax_base is TaxBase.SERVICE_FEE else share.service_bp
    kept_tax = agreed.tax - portion(agreed.tax, tax_bp)
    pay_out, commission = apportion(kept_service, (agreed.pay_out, agreed.commission)) if service else (0, 0)
    kept = Amounts(pay_out=pay_out, service_fee=kept_fee, commission=commission, tax=kept_tax)
    return Settlement(refund_amount=agreed.pay_in - kept.pay_in, kept=kept, ground=share.ground)


def _grace_ends(deadlines: Deadlines) -> datetime:
    """Grace ends with its minutes, or when the service starts if that is sooner."""
    return min(deadlines.booked_at + timedelta(minutes=deadlines.policy.grace_minutes), deadlines.start)


def _instants(deadlines: Deadlines) -> Iterator[datetime]:
    tiers = (deadlines.start - timedelta(hours=tier.hours_before_start) for tier in deadlines.policy.tiers)
    return chain((_grace_ends(deadlines),), tiers)
