from datetime import datetime
from itertools import product

import pytest

from domain.foundation.lifecycle import TransitionNotAllowed
from domain.providers import (
    CAPABILITIES,
    PROFILE_LIFECYCLE,
    ProfileRole,
    ProviderCapability,
    ProviderProfileState,
    ProviderTransition,
    state_allows,
)

STAFF = {ProfileRole.MODERATOR, ProfileRole.OPERATOR}

# All allowed transitions; every other combination of state, transition and role is an error.
POSSIBLE = {
    (ProviderProfileState.APPLIED, ProviderTransition.REVIEW): (ProviderProfileState.IN_REVIEW, STAFF),
    (ProviderProfileState.IN_REVIEW, ProviderTransition.REQUEST_CHANGES): (
        ProviderProfileState.CHANGES_REQUESTED,
        STAFF,
    ),
    (ProviderProfileState.IN_REVIEW, ProviderTransition.APPROVE): (ProviderProfileState.APPROVED, STAFF),
    (ProviderProfileState.CHANGES_REQUESTED, ProviderTransition.RESUBMIT): (
        ProviderProfileState.APPLIED,
        {ProfileRole.PROVIDER},
    ),
    (ProviderProfileState.APPROVED, ProviderTransition.SUSPEND): (ProviderProfileState.SUSPENDED, STAFF),
    (ProviderProfileState.SUSPENDED, ProviderTransition.REINSTATE): (ProviderProfileState.APPROVED, STAFF),
    **{
        (state, ProviderTransition.CLOSE): (
            ProviderProfileState.CLOSED,
            {ProfileRole.PROVIDER, ProfileRole.OPERATOR},
        )
        for state in ProviderProfileState
        if state is not ProviderProfileState.CLOSED
    },
}


@pytest.mark.parametrize(
    ("state", "step", "side"), list(product(ProviderProfileState, ProviderTransition, ProfileRole))
)
def test_a_step_is_possible_exactly_where_the_table_says(
    state: ProviderProfileState, step: ProviderTransition, side: ProfileRole
) -> None:
    target, sides = POSSIBLE.get((state, step), (None, set()))
    if side in sides:
        assert PROFILE_LIFECYCLE.next_state(state, step, side) is target
        assert step in PROFILE_LIFECYCLE.allowed_transitions(state, side)
    else:
        with pytest.raises(TransitionNotAllowed) as refused:
            PROFILE_LIFECYCLE.next_state(state, step, side)
        assert step not in refused.value.extras["allowed"]


def test_every_state_can_be_reached_and_every_state_but_the_last_can_be_left() -> None:
    reached = PROFILE_LIFECYCLE.initial | {row.target for row in PROFILE_LIFECYCLE.transitions}
    left = frozenset[ProviderProfileState]().union(*(row.sources for row in PROFILE_LIFECYCLE.transitions))
    assert reached == set(ProviderProfileState)
    assert left == set(ProviderProfileState) - PROFILE_LIFECYCLE.final


# The capabilities of each state: edit, draft, offer, take bookings, fulfil, be paid.
CAPABLE = {
    ProviderProfileState.APPLIED: "yy...y",
    ProviderProfileState.IN_REVIEW: ".y...y",
    ProviderProfileState.CHANGES_REQUESTED: "yy...y",
    ProviderProfileState.APPROVED: "yyyyyy",
    ProviderProfileState.SUSPENDED: "....y.",
    ProviderProfileState.CLOSED: "....yy",
}


@pytest.mark.parametrize("state", ProviderProfileState)
def test_a_state_gives_exactly_these_capabilities(state: ProviderProfileState) -> None:
    assert _letters(state, user_suspended_at=None) == CAPABLE[state]


@pytest.mark.parametrize("state", ProviderProfileState)
def test_the_profile_of_a_suspended_user_can_do_what_a_suspended_profile_can_at_most(
    state: ProviderProfileState, at: datetime
) -> None:
    pairs = zip(CAPABLE[state], CAPABLE[ProviderProfileState.SUSPENDED], strict=True)
    assert _letters(state, user_suspended_at=at) == "".join(
        "y" if pair == ("y", "y") else "." for pair in pairs
    )


def _letters(state: ProviderProfileState, *, user_suspended_at: datetime | None) -> str:
    able = [
        state_allows(state, capability, user_suspended_at=user_suspended_at)
        for capability in ProviderCapability
    ]
    return "".join("y" if is_allowed else "." for is_allowed in able)


def test_no_state_is_without_a_row_of_capabilities() -> None:
    assert CAPABILITIES.keys() == set(ProviderProfileState)
