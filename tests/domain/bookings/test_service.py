"""The service itself, and what happens when somebody does not come or the two disagree."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from domain import bookings, payments
from domain.bookings import (
    Booking,
    BookingParty,
    BookingReasonCode,
    BookingState,
    RefundGround,
    booking_disputes,
)
from domain.bookings.errors import (
    DisputeAlreadyAnswered,
    OtherPartyMustAnswer,
    ResolutionImpossible,
    TooEarly,
    TooLate,
)
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.ledger import AccountKind
from tests.domain.bookings.booking_factory import DAY, HOUR, BookingFactory, make_booking_factory

MINUTE = timedelta(minutes=1)
QUARTER = 15 * MINUTE


@pytest.fixture
def factory(session: Session, at) -> BookingFactory:
    return make_booking_factory(session, at)


def disputed(factory: BookingFactory) -> Booking:
    """Aino objects an hour after the delivery."""
    booking = factory.make_delivered_booking()
    return booking_disputes.open_dispute(
        factory.session,
        booking.id,
        by=factory.aino,
        at=factory.start + 3 * HOUR,
        reason_code=BookingReasonCode.NOT_AS_AGREED,
        statement="Two of five shirts were not ironed.",
    )


def resolved(
    factory: BookingFactory, booking: Booking, outcome: BookingState, refund_bp: int, *, by=None
) -> Booking:
    return booking_disputes.resolve_dispute(
        factory.session,
        booking.id,
        by=by or factory.otto,
        at=factory.start + DAY,
        outcome=outcome,
        refund_bp=refund_bp,
        decision="Seen the photographs.",
    )


def test_what_was_completed_pays_the_provider_and_closes_the_books(factory: BookingFactory):
    booking = factory.make_delivered_booking()
    when = factory.start + 3 * HOUR
    bookings.complete(factory.session, booking.id, by=factory.aino, at=when)
    assert (booking.state, booking.ground, booking.refund_amount) == (
        BookingState.COMPLETED,
        RefundGround.CARRIED_OUT,
        0,
    )
    assert booking.books_closed_at == when
    assert factory.balance(AccountKind.HELD, booking.id) == 0
    assert factory.balance(AccountKind.PAYABLE, booking.profile_id) == booking.pay_out_amount == 8_100
    assert factory.balance(AccountKind.COMMISSION) == 900
    assert factory.balance(AccountKind.SERVICE_FEES) == 450
    assert factory.event_names(booking)[-4:] == [
        "booking.started",
        "booking.delivered",
        "booking.completed",
        "booking.books_closed",
    ]


def test_books_that_are_closed_stay_closed_however_often_the_payment_is_followed(factory: BookingFactory):
    booking = factory.make_delivered_booking()
    bookings.complete(factory.session, booking.id, by=factory.aino, at=factory.start + 3 * HOUR)
    for _ in range(3):
        bookings.apply_payment_state(factory.session, booking.id, at=factory.start + DAY)
    assert factory.balance(AccountKind.PAYABLE, booking.profile_id) == booking.pay_out_amount
    assert factory.event_names(booking).count("booking.books_closed") == 1


def test_nobody_starts_before_the_agreed_start(factory: BookingFactory):
    booking = factory.make_confirmed_booking()
    with pytest.raises(TooEarly):
        bookings.start(factory.session, booking.id, by=factory.ellen, at=factory.start - MINUTE)
    assert (
        bookings.start(factory.session, booking.id, by=factory.aino, at=factory.start).state
        is BookingState.IN_PROGRESS
    )


def test_a_quarter_of_an_hour_late_is_not_yet_a_no_show(factory: BookingFactory):
    booking = factory.make_confirmed_booking()
    with pytest.raises(TooEarly):
        bookings.report_no_show(
            factory.session, booking.id, by=factory.ellen, at=factory.start + QUARTER - MINUTE
        )
    bookings.report_no_show(factory.session, booking.id, by=factory.ellen, at=factory.start + QUARTER)
    assert (booking.state, booking.no_show_side) == (BookingState.NO_SHOW, BookingParty.CUSTOMER)
    assert booking.due_at == factory.start + QUARTER + DAY


@pytest.mark.parametrize(("reporter", "refund"), [("ellen", 0), ("aino", 9_450)])
def test_an_uncontested_no_show_costs_whoever_did_not_come_but_not_before_a_day_has_passed(
    factory: BookingFactory, reporter, refund
):
    booking = factory.make_confirmed_booking()
    reported_at = factory.start + QUARTER
    bookings.start(factory.session, booking.id, by=factory.aino, at=factory.start)
    bookings.report_no_show(factory.session, booking.id, by=getattr(factory, reporter), at=reported_at)
    assert not bookings.run_due_transition(factory.session, booking.id, at=reported_at + DAY - MINUTE)
    assert factory.balance(AccountKind.HELD, booking.id) == booking.pay_in_amount
    assert bookings.run_due_transition(factory.session, booking.id, at=reported_at + DAY)
    factory.sync_payment(booking, reported_at + DAY)
    assert (booking.state, booking.reason_code) == (BookingState.CANCELLED, BookingReasonCode.NO_SHOW)
    assert booking.refund_amount == refund
    assert booking.books_closed_at is not None


def test_only_the_side_that_is_said_not_to_have_come_contests_it_and_in_time(factory: BookingFactory):
    booking = factory.make_confirmed_booking()
    bookings.report_no_show(factory.session, booking.id, by=factory.ellen, at=factory.start + QUARTER)

    def contest(by, at):
        return booking_disputes.contest_no_show(
            factory.session, booking.id, by=by, at=at, statement="I rang; nobody opened."
        )

    with pytest.raises(OtherPartyMustAnswer):
        contest(factory.ellen, factory.start + HOUR)
    with pytest.raises(TooLate):
        contest(factory.aino, factory.start + QUARTER + DAY)
    contest(factory.aino, factory.start + HOUR)
    assert booking.state is BookingState.DISPUTED
    assert booking.due_at == factory.start + HOUR + 3 * DAY


def test_a_dispute_is_answered_once_by_the_other_side(factory: BookingFactory):
    booking = disputed(factory)
    at = factory.start + 5 * HOUR

    def answer(by, at=at):
        return booking_disputes.answer_dispute(
            factory.session, booking.id, by=by, at=at, statement="All five were."
        )

    with pytest.raises(OtherPartyMustAnswer):
        answer(factory.aino)
    with pytest.raises(TooLate):
        answer(factory.ellen, factory.start + 3 * HOUR + 3 * DAY)
    answer(factory.ellen)
    assert (booking.state, booking.due_at) == (BookingState.DISPUTED, at + 14 * DAY)
    with pytest.raises(DisputeAlreadyAnswered):
        answer(factory.ellen)


@pytest.mark.parametrize(
    ("outcome", "refund_bp", "refund", "to_provider"),
    [
        (BookingState.COMPLETED, 0, 0, 8_100),
        (BookingState.COMPLETED, 4_000, 3_780, 4_860),
        (BookingState.CANCELLED, 10_000, 9_450, 0),
        (BookingState.CANCELLED, 5_000, 4_725, 4_050),
    ],
)
def test_an_operator_resolves_a_dispute_with_a_share(
    factory: BookingFactory, outcome, refund_bp, refund, to_provider
):
    booking = disputed(factory)
    resolved(factory, booking, outcome, refund_bp)
    factory.sync_payment(booking, factory.start + DAY)
    assert (booking.state, booking.refund_amount, booking.ground) == (outcome, refund, RefundGround.DISPUTE)
    assert payments.get_payment_of_subject(factory.session, booking.id).refunded_amount == refund
    assert factory.balance(AccountKind.PAYABLE, booking.profile_id) == to_provider
    assert factory.balance(AccountKind.HELD, booking.id) == 0


@pytest.mark.parametrize(
    ("outcome", "refund_bp"), [(BookingState.COMPLETED, 10_000), (BookingState.CANCELLED, 0)]
)
def test_a_resolution_does_not_contradict_itself(factory: BookingFactory, outcome, refund_bp):
    booking = disputed(factory)
    with pytest.raises(ResolutionImpossible):
        resolved(factory, booking, outcome, refund_bp)


@pytest.mark.parametrize("somebody", ["aino", "ellen"])
def test_the_parties_do_not_resolve_their_own_dispute(factory: BookingFactory, somebody):
    booking = disputed(factory)
    with pytest.raises(TransitionNotAllowed):
        resolved(factory, booking, BookingState.CANCELLED, 10_000, by=getattr(factory, somebody))


def test_a_provider_who_does_not_answer_a_dispute_gives_everything_back(factory: BookingFactory):
    booking = disputed(factory)
    assert not bookings.run_due_transition(
        factory.session, booking.id, at=factory.start + 3 * HOUR + 3 * DAY - MINUTE
    )
    assert bookings.run_due_transition(factory.session, booking.id, at=factory.start + 3 * HOUR + 3 * DAY)
    assert (booking.state, booking.refund_amount) == (BookingState.CANCELLED, booking.pay_in_amount)


def test_what_was_agreed_stands_when_operators_do_not_decide_in_a_fortnight(factory: BookingFactory):
    booking = disputed(factory)
    answered_at = factory.start + DAY
    booking_disputes.answer_dispute(
        factory.session, booking.id, by=factory.ellen, at=answered_at, statement="All five were."
    )
    assert bookings.run_due_transition(factory.session, booking.id, at=answered_at + 14 * DAY)
    assert (booking.state, booking.refund_amount) == (BookingState.COMPLETED, 0)


def test_a_customer_who_does_not_answer_a_contested_report_pays(factory: BookingFactory):
    """Aino says that Ellen did not come; Ellen contests it, and Aino says nothing more."""
    booking = factory.make_confirmed_booking()
    at = factory.start + QUARTER
    bookings.report_no_show(factory.session, booking.id, by=factory.aino, at=at)
    booking_disputes.contest_no_show(
        factory.session, booking.id, by=factory.ellen, at=at, statement="I was there."
    )
    bookings.run_due_transition(factory.session, booking.id, at=at + 3 * DAY)
    assert booking.state is BookingState.COMPLETED


def test_who_objects_after_two_days_is_too_late(factory: BookingFactory):
    booking = factory.make_delivered_booking()
    with pytest.raises(TooLate):
        booking_disputes.open_dispute(
            factory.session,
            booking.id,
            by=factory.aino,
            at=factory.start + 2 * HOUR + 2 * DAY,
            reason_code=BookingReasonCode.NOT_AS_AGREED,
            statement="Late thoughts.",
        )
