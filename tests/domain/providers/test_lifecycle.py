from datetime import datetime
from itertools import product

import pytest

from domain.foundation.lifecycle import NotNow
from domain.providers import CAPABILITIES, PROFILES, Capability, Side, State, Step, allows

STAFF = {Side.MODERATOR, Side.OPERATOR}

# Every step that is possible; all else of the product of states, steps and sides is refused.
POSSIBLE = {
    (State.APPLIED, Step.REVIEW): (State.IN_REVIEW, STAFF),
    (State.IN_REVIEW, Step.REQUEST_CHANGES): (State.CHANGES_REQUESTED, STAFF),
    (State.IN_REVIEW, Step.APPROVE): (State.APPROVED, STAFF),
    (State.CHANGES_REQUESTED, Step.RESUBMIT): (State.APPLIED, {Side.PROVIDER}),
    (State.APPROVED, Step.SUSPEND): (State.SUSPENDED, STAFF),
    (State.SUSPENDED, Step.REINSTATE): (State.APPROVED, STAFF),
    **{
        (state, Step.CLOSE): (State.CLOSED, {Side.PROVIDER, Side.OPERATOR})
        for state in State
        if state is not State.CLOSED
    },
}


@pytest.mark.parametrize(("state", "step", "side"), list(product(State, Step, Side)))
def test_a_step_is_possible_exactly_where_the_table_says(state: State, step: Step, side: Side) -> None:
    target, sides = POSSIBLE.get((state, step), (None, set()))
    if side in sides:
        assert PROFILES.step(state, step, side) is target
        assert step in PROFILES.allowed(state, side)
    else:
        with pytest.raises(NotNow) as refused:
            PROFILES.step(state, step, side)
        assert step not in refused.value.extras["allowed"]


def test_every_state_can_be_reached_and_every_state_but_the_last_can_be_left() -> None:
    reached = PROFILES.initial | {row.target for row in PROFILES.transitions}
    left = frozenset[State]().union(*(row.sources for row in PROFILES.transitions))
    assert reached == set(State)
    assert left == set(State) - PROFILES.final


# Which capability each state gives: edit, draft, offer, take bookings, fulfil, be paid.
CAPABLE = {
    State.APPLIED: "yy...y",
    State.IN_REVIEW: ".y...y",
    State.CHANGES_REQUESTED: "yy...y",
    State.APPROVED: "yyyyyy",
    State.SUSPENDED: "....y.",
    State.CLOSED: "....yy",
}


@pytest.mark.parametrize("state", State)
def test_a_state_gives_exactly_these_capabilities(state: State) -> None:
    assert _letters(state, user_suspended_at=None) == CAPABLE[state]


@pytest.mark.parametrize("state", State)
def test_the_profile_of_a_suspended_user_can_do_what_a_suspended_profile_can_at_most(
    state: State, at: datetime
) -> None:
    pairs = zip(CAPABLE[state], CAPABLE[State.SUSPENDED], strict=True)
    assert _letters(state, user_suspended_at=at) == "".join(
        "y" if pair == ("y", "y") else "." for pair in pairs
    )


def _letters(state: State, *, user_suspended_at: datetime | None) -> str:
    able = [allows(state, capability, user_suspended_at=user_suspended_at) for capability in Capability]
    return "".join("y" if one else "." for one in able)


def test_no_state_is_without_a_row_of_capabilities() -> None:
    assert CAPABILITIES.keys() == set(State)
