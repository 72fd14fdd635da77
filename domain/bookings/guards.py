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
from domain.bookings import queries, rules, stakes
from domain.bookings.errors import DisputeAnsweredAlready, NotPayable, NotYoursToAnswer, ProposalOpen, TooLate
from domain.bookings.kinds import Side, State, Step
from domain.bookings.lifecycle import BOOKINGS
from domain.bookings.models import Booking
from domain.bookings.steps import By, Standing, actor_of, next_state, side_of
from domain.foundation.errors import DomainError
from domain.foundation.ids import encode
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.payments import PaymentState
from domain.payments.errors import PaymentNotAuthorized, PaymentOver
from domain.providers import ProviderCapability

PAY: Final = "pay"
PROPOSE: Final = "propose"

Guard = Callable[[Session, Standing], None]


@dataclass(frozen=True, slots=True)
class OpenSteps:
    """What would be accepted now, and from which instant what would be accepted only later.

    Names are steps of the table, `pay` and `propose`. Whether the details fit (a card, a new time) is seen
    when it is done.
    """

    now: tuple[str, ...]
    later: Mapping[str, datetime] = field(default_factory=dict)


def open_steps(session: Session, booking: Booking, *, by: By, at: datetime) -> OpenSteps:
    """What `by` may do with a booking now, and later. Raises `BookingNotFound` to who is no side of it."""
    side = side_of(booking, by)
    here = Standing(booking, side, actor_of(by, side), at)
    now: list[str] = []
    later: dict[str, datetime] = {}
    for name, guard in _candidates(here):
        try:
            guard(session, here)
        except DomainError as refusal:
            if possible_from := refusal.extras.get("possible_from"):
                later[name] = datetime.fromisoformat(possible_from)
        else:
            now.append(name)
    return OpenSteps(tuple(now), later)


def check(session: Session, here: Standing, step: Step) -> None:
    """Raise what the action would: `NotNow`, `TooLate`, `TooEarly`, or the error of the step's own guard."""
    next_state(here, step)
    if guard := _GUARDS.get(step):
        guard(session, here)


def check_payable(session: Session, here: Standing) -> None:
    """Raise `NotPayable` unless the customer's payment is awaited, `PaymentOver` when it was called off.

    `AccountSuspended` where a side of the booking is.
    """
    booking = here.booking
    if here.side is not Side.CUSTOMER:
        raise NotPayable("The customer pays for a booking.")
    waits = booking.state is State.PENDING_PAYMENT and booking.due_at is not None and here.at < booking.due_at
    if not waits or booking.payment_id is None:
        raise NotPayable("This booking waits for no payment.", state=str(booking.state))
    payment = session.get_one(payments.Payment, booking.payment_id)
    if payment.state is PaymentState.CANCELLED or payment.keep_amount is not None:
        raise PaymentOver
    _check_accounts(session, here)


def check_changeable(session: Session, here: Standing) -> None:
    """Raise unless this side may propose a change now.

    `NotYoursToAnswer` to operators, `NotNow` unless the booking is confirmed, `TooLate` once its start has
    come, `ProposalOpen` while a proposal waits, `AccountSuspended` where a side of the booking is.
    """
    booking = here.booking
    if here.side not in {Side.CUSTOMER, Side.PROVIDER}:
        raise NotYoursToAnswer("The two sides of a booking change it between them.")
    if booking.state is not State.CONFIRMED:
        raise TransitionNotAllowed(
            "Only a confirmed booking can be changed.",
            state=str(booking.state),
            allowed=BOOKINGS.allowed_transitions(booking.state, here.side),
        )
    if here.at >= booking.during.start:
        raise TooLate("The start has come.", possible_until=booking.during.start.isoformat())
    before = queries.open_proposal(session, booking.id)
    if before is not None and here.at < before.expires_at:
        extras = {"proposal_id": encode("prp", before.id)}
        if before.expires_at < booking.during.start:
            extras["possible_from"] = before.expires_at.isoformat()
        raise ProposalOpen("Answer it, or withdraw it if it is yours.", **extras)
    _check_accounts(session, here)


def _check_accounts(session: Session, here: Standing) -> None:
    """Raise `AccountSuspended` where a side of the booking is."""
    identity.require_active_accounts(session, here.booking.customer_id, here.booking.provider_user_id)


def _candidates(here: Standing) -> list[tuple[str, Guard]]:
    """The steps that the table gives this side in this state, with their guards, and the two beside it."""
    steps = [Step(name) for name in BOOKINGS.allowed_transitions(here.booking.state, here.side)]
    beside: list[tuple[str, Guard]] = []
    if here.booking.state is State.PENDING_PAYMENT:
        beside = [(PAY, check_payable)]
    elif here.booking.state is State.CONFIRMED:
        beside = [(PROPOSE, check_changeable)]
    return [*((str(step), _checking(step)) for step in steps), *beside]


def _checking(step: Step) -> Guard:
    return lambda session, here: check(session, here, step)


def _may_accept(session: Session, here: Standing) -> None:
    booking = here.booking
    identity.require_active_accounts(session, booking.customer_id)
    providers.require_capability(
        session, providers.get_profile(session, booking.profile_id), ProviderCapability.TAKE_BOOKINGS
    )
    if booking.payment_id is None:
        return
    payment = session.get_one(payments.Payment, booking.payment_id)
    if payment.state not in {PaymentState.AUTHORIZED, PaymentState.CAPTURED}:
        raise PaymentNotAuthorized(state=payment.state.value)


def _may_contest(_: Session, here: Standing) -> None:
    assert here.booking.no_show_side is not None  # noqa: S101 -- set by the report that led here
    rules.may_answer(here.booking.no_show_side.other, by=here.side)


def _may_answer_dispute(session: Session, here: Standing) -> None:
    dispute = queries.dispute(session, here.booking.id)
    rules.may_answer(dispute.opened_by, by=here.side)
    if dispute.answered_at is not None:
        raise DisputeAnsweredAlready("The operators have both statements; they decide.")


def _may_start(session: Session, here: Standing) -> None:
    rules.may_start(here.booking.during, at=here.at)
    _check_accounts(session, here)


def _may_report_no_show(_: Session, here: Standing) -> None:
    rules.may_report_no_show(here.booking.during, here.booking.terms, at=here.at)


_GUARDS: Final[Mapping[Step, Guard]] = MappingProxyType(
    {
        Step.ACCEPT: _may_accept,
        Step.START: _may_start,
        Step.COMPLETE: stakes.check_nobody_is_to_speak,
        Step.REPORT_NO_SHOW: _may_report_no_show,
        Step.CONTEST_NO_SHOW: _may_contest,
        Step.ANSWER_DISPUTE: _may_answer_dispute,
    }
)
