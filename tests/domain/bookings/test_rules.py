"""When the clock acts, and what the tables refuse whatever the code does."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from domain.bookings import rules
from domain.bookings.kinds import BookingParty, BookingState
from domain.bookings.policy_snapshot import PolicySnapshot
from domain.foundation.spans import Span
from domain.markets import MarketPolicy
from tests.domain.bookings.booking_factory import make_booking_factory

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE_HOUR = Span(NOON, NOON + HOUR)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- given its zone beside


def frozen(notice_minutes: int = 0) -> PolicySnapshot:
    return PolicySnapshot.of_policy(
        MarketPolicy(), 1, cancellation_policy="moderate", notice_minutes=notice_minutes
    )


def test_terms_come_back_from_the_row_as_they_went_in():
    assert PolicySnapshot.load(frozen(30).dump()) == frozen(30)


@pytest.mark.parametrize(
    ("before_start", "capture_in", "notice", "answer_in"),
    [
        (100 * HOUR, None, 0, 24 * HOUR),
        (100 * HOUR, 200 * HOUR, 0, 24 * HOUR),
        (100 * HOUR, 20 * HOUR, 0, 19 * HOUR),
        (10 * HOUR, 200 * HOUR, 0, 10 * HOUR),
        (10 * HOUR, 200 * HOUR, 120, 8 * HOUR),
    ],
)
def test_a_request_waits_for_the_earliest_of_window_authorization_and_start_minus_notice(
    before_start, capture_in, notice, answer_in
):
    at = NOON - before_start
    capture_before = None if capture_in is None else at + capture_in
    assert rules.answer_due(at, capture_before, ONE_HOUR, frozen(notice)) == at + answer_in


@given(instants, instants, st.integers(0, 10_000))
def test_no_answer_is_awaited_beyond_the_authorization_or_the_start(authorized_at, capture_before, notice):
    due = rules.answer_due(authorized_at, capture_before, ONE_HOUR, frozen(notice))
    assert due < capture_before
    assert due <= ONE_HOUR.start


@given(instants, instants, instants)
def test_a_proposal_is_answered_before_either_start(proposed_at, current, new):
    due = rules.proposal_due(proposed_at, Span(current, current + HOUR), new, frozen())
    assert due <= min(current, new)


def test_a_slot_waits_for_its_payment_but_never_beyond_its_start():
    assert rules.payment_due(NOON - HOUR, ONE_HOUR, frozen()) == NOON - timedelta(minutes=45)
    assert rules.payment_due(NOON - timedelta(minutes=5), ONE_HOUR, frozen()) == NOON


@pytest.mark.parametrize(
    ("opened_by", "answered", "outcome"),
    [
        (BookingParty.CUSTOMER, False, BookingState.CANCELLED),
        (BookingParty.PROVIDER, False, BookingState.COMPLETED),
        (BookingParty.CUSTOMER, True, BookingState.COMPLETED),
        (BookingParty.PROVIDER, True, BookingState.COMPLETED),
    ],
)
def test_whoever_stays_silent_in_a_dispute_loses_and_then_what_was_agreed_stands(
    opened_by, answered, outcome
):
    assert rules.outcome_without_answer(opened_by, answered=answered) is outcome


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("pay_in_amount = pay_in_amount + 1", "bookings_balance"),
        ("tax_amount = -1, pay_out_amount = pay_out_amount + 1", "bookings_amounts_are_not_negative"),
        ("state = 'lost'", "booking_states_known"),
        ("state = 'expired', due_at = NULL, ended_at = now()", "bookings_settle_when_they_end"),
        ("due_at = NULL", "bookings_wait_for_the_clock_until_they_end"),
        ("ended_at = now()", "bookings_end_at_an_instant"),
        ("books_closed_at = now()", "books_close_after_bookings_end"),
        ("cancelled_by = 'customer'", "bookings_are_cancelled_by_somebody"),
        ("customer_id = provider_user_id", "nobody_books_themselves"),
        ("strictest_start_at = upper(during)", "the_strictest_start_is_the_earliest"),
        ("seats = 0", "bookings_take_a_seat"),
        ("payment_id = NULL", "bookings_are_paid_for"),
        ("no_show_side = 'operator'", "only_a_party_can_be_absent"),
    ],
)  # fmt: skip
def test_the_table_refuses_what_no_booking_can_be(session: Session, at, change, constraint):
    booking = make_booking_factory(session, at).make_requested_booking()
    session.flush()
    with pytest.raises(IntegrityError, match=constraint), session.begin_nested():
        session.execute(text(f"UPDATE bookings SET {change} WHERE id = :id"), {"id": booking.id})  # noqa: S608 -- our own
