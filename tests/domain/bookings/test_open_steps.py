"""What a booking shows as allowed is what its actions accept: states × steps × sides × instants."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from domain import bookings, payments, providers
from domain.bookings import Booking, Change, ReasonCode, State, Step
from domain.bookings.lifecycle import BOOKINGS
from domain.foundation.errors import DomainError
from domain.identity import Caller
from tests.domain.bookings.bank import OneSession
from tests.domain.bookings.scene import DAY, HOUR, Scene, scene

TICK = timedelta(microseconds=1)
OTHER = ReasonCode.OTHER


def _pay(play: Scene, booking: Booking, by: Caller, at: datetime) -> object:
    return bookings.pay(
        OneSession(play.session), play.bank, booking.id, payment_method="pm_card_visa", by=by, at=at
    )


Action = Callable[[Scene, Booking, Caller, datetime], object]
ACTIONS: dict[str, Action] = {
    Step.ACCEPT: lambda play, booking, by, at: bookings.accept(play.session, booking.id, by=by, at=at),
    Step.DECLINE: lambda play, booking, by, at: bookings.decline(
        play.session, booking.id, by=by, at=at, reason_code=OTHER
    ),
    Step.WITHDRAW: lambda play, booking, by, at: bookings.withdraw(play.session, booking.id, by=by, at=at),
    Step.CANCEL: lambda play, booking, by, at: bookings.cancel(
        play.session, booking.id, by=by, at=at, reason_code=OTHER
    ),
    Step.START: lambda play, booking, by, at: bookings.start(play.session, booking.id, by=by, at=at),
    Step.DELIVER: lambda play, booking, by, at: bookings.deliver(play.session, booking.id, by=by, at=at),
    Step.COMPLETE: lambda play, booking, by, at: bookings.complete(play.session, booking.id, by=by, at=at),
    Step.REPORT_NO_SHOW: lambda play, booking, by, at: bookings.report_no_show(
        play.session, booking.id, by=by, at=at
    ),
    Step.CONTEST_NO_SHOW: lambda play, booking, by, at: bookings.contest_no_show(
        play.session, booking.id, by=by, at=at, statement="I was there."
    ),
    Step.DISPUTE: lambda play, booking, by, at: bookings.dispute(
        play.session, booking.id, by=by, at=at, reason_code=OTHER, statement="No."
    ),
    Step.ANSWER_DISPUTE: lambda play, booking, by, at: bookings.answer(
        play.session, booking.id, by=by, at=at, statement="Yes."
    ),
    Step.RESOLVE_AS_COMPLETED: lambda play, booking, by, at: bookings.resolve(
        play.session, booking.id, by=by, at=at, outcome=State.COMPLETED, refund_bp=1, decision="So."
    ),
    Step.RESOLVE_AS_CANCELLED: lambda play, booking, by, at: bookings.resolve(
        play.session, booking.id, by=by, at=at, outcome=State.CANCELLED, refund_bp=1, decision="So."
    ),
    "pay": _pay,
    "propose": lambda play, booking, by, at: bookings.propose(
        play.session, booking.id, Change(start=max(at, booking.during.start) + 3 * DAY), by=by, at=at
    ),
}


def _no_show(play: Scene) -> Booking:
    booking = play.confirmed()
    return bookings.report_no_show(play.session, booking.id, by=play.aino, at=play.start + HOUR)


def _disputed(play: Scene) -> Booking:
    booking = play.delivered()
    at = play.start + 3 * HOUR
    return bookings.dispute(play.session, booking.id, by=play.aino, at=at, reason_code=OTHER, statement="No.")


def _answered(play: Scene) -> Booking:
    booking = _disputed(play)
    return bookings.answer(
        play.session, booking.id, by=play.ellen, at=play.start + 4 * HOUR, statement="Yes."
    )


def _started(play: Scene) -> Booking:
    booking = play.confirmed()
    return bookings.start(play.session, booking.id, by=play.ellen, at=play.start)


def _proposed(play: Scene) -> Booking:
    booking = play.confirmed()
    bookings.propose(play.session, booking.id, Change(start=play.start + DAY), by=play.ellen, at=play.at)
    return booking


def _without_its_payment(play: Scene) -> Booking:
    """The bank let the money go, and nobody has heard of it yet."""
    booking = play.paid()
    payments.of(play.session, booking.id).state = payments.PaymentState.CANCELLED
    play.session.flush()
    return booking


def _of_a_suspended_provider(play: Scene) -> Booking:
    booking = play.paid()
    profile = providers.get_profile(play.session, booking.profile_id)
    profile.state = providers.ProviderProfileState.SUSPENDED
    play.session.flush()
    return booking


def _ended(state: State) -> Callable[[Scene], Booking]:
    def make(play: Scene) -> Booking:
        if state is State.COMPLETED:
            booking = play.delivered()
            return bookings.complete(play.session, booking.id, by=play.aino, at=play.start + 3 * HOUR)
        booking = play.requested() if state is State.EXPIRED else play.paid()
        if state is State.EXPIRED:
            bookings.act(play.session, booking.id, at=play.at + DAY)
        elif state is State.DECLINED:
            bookings.decline(play.session, booking.id, by=play.ellen, at=play.at, reason_code=OTHER)
        else:
            bookings.withdraw(play.session, booking.id, by=play.aino, at=play.at)
        return booking

    return make


SITUATIONS: dict[str, tuple[State, Callable[[Scene], Booking]]] = {
    "pending payment": (State.PENDING_PAYMENT, lambda play: play.requested()),
    "requested": (State.REQUESTED, lambda play: play.paid()),
    "requested without its payment": (State.REQUESTED, _without_its_payment),
    "requested of a suspended provider": (State.REQUESTED, _of_a_suspended_provider),
    "confirmed": (State.CONFIRMED, lambda play: play.confirmed()),
    "confirmed with a proposal": (State.CONFIRMED, _proposed),
    "in progress": (State.IN_PROGRESS, _started),
    "delivered": (State.DELIVERED, lambda play: play.delivered()),
    "no show": (State.NO_SHOW, _no_show),
    "disputed": (State.DISPUTED, _disputed),
    "disputed and answered": (State.DISPUTED, _answered),
    **{str(state): (state, _ended(state)) for state in sorted(BOOKINGS.final)},
}


def _instants(booking: Booking, play: Scene) -> Iterator[datetime]:
    """Just before, at and after each instant at which something begins or ends to be possible."""
    no_show = booking.during.start + booking.terms.no_show_after
    named = {booking.during.start, no_show, booking.during.end, booking.due_at or play.at + HOUR}
    named |= {line.expires_at for line in bookings.whole(play.session, booking.id, by=play.otto).proposals}
    latest = max(
        filter(None, (booking.requested_at, booking.started_at, booking.delivered_at, booking.no_show_at))
    )
    for instant in sorted(named):
        yield from (each for each in (instant - TICK, instant, instant + TICK) if each >= latest)


def _accepts(play: Scene, booking: Booking, name: str, by: Caller, at: datetime) -> bool:
    """Whether the action is accepted and does something; what it did is undone.

    Paying again what is paid is answered as it stands, and does nothing.
    """
    kept, version = dict(play.bank.kept), booking.version
    undone = play.session.begin_nested()
    try:
        ACTIONS[name](play, booking, by, at)
    except DomainError:
        return False
    else:
        return booking.version > version
    finally:
        undone.rollback()
        play.session.expire_all()
        play.bank.kept = kept


@pytest.mark.parametrize("situation", SITUATIONS)
def test_what_is_allowed_is_what_is_accepted(session: Session, at: datetime, situation: str) -> None:
    play = scene(session, at)
    state, make = SITUATIONS[situation]
    booking = make(play)
    session.flush()
    assert booking.state is state
    for by in (play.aino, play.ellen, play.otto):
        for instant in list(_instants(booking, play)):
            steps = bookings.open_steps(session, booking, by=by, at=instant)
            accepted = {name for name in ACTIONS if _accepts(play, booking, name, by, instant)}
            assert set(steps.now) == accepted, (by.name, instant)
            assert not accepted & steps.later.keys()


@pytest.mark.parametrize("situation", SITUATIONS)
def test_what_is_allowed_later_is_accepted_then_and_not_before(
    session: Session, at: datetime, situation: str
) -> None:
    play = scene(session, at)
    booking = SITUATIONS[situation][1](play)
    session.flush()
    for by in (play.aino, play.ellen, play.otto):
        for instant in list(_instants(booking, play)):
            for name, later in bookings.open_steps(session, booking, by=by, at=instant).later.items():
                assert later > instant
                assert not _accepts(play, booking, name, by, later - TICK)
                assert _accepts(play, booking, name, by, later)


def test_every_state_and_every_step_of_a_person_is_tried() -> None:
    people = {"customer", "provider", "operator"}
    assert {state for state, _ in SITUATIONS.values()} == set(State)
    assert {row.name for row in BOOKINGS.transitions if people & row.actors} <= set(ACTIONS)


def test_a_confirmed_booking_says_from_when_it_can_be_started(session: Session, at: datetime) -> None:
    play = scene(session, at)
    booking = play.confirmed()
    steps = bookings.open_steps(session, booking, by=play.aino, at=at)
    assert set(steps.now) == {"cancel", "propose"}
    assert steps.later == {
        "start": play.start,
        "report_no_show": play.start + booking.terms.no_show_after,
    }


def test_whoever_waits_for_a_proposal_learns_when_they_may_make_one(session: Session, at: datetime) -> None:
    play = scene(session, at)
    booking: Any = _proposed(play)
    later = bookings.open_steps(session, booking, by=play.aino, at=at).later["propose"]
    assert at < later < play.start
