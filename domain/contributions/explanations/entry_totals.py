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
from domain.contributions.explanations import ledger_lines
from domain.contributions.explanations.ledger_lines import CreditLedgerLine
from domain.contributions.models import Contribution
from domain.contributions.valuation.credit_settlement import CONTRIBUTION_ENTRY
from domain.contributions.valuation.kinds import ClawBackOutcome, ClawBackReason
from domain.contributions.valuation.models import ContributionPeriod, ContributionValuation, CreditClawBack
from domain.contributions.valuation.period_valuation import proportional_shares
from domain.credits import (
    BREAKAGE,
    CLAW_BACK,
    FIRST_NOTICE_DAYS,
    RELEASE,
    SECOND_NOTICE_DAYS,
    GrantTerms,
    build_lots,
)
from domain.credits.patronage import (
    PATRONAGE,
    PatronageFormula,
    PatronagePart,
    PatronageRound,
    PatronageShare,
    patronage_weight,
)
from domain.foundation import events
from domain.foundation.money import BASIS_POINTS
from domain.ledger import AccountKind

_TERMS = text("SELECT entry_id, subject_id, held, expiry_days FROM credit_grants WHERE user_id = :user_id")
_NOTICES = text("SELECT days, credits FROM credit_notices WHERE lot_id = :lot_id AND round = :round")
_DISPUTED = text("SELECT refund_bp FROM booking_disputes WHERE booking_id = :booking_id")


@dataclass(frozen=True, slots=True)
class EntryTotal:
    """A rule, its factors, and what the entry is about."""

    rule: str
    factors: dict[str, Any]
    event: tuple[str, UUID]
    policy_version_id: UUID | None = None
    contribution: Contribution | None = None
    booking: Booking | None = None
    because: str = field(default="")


def explain_total(session: Session, line: CreditLedgerLine) -> EntryTotal:
    """How the whole of a posting's entry came about."""
    total = _BY_KIND.get(line.kind, _decided)(session, line)
    return total or _decided(session, line)


def clawed_back_before(session: Session, contribution_id: UUID, *, than: UUID, at: datetime) -> int:
    """What had been taken back of a contribution, and not restored, before something of this id."""
    query = select(CreditClawBack).where(
        CreditClawBack.contribution_id == contribution_id, col(CreditClawBack.id) < than
    )
    return sum(claw_back.credits for claw_back in session.exec(query) if not _was_restored(claw_back, at))


def _contribution(session: Session, line: CreditLedgerLine) -> EntryTotal | None:
    contribution = session.get(Contribution, line.subject_id)
    worth = session.get(ContributionValuation, line.subject_id)
    if contribution is None or worth is None:
        return None
    event, version = ("contribution", contribution.id), contribution.policy_version_id
    if line.key.startswith("restoration:"):
        taken = session.get_one(CreditClawBack, UUID(line.key.removeprefix("restoration:")))
        restored_factors = {"taken": _claw_back_rule(session, contribution, taken)}
        by_appeal = taken.appeal_outcome is ClawBackOutcome.RESTORED
        cause = "An appeal was granted" if by_appeal else "The refund that had taken it did not arrive"
        why = f"{cause}, so what was taken back came back."
        return EntryTotal("restoration", restored_factors, event, version, contribution, because=why)
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
        "taken_before": clawed_back_before(session, contribution.id, than=line.entry_id, at=line.recorded_at),
    }
    why = "Others confirmed what was given, and this is what it was worth."
    return EntryTotal("contribution", factors, event, version, contribution, because=why)


def _release(session: Session, line: CreditLedgerLine) -> EntryTotal | None:
    contribution = session.get(Contribution, line.subject_id)
    if contribution is None:
        return None
    factors = {
        "credits": contribution.credits or 0,
        "taken_before": clawed_back_before(session, contribution.id, than=line.entry_id, at=line.recorded_at),
        "pending_before": ledger_lines.balance_before(session, line.debit, line.debit_owner, line.entry_id),
    }
    why = "The hold is over, so the credits can be spent."
    event = ("contribution", contribution.id)
    return EntryTotal("release", factors, event, contribution.policy_version_id, contribution, because=why)


def _claw_back(session: Session, line: CreditLedgerLine) -> EntryTotal | None:
    contribution = session.get(Contribution, line.subject_id)
    claw_back = session.exec(select(CreditClawBack).where(CreditClawBack.entry_id == line.entry_id)).first()
    if contribution is None or claw_back is None:
        return None
    rule = _claw_back_rule(session, contribution, claw_back)
    why = f"Credits were taken back: {claw_back.reason.replace('_', ' ')}."
    event = ("contribution", contribution.id)
    return EntryTotal(
        rule["rule"], rule["factors"], event, contribution.policy_version_id, contribution, because=why
    )


def _claw_back_rule(session: Session, contribution: Contribution, taken: CreditClawBack) -> dict[str, Any]:
    if taken.reason is ClawBackReason.REFUNDED:
        return {"rule": "refund", "factors": {"fee": taken.fee}}
    before = clawed_back_before(session, contribution.id, than=taken.id, at=taken.decided_at)
    return {"rule": "claw_back", "factors": {"credits": contribution.credits or 0, "taken_before": before}}


