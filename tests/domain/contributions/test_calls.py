"""Calls and commitments: asked by whomever, promised by whoever likes, withdrawn freely."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session

from domain import contributions
from domain.contributions import Asking, CallState, CommitmentState, ContributionKind
from domain.contributions.errors import (
    CallClosed,
    CallFull,
    CallNotFound,
    CallsOpenAlready,
    CommitmentNotFound,
    CommittedAlready,
    InvolvedAlready,
    KindNotTaken,
)
from domain.foundation.lifecycle import TransitionNotAllowed
from tests.domain.contributions.village import DAY, Village, village

Kind = ContributionKind


@pytest.fixture
def here(session: Session, at) -> Village:
    return village(session, at)


def opened(here, *, by=None, **more):
    asking = Asking(here.market.id, Kind.GUIDE, "How the lift works", "For newcomers.")
    return contributions.open_call(here.session, replace(asking, **more), by=by or here.ben, at=here.now)


def promised(here, call, *, by=None, at=None):
    return contributions.commit(here.session, call.id, note=None, by=by or here.aino, at=at or here.now)


def test_who_moderates_asks_for_the_market_and_everybody_else_for_themselves(here):
    assert opened(here, by=here.mira).is_of_the_market
    assert not opened(here).is_of_the_market


def test_a_kind_that_is_not_taken_is_not_asked_for(session, at):
    here = village(session, at, kinds={})
    with pytest.raises(KindNotTaken):
        opened(here)


def test_five_open_calls_are_enough_for_one_person_and_not_for_a_market(here):
    calls = [opened(here) for _ in range(5)]
    with pytest.raises(CallsOpenAlready):
        opened(here)
    contributions.close_call(here.session, calls[0].id, by=here.ben, at=here.now)
    opened(here)
    assert [opened(here, by=here.mira) for _ in range(6)]


def test_as_many_promise_as_are_wanted_and_a_withdrawn_place_is_free_again(here):
    call = opened(here, wanted=1)
    made = promised(here, call)
    with pytest.raises(CallFull):
        promised(here, call, by=here.ellen)
    contributions.withdraw_commitment(here.session, made.id, by=here.aino, at=here.now)
    assert promised(here, call, by=here.ellen).state is CommitmentState.PROMISED


def test_one_promises_once_at_a_time_and_again_after_withdrawing(here):
    call = opened(here)
    made = promised(here, call)
    with pytest.raises(CommittedAlready):
        promised(here, call)
    for _ in range(2):
        contributions.withdraw_commitment(here.session, made.id, by=here.aino, at=here.now)
    assert promised(here, call).id != made.id
    assert call.promised == 1


def test_nobody_answers_their_own_call(here):
    with pytest.raises(InvolvedAlready):
        promised(here, opened(here), by=here.ben)


def test_a_call_is_closed_by_who_asked_or_moderates_or_by_the_clock(here):
    with pytest.raises(CallNotFound):
        contributions.close_call(here.session, opened(here).id, by=here.aino, at=here.now)
    for by in (here.ben, here.mira):
        call = contributions.close_call(here.session, opened(here).id, by=by, at=here.now)
        assert call.state is CallState.CLOSED
    call = opened(here, closes_at=here.now + DAY)
    assert not contributions.close_call_when_due(here.session, call.id, at=here.now)
    assert contributions.calls_due(here.session, at=here.now + DAY, limit=10) == [call.id]
    assert contributions.close_call_when_due(here.session, call.id, at=here.now + DAY)


@pytest.mark.parametrize("late", [timedelta(0), DAY])
def test_nobody_promises_after_it_is_over(here, late):
    call = opened(here, closes_at=here.now + DAY)
    if not late:
        contributions.close_call(here.session, call.id, by=here.ben, at=here.now)
    with pytest.raises(CallClosed):
        promised(here, call, at=here.now + late)


def test_a_promise_is_kept_by_claiming_it_also_after_the_call_was_closed(here):
    call = opened(here)
    made = promised(here, call)
    contributions.close_call(here.session, call.id, by=here.ben, at=here.now)
    given = here.submits(here.claim(commitment_id=made.id))
    assert (given.call_id, given.beneficiary_id) == (call.id, here.ben.user_id)
    assert made.state is CommitmentState.FULFILLED
    with pytest.raises(TransitionNotAllowed):
        contributions.withdraw_commitment(here.session, made.id, by=here.aino, at=here.now)


def test_a_claim_answers_a_call_without_any_promise(here):
    assert here.submits(here.claim(call_id=opened(here).id)).call_id


def test_a_claim_does_not_answer_a_call_for_something_else_or_a_promise_of_somebody_else(here):
    call = opened(here)
    made = promised(here, call, by=here.ellen)
    with pytest.raises(CallNotFound):
        here.submits(here.claim(Kind.OPEN_METHOD, call_id=call.id))
    with pytest.raises(CommitmentNotFound):
        here.submits(here.claim(commitment_id=made.id))
    with pytest.raises(CommitmentNotFound):
        contributions.withdraw_commitment(here.session, made.id, by=here.aino, at=here.now)


def test_a_promise_is_forgotten_thirty_days_after_its_call_was_closed(here):
    call = opened(here)
    made = promised(here, call)
    contributions.close_call(here.session, call.id, by=here.ben, at=here.now)
    for days, lapses in [(29, False), (30, True)]:
        at = here.now + days * DAY
        assert bool(contributions.commitments_lapsing(here.session, at=at, limit=10)) is lapses
        assert contributions.lapse_commitment(here.session, made.id, at=at) is lapses
    assert made.state is CommitmentState.LAPSED
