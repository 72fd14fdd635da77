"""Who sees an exact place, as a table of states and as properties over policies and instants."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bookings.cancellations.final_amounts import CancellationTerms, free_until, refund_share
from domain.bookings.kinds import BookingParty, BookingState
from domain.bookings.views.place_rules import (
    EXACT_AFTER_COMPLETION,
    EXACT_BEFORE_START,
    PlacePrecision,
    PlaceVisibilityInput,
    exact_place_visible_at,
    place_precision,
)
from tests.domain.bookings.test_cancellation import NOON, instants, policies

WHOLE = (10_000, 10_000)
MOMENT = timedelta(microseconds=1)
AREA, EXACT = PlacePrecision.AREA, PlacePrecision.EXACT
BOOKED = PlaceVisibilityInput(
    state=BookingState.CONFIRMED,
    start=NOON + timedelta(days=10),
    confirmed_at=NOON,
    free_until=NOON + timedelta(days=5),
    ended_at=None,
)

# What customer and operator see of a booking that was confirmed and has come to its start. A provider sees
# their own place in every state.
SHOWN = {
    BookingState.PENDING_PAYMENT: (AREA, AREA),
    BookingState.REQUESTED: (AREA, AREA),
    BookingState.CONFIRMED: (EXACT, EXACT),
    BookingState.IN_PROGRESS: (EXACT, EXACT),
    BookingState.DELIVERED: (EXACT, EXACT),
    BookingState.NO_SHOW: (EXACT, EXACT),
    BookingState.DISPUTED: (EXACT, EXACT),
    BookingState.COMPLETED: (EXACT, AREA),
    BookingState.CANCELLED: (AREA, AREA),
    BookingState.DECLINED: (AREA, AREA),
    BookingState.EXPIRED: (AREA, AREA),
}


@pytest.mark.parametrize("state", BookingState)
def test_each_state_shows_each_side_what_the_table_says(state: BookingState) -> None:
    at = BOOKED.start + timedelta(hours=1)
    facts = replace(BOOKED, state=state, ended_at=at)
    sides = (
        BookingParty.CUSTOMER,
        BookingParty.OPERATOR,
        BookingParty.PROVIDER,
        BookingParty.CLOCK,
        BookingParty.PAYMENT,
    )
    assert [place_precision(facts, side, at=at) for side in sides] == [*SHOWN[state], EXACT, AREA, AREA]


def test_what_was_never_confirmed_shows_no_customer_anything() -> None:
    facts = replace(BOOKED, state=BookingState.REQUESTED, confirmed_at=None)
    assert exact_place_visible_at(facts) is None
    assert place_precision(facts, BookingParty.CUSTOMER, at=facts.start) is AREA


@pytest.mark.parametrize(
    ("free_until", "since"),
    [
        (BOOKED.start - timedelta(days=5), BOOKED.start - EXACT_BEFORE_START),
        (BOOKED.start - timedelta(hours=6), BOOKED.start - timedelta(hours=6)),
        (BOOKED.start + timedelta(days=1), BOOKED.start),
    ],
)
def test_it_shows_a_day_ahead_or_when_cancelling_costs_something_and_at_the_start_at_the_latest(
    free_until: Any, since: Any
) -> None:
    facts = replace(BOOKED, free_until=free_until)
    assert exact_place_visible_at(facts) == since
    assert place_precision(facts, BookingParty.CUSTOMER, at=since) is AREA
    assert place_precision(facts, BookingParty.CUSTOMER, at=since + MOMENT) is EXACT


def test_it_shows_for_two_days_after_the_completion() -> None:
    ended_at = BOOKED.start + timedelta(hours=2)
    facts = replace(BOOKED, state=BookingState.COMPLETED, ended_at=ended_at)
    assert (
        place_precision(facts, BookingParty.CUSTOMER, at=ended_at + EXACT_AFTER_COMPLETION - MOMENT) is EXACT
    )
    assert place_precision(facts, BookingParty.CUSTOMER, at=ended_at + EXACT_AFTER_COMPLETION) is AREA


@given(policies(), instants, st.integers(0, 60 * 24 * 30), st.integers(0, 60 * 24 * 60))
def test_who_sees_a_place_before_the_start_no_longer_cancels_for_nothing(policy, booked_at, ahead, later):
    start = booked_at + timedelta(minutes=ahead)
    terms = CancellationTerms(policy, booked_at, start)
    facts = replace(BOOKED, start=start, confirmed_at=booked_at, free_until=free_until(terms))
    at = booked_at + timedelta(minutes=later)
    if at < start and place_precision(facts, BookingParty.CUSTOMER, at=at) is EXACT:
        share = refund_share(terms, by=BookingParty.CUSTOMER, at=at)
        assert (share.service_bp, share.service_fee_bp) != WHOLE


@given(policies(), instants, st.integers(0, 60 * 24 * 30), st.integers(0, 60 * 24 * 60))
def test_everybody_who_comes_sees_where_to_go(policy, booked_at, ahead, later):
    start = booked_at + timedelta(minutes=ahead)
    terms = CancellationTerms(policy, booked_at, start)
    facts = replace(BOOKED, start=start, confirmed_at=booked_at, free_until=free_until(terms))
    at = start + timedelta(minutes=later) + MOMENT
    assert (
        place_precision(replace(facts, state=BookingState.IN_PROGRESS), BookingParty.CUSTOMER, at=at) is EXACT
    )
