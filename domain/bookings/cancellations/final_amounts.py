"""What goes back and what is kept when a booking ends: one pure function for preview, execution and dispute.

Values and an instant in, cents out. Nothing here asks a clock or a database, so the preview and the execution
of the same instant are the same arithmetic on the same frozen terms.

Words: a **share** says how much of the service and of the service fee go back, in basis points, and on which
**ground**; a **settlement** is what that means for one booking, in minor units of its currency. A **stake**
is what customers save by doing tasks themselves, paid beside the pay-in until the tasks are confirmed.
What the terms say is one thing, what has moved before is another: `after_moves` brings them together, and its
result is what is shown and what moves. Goodwill stands beside a settlement, whatever came first; everything
else that went back counts (docs/decisions/0020).
Invariants, held by properties in the tests: refund + back already + kept = paid, to the minor unit;
0 ≤ refund ≤ paid; coming nearer to the start never raises a refund; a start that was moved never raises a
refund either; of the stake nothing is kept but the shares of tasks that were left undone in a service that
was carried out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Self

from domain.bookings.kinds import BookingParty, RefundGround
from domain.foundation.money import BASIS_POINTS, apportion, portion
from domain.markets import CancellationPolicy, TaxBase
from domain.payments import PaymentAmounts


@dataclass(frozen=True, slots=True)
class Amounts:
    """A pay-in and where it goes, in minor units. The parts sum to the pay-in by definition."""

    pay_out: int
    service_fee: int
    commission: int
    tax: int
    surge: int = 0

    @property
    def pay_in(self) -> int:
        """What the customer pays in all."""
        return sum(self.parts)

    @property
    def parts(self) -> tuple[int, int, int, int, int]:
        """The parts in the order of the fields."""
        return self.pay_out, self.service_fee, self.commission, self.tax, self.surge


@dataclass(frozen=True, slots=True)
class StakeAmount:
    """What doing tasks oneself saves, in minor units: the provider's part, and the tax on it."""

    pay_out: int = 0
    tax: int = 0

    @property
    def amount(self) -> int:
        """What the customer saves in all."""
        return self.pay_out + self.tax

    def __add__(self, other: Self) -> Self:
        return type(self)(self.pay_out + other.pay_out, self.tax + other.tax)


NO_STAKE = StakeAmount()


@dataclass(frozen=True, slots=True)
class RedeemedCredits:
    """Credits that pay for a part of the service fee and of the surge, in thousandths."""

    fee: int = 0
    surge: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.fee + self.surge


NO_CREDITS = RedeemedCredits()


@dataclass(frozen=True, slots=True)
class RefundShare:
    """What goes back: of the service and of the service fee, in basis points, and the rule that says so."""

    service_bp: int
    service_fee_bp: int
    ground: RefundGround


@dataclass(frozen=True, slots=True)
class FinalAmounts:
    """What the customer gets back, and what of each part is kept. Together they are what was paid.

    `kept` is everything that is kept, `kept_stake` the part of it that is for tasks left undone. The refund
    holds `returned_stake_amount`; `returned_credits`, in thousandths, are given back beside the money.
    `already_back_amount` is what of the price was not there any more: refunded before, withdrawn by the card
    holder's bank, or never taken.
    """

    refund_amount: int
    kept: Amounts
    ground: RefundGround
    kept_stake: StakeAmount = NO_STAKE
    returned_stake_amount: int = 0
    returned_credits: int = 0
    already_returned_amount: int = 0


@dataclass(frozen=True, slots=True)
class CancellationTerms:
    """What a cancellation is measured against.

    `start` is the strictest the booking ever had, its earliest: agreeing on a later time must not reopen a
    deadline that has passed.
    """

    policy: CancellationPolicy
    booked_at: datetime
    start: datetime


def refund_share(terms: CancellationTerms, *, by: BookingParty, at: datetime) -> RefundShare:
    """The share that goes back when `by` calls a confirmed booking off at `at`.

    Only a customer who calls it off is held to the policy. Whoever else does, the customer gets everything.
    """
    if by is not BookingParty.CUSTOMER:
        return RefundShare(BASIS_POINTS, BASIS_POINTS, RefundGround.NOT_BY_THE_CUSTOMER)
    if at <= _grace_period_end(terms):
        return RefundShare(BASIS_POINTS, BASIS_POINTS, RefundGround.GRACE_PERIOD)
    for tier in terms.policy.tiers:
        if at <= terms.start - timedelta(hours=tier.hours_before_start):
            return RefundShare(tier.refund_bp, tier.service_fee_refund_bp, RefundGround.TIER)
    return RefundShare(0, 0, RefundGround.TOO_LATE)


def refund_unchanged_until(terms: CancellationTerms, *, at: datetime) -> datetime | None:
    """The last instant at which a customer gets back what they would at `at`; None if nothing is to lose."""
    now = refund_share(terms, by=BookingParty.CUSTOMER, at=at)
    for instant in sorted(_policy_instants(terms)):
        just_after = refund_share(terms, by=BookingParty.CUSTOMER, at=instant + timedelta(microseconds=1))
        if instant >= at and (just_after.service_bp, just_after.service_fee_bp) != (
            now.service_bp,
            now.service_fee_bp,
        ):
            return instant
    return None


def free_until(terms: CancellationTerms) -> datetime:
    """The last instant at which a customer who cancels gets everything back."""
    instants = [instant for instant in _policy_instants(terms) if instant >= terms.booked_at]
    return max(filter(lambda at: _is_free(terms, at), instants), default=terms.booked_at)