def _redemption(session: Session, line: CreditLedgerLine) -> EntryTotal | None:
    booking = session.get(Booking, line.subject_id)
    if booking is None:
        return None
    history = events.subject_history(session, booking.id, limit=1)
    quote_id = UUID(history[0].data["quote_id"]) if history else booking.quote_id
    event = ("booking", booking.id)
    why = "Credits paid a part of a booking's price."
    factors = _redemption_factors(session, booking, quote_id)
    return EntryTotal("redemption", factors, event, booking.policy_version_id, booking=booking, because=why)


def _return(session: Session, line: CreditLedgerLine) -> EntryTotal | None:
    booking = session.get(Booking, line.subject_id)
    if booking is None:
        return None
    event, version = ("booking", booking.id), booking.policy_version_id
    *_, last = line.key.split(":")
    if last != str(booking.id):
        spent = ledger_lines.list_earlier_lines(session, booking.id, ledger.REDEMPTION, than=line.entry_id)
        back = ledger_lines.list_earlier_lines(
            session, booking.id, ledger.REDEMPTION_RETURN, than=line.entry_id
        )
        redeemed = sum(earlier_line.amount for earlier_line in spent) - sum(
            earlier_line.amount for earlier_line in back
        )
        factors = {"redeemed_before": redeemed, **_redemption_factors(session, booking, UUID(last))}
        why = "The price changed, and less of it is paid with credits."
        return EntryTotal("changed_price", factors, event, version, booking=booking, because=why)
    service_bp, fee_bp = _refund_shares_bp(session, booking)
    factors = {
        "fee_credits": booking.fee_credits,
        "surge_credits": booking.surge_credits,
        "service_bp": service_bp,
        "service_fee_bp": fee_bp,
        "ground": booking.ground,
    }
    why = "The booking ended, and what credits paid for was given back."
    return EntryTotal("booking_ended", factors, event, version, booking=booking, because=why)


def _redemption_factors(session: Session, booking: Booking, quote_id: UUID) -> dict[str, Any]:
    """What a quote is paid with, in minor units, and what a credit pays for."""
    quote = pricing.own_quote(session, quote_id, customer_id=booking.customer_id)
    used = {redemption.use: redemption.amount for redemption in pricing.redemptions(quote)}
    value = (quote.inputs.get("credits") or {}).get("value_amount", 1)
    return {
        "fee_amount": used.get(pricing.Use.FEE_DISCOUNT, 0),
        "surge_amount": used.get(pricing.Use.SURGE_SHIELD, 0),
        "value_amount": value,
    }


def _refund_shares_bp(session: Session, booking: Booking) -> tuple[int, int]:
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


def _expiry(session: Session, line: CreditLedgerLine) -> EntryTotal | None:
    """The lot as it was then; its round is the last part of the entry's key."""
    if line.debit_owner is None:
        return None
    account = ledger.get_account(session, AccountKind.CREDITS, ledger.CREDITS, line.debit_owner)
    story = [
        movement for movement in ledger.account_history(session, account) if movement.entry_id < line.entry_id
    ]
    terms = [GrantTerms(*row) for row in session.execute(_TERMS, {"user_id": line.debit_owner})]
    lot = next(lot for lot in build_lots(story, terms) if lot.entry_id == line.subject_id)
    parameters = {"lot_id": line.subject_id, "round": int(line.key.rpartition(":")[2])}
    named = {row.days: row.credits for row in session.execute(_NOTICES, parameters)}
    factors = {
        "left": lot.left,
        "first_notice": named[FIRST_NOTICE_DAYS],
        "second_notice": named[SECOND_NOTICE_DAYS],
    }
    return EntryTotal(
        "expiry", factors, ("lot", line.subject_id), because="They were not used in their time."
    )


def _patronage(session: Session, line: CreditLedgerLine) -> EntryTotal | None:
    made = session.get(PatronageRound, line.subject_id)
    if made is None:
        return None
    query = select(PatronageShare).where(PatronageShare.round_id == made.id)
    of_all = session.exec(query.order_by(col(PatronageShare.user_id))).all()
    formula = PatronageFormula(made.fee_weight, made.commission_weight, made.value_amount)
    weights = [
        patronage_weight(
            PatronagePart(share_row.user_id, share_row.fee_amount, share_row.commission_amount), formula
        )
        for share_row in of_all
    ]
    place = next(number for number, share_row in enumerate(of_all) if share_row.user_id == line.credit_owner)
    share = proportional_shares(made.surplus_amount, weights)[place]
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
    return EntryTotal("patronage", factors, ("patronage", made.id), made.policy_version_id, because=why)


def _decided(session: Session, line: CreditLedgerLine) -> EntryTotal:
    """Somebody named the amount: a gift into a pot, a payout, a grant by hand."""
    moved = ledger_lines.list_entry_lines(session, line.entry_id)
    credits_ = sum(moved_line.amount for moved_line in moved)
    return EntryTotal(
        "decided", {"credits": credits_}, (line.kind, line.subject_id), because="Somebody decided it."
    )


def _was_restored(taken: CreditClawBack, at: datetime) -> bool:
    return taken.restored_at is not None and taken.restored_at <= at


_BY_KIND: Mapping[str, Callable[[Session, CreditLedgerLine], EntryTotal | None]] = MappingProxyType(
    {
        CONTRIBUTION_ENTRY: _contribution,
        RELEASE: _release,
        CLAW_BACK: _claw_back,
        ledger.REDEMPTION: _redemption,
        ledger.REDEMPTION_RETURN: _return,
        BREAKAGE: _expiry,
        PATRONAGE: _patronage,
    }
)
