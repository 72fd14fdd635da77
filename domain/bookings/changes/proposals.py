"""Changing a confirmed booking: one side proposes, with the price difference shown, the other answers.

Nothing changes before the acceptance, and then everything does at once: the time is moved, the amounts are
the new quote's, and the payment is told what to keep. A **reschedule** moves the time alone; whatever else
changes is a **modification**. That a change cannot cost more than the payment can take is a decision of its
own, in docs/decisions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import availability, identity, offers, payments, pricing
from domain.bookings import guards, queries, rules
from domain.bookings.changes.reprice import reprice
from domain.bookings.errors import IncreaseNotPayable, NothingProposed, OtherPartyMustAnswer, TooLate
from domain.bookings.events import ChangeAccepted, ChangeDeclined, ChangeProposed, ChangeWithdrawn
from domain.bookings.kinds import ProposalKind, ProposalParty
from domain.bookings.lifecycle import PROPOSALS
from domain.bookings.models import Booking, Proposal
from domain.bookings.queries import ProposalRow
from domain.bookings.transition import (
    ActionContext,
    CallerOrActor,
    expire_open_proposal,
    load_context,
    lower_capture_target,
    record_event,
)
from domain.payments import PaymentState


@dataclass(frozen=True, slots=True)
class ProposedChange:
    """What is to be different; what is None stays as it is. As in a quote, `end` or `units` says how long."""

    start: datetime | None = None
    end: datetime | None = None
    units: int | None = None
    seats: int | None = None
    options: Sequence[tuple[UUID, int]] | None = None


def propose_change(
    session: Session,
    booking_id: UUID,
    change: ProposedChange,
    *,
    by: CallerOrActor,
    at: datetime,
    note: str | None = None,
    if_match: int | None = None,
) -> ProposalRow:
    """Ask the other side to change the booking. Returns the proposal, with what it would cost more or less.

    Raises `NotNow` unless the booking is confirmed, `NothingProposed`, `TooLate` for a start that has
    passed, `ProposalOpen` while another one waits, `IncreaseNotPayable`, `AccountSuspended`, and what
    `pricing.price_of_change` refuses.
    """
    context = load_context(session, booking_id, by=by, at=at, if_match=if_match)
    guards.check_changeable(session, context)
    _expire_overdue_proposal(session, context)
    expires_at = _answer_deadline(context, change)
    priced = _priced(session, context, change, expires_at)
    proposal = Proposal(
        booking_id=booking_id,
        kind=_kind(context.booking, priced.quote),
        by_side=context.party,
        during=priced.quote.during,
        seats=priced.quote.seats,
        options=priced.quote.options,
        quote_id=priced.quote.id,
        difference_amount=priced.difference_amount,
        currency=priced.quote.currency,
        note=note,
        proposed_at=at,
        expires_at=expires_at,
    )
    _check_payable(session, context.booking, priced.quote)
    session.add(proposal)
    context.booking.version += 1
    _record_proposal(session, context, proposal)
    return ProposalRow.of(proposal)


def accept_proposal(
    session: Session,
    booking_id: UUID,
    proposal_id: UUID,
    *,
    by: CallerOrActor,
    at: datetime,
    if_match: int | None = None,
) -> Booking:
    """Agree to a change: from now on its terms hold. A lower price is given back by the payment.

    Raises `NotNow`, `NotYoursToAnswer`, `TooLate`, `IncreaseNotPayable`, `AccountSuspended`, and what
    `availability.move` refuses when the new time is not to be had; the booking then stays as it was.
    """
    context = load_context(session, booking_id, by=by, at=at, if_match=if_match)
    proposal = _answer_proposal(session, context, proposal_id, "accept")
    booking = context.booking
    identity.require_active_accounts(session, booking.customer_id, booking.provider_user_id)
    quote = pricing.own_quote(session, proposal.quote_id, customer_id=booking.customer_id)
    _check_payable(session, booking, quote)
    paid_before = booking.paid_amount
    _apply_quote(session, context, quote)
    session.flush()
    _update_capture_target(session, context, booking.paid_amount - paid_before)
    availability.move_hold(
        session,
        terms=offers.terms(session, booking.offer_id),
        booking_id=booking_id,
        during=proposal.during,
        seats=proposal.seats,
        option_ids=[UUID(option["option_id"]) for option in proposal.options],
        at=at,
    )
    _record_acceptance(session, context, proposal)
    return booking


def decline_proposal(
    session: Session, booking_id: UUID, proposal_id: UUID, *, by: CallerOrActor, at: datetime
) -> Booking:
    """Turn a change down; everything stays as it was. Raises `NotNow`, `NotYoursToAnswer`, `TooLate`."""
    context = load_context(session, booking_id, by=by, at=at)
    proposal = _answer_proposal(session, context, proposal_id, "decline")
    context.booking.version += 1
    record_event(session, context, ChangeDeclined(booking_id=booking_id, proposal_id=proposal.id))
    return context.booking


def withdraw_proposal(
    session: Session, booking_id: UUID, proposal_id: UUID, *, by: CallerOrActor, at: datetime
) -> Booking:
    """Take one's own proposal back. Raises `NotNow`, `NotYoursToAnswer` to everybody else, and `TooLate`."""
    context = load_context(session, booking_id, by=by, at=at)
    proposal = _answer_proposal(session, context, proposal_id, "withdraw")
    context.booking.version += 1
    record_event(session, context, ChangeWithdrawn(booking_id=booking_id, proposal_id=proposal.id))
    return context.booking


