"""The full product of states, steps and actors: what the tables say is allowed, and all else is refused."""

from itertools import product

import pytest

from domain.contributions import ATTESTATIONS, CALLS, COMMITMENTS, CONTRIBUTIONS
from domain.contributions.kinds import (
    AttestationActor,
    CallActor,
    CommitmentActor,
    ContributionActor,
    ContributionState,
)
from domain.foundation.lifecycle import TransitionNotAllowed

LIVES = [
    (CONTRIBUTIONS, ContributionActor),
    (ATTESTATIONS, AttestationActor),
    (CALLS, CallActor),
    (COMMITMENTS, CommitmentActor),
]
PRODUCT = [
    pytest.param(life, state, step, actor, id=f"{life.noun}-{state}-{step}-{actor}")
    for life, actors in LIVES
    for state, step, actor in product(
        type(next(iter(life.initial))), dict.fromkeys(row.name for row in life.transitions), actors
    )
]
# Said once more beside the table, so that a slip in the table is seen: from where, by whom, whereto.
_S, _A = ContributionState, ContributionActor
BY_HAND = {
    ("withdraw", _A.CONTRIBUTOR): {_S.SUBMITTED, _S.CHECKED, _S.AWAITING_VERIFICATION, _S.APPEALED},
    ("appeal", _A.CONTRIBUTOR): {_S.REJECTED},
    ("verify", _A.ATTESTER): {_S.AWAITING_VERIFICATION},
    ("verify", _A.CLOCK): {_S.AWAITING_VERIFICATION},
    ("reject", _A.ATTESTER): {_S.AWAITING_VERIFICATION},
    ("reject", _A.SYSTEM): {_S.AWAITING_VERIFICATION, _S.SUBMITTED},
    ("reject", _A.CLOCK): set(),
    ("grant", _A.MODERATOR): {_S.APPEALED},
    ("grant", _A.CLOCK): set(),
    ("refuse", _A.CLOCK): {_S.APPEALED},
    ("let_stand", _A.CLOCK): {_S.REJECTED},
    ("value", _A.CONTRIBUTOR): set(),
    ("settle", _A.CONTRIBUTOR): set(),
    ("claw_back", _A.CONTRIBUTOR): set(),
    ("claw_back", _A.SYSTEM): {_S.VERIFIED, _S.THANKED, _S.VALUED, _S.HELD, _S.SETTLED},
}


@pytest.mark.parametrize(("life", "state", "step", "actor"), PRODUCT)
def test_a_step_leads_where_the_table_says_or_is_refused_with_what_is_allowed(life, state, step, actor):
    rows = [
        row for row in life.transitions if row.name == step and state in row.sources and actor in row.actors
    ]
    if rows:
        assert life.next_state(state, step, actor) is rows[0].target
        return
    with pytest.raises(TransitionNotAllowed) as refused:
        life.next_state(state, step, actor)
    assert step not in refused.value.extras["allowed"]
    assert refused.value.extras["state"] == state


@pytest.mark.parametrize(("step", "actor"), BY_HAND, ids=str)
def test_who_may_do_what_is_said_twice(step, actor):
    allowed = {
        state for state in ContributionState if step in CONTRIBUTIONS.allowed_transitions(state, actor)
    }
    assert allowed == BY_HAND[(step, actor)]


def test_every_state_that_is_not_final_has_a_way_out_without_the_contributor():
    for state in set(ContributionState) - CONTRIBUTIONS.final - {_S.SETTLED, _S.THANKED, _S.CLAWED_BACK}:
        others = {_A.CLOCK, _A.SYSTEM, _A.MODERATOR}
        assert any(state in row.sources and row.actors & others for row in CONTRIBUTIONS.transitions), state
