"""How a step is taken: find the booking under its lock, find out on which side somebody stands, move on.

Everybody acts only on what is theirs. Who is no side of a booking does not learn that there is one.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import payments
from domain.bookings import queries
from domain.bookings.errors import BookingNotFound, TooLate
from domain.bookings.events import BookingEvent, ChangeExpired
from domain.bookings.kinds import BookingParty, BookingState, BookingTransition, ProposalParty
from domain.bookings.lifecycle import BOOKINGS, PROPOSALS
from domain.bookings.models import Booking
from domain.foundation import events
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.errors import Stale
from domain.identity import Caller
from domain.payments.errors import CaptureTargetTooHigh, PaymentNotAuthorized

CallerOrActor = Caller | Actor
"""Who acts: a person with their roles, or the clock or the payment, which need none."""

# A person's answer counts until the clock would act, whether the sweep has come by or not.
TRANSITIONS_WITH_DEADLINE = frozenset(
    {
        BookingTransition.ACCEPT,
        BookingTransition.DISPUTE,
        BookingTransition.CONTEST_NO_SHOW,
        BookingTransition.ANSWER_DISPUTE,
    }
)

_PARTIES = {
    ActorKind.CLOCK: BookingParty.CLOCK,
    ActorKind.PAYMENT: BookingParty.PAYMENT,
    ActorKind.OPERATOR: BookingParty.OPERATOR,
}


@dataclass(frozen=True, slots=True)
class ActionContext:
    """A booking under its lock, the side that acts on it, and who that is."""

    booking: Booking
    party: BookingParty
    actor: Actor
    at: datetime


def load_context(
    session: Session, booking_id: UUID, *, by: CallerOrActor, at: datetime, if_match: int | None = None
) -> ActionContext:
    """The booking, locked, as `by` may act on it. Raises `BookingNotFound`, and `Stale` for an old copy."""
    booking = queries.lock_booking(session, booking_id)
    party = party_of(booking, by)
    if if_match is not None and if_match != booking.version:
        raise Stale("The booking has changed; look at it again.", version=booking.version)
    return ActionContext(booking, party, actor_of(by, party), at)


def party_of(booking: Booking, by: CallerOrActor) -> BookingParty:
    """On which side somebody stands; a party first, then the operators of its market. Others find nothing."""
    if by.user_id == booking.customer_id:
        return BookingParty.CUSTOMER
    if by.user_id == booking.provider_user_id:
        return BookingParty.PROVIDER
    if isinstance(by, Caller):
        if by.is_operator(booking.market_id):
            return BookingParty.OPERATOR
    elif by.kind in _PARTIES:
        return _PARTIES[by.kind]
    raise BookingNotFound


def actor_of(by: CallerOrActor, party: BookingParty) -> Actor:
    """Who acts, in the capacity in which they do."""
    if isinstance(by, Actor):
        return by
    return Actor(ActorKind.OPERATOR, by.user_id) if party is BookingParty.OPERATOR else by.actor


def check_transition(context: ActionContext, transition: BookingTransition) -> None:
    """Refuse `NotNow` or `TooLate` before looking at what only matters where the step can be taken."""
    next_state(context, transition)


def apply_transition(
    session: Session, context: ActionContext, transition: BookingTransition, *, due_at: datetime
) -> None:
    """Take a step to a state that waits for something else until `due_at`. Raises `NotNow` and `TooLate`."""
    booking = context.booking
    was = booking.state
    booking.state = next_state(context, transition)
    booking.due_at = due_at
    booking.version += 1
    if was is BookingState.CONFIRMED:
        expire_open_proposal(session, context)


def lower_capture_target(session: Session, context: ActionContext, amount: int) -> None:
    """Tell the payment what to keep. Less than that may be there by now, and then it stays as it is."""
    if context.booking.payment_id is None:
        return
    decided = payments.get_payment_of_subject(session, context.booking.id).keep_amount
    if decided is None or amount < decided:
        with suppress(CaptureTargetTooHigh, PaymentNotAuthorized):
            payments.set_capture_target(session, context.booking.id, amount, by=context.actor, at=context.at)


def expire_open_proposal(session: Session, context: ActionContext) -> None:
    """End the open proposal, if there is one: its time is over, or the booking has moved on."""
    proposal = queries.get_open_proposal(session, context.booking.id)
    if proposal is not None:
        proposal.state = PROPOSALS.next_state(proposal.state, "expire", ProposalParty.CLOCK)
        proposal.answered_at = context.at
        event = ChangeExpired(booking_id=context.booking.id, proposal_id=proposal.id)
        record_event(session, context, event)


def record_event(session: Session, context: ActionContext, event: BookingEvent) -> None:
    """Write down what happened to the booking."""
    events.record_event(
        session, event, subject=("booking", context.booking.id), by=context.actor, at=context.at
    )


def next_state(context: ActionContext, transition: BookingTransition) -> BookingState:
    """Where the step leads. Raises `NotNow`, and `TooLate` for an answer that the clock has overtaken."""
    booking = context.booking
    state = BOOKINGS.next_state(booking.state, transition, context.party)
    if (
        transition in TRANSITIONS_WITH_DEADLINE
        and booking.due_at is not None
        and context.at >= booking.due_at
    ):
        raise TooLate("The time for this is over.", possible_until=booking.due_at.isoformat())
    return state