def _expire_overdue_proposal(session: Session, context: ActionContext) -> None:
    """End a proposal whose time is over before the clock comes by; one that waits was refused before."""
    if queries.get_open_proposal(session, context.booking.id) is not None:
        expire_open_proposal(session, context)
        session.flush()


def _answer_deadline(context: ActionContext, change: ProposedChange) -> datetime:
    booking = context.booking
    starts = change.start or booking.during.start
    if starts <= context.at:
        raise TooLate("That start has passed.", field="start", possible_until=starts.isoformat())
    return rules.proposal_due(context.at, booking.during, starts, booking.terms)


def _priced(
    session: Session, context: ActionContext, change: ProposedChange, expires_at: datetime
) -> pricing.PricedChange:
    return pricing.price_of_change(
        session,
        context.booking.quote_id,
        at=context.at,
        expires_at=expires_at,
        start=change.start,
        end=change.end,
        units=change.units,
        seats=change.seats,
        options=change.options,
    )


def _kind(booking: Booking, quote: pricing.Quote) -> ProposalKind:
    same_terms = (
        quote.during.duration == booking.during.duration
        and quote.seats == booking.seats
        and quote.options == booking.options
    )
    if same_terms and quote.during == booking.during:
        raise NothingProposed("Propose another time, length, number of seats, or other options.")
    return ProposalKind.RESCHEDULE if same_terms else ProposalKind.MODIFICATION


def _check_payable(session: Session, booking: Booking, quote: pricing.Quote) -> None:
    """Refuse an increase that the payment cannot take: once captured, a payment only ever gets smaller.

    What counts is all that is paid: a price may fall while what is at stake beside it grows.
    """
    new_amount = quote.pay_in_amount + quote.stake_amount
    difference = new_amount - booking.paid_amount
    if difference <= 0:
        return
    if booking.payment_id is not None:
        payment = payments.get_payment_of_subject(session, booking.id)
        if payment.state is PaymentState.AUTHORIZED and new_amount <= payment.authorized_amount:
            return
    raise IncreaseNotPayable(
        "Book the addition separately, propose terms that cost no more, or cancel and book anew.",
        difference_amount=difference,
        currency=booking.currency,
    )


def _answer_proposal(session: Session, context: ActionContext, proposal_id: UUID, name: str) -> Proposal:
    """The proposal after this answer to it. Raises what the table of proposals and the clock refuse."""
    proposal = queries.lock_proposal(session, context.booking.id, proposal_id)
    sides = {proposal.by_side: ProposalParty.PROPOSER, proposal.by_side.counterparty: ProposalParty.ANSWERER}
    if context.party not in sides:
        raise OtherPartyMustAnswer("The two sides of a booking answer each other's proposals.")
    state = PROPOSALS.next_state(proposal.state, name, sides[context.party])
    if context.at >= proposal.expires_at:
        raise TooLate("The time for an answer is over.", possible_until=proposal.expires_at.isoformat())
    proposal.state, proposal.answered_at = state, context.at
    return proposal


def _apply_quote(session: Session, context: ActionContext, quote: pricing.Quote) -> None:
    """Let the quote's terms be the booking's. Deadlines count from the earliest start it ever had."""
    reprice(session, context, quote)
    booking = context.booking
    booking.during = quote.during
    booking.seats = quote.seats
    booking.options = quote.options
    booking.strictest_start_at = min(booking.strictest_start_at, quote.during.start)
    booking.due_at = quote.during.start
    booking.version += 1


def _update_capture_target(session: Session, context: ActionContext, difference: int) -> None:
    booking = context.booking
    if difference > 0:
        payments.set_capture_target(session, booking.id, booking.paid_amount, by=context.actor, at=context.at)
    elif difference < 0:
        lower_capture_target(session, context, booking.paid_amount)


def _record_proposal(session: Session, context: ActionContext, proposal: Proposal) -> None:
    event = ChangeProposed(
        booking_id=context.booking.id,
        proposal_id=proposal.id,
        kind=proposal.kind,
        by_side=proposal.by_side,
        start=proposal.during.start,
        end=proposal.during.end,
        difference_amount=proposal.difference_amount,
        currency=context.booking.currency,
        answer_by=proposal.expires_at,
    )
    record_event(session, context, event)


def _record_acceptance(session: Session, context: ActionContext, proposal: Proposal) -> None:
    event = ChangeAccepted(
        booking_id=context.booking.id,
        proposal_id=proposal.id,
        kind=proposal.kind,
        start=proposal.during.start,
        end=proposal.during.end,
        difference_amount=proposal.difference_amount,
        currency=context.booking.currency,
    )
    record_event(session, context, event)
