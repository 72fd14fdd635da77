"""When a booking can be reviewed, by whom, and until when."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from domain import bookings, ratings
from domain.bookings import BookingReasonCode, BookingState
from domain.bookings.errors import BookingNotFound
from domain.foundation import events, ids
from domain.ratings import HoldReason, ReviewWindow, WindowReason
from domain.ratings.errors import NotReviewable, ReviewThereAlready, ReviewWindowOver
from domain.ratings.rules import window_reason
from tests.domain.bookings.booking_factory import HOUR
from tests.domain.ratings.stagecraft import DAY, Play, play


@pytest.fixture
def here(session: Session, at: datetime) -> Play:
    return play(session, at)


def window(here: Play, booking: bookings.Booking) -> ReviewWindow:
    found = here.session.get(ReviewWindow, booking.id, populate_existing=True)
    assert found is not None
    return found


def test_a_completed_booking_opens_a_window_of_fourteen_days_for_its_two_parties(here: Play):
    booking = here.completed()
    assert ratings.open_window(here.session, booking.id)
    opened = window(here, booking)
    assert (opened.opened_at, opened.closes_at) == (here.over, here.over + 14 * DAY)
    assert (opened.customer_id, opened.provider_user_id) == (booking.customer_id, booking.provider_user_id)
    assert (opened.reason, opened.value_amount) == (WindowReason.COMPLETED, booking.pay_in_amount)


def test_told_twice_the_same_window_is_opened_once(here: Play):
    booking = here.completed()
    for _ in range(2):
        ratings.open_window(here.session, booking.id)
    names = [row.name for row in events.subject_history(here.session, booking.id)]
    assert names.count("review_window.opened") == 1


def test_whoever_writes_before_the_worker_came_opens_the_same_window(here: Play):
    early, late = here.completed(), here.completed(days=1)
    here.writes("aino", early.id, at=here.over)
    ratings.open_window(here.session, late.id)
    assert window(here, early).closes_at - here.over == window(here, late).closes_at - here.over - DAY


@pytest.mark.parametrize(
    ("state", "reason", "expected"),
    [
        (BookingState.COMPLETED, None, WindowReason.COMPLETED),
        (BookingState.COMPLETED, BookingReasonCode.DISPUTE_RESOLVED, WindowReason.COMPLETED),
        (BookingState.CANCELLED, BookingReasonCode.NO_SHOW, WindowReason.ELIGIBLE_CANCELLATION),
        (BookingState.CANCELLED, BookingReasonCode.DISPUTE_RESOLVED, WindowReason.ELIGIBLE_CANCELLATION),
        (BookingState.CANCELLED, BookingReasonCode.ILLNESS, None),
        (BookingState.CANCELLED, BookingReasonCode.PAYMENT_LOST, None),
        (BookingState.DECLINED, None, None),
        (BookingState.EXPIRED, BookingReasonCode.NOT_PAID, None),
        (BookingState.CONFIRMED, None, None),
        (BookingState.DISPUTED, None, None),
    ],
)
def test_what_ended_before_it_began_is_not_reviewed(state, reason, expected):
    assert window_reason(state, reason) is expected


def test_a_booking_the_provider_cancelled_before_its_start_is_not_reviewed(here: Play):
    booking = here.scene.make_confirmed_booking()
    bookings.cancel(
        here.session,
        booking.id,
        by=here.scene.ellen,
        at=here.over - DAY,
        reason_code=BookingReasonCode.ILLNESS,
    )
    assert not ratings.open_window(here.session, booking.id)
    with pytest.raises(NotReviewable):
        here.writes("aino", booking.id, at=here.over)


def test_a_customer_who_did_not_come_is_reviewed(here: Play):
    booking = here.scene.make_confirmed_booking()
    start = here.scene.start
    bookings.report_no_show(here.session, booking.id, by=here.scene.ellen, at=start + HOUR)
    bookings.run_due_transition(here.session, booking.id, at=start + 3 * DAY)
    here.writes("ellen", booking.id, 1, at=start + 3 * DAY)
    assert window(here, booking).reason is WindowReason.ELIGIBLE_CANCELLATION


@pytest.mark.parametrize("stranger", ["ben", "farah", "otto"])
def test_nobody_but_the_two_parties_reviews_a_booking(here: Play, stranger: str):
    booking = here.completed()
    with pytest.raises(BookingNotFound):
        here.writes(stranger, booking.id, at=here.over)


def test_a_side_reviews_once(here: Play):
    booking = here.completed()
    here.writes("aino", booking.id, at=here.over)
    with pytest.raises(ReviewThereAlready):
        here.writes("aino", booking.id, at=here.over + HOUR)


def test_after_fourteen_days_it_is_too_late_whether_the_sweep_came_by_or_not(here: Play):
    booking = here.completed()
    here.writes("aino", booking.id, at=here.over + 14 * DAY - HOUR)
    with pytest.raises(ReviewWindowOver):
        here.writes("ellen", booking.id, at=here.over + 14 * DAY)


def test_a_dispute_holds_the_reveal_and_leaves_time_to_write(here: Play):
    booking = here.completed()
    ratings.hold_window(
        here.session, booking.id, why=HoldReason.DISPUTE, by=here.scene.otto, at=here.over + 13 * DAY
    )
    here.writes("aino", booking.id, at=here.over + 20 * DAY)
    here.writes("ellen", booking.id, at=here.over + 21 * DAY)
    assert window(here, booking).revealed_at is None
    assert not ratings.reveal(here.session, booking.id, at=here.over + 42 * DAY)
    assert ratings.due(here.session, at=here.over + 43 * DAY, limit=9) == [booking.id]
    assert ratings.reveal(here.session, booking.id, at=here.over + 44 * DAY)
    assert window(here, booking).revealed_at == here.over + 43 * DAY


def test_holding_again_does_not_hold_for_longer_than_thirty_days(here: Play):
    booking = here.completed()
    held_at = here.over + DAY
    for later in (held_at, held_at + 10 * DAY):
        ratings.hold_window(
            here.session, booking.id, why=HoldReason.INVESTIGATION, by=here.scene.otto, at=later
        )
    assert window(here, booking).held_until == held_at + 30 * DAY
    with pytest.raises(IntegrityError, match="held_for_thirty_days"), here.session.begin_nested():
        here.session.execute(text("UPDATE review_windows SET held_until = held_until + interval '1 second'"))


def test_what_is_released_after_both_wrote_is_revealed_then(here: Play):
    booking = here.completed()
    otto = here.scene.otto
    ratings.hold_window(here.session, booking.id, why=HoldReason.DISPUTE, by=otto, at=here.over)
    for name in ("aino", "ellen"):
        here.writes(name, booking.id, at=here.over + HOUR)
    ratings.release_window(here.session, booking.id, by=otto, at=here.over + 5 * DAY)
    assert window(here, booking).revealed_at == here.over + 5 * DAY
    ratings.release_window(here.session, booking.id, by=otto, at=here.over + 6 * DAY)
    assert window(here, booking).held_until == here.over + 5 * DAY


def test_a_hold_that_ends_with_both_in_is_revealed_by_the_clock_before_the_close(here: Play):
    booking = here.completed()
    ratings.hold_window(here.session, booking.id, why=HoldReason.DISPUTE, by=here.scene.otto, at=here.over)
    for name in ("aino", "ellen"):
        here.writes(name, booking.id, at=here.over + HOUR)
    held_until = here.over + 2 * DAY
    here.session.execute(text("UPDATE review_windows SET held_until = :until"), {"until": held_until})
    assert ratings.due(here.session, at=held_until - HOUR, limit=9) == []
    assert ratings.due(here.session, at=held_until, limit=9) == [booking.id]
    assert ratings.reveal(here.session, booking.id, at=held_until + timedelta(seconds=1))
    assert window(here, booking).revealed_at == held_until


def test_only_operators_of_its_market_hold_a_window(here: Play):
    booking = here.completed()
    for by in (here.scene.aino, here.scene.ellen, here.mira):
        with pytest.raises(BookingNotFound):
            ratings.hold_window(here.session, booking.id, why=HoldReason.DISPUTE, by=by, at=here.over)
    unfinished = here.scene.make_confirmed_booking(start=here.scene.start + DAY)
    with pytest.raises(NotReviewable):
        ratings.hold_window(
            here.session, unfinished.id, why=HoldReason.DISPUTE, by=here.scene.otto, at=here.over
        )


_WINDOW = text("""
    INSERT INTO review_windows (booking_id, market_id, category_id, offer_id, profile_id, provider_user_id,
                                customer_id, reason, value_amount, currency, opened_at, closes_at)
    SELECT bookings.id, bookings.market_id, offers.category_id, offer_id, bookings.profile_id,
           coalesce(cast(:provider AS uuid), bookings.provider_user_id),
           coalesce(cast(:customer AS uuid), customer_id),
           :reason, 0, 'EUR', requested_at, requested_at + interval '1 day'
    FROM bookings JOIN offers ON offers.id = offer_id WHERE bookings.id = :id
