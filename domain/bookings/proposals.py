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
from domain.bookings.adopting import adopt_price
from domain.bookings.errors import IncreaseNotPayable, NothingProposed, NotYoursToAnswer, TooLate
from domain.bookings.events import ChangeAccepted, ChangeDeclined, ChangeProposed, ChangeWithdrawn
from domain.bookings.kinds import ProposalKind, ProposalSide
from domain.bookings.lifecycle import PROPOSALS
from domain.bookings.models import Booking, Proposal
from domain.bookings.queries import ProposalLine
from domain.bookings.steps import By, Standing, keep_no_more_than, let_proposal_lapse, record, standing
from domain.payments import PaymentState


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be different; what is None stays as it is. As in a quote, `end` or `units` says how long."""

    start: datetime | None = None
    end: datetime | None = None
    units: int | None = None
    seats: int | None = None
    options: Sequence[tuple[UUID, int]] | None = None


def propose(
    session: Session,
    booking_id: UUID,
    change: Change,
    *,
    by: By,
    at: datetime,
    note: str | None = None,
    if_match: int | None = None,
) -> ProposalLine:
    """Ask the other side to change the booking. Returns the proposal, with what it would cost more or less.

    Raises `NotNow` unless the booking is confirmed, `NothingProposed`, `TooLate` for a start that has
    passed, `ProposalOpen` while another one waits, `IncreaseNotPayable`, `AccountSuspended`, and what
    `pricing.price_of_change` refuses.
    """
    here = standing(session, booking_id, by=by, at=at, if_match=if_match)
    guards.check_changeable(session, here)
    _make_room(session, here)
    expires_at = _answerable_until(here, change)
    priced = _priced(session, here, change, expires_at)
    proposal = Proposal(
        booking_id=booking_id,
        kind=_kind(here.booking, priced.quote),
        by_side=here.side,
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
    _check_payable(session, here.booking, priced.quote)
    session.add(proposal)
    here.booking.version += 1
    _record_proposal(session, here, proposal)
    return ProposalLine.of(proposal)


def accept(
    session: Session,
    booking_id: UUID,
    proposal_id: UUID,
    *,
    by: By,
    at: datetime,
    if_match: int | None = None,
) -> Booking:
    """Agree to a change: from now on its terms hold. A lower price is given back by the payment.

    Raises `NotNow`, `NotYoursToAnswer`, `TooLate`, `IncreaseNotPayable`, `AccountSuspended`, and what
    `availability.move` refuses when the new time is not to be had; the booking then stays as it was.
    """
    here = standing(session, booking_id, by=by, at=at, if_match=if_match)
    proposal = _answered(session, here, proposal_id, "accept")
    booking = here.booking
    identity.require_active_accounts(session, booking.customer_id, booking.provider_user_id)
    quote = pricing.own_quote(session, proposal.quote_id, customer_id=booking.customer_id)
    _check_payable(session, booking, quote)
    paid_before = booking.paid_amount
    _adopt(session, here, quote)
    session.flush()
    _tell_payment(session, here, booking.paid_amount - paid_before)
    availability.move(
        session,
        terms=offers.terms(session, booking.offer_id),
        booking_id=booking_id,
        during=proposal.during,
        seats=proposal.seats,
        option_ids=[UUID(option["option_id"]) for option in proposal.options],
        at=at,
    )
    _record_acceptance(session, here, proposal)
    return booking


def decline(session: Session, booking_id: UUID, proposal_id: UUID, *, by: By, at: datetime) -> Booking:
    """Turn a change down; everything stays as it was. Raises `NotNow`, `NotYoursToAnswer`, `TooLate`."""
    here = standing(session, booking_id, by=by, at=at)
    proposal = _answered(session, here, proposal_id, "decline")
    here.booking.version += 1
    record(session, here, ChangeDeclined(booking_id=booking_id, proposal_id=proposal.id))
    return here.booking


def withdraw(session: Session, booking_id: UUID, proposal_id: UUID, *, by: By, at: datetime) -> Booking:
    """Take one's own proposal back. Raises `NotNow`, `NotYoursToAnswer` to everybody else, and `TooLate`."""
    here = standing(session, booking_id, by=by, at=at)
    proposal = _answered(session, here, proposal_id, "withdraw")
    here.booking.version += 1
    record(session, here, ChangeWithdrawn(booking_id=booking_id, proposal_id=proposal.id))
    return here.booking


