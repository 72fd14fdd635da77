"""Who sees an exact place, as a table of states and as properties over policies and instants."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bookings.cancellation import Deadlines, free_until, given_back
from domain.bookings.kinds import Side, State
from domain.bookings.place_rules import (
    EXACT_AFTER_COMPLETION,
    EXACT_BEFORE_START,
    PlaceFacts,
    Precision,
    exact_from,
    precision,
)
from tests.domain.bookings.test_cancellation import NOON, instants, policies

WHOLE = (10_000, 10_000)
MOMENT = timedelta(microseconds=1)
AREA, EXACT = Precision.AREA, Precision.EXACT
BOOKED = PlaceFacts(
    state=State.CONFIRMED,
    start=NOON + timedelta(days=10),
    confirmed_at=NOON,
    free_until=NOON + timedelta(days=5),
    ended_at=None,
)

# What customer and operator see of a booking that was confirmed and has come to its start. A provider sees
# their own place in every state.
SHOWN = {
    State.PENDING_PAYMENT: (AREA, AREA),
    State.REQUESTED: (AREA, AREA),
    State.CONFIRMED: (EXACT, EXACT),
    State.IN_PROGRESS: (EXACT, EXACT),
    State.DELIVERED: (EXACT, EXACT),
    State.NO_SHOW: (EXACT, EXACT),
    State.DISPUTED: (EXACT, EXACT),
    State.COMPLETED: (EXACT, AREA),
    State.CANCELLED: (AREA, AREA),
    State.DECLINED: (AREA, AREA),
    State.EXPIRED: (AREA, AREA),
}


@pytest.mark.parametrize("state", State)
def test_each_state_shows_each_side_what_the_table_says(state: State) -> None:
    at = BOOKED.start + timedelta(hours=1)
    facts = replace(BOOKED, state=state, ended_at=at)
    sides = (Side.CUSTOMER, Side.OPERATOR, Side.PROVIDER, Side.CLOCK, Side.PAYMENT)
    assert [precision(facts, side, at=at) for side in sides] == [*SHOWN[state], EXACT, AREA, AREA]


def test_what_was_never_confirmed_shows_no_customer_anything() -> None:
    facts = replace(BOOKED, state=State.REQUESTED, confirmed_at=None)
    assert exact_from(facts) is None
    assert precision(facts, Side.CUSTOMER, at=facts.start) is AREA


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
    assert exact_from(facts) == since
    assert precision(facts, Side.CUSTOMER, at=since) is AREA
    assert precision(facts, Side.CUSTOMER, at=since + MOMENT) is EXACT


def test_it_shows_for_two_days_after_the_completion() -> None:
    ended_at = BOOKED.start + timedelta(hours=2)
    facts = replace(BOOKED, state=State.COMPLETED, ended_at=ended_at)
    assert precision(facts, Side.CUSTOMER, at=ended_at + EXACT_AFTER_COMPLETION - MOMENT) is EXACT
    assert precision(facts, Side.CUSTOMER, at=ended_at + EXACT_AFTER_COMPLETION) is AREA


@given(policies(), instants, st.integers(0, 60 * 24 * 30), st.integers(0, 60 * 24 * 60))
def test_who_sees_a_place_before_the_start_no_longer_cancels_for_nothing(policy, booked_at, ahead, later):
    start = booked_at + timedelta(minutes=ahead)
    terms = Deadlines(policy, booked_at, start)
    facts = replace(BOOKED, start=start, confirmed_at=booked_at, free_until=free_until(terms))
    at = booked_at + timedelta(minutes=later)
    if at < start and precision(facts, Side.CUSTOMER, at=at) is EXACT:
        share = given_back(terms, by=Side.CUSTOMER, at=at)
        assert (share.service_bp, share.service_fee_bp) != WHOLE


@given(policies(), instants, st.integers(0, 60 * 24 * 30), st.integers(0, 60 * 24 * 60))
def test_everybody_who_comes_sees_where_to_go(policy, booked_at, ahead, later):
    start = booked_at + timedelta(minutes=ahead)
    terms = Deadlines(policy, booked_at, start)
    facts = replace(BOOKED, start=start, confirmed_at=booked_at, free_until=free_until(terms))
    at = start + timedelta(minutes=later) + MOMENT
    assert precision(replace(facts, state=State.IN_PROGRESS), Side.CUSTOMER, at=at) is EXACT