def compute_final_amounts(
    agreed: Amounts,
    share: RefundShare,
    *,
    tax_base: TaxBase,
    stake_amount: int = 0,
    unmet: StakeAmount = NO_STAKE,
    redeemed: RedeemedCredits = NO_CREDITS,
    step: int = 1,
) -> FinalAmounts:
    """The share in minor units of what was agreed, and what that leaves of the stake and of the credits.

    The tax goes back as far as what it is levied on does, and surge as far as the service does. What is kept
    of the service is split between the provider and the commission as the whole was (largest remainder), so
    the provider bears no rounding that the platform keeps. Of the stake only what `unmet` tasks are worth
    is kept, the provider having done their work, and of that as much as of the service; it comes on top of
    the parts. Credits come back as far as what they paid for does. Every part that goes back is a multiple of
    `step`, as cards are given back (`foundation.payable`), where what was agreed is.
    """
    service = agreed.pay_out + agreed.commission
    kept_service = service - _refunded_part(service, share.service_bp, step)
    kept_fee = agreed.service_fee - _refunded_part(agreed.service_fee, share.service_fee_bp, step)
    tax_bp = share.service_fee_bp if tax_base is TaxBase.SERVICE_FEE else share.service_bp
    kept_tax = agreed.tax - _refunded_part(agreed.tax, tax_bp, step)
    parts = (agreed.pay_out, agreed.commission)
    pay_out, commission = apportion(kept_service, parts, step) if service else (0, 0)
    kept_surge = agreed.surge - _refunded_part(agreed.surge, share.service_bp, step)
    kept_stake = _kept_stake(unmet, share, step)
    kept = Amounts(
        pay_out=pay_out + kept_stake.pay_out,
        service_fee=kept_fee,
        commission=commission,
        tax=kept_tax + kept_stake.tax,
        surge=kept_surge,
    )
    return FinalAmounts(
        refund_amount=agreed.pay_in + stake_amount - kept.pay_in,
        kept=kept,
        ground=share.ground,
        kept_stake=kept_stake,
        returned_stake_amount=stake_amount - kept_stake.amount,
        returned_credits=_returned_credits(redeemed, share),
    )


def _refunded_part(amount: int, basis_points: int, step: int) -> int:
    """A share of a part in steps; all of it where everything goes back, and never more than there is."""
    return amount if basis_points == BASIS_POINTS else min(amount, portion(amount, basis_points, step))


def apply_moved_money(planned: FinalAmounts, moved: PaymentAmounts) -> FinalAmounts:
    """What a settlement by the terms means after what has moved: what goes back now, and what is kept.

    What was given back out of what is held is missing for everybody in proportion, as when the books close.
    """
    refund_amount = moved.refund_for(planned.kept.pay_in)
    kept_amount = max(0, min(planned.kept.pay_in, moved.held - refund_amount))
    return reduce_final_amounts(
        planned, refund_amount=refund_amount, short_amount=planned.kept.pay_in - kept_amount
    )


def reduce_final_amounts(planned: FinalAmounts, *, refund_amount: int, short_amount: int) -> FinalAmounts:
    """A settlement where `refund_amount` goes back and `short_amount` is missing of what is kept."""
    kept = reduce_in_proportion(planned.kept, short_amount)
    stake = StakeAmount(
        _scale_part(planned.kept_stake.pay_out, planned.kept.pay_out, kept.pay_out),
        _scale_part(planned.kept_stake.tax, planned.kept.tax, kept.tax),
    )
    paid = planned.refund_amount + planned.kept.pay_in
    return replace(
        planned,
        refund_amount=refund_amount,
        kept=kept,
        kept_stake=stake,
        already_returned_amount=paid - refund_amount - kept.pay_in,
    )


def reduce_in_proportion(kept: Amounts, short_amount: int) -> Amounts:
    """The amounts with so much missing, from each part in proportion."""
    return Amounts(*apportion(kept.pay_in - short_amount, kept.parts)) if short_amount else kept


def _scale_part(part: int, before: int, after: int) -> int:
    return part * after // before if before else 0


def _kept_stake(unmet: StakeAmount, share: RefundShare, step: int) -> StakeAmount:
    return StakeAmount(
        pay_out=unmet.pay_out - _refunded_part(unmet.pay_out, share.service_bp, step),
        tax=unmet.tax - _refunded_part(unmet.tax, share.service_bp, step),
    )


def _is_free(terms: CancellationTerms, at: datetime) -> bool:
    share = refund_share(terms, by=BookingParty.CUSTOMER, at=at)
    return (share.service_bp, share.service_fee_bp) == (BASIS_POINTS, BASIS_POINTS)


def _returned_credits(redeemed: RedeemedCredits, share: RefundShare) -> int:
    """To the floor of thousandths, each use for itself: what cannot be divided stays redeemed."""
    fee, surge = redeemed.fee * share.service_fee_bp, redeemed.surge * share.service_bp
    return fee // BASIS_POINTS + surge // BASIS_POINTS


def _grace_period_end(terms: CancellationTerms) -> datetime:
    """Grace ends with its minutes, or when the service starts if that is sooner."""
    return min(terms.booked_at + timedelta(minutes=terms.policy.grace_minutes), terms.start)


def _policy_instants(terms: CancellationTerms) -> Iterator[datetime]:
    tiers = (terms.start - timedelta(hours=tier.hours_before_start) for tier in terms.policy.tiers)
    return chain((_grace_period_end(terms),), tiers)