def _make_room(session: Session, here: Standing) -> None:
    """End a proposal whose time is over before the clock comes by; one that waits was refused before."""
    if queries.open_proposal(session, here.booking.id) is not None:
        let_proposal_lapse(session, here)
        session.flush()


def _answerable_until(here: Standing, change: Change) -> datetime:
    booking = here.booking
    starts = change.start or booking.during.start
    if starts <= here.at:
        raise TooLate("That start has passed.", field="start", possible_until=starts.isoformat())
    return rules.proposal_due(here.at, booking.during, starts, booking.terms)


def _priced(session: Session, here: Standing, change: Change, expires_at: datetime) -> pricing.PricedChange:
    return pricing.price_of_change(
        session,
        here.booking.quote_id,
        at=here.at,
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
    wanted = quote.pay_in_amount + quote.stake_amount
    difference = wanted - booking.paid_amount
    if difference <= 0:
        return
    if booking.payment_id is not None:
        payment = payments.of(session, booking.id)
        if payment.state is PaymentState.AUTHORIZED and wanted <= payment.authorized_amount:
            return
    raise IncreaseNotPayable(
        "Book the addition separately, propose terms that cost no more, or cancel and book anew.",
        difference_amount=difference,
        currency=booking.currency,
    )


def _answered(session: Session, here: Standing, proposal_id: UUID, name: str) -> Proposal:
    """The proposal after this answer to it. Raises what the table of proposals and the clock refuse."""
    proposal = queries.proposal_locked(session, here.booking.id, proposal_id)
    sides = {proposal.by_side: ProposalSide.PROPOSER, proposal.by_side.other: ProposalSide.ANSWERER}
    if here.side not in sides:
        raise NotYoursToAnswer("The two sides of a booking answer each other's proposals.")
    state = PROPOSALS.next_state(proposal.state, name, sides[here.side])
    if here.at >= proposal.expires_at:
        raise TooLate("The time for an answer is over.", possible_until=proposal.expires_at.isoformat())
    proposal.state, proposal.answered_at = state, here.at
    return proposal


def _adopt(session: Session, here: Standing, quote: pricing.Quote) -> None:
    """Let the quote's terms be the booking's. Deadlines count from the earliest start it ever had."""
    adopt_price(session, here, quote)
    booking = here.booking
    booking.during = quote.during
    booking.seats = quote.seats
    booking.options = quote.options
    booking.strictest_start_at = min(booking.strictest_start_at, quote.during.start)
    booking.due_at = quote.during.start
    booking.version += 1


def _tell_payment(session: Session, here: Standing, difference: int) -> None:
    booking = here.booking
    if difference > 0:
        payments.keep(session, booking.id, booking.paid_amount, by=here.actor, at=here.at)
    elif difference < 0:
        keep_no_more_than(session, here, booking.paid_amount)


def _record_proposal(session: Session, here: Standing, proposal: Proposal) -> None:
    fact = ChangeProposed(
        booking_id=here.booking.id,
        proposal_id=proposal.id,
        kind=proposal.kind,
        by_side=proposal.by_side,
        start=proposal.during.start,
        end=proposal.during.end,
        difference_amount=proposal.difference_amount,
        currency=here.booking.currency,
        answer_by=proposal.expires_at,
    )
    record(session, here, fact)


def _record_acceptance(session: Session, here: Standing, proposal: Proposal) -> None:
    fact = ChangeAccepted(
        booking_id=here.booking.id,
        proposal_id=proposal.id,
        kind=proposal.kind,
        start=proposal.during.start,
        end=proposal.during.end,
        difference_amount=proposal.difference_amount,
        currency=here.booking.currency,
    )
    record(session, here, fact)
