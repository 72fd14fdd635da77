"""What a booking shows as allowed is what its actions accept: states × steps × sides × instants."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from domain import bookings, payments, providers
from domain.bookings import (
    Booking,
    BookingReasonCode,
    BookingState,
    BookingTransition,
    booking_disputes,
    changes,
)
from domain.bookings.changes import ProposedChange
from domain.bookings.lifecycle import BOOKINGS
from domain.foundation.errors import DomainError
from domain.identity import Caller
from tests.domain.bookings.booking_factory import DAY, HOUR, BookingFactory, make_booking_factory
from tests.domain.bookings.fake_gateway import SingleSessionTransactions

TICK = timedelta(microseconds=1)
OTHER = BookingReasonCode.OTHER


def _pay(factory: BookingFactory, booking: Booking, by: Caller, at: datetime) -> object:
    return bookings.pay(
        SingleSessionTransactions(factory.session),
        factory.gateway,
        booking.id,
        payment_method="pm_card_visa",
        by=by,
        at=at,
    )


Action = Callable[[BookingFactory, Booking, Caller, datetime], object]
ACTIONS: dict[str, Action] = {
    BookingTransition.ACCEPT: lambda factory, booking, by, at: bookings.accept(
        factory.session, booking.id, by=by, at=at
    ),
    BookingTransition.DECLINE: lambda factory, booking, by, at: bookings.decline(
        factory.session, booking.id, by=by, at=at, reason_code=OTHER
    ),
    BookingTransition.WITHDRAW: lambda factory, booking, by, at: bookings.withdraw(
        factory.session, booking.id, by=by, at=at
    ),
    BookingTransition.CANCEL: lambda factory, booking, by, at: bookings.cancel(
        factory.session, booking.id, by=by, at=at, reason_code=OTHER
    ),
    BookingTransition.START: lambda factory, booking, by, at: bookings.start(
        factory.session, booking.id, by=by, at=at
    ),
    BookingTransition.DELIVER: lambda factory, booking, by, at: bookings.deliver(
        factory.session, booking.id, by=by, at=at
    ),
    BookingTransition.COMPLETE: lambda factory, booking, by, at: bookings.complete(
        factory.session, booking.id, by=by, at=at
    ),
    BookingTransition.REPORT_NO_SHOW: lambda factory, booking, by, at: bookings.report_no_show(
        factory.session, booking.id, by=by, at=at
    ),
    BookingTransition.CONTEST_NO_SHOW: lambda factory, booking, by, at: booking_disputes.contest_no_show(
        factory.session, booking.id, by=by, at=at, statement="I was there."
    ),
    BookingTransition.DISPUTE: lambda factory, booking, by, at: booking_disputes.open_dispute(
        factory.session, booking.id, by=by, at=at, reason_code=OTHER, statement="No."
    ),
    BookingTransition.ANSWER_DISPUTE: lambda factory, booking, by, at: booking_disputes.answer_dispute(
        factory.session, booking.id, by=by, at=at, statement="Yes."
    ),
    BookingTransition.RESOLVE_AS_COMPLETED: lambda factory, booking, by, at: booking_disputes.resolve_dispute(
        factory.session, booking.id, by=by, at=at, outcome=BookingState.COMPLETED, refund_bp=1, decision="So."
    ),
    BookingTransition.RESOLVE_AS_CANCELLED: lambda factory, booking, by, at: booking_disputes.resolve_dispute(
        factory.session, booking.id, by=by, at=at, outcome=BookingState.CANCELLED, refund_bp=1, decision="So."
    ),
    "pay": _pay,
    "propose": lambda factory, booking, by, at: changes.propose_change(
        factory.session,
        booking.id,
        ProposedChange(start=max(at, booking.during.start) + 3 * DAY),
        by=by,
        at=at,
    ),
}


def _no_show(factory: BookingFactory) -> Booking:
    booking = factory.make_confirmed_booking()
    return bookings.report_no_show(factory.session, booking.id, by=factory.aino, at=factory.start + HOUR)


def _disputed(factory: BookingFactory) -> Booking:
    booking = factory.make_delivered_booking()
    at = factory.start + 3 * HOUR
    return booking_disputes.open_dispute(
        factory.session, booking.id, by=factory.aino, at=at, reason_code=OTHER, statement="No."
    )


def _answered(factory: BookingFactory) -> Booking:
    booking = _disputed(factory)
    return booking_disputes.answer_dispute(
        factory.session, booking.id, by=factory.ellen, at=factory.start + 4 * HOUR, statement="Yes."
    )


def _started(factory: BookingFactory) -> Booking:
    booking = factory.make_confirmed_booking()
    return bookings.start(factory.session, booking.id, by=factory.ellen, at=factory.start)


def _proposed(factory: BookingFactory) -> Booking:
    booking = factory.make_confirmed_booking()
    changes.propose_change(
        factory.session,
        booking.id,
        ProposedChange(start=factory.start + DAY),
        by=factory.ellen,
        at=factory.at,
    )
    return booking


def _without_its_payment(factory: BookingFactory) -> Booking:
    """The bank let the money go, and nobody has heard of it yet."""
    booking = factory.make_paid_booking()
    payments.get_payment_of_subject(factory.session, booking.id).state = payments.PaymentState.CANCELLED
    factory.session.flush()
    return booking


def _of_a_suspended_provider(factory: BookingFactory) -> Booking:
    booking = factory.make_paid_booking()
    profile = providers.get_profile(factory.session, booking.profile_id)
    profile.state = providers.ProviderProfileState.SUSPENDED
    factory.session.flush()
    return booking


def _ended(state: BookingState) -> Callable[[BookingFactory], Booking]:
    def make(factory: BookingFactory) -> Booking:
        if state is BookingState.COMPLETED:
            booking = factory.make_delivered_booking()
            return bookings.complete(
                factory.session, booking.id, by=factory.aino, at=factory.start + 3 * HOUR
            )
        booking = (
            factory.make_requested_booking() if state is BookingState.EXPIRED else factory.make_paid_booking()
        )
        if state is BookingState.EXPIRED:
            bookings.run_due_transition(factory.session, booking.id, at=factory.at + DAY)
        elif state is BookingState.DECLINED:
            bookings.decline(factory.session, booking.id, by=factory.ellen, at=factory.at, reason_code=OTHER)
        else:
            bookings.withdraw(factory.session, booking.id, by=factory.aino, at=factory.at)
        return booking

    return make


SITUATIONS: dict[str, tuple[BookingState, Callable[[BookingFactory], Booking]]] = {
    "pending payment": (BookingState.PENDING_PAYMENT, lambda factory: factory.make_requested_booking()),
    "requested": (BookingState.REQUESTED, lambda factory: factory.make_paid_booking()),
    "requested without its payment": (BookingState.REQUESTED, _without_its_payment),
    "requested of a suspended provider": (BookingState.REQUESTED, _of_a_suspended_provider),
    "confirmed": (BookingState.CONFIRMED, lambda factory: factory.make_confirmed_booking()),
    "confirmed with a proposal": (BookingState.CONFIRMED, _proposed),
    "in progress": (BookingState.IN_PROGRESS, _started),
    "delivered": (BookingState.DELIVERED, lambda factory: factory.make_delivered_booking()),
    "no show": (BookingState.NO_SHOW, _no_show),
    "disputed": (BookingState.DISPUTED, _disputed),
    "disputed and answered": (BookingState.DISPUTED, _answered),
    **{str(state): (state, _ended(state)) for state in sorted(BOOKINGS.final)},
}


def _instants(booking: Booking, factory: BookingFactory) -> Iterator[datetime]:
    """Just before, at and after each instant at which something begins or ends to be possible."""
    no_show = booking.during.start + booking.terms.no_show_after
    named = {booking.during.start, no_show, booking.during.end, booking.due_at or factory.at + HOUR}
    named |= {
        line.expires_at
        for line in bookings.get_booking_details(factory.session, booking.id, by=factory.otto).proposals
    }
    latest = max(
        filter(None, (booking.requested_at, booking.started_at, booking.delivered_at, booking.no_show_at))
    )
    for instant in sorted(named):
        yield from (each for each in (instant - TICK, instant, instant + TICK) if each >= latest)


def _accepts(factory: BookingFactory, booking: Booking, name: str, by: Caller, at: datetime) -> bool:
    """Whether the action is accepted and does something; what it did is undone.

    Paying again what is paid is answered as it stands, and does nothing.
    """
    kept, version = dict(factory.gateway.payments), booking.version
    undone = factory.session.begin_nested()
    try:
        ACTIONS[name](factory, booking, by, at)
    except DomainError:
        return False
    else:
        return booking.version > version
    finally:
        undone.rollback()
        factory.session.expire_all()
        factory.gateway.payments = kept


@pytest.mark.parametrize("situation", SITUATIONS)
def test_what_is_allowed_is_what_is_accepted(session: Session, at: datetime, situation: str) -> None:
    factory = make_booking_factory(session, at)
    state, make = SITUATIONS[situation]
    booking = make(factory)
    session.flush()
    assert booking.state is state
    for by in (factory.aino, factory.ellen, factory.otto):
        for instant in list(_instants(booking, factory)):
            steps = bookings.allowed_actions(session, booking, by=by, at=instant)
            accepted = {name for name in ACTIONS if _accepts(factory, booking, name, by, instant)}
            assert set(steps.now) == accepted, (by.name, instant)
            assert not accepted & steps.later.keys()


@pytest.mark.parametrize("situation", SITUATIONS)
def test_what_is_allowed_later_is_accepted_then_and_not_before(
    session: Session, at: datetime, situation: str
) -> None:
    factory = make_booking_factory(session, at)
    booking = SITUATIONS[situation][1](factory)
    session.flush()
    for by in (factory.aino, factory.ellen, factory.otto):
        for instant in list(_instants(booking, factory)):
            for name, later in bookings.allowed_actions(session, booking, by=by, at=instant).later.items():
                assert later > instant
                assert not _accepts(factory, booking, name, by, later - TICK)
                assert _accepts(factory, booking, name, by, later)


def test_every_state_and_every_step_of_a_person_is_tried() -> None:
    people = {"customer", "provider", "operator"}
    assert {state for state, _ in SITUATIONS.values()} == set(BookingState)
    assert {row.name for row in BOOKINGS.transitions if people & row.actors} <= set(ACTIONS)


def test_a_confirmed_booking_says_from_when_it_can_be_started(session: Session, at: datetime) -> None:
    factory = make_booking_factory(session, at)
    booking = factory.make_confirmed_booking()
    steps = bookings.allowed_actions(session, booking, by=factory.aino, at=at)
    assert set(steps.now) == {"cancel", "propose"}
    assert steps.later == {
        "start": factory.start,
        "report_no_show": factory.start + booking.terms.no_show_after,
    }


def test_whoever_waits_for_a_proposal_learns_when_they_may_make_one(session: Session, at: datetime) -> None:
    factory = make_booking_factory(session, at)
    booking: Any = _proposed(factory)
    later = bookings.allowed_actions(session, booking, by=factory.aino, at=at).later["propose"]
    assert at < later < factory.start