""")


@pytest.mark.parametrize("reason", list(WindowReason))
@pytest.mark.parametrize(
    "how", ["make_requested_booking", "make_confirmed_booking", "make_delivered_booking"]
)
def test_the_database_refuses_a_window_of_a_booking_that_is_not_over(here: Play, how: str, reason):
    booking = getattr(here.scene, how)()
    with pytest.raises(IntegrityError, match="only a booking that has ended"), here.session.begin_nested():
        here.session.execute(
            _WINDOW, {"id": booking.id, "reason": reason, "customer": None, "provider": None}
        )


def test_the_database_refuses_a_window_of_other_parties(here: Play):
    booking = here.completed()
    for strangers in (
        {"customer": here.scene.ben.user_id, "provider": None},
        {"customer": None, "provider": here.scene.farah.user_id},
        {"customer": booking.provider_user_id, "provider": booking.customer_id},
    ):
        with pytest.raises(IntegrityError, match="by its two parties"), here.session.begin_nested():
            here.session.execute(_WINDOW, {"id": booking.id, "reason": "completed", **strangers})


@pytest.mark.parametrize(
    ("author", "subject", "side"),
    [
        ("ben", "ellen", "customer"),
        ("aino", "farah", "customer"),
        ("ellen", "aino", "customer"),
        ("aino", "ellen", "provider"),
        ("farah", "aino", "provider"),
        ("aino", "aino", "customer"),
    ],
)
def test_the_database_refuses_a_review_by_or_of_anybody_else(here: Play, author, subject, side):
    booking = here.completed()
    ratings.open_window(here.session, booking.id)
    values = {"author": getattr(here.scene, author).user_id, "subject": getattr(here.scene, subject).user_id}
    with pytest.raises(IntegrityError), here.session.begin_nested():
        here.session.execute(
            text("""
                INSERT INTO reviews (id, booking_id, author_side, author_id, subject_id, state, stars,
                                     dimensions, locale, submitted_at)
                VALUES (:id, :booking_id, :side, :author, :subject, 'sealed', 5, '{}', 'en', now())
            """),
            {"id": ids.new(), "booking_id": booking.id, "side": side, **values},
        )
