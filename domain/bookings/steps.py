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
from domain.bookings.events import BookingFact, ChangeExpired
from domain.bookings.kinds import ProposalSide, Side, State, Step
from domain.bookings.lifecycle import BOOKINGS, PROPOSALS
from domain.bookings.models import Booking
from domain.foundation import events
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.errors import Stale
from domain.identity import Caller
from domain.payments.errors import KeepTooMuch, PaymentNotAuthorized

By = Caller | Actor
"""Who acts: a person with their roles, or the clock or the payment, which need none."""

# A person's answer counts until the clock would act, whether the sweep has come by or not.
HAS_ITS_TIME = frozenset({Step.ACCEPT, Step.DISPUTE, Step.CONTEST_NO_SHOW, Step.ANSWER_DISPUTE})

_SIDES = {ActorKind.CLOCK: Side.CLOCK, ActorKind.PAYMENT: Side.PAYMENT, ActorKind.OPERATOR: Side.OPERATOR}


@dataclass(frozen=True, slots=True)
class Standing:
    """A booking under its lock, the side that acts on it, and who that is."""

    booking: Booking
    side: Side
    actor: Actor
    at: datetime


def standing(
    session: Session, booking_id: UUID, *, by: By, at: datetime, if_match: int | None = None
) -> Standing:
    """The booking, locked, as `by` may act on it. Raises `BookingNotFound`, and `Stale` for an old copy."""
    booking = queries.booking_locked(session, booking_id)
    side = side_of(booking, by)
    if if_match is not None and if_match != booking.version:
        raise Stale("The booking has changed; look at it again.", version=booking.version)
    return Standing(booking, side, actor_of(by, side), at)


def side_of(booking: Booking, by: By) -> Side:
    """On which side somebody stands; a party first, then the operators of its market. Others find nothing."""
    if by.user_id == booking.customer_id:
        return Side.CUSTOMER
    if by.user_id == booking.provider_user_id:
        return Side.PROVIDER
    if isinstance(by, Caller):
        if by.is_operator(booking.market_id):
            return Side.OPERATOR
    elif by.kind in _SIDES:
        return _SIDES[by.kind]
    raise BookingNotFound


def actor_of(by: By, side: Side) -> Actor:
    """Who acts, in the capacity in which they do."""
    if isinstance(by, Actor):
        return by
    return Actor(ActorKind.OPERATOR, by.user_id) if side is Side.OPERATOR else by.actor


def allow(here: Standing, step: Step) -> None:
    """Refuse `NotNow` or `TooLate` before looking at what only matters where the step can be taken."""
    next_state(here, step)


def move(session: Session, here: Standing, step: Step, *, due_at: datetime) -> None:
    """Take a step to a state that waits for something else until `due_at`. Raises `NotNow` and `TooLate`."""
    booking = here.booking
    was = booking.state
    booking.state = next_state(here, step)
    booking.due_at = due_at
    booking.version += 1
    if was is State.CONFIRMED:
        let_proposal_lapse(session, here)


def keep_no_more_than(session: Session, here: Standing, amount: int) -> None:
    """Tell the payment what to keep. Less than that may be there by now, and then it stays as it is."""
    if here.booking.payment_id is None:
        return
    decided = payments.of(session, here.booking.id).keep_amount
    if decided is None or amount < decided:
        with suppress(KeepTooMuch, PaymentNotAuthorized):
            payments.keep(session, here.booking.id, amount, by=here.actor, at=here.at)


def let_proposal_lapse(session: Session, here: Standing) -> None:
    """End the open proposal, if there is one: its time is over, or the booking has moved on."""
    proposal = queries.open_proposal(session, here.booking.id)
    if proposal is not None:
        proposal.state = PROPOSALS.next_state(proposal.state, "expire", ProposalSide.CLOCK)
        proposal.answered_at = here.at
        fact = ChangeExpired(booking_id=here.booking.id, proposal_id=proposal.id)
        record(session, here, fact)


def record(session: Session, here: Standing, fact: BookingFact) -> None:
    """Write down what happened to the booking."""
    events.record_event(session, fact, subject=("booking", here.booking.id), by=here.actor, at=here.at)


def next_state(here: Standing, step: Step) -> State:
    """Where the step leads. Raises `NotNow`, and `TooLate` for an answer that the clock has overtaken."""
    booking = here.booking
    state = BOOKINGS.next_state(booking.state, step, here.side)
    if step in HAS_ITS_TIME and booking.due_at is not None and here.at >= booking.due_at:
        raise TooLate("The time for this is over.", possible_until=booking.due_at.isoformat())
    return state
