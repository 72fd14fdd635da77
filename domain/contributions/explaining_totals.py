"""By which rule an entry of credits came to its total, and from which numbers (`recounting.py`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from domain import ledger, pricing
from domain.bookings import Booking, RefundGround
from domain.contributions import explaining_books as books
from domain.contributions.expiring import FIRST_NOTICE_DAYS, SECOND_NOTICE_DAYS
from domain.contributions.expiring_lots import BREAKAGE, Terms, lots
from domain.contributions.explaining_books import Line
from domain.contributions.models import Contribution
from domain.contributions.patronage import PATRONAGE
from domain.contributions.patronage_models import PatronageRound, PatronageShare
from domain.contributions.patronage_rules import Formula, Part, weight_of
from domain.contributions.settling import CONTRIBUTION
from domain.contributions.value_kinds import ClawBackOutcome, ClawBackReason
from domain.contributions.value_models import ContributionPeriod, ContributionValuation, CreditClawBack
from domain.contributions.valuing import shares
from domain.contributions.wallet import CLAW_BACK, RELEASE
from domain.foundation import events
from domain.foundation.money import BASIS_POINTS
from domain.ledger import AccountKind

_TERMS = text("SELECT entry_id, subject_id, held, expiry_days FROM credit_grants WHERE user_id = :user_id")
_NOTICES = text("SELECT days, credits FROM credit_notices WHERE lot_id = :lot_id AND round = :round")
_DISPUTED = text("SELECT refund_bp FROM booking_disputes WHERE booking_id = :booking_id")


@dataclass(frozen=True, slots=True)
class Total:
    """A rule, its factors, and what the entry is about."""

    rule: str
    factors: dict[str, Any]
    event: tuple[str, UUID]
    policy_version_id: UUID | None = None
    contribution: Contribution | None = None
    booking: Booking | None = None
    because: str = field(default="")


def total_of(session: Session, line: Line) -> Total:
    """How the whole of a posting's entry came about."""
    found = _BY_KIND.get(line.kind, _decided)(session, line)
    return found or _decided(session, line)


def taken_before(session: Session, contribution_id: UUID, *, than: UUID, at: datetime) -> int:
    """What had been taken back of a contribution, and not restored, before something of this id."""
    wanted = select(CreditClawBack).where(
        CreditClawBack.contribution_id == contribution_id, col(CreditClawBack.id) < than
    )
    return sum(one.credits for one in session.exec(wanted) if not _was_restored(one, at))


def _contribution(session: Session, line: Line) -> Total | None:
    given = session.get(Contribution, line.subject_id)
    worth = session.get(ContributionValuation, line.subject_id)
    if given is None or worth is None:
        return None
    event, version = ("contribution", given.id), given.policy_version_id
    if line.key.startswith("restoration:"):
        taken = session.get_one(CreditClawBack, UUID(line.key.removeprefix("restoration:")))
        told = {"taken": _taking(session, given, taken)}
        by_appeal = taken.appeal_outcome is ClawBackOutcome.RESTORED
        cause = "An appeal was granted" if by_appeal else "The refund that had taken it did not arrive"
        why = f"{cause}, so what was taken back came back."
        return Total("restoration", told, event, version, given, because=why)
    period = session.get_one(ContributionPeriod, worth.period_id)
    factors = {
        "worth": worth.worth,
        "fee": worth.fee,
        "period": {
            "number": period.number,
            "fees_amount": period.fees_amount,
            "share_bp": period.share_bp,
            "value_amount": period.value_amount,
            "raw_nano": period.raw_nano,
        },
        "taken_before": taken_before(session, given.id, than=line.entry_id, at=line.recorded_at),
    }
    why = "Others confirmed what was given, and this is what it was worth."
    return Total("contribution", factors, event, version, given, because=why)


def _release(session: Session, line: Line) -> Total | None:
    given = session.get(Contribution, line.subject_id)
    if given is None:
        return None
    factors = {
        "credits": given.credits or 0,
        "taken_before": taken_before(session, given.id, than=line.entry_id, at=line.recorded_at),
        "pending_before": books.before(session, line.debit, line.debit_owner, line.entry_id),
    }
    why = "The hold is over, so the credits can be spent."
    event = ("contribution", given.id)
    return Total("release", factors, event, given.policy_version_id, given, because=why)


def _claw_back(session: Session, line: Line) -> Total | None:
    given = session.get(Contribution, line.subject_id)
    found = session.exec(select(CreditClawBack).where(CreditClawBack.entry_id == line.entry_id)).first()
    if given is None or found is None:
        return None
    told = _taking(session, given, found)
    why = f"Credits were taken back: {found.reason.replace('_', ' ')}."
    event = ("contribution", given.id)
    return Total(told["rule"], told["factors"], event, given.policy_version_id, given, because=why)


def _taking(session: Session, given: Contribution, taken: CreditClawBack) -> dict[str, Any]:
    if taken.reason is ClawBackReason.REFUNDED:
        return {"rule": "refund", "factors": {"fee": taken.fee}}
    before = taken_before(session, given.id, than=taken.id, at=taken.decided_at)
    return {"rule": "claw_back", "factors": {"credits": given.credits or 0, "taken_before": before}}


def _redemption(session: Session, line: Line) -> Total | None:
    booking = session.get(Booking, line.subject_id)
    if booking is None:
        return None
    asked = events.subject_history(session, booking.id, limit=1)
    quote_id = UUID(asked[0].data["quote_id"]) if asked else booking.quote_id
    event = ("booking", booking.id)
    why = "Credits paid a part of a booking's price."
    factors = _paying(session, booking, quote_id)
    return Total("redemption", factors, event, booking.policy_version_id, booking=booking, because=why)


