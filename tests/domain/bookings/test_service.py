"""The service itself, and what happens when somebody does not come or the two disagree."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from domain import bookings, payments
from domain.bookings import Booking, Ground, ReasonCode, Side, State
from domain.bookings.errors import (
    DisputeAnsweredAlready,
    NotYoursToAnswer,
    ResolutionImpossible,
    TooEarly,
    TooLate,
)
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.ledger import AccountKind
from tests.domain.bookings.scene import DAY, HOUR, Scene, scene

MINUTE = timedelta(minutes=1)
QUARTER = 15 * MINUTE


@pytest.fixture
def play(session: Session, at) -> Scene:
    return scene(session, at)


def disputed(play: Scene) -> Booking:
    """Aino objects an hour after the delivery."""
    booking = play.delivered()
    return bookings.dispute(
        play.session,
        booking.id,
        by=play.aino,
        at=play.start + 3 * HOUR,
        reason_code=ReasonCode.NOT_AS_AGREED,
        statement="Two of five shirts were not ironed.",
    )


def resolved(play: Scene, booking: Booking, outcome: State, refund_bp: int, *, by=None) -> Booking:
    return bookings.resolve(
        play.session,
        booking.id,
        by=by or play.otto,
        at=play.start + DAY,
        outcome=outcome,
        refund_bp=refund_bp,
        decision="Seen the photographs.",
    )


def test_what_was_completed_pays_the_provider_and_closes_the_books(play: Scene):
    booking = play.delivered()
    when = play.start + 3 * HOUR
    bookings.complete(play.session, booking.id, by=play.aino, at=when)
    assert (booking.state, booking.ground, booking.refund_amount) == (
        State.COMPLETED,
        Ground.CARRIED_OUT,
        0,
    )
    assert booking.books_closed_at == when
    assert play.balance(AccountKind.HELD, booking.id) == 0
    assert play.balance(AccountKind.PAYABLE, booking.profile_id) == booking.pay_out_amount == 8_100
    assert play.balance(AccountKind.COMMISSION) == 900
    assert play.balance(AccountKind.SERVICE_FEES) == 450
    assert play.facts(booking)[-4:] == [
        "booking.started",
        "booking.delivered",
        "booking.completed",
        "booking.books_closed",
    ]


def test_books_that_are_closed_stay_closed_however_often_the_payment_is_followed(play: Scene):
    booking = play.delivered()
    bookings.complete(play.session, booking.id, by=play.aino, at=play.start + 3 * HOUR)
    for _ in range(3):
        bookings.follow_payment(play.session, booking.id, at=play.start + DAY)
    assert play.balance(AccountKind.PAYABLE, booking.profile_id) == booking.pay_out_amount
    assert play.facts(booking).count("booking.books_closed") == 1


def test_nobody_starts_before_the_agreed_start(play: Scene):
    booking = play.confirmed()
    with pytest.raises(TooEarly):
        bookings.start(play.session, booking.id, by=play.ellen, at=play.start - MINUTE)
    assert bookings.start(play.session, booking.id, by=play.aino, at=play.start).state is State.IN_PROGRESS


def test_a_quarter_of_an_hour_late_is_not_yet_a_no_show(play: Scene):
    booking = play.confirmed()
    with pytest.raises(TooEarly):
        bookings.report_no_show(play.session, booking.id, by=play.ellen, at=play.start + QUARTER - MINUTE)
    bookings.report_no_show(play.session, booking.id, by=play.ellen, at=play.start + QUARTER)
    assert (booking.state, booking.no_show_side) == (State.NO_SHOW, Side.CUSTOMER)
    assert booking.due_at == play.start + QUARTER + DAY


@pytest.mark.parametrize(("reporter", "refund"), [("ellen", 0), ("aino", 9_450)])
def test_an_uncontested_no_show_costs_whoever_did_not_come_but_not_before_a_day_has_passed(
    play: Scene, reporter, refund
):
    booking = play.confirmed()
    reported_at = play.start + QUARTER
    bookings.start(play.session, booking.id, by=play.aino, at=play.start)
    bookings.report_no_show(play.session, booking.id, by=getattr(play, reporter), at=reported_at)
    assert not bookings.act(play.session, booking.id, at=reported_at + DAY - MINUTE)
    assert play.balance(AccountKind.HELD, booking.id) == booking.pay_in_amount
    assert bookings.act(play.session, booking.id, at=reported_at + DAY)
    play.settle(booking, reported_at + DAY)
    assert (booking.state, booking.reason_code) == (State.CANCELLED, ReasonCode.NO_SHOW)
    assert booking.refund_amount == refund
    assert booking.books_closed_at is not None


def test_only_the_side_that_is_said_not_to_have_come_contests_it_and_in_time(play: Scene):
    booking = play.confirmed()
    bookings.report_no_show(play.session, booking.id, by=play.ellen, at=play.start + QUARTER)

    def contest(by, at):
        return bookings.contest_no_show(
            play.session, booking.id, by=by, at=at, statement="I rang; nobody opened."
        )

    with pytest.raises(NotYoursToAnswer):
        contest(play.ellen, play.start + HOUR)
    with pytest.raises(TooLate):
        contest(play.aino, play.start + QUARTER + DAY)
    contest(play.aino, play.start + HOUR)
    assert booking.state is State.DISPUTED
    assert booking.due_at == play.start + HOUR + 3 * DAY


def test_a_dispute_is_answered_once_by_the_other_side(play: Scene):
    booking = disputed(play)
    at = play.start + 5 * HOUR

    def answer(by, at=at):
        return bookings.answer(play.session, booking.id, by=by, at=at, statement="All five were.")

    with pytest.raises(NotYoursToAnswer):
        answer(play.aino)
    with pytest.raises(TooLate):
        answer(play.ellen, play.start + 3 * HOUR + 3 * DAY)
    answer(play.ellen)
    assert (booking.state, booking.due_at) == (State.DISPUTED, at + 14 * DAY)
    with pytest.raises(DisputeAnsweredAlready):
        answer(play.ellen)


@pytest.mark.parametrize(
    ("outcome", "refund_bp", "refund", "to_provider"),
    [
        (State.COMPLETED, 0, 0, 8_100),
        (State.COMPLETED, 4_000, 3_780, 4_860),
        (State.CANCELLED, 10_000, 9_450, 0),
        (State.CANCELLED, 5_000, 4_725, 4_050),
    ],
)
def test_an_operator_resolves_a_dispute_with_a_share(play: Scene, outcome, refund_bp, refund, to_provider):
    booking = disputed(play)
    resolved(play, booking, outcome, refund_bp)
    play.settle(booking, play.start + DAY)
    assert (booking.state, booking.refund_amount, booking.ground) == (outcome, refund, Ground.DISPUTE)
    assert payments.of(play.session, booking.id).refunded_amount == refund
    assert play.balance(AccountKind.PAYABLE, booking.profile_id) == to_provider
    assert play.balance(AccountKind.HELD, booking.id) == 0


@pytest.mark.parametrize(("outcome", "refund_bp"), [(State.COMPLETED, 10_000), (State.CANCELLED, 0)])
def test_a_resolution_does_not_contradict_itself(play: Scene, outcome, refund_bp):
    booking = disputed(play)
    with pytest.raises(ResolutionImpossible):
        resolved(play, booking, outcome, refund_bp)


@pytest.mark.parametrize("somebody", ["aino", "ellen"])
def test_the_parties_do_not_resolve_their_own_dispute(play: Scene, somebody):
    booking = disputed(play)
    with pytest.raises(TransitionNotAllowed):
        resolved(play, booking, State.CANCELLED, 10_000, by=getattr(play, somebody))


def test_a_provider_who_does_not_answer_a_dispute_gives_everything_back(play: Scene):
    booking = disputed(play)
    assert not bookings.act(play.session, booking.id, at=play.start + 3 * HOUR + 3 * DAY - MINUTE)
    assert bookings.act(play.session, booking.id, at=play.start + 3 * HOUR + 3 * DAY)
    assert (booking.state, booking.refund_amount) == (State.CANCELLED, booking.pay_in_amount)


def test_what_was_agreed_stands_when_operators_do_not_decide_in_a_fortnight(play: Scene):
    booking = disputed(play)
    answered_at = play.start + DAY
    bookings.answer(play.session, booking.id, by=play.ellen, at=answered_at, statement="All five were.")
    assert bookings.act(play.session, booking.id, at=answered_at + 14 * DAY)
    assert (booking.state, booking.refund_amount) == (State.COMPLETED, 0)


def test_a_customer_who_does_not_answer_a_contested_report_pays(play: Scene):
    """Aino says that Ellen did not come; Ellen contests it, and Aino says nothing more."""
    booking = play.confirmed()
    at = play.start + QUARTER
    bookings.report_no_show(play.session, booking.id, by=play.aino, at=at)
    bookings.contest_no_show(play.session, booking.id, by=play.ellen, at=at, statement="I was there.")
    bookings.act(play.session, booking.id, at=at + 3 * DAY)
    assert booking.state is State.COMPLETED


def test_who_objects_after_two_days_is_too_late(play: Scene):
    booking = play.delivered()
    with pytest.raises(TooLate):
        bookings.dispute(
            play.session,
            booking.id,
            by=play.aino,
            at=play.start + 2 * HOUR + 2 * DAY,
            reason_code=ReasonCode.NOT_AS_AGREED,
            statement="Late thoughts.",
        )
