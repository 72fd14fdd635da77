"""What may be done to a booking now: the guards of the actions, asked before an action or for all of them.

`check` is what an action asks before it changes anything, and `open_steps` asks the same of every step, so
that what a booking shows as allowed is what would be accepted. A guard raises the domain error of its action.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlmodel import Session

from domain import identity, payments, providers
from domain.bookings import queries, rules
from domain.bookings.booking_tasks import stakes
from domain.bookings.errors import (
    DisputeAlreadyAnswered,
    NotPayable,
    OtherPartyMustAnswer,
    ProposalOpen,
    TooLate,
)
from domain.bookings.kinds import BookingParty, BookingState, BookingTransition
from domain.bookings.lifecycle import BOOKINGS
from domain.bookings.models import Booking
from domain.bookings.transition import ActionContext, CallerOrActor, actor_of, next_state, party_of
from domain.foundation.errors import DomainError
from domain.foundation.ids import encode
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.payments import PaymentState
from domain.payments.errors import PaymentAlreadyCancelled, PaymentNotAuthorized
from domain.providers import ProviderCapability

PAY: Final = "pay"
PROPOSE: Final = "propose"

Guard = Callable[[Session, ActionContext], None]


@dataclass(frozen=True, slots=True)
class AllowedActions:
    """What would be accepted now, and from which instant what would be accepted only later.

    Names are steps of the table, `pay` and `propose`. Whether the details fit (a card, a new time) is seen
    when it is done.
    """

    now: tuple[str, ...]
    later: Mapping[str, datetime] = field(default_factory=dict)


def allowed_actions(session: Session, booking: Booking, *, by: CallerOrActor, at: datetime) -> AllowedActions:
    """What `by` may do with a booking now, and later. Raises `BookingNotFound` to who is no side of it."""
    party = party_of(booking, by)
    context = ActionContext(booking, party, actor_of(by, party), at)
    now: list[str] = []
    later: dict[str, datetime] = {}
    for name, guard in _candidate_actions(context):
        try:
            guard(session, context)
        except DomainError as error:
            if possible_from := error.extras.get("possible_from"):
                later[name] = datetime.fromisoformat(possible_from)
        else:
            now.append(name)
    return AllowedActions(tuple(now), later)


def check_allowed(session: Session, context: ActionContext, transition: BookingTransition) -> None:
    """Raise what the action would: `NotNow`, `TooLate`, `TooEarly`, or the error of the step's own guard."""
    next_state(context, transition)
    if guard := _GUARDS.get(transition):
        guard(session, context)


def check_payable(session: Session, context: ActionContext) -> None:
    """Check that the customer may pay for the booking now.

    Raises `NotPayable` unless the booking waits for a payment, `PaymentAlreadyCancelled` if the payment is
    cancelled, and `AccountSuspended` if the account of a party is suspended.
    """
    booking = context.booking
    if context.party is not BookingParty.CUSTOMER:
        raise NotPayable("The customer pays for a booking.")
    waits = (
        booking.state is BookingState.PENDING_PAYMENT
        and booking.due_at is not None
        and context.at < booking.due_at
    )
    if not waits or booking.payment_id is None:
        raise NotPayable("This booking waits for no payment.", state=str(booking.state))
    payment = session.get_one(payments.Payment, booking.payment_id)
    if payment.state is PaymentState.CANCELLED or payment.keep_amount is not None:
        raise PaymentAlreadyCancelled
    _check_accounts(session, context)


def check_changeable(session: Session, context: ActionContext) -> None:
    """Raise unless this side may propose a change now.

    `NotYoursToAnswer` to operators, `NotNow` unless the booking is confirmed, `TooLate` once its start has
    come, `ProposalOpen` while a proposal waits, `AccountSuspended` where a side of the booking is.
    """
    booking = context.booking
    if context.party not in {BookingParty.CUSTOMER, BookingParty.PROVIDER}:
        raise OtherPartyMustAnswer("The two sides of a booking change it between them.")
    if booking.state is not BookingState.CONFIRMED:
        raise TransitionNotAllowed(
            "Only a confirmed booking can be changed.",
            state=str(booking.state),
            allowed=BOOKINGS.allowed_transitions(booking.state, context.party),
        )
    if context.at >= booking.during.start:
        raise TooLate("The start has come.", possible_until=booking.during.start.isoformat())
    before = queries.get_open_proposal(session, booking.id)
    if before is not None and context.at < before.expires_at:
        extras = {"proposal_id": encode("prp", before.id)}
        if before.expires_at < booking.during.start:
            extras["possible_from"] = before.expires_at.isoformat()
        raise ProposalOpen("Answer it, or withdraw it if it is yours.", **extras)
    _check_accounts(session, context)


def _check_accounts(session: Session, context: ActionContext) -> None:
    """Raise `AccountSuspended` where a side of the booking is."""
    identity.require_active_accounts(session, context.booking.customer_id, context.booking.provider_user_id)


def _candidate_actions(context: ActionContext) -> list[tuple[str, Guard]]:
    """The steps that the table gives this side in this state, with their guards, and the two beside it."""
    steps = [
        BookingTransition(name) for name in BOOKINGS.allowed_transitions(context.booking.state, context.party)
    ]
    other_actions: list[tuple[str, Guard]] = []
    if context.booking.state is BookingState.PENDING_PAYMENT:
        other_actions = [(PAY, check_payable)]
    elif context.booking.state is BookingState.CONFIRMED:
        other_actions = [(PROPOSE, check_changeable)]
    return [*((str(transition), _guard_of(transition)) for transition in steps), *other_actions]


def _guard_of(transition: BookingTransition) -> Guard:
    return lambda session, context: check_allowed(session, context, transition)


def _may_accept(session: Session, context: ActionContext) -> None:
    booking = context.booking
    identity.require_active_accounts(session, booking.customer_id)
    providers.require_capability(
        session, providers.get_profile(session, booking.profile_id), ProviderCapability.TAKE_BOOKINGS
    )
    if booking.payment_id is None:
        return
    payment = session.get_one(payments.Payment, booking.payment_id)
    if payment.state not in {PaymentState.AUTHORIZED, PaymentState.CAPTURED}:
        raise PaymentNotAuthorized(state=payment.state.value)


def _may_contest(_: Session, context: ActionContext) -> None:
    assert context.booking.no_show_side is not None  # noqa: S101 -- set by the report that led here
    rules.check_may_answer(context.booking.no_show_side.counterparty, by=context.party)


def _may_answer_dispute(session: Session, context: ActionContext) -> None:
    dispute = queries.get_dispute(session, context.booking.id)
    rules.check_may_answer(dispute.opened_by, by=context.party)
    if dispute.answered_at is not None:
        raise DisputeAlreadyAnswered("The operators have both statements; they decide.")


def _may_start(session: Session, context: ActionContext) -> None:
    rules.check_start_time(context.booking.during, at=context.at)
    _check_accounts(session, context)


def _may_report_no_show(_: Session, context: ActionContext) -> None:
    rules.check_no_show_time(context.booking.during, context.booking.terms, at=context.at)


_GUARDS: Final[Mapping[BookingTransition, Guard]] = MappingProxyType(
    {
        BookingTransition.ACCEPT: _may_accept,
        BookingTransition.START: _may_start,
        BookingTransition.COMPLETE: stakes.ensure_tasks_resolved,
        BookingTransition.REPORT_NO_SHOW: _may_report_no_show,
        BookingTransition.CONTEST_NO_SHOW: _may_contest,
        BookingTransition.ANSWER_DISPUTE: _may_answer_dispute,
    }
)