def _return(session: Session, line: Line) -> Total | None:
    booking = session.get(Booking, line.subject_id)
    if booking is None:
        return None
    event, version = ("booking", booking.id), booking.policy_version_id
    *_, last = line.key.split(":")
    if last != str(booking.id):
        spent = books.earlier(session, booking.id, ledger.REDEMPTION, than=line.entry_id)
        back = books.earlier(session, booking.id, ledger.REDEMPTION_RETURN, than=line.entry_id)
        redeemed = sum(one.amount for one in spent) - sum(one.amount for one in back)
        factors = {"redeemed_before": redeemed, **_paying(session, booking, UUID(last))}
        why = "The price changed, and less of it is paid with credits."
        return Total("changed_price", factors, event, version, booking=booking, because=why)
    service_bp, fee_bp = _given_back(session, booking)
    factors = {
        "fee_credits": booking.fee_credits,
        "surge_credits": booking.surge_credits,
        "service_bp": service_bp,
        "service_fee_bp": fee_bp,
        "ground": booking.ground,
    }
    why = "The booking ended, and what credits paid for was given back."
    return Total("booking_ended", factors, event, version, booking=booking, because=why)


def _paying(session: Session, booking: Booking, quote_id: UUID) -> dict[str, Any]:
    """What a quote is paid with, in minor units, and what a credit pays for."""
    quote = pricing.own_quote(session, quote_id, customer_id=booking.customer_id)
    used = {one.use: one.amount for one in pricing.redemptions(quote)}
    value = (quote.inputs.get("credits") or {}).get("value_amount", 1)
    return {
        "fee_amount": used.get(pricing.Use.FEE_DISCOUNT, 0),
        "surge_amount": used.get(pricing.Use.SURGE_SHIELD, 0),
        "value_amount": value,
    }


def _given_back(session: Session, booking: Booking) -> tuple[int, int]:
    """Which shares of the service and of the fee went back when it ended, in basis points."""
    if booking.ground in {
        RefundGround.NEVER_AGREED,
        RefundGround.NOT_BY_THE_CUSTOMER,
        RefundGround.GRACE_PERIOD,
    }:
        return BASIS_POINTS, BASIS_POINTS
    if booking.ground is RefundGround.DISPUTE:
        refund_bp = session.execute(_DISPUTED, {"booking_id": booking.id}).scalar() or 0
        return refund_bp, refund_bp
    if booking.ground is RefundGround.TIER and booking.ended_at is not None:
        for tier in booking.terms.cancellation.tiers:
            if booking.ended_at <= booking.strictest_start_at - timedelta(hours=tier.hours_before_start):
                return tier.refund_bp, tier.service_fee_refund_bp
    return 0, 0


def _expiry(session: Session, line: Line) -> Total | None:
    """The lot as it was then; its round is the last part of the entry's key."""
    if line.debit_owner is None:
        return None
    account = ledger.get_account(session, AccountKind.CREDITS, ledger.CREDITS, line.debit_owner)
    story = [one for one in ledger.account_history(session, account) if one.entry_id < line.entry_id]
    terms = [Terms(*row) for row in session.execute(_TERMS, {"user_id": line.debit_owner})]
    lot = next(lot for lot in lots(story, terms) if lot.entry_id == line.subject_id)
    asked = {"lot_id": line.subject_id, "round": int(line.key.rpartition(":")[2])}
    named = {row.days: row.credits for row in session.execute(_NOTICES, asked)}
    factors = {
        "left": lot.left,
        "first_notice": named[FIRST_NOTICE_DAYS],
        "second_notice": named[SECOND_NOTICE_DAYS],
    }
    return Total("expiry", factors, ("lot", line.subject_id), because="They were not used in their time.")


def _patronage(session: Session, line: Line) -> Total | None:
    made = session.get(PatronageRound, line.subject_id)
    if made is None:
        return None
    wanted = select(PatronageShare).where(PatronageShare.round_id == made.id)
    of_all = session.exec(wanted.order_by(col(PatronageShare.user_id))).all()
    formula = Formula(made.fee_weight, made.commission_weight, made.value_amount)
    weights = [weight_of(Part(one.user_id, one.fee_amount, one.commission_amount), formula) for one in of_all]
    place = next(number for number, one in enumerate(of_all) if one.user_id == line.credit_owner)
    share = shares(made.surplus_amount, weights)[place]
    factors = {
        "surplus_amount": made.surplus_amount,
        "fee_amount": of_all[place].fee_amount,
        "commission_amount": of_all[place].commission_amount,
        "fee_weight": made.fee_weight,
        "commission_weight": made.commission_weight,
        "weight_of_all": share.weight,
        "rank": share.rank,
        "left_over": share.left_over,
        "value_amount": made.value_amount,
    }
    why = "A surplus was shared among those who brought it in."
    return Total("patronage", factors, ("patronage", made.id), made.policy_version_id, because=why)


def _decided(session: Session, line: Line) -> Total:
    """Somebody named the amount: a gift into a pot, a payout, a grant by hand."""
    moved = books.of_entry(session, line.entry_id)
    credits_ = sum(one.amount for one in moved)
    return Total(
        "decided", {"credits": credits_}, (line.kind, line.subject_id), because="Somebody decided it."
    )


def _was_restored(taken: CreditClawBack, at: datetime) -> bool:
    return taken.restored_at is not None and taken.restored_at <= at


_BY_KIND: Mapping[str, Callable[[Session, Line], Total | None]] = MappingProxyType(
    {
        CONTRIBUTION: _contribution,
        RELEASE: _release,
        CLAW_BACK: _claw_back,
        ledger.REDEMPTION: _redemption,
        ledger.REDEMPTION_RETURN: _return,
        BREAKAGE: _expiry,
        PATRONAGE: _patronage,
    }
)
