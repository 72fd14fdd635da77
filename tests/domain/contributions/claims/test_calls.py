"""Calls and commitments: asked by whomever, promised by whoever likes, withdrawn freely."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session

from domain.contributions import CallState, CommitmentState, ContributionKind, claims
from domain.contributions.claims import CallDraft
from domain.contributions.errors import (
    AlreadyCommitted,
    CallClosed,
    CallFull,
    CallNotFound,
    CommitmentNotFound,
    KindNotAccepted,
    NotIndependent,
    TooManyOpenCalls,
)
from domain.foundation.lifecycle import TransitionNotAllowed
from tests.domain.contributions.claims_factory import DAY, ClaimsFactory, claims_factory

Kind = ContributionKind


@pytest.fixture
def factory(session: Session, at) -> ClaimsFactory:
    return claims_factory(session, at)


def opened(factory, *, by=None, **more):
    draft = CallDraft(factory.market.id, Kind.GUIDE, "How the lift works", "For newcomers.")
    return claims.open_call(factory.session, replace(draft, **more), by=by or factory.ben, at=factory.now)


def promised(factory, call, *, by=None, at=None):
    return claims.commit_to_call(
        factory.session, call.id, note=None, by=by or factory.aino, at=at or factory.now
    )


def test_who_moderates_asks_for_the_market_and_everybody_else_for_themselves(factory):
    assert opened(factory, by=factory.mira).is_of_the_market
    assert not opened(factory).is_of_the_market


def test_a_kind_that_is_not_taken_is_not_asked_for(session, at):
    factory = claims_factory(session, at, kinds={})
    with pytest.raises(KindNotAccepted):
        opened(factory)


def test_five_open_calls_are_enough_for_one_person_and_not_for_a_market(factory):
    calls = [opened(factory) for _ in range(5)]
    with pytest.raises(TooManyOpenCalls):
        opened(factory)
    claims.close_call(factory.session, calls[0].id, by=factory.ben, at=factory.now)
    opened(factory)
    assert [opened(factory, by=factory.mira) for _ in range(6)]


def test_as_many_promise_as_are_wanted_and_a_withdrawn_place_is_free_again(factory):
    call = opened(factory, wanted=1)
    made = promised(factory, call)
    with pytest.raises(CallFull):
        promised(factory, call, by=factory.ellen)
    claims.withdraw_commitment(factory.session, made.id, by=factory.aino, at=factory.now)
    assert promised(factory, call, by=factory.ellen).state is CommitmentState.PROMISED


def test_one_promises_once_at_a_time_and_again_after_withdrawing(factory):
    call = opened(factory)
    made = promised(factory, call)
    with pytest.raises(AlreadyCommitted):
        promised(factory, call)
    for _ in range(2):
        claims.withdraw_commitment(factory.session, made.id, by=factory.aino, at=factory.now)
    assert promised(factory, call).id != made.id
    assert call.promised == 1


def test_nobody_answers_their_own_call(factory):
    with pytest.raises(NotIndependent):
        promised(factory, opened(factory), by=factory.ben)


def test_a_call_is_closed_by_who_asked_or_moderates_or_by_the_clock(factory):
    with pytest.raises(CallNotFound):
        claims.close_call(factory.session, opened(factory).id, by=factory.aino, at=factory.now)
    for by in (factory.ben, factory.mira):
        call = claims.close_call(factory.session, opened(factory).id, by=by, at=factory.now)
        assert call.state is CallState.CLOSED
    call = opened(factory, closes_at=factory.now + DAY)
    assert not claims.close_call_when_due(factory.session, call.id, at=factory.now)
    assert claims.list_due_calls(factory.session, at=factory.now + DAY, limit=10) == [call.id]
    assert claims.close_call_when_due(factory.session, call.id, at=factory.now + DAY)


@pytest.mark.parametrize("late", [timedelta(0), DAY])
def test_nobody_promises_after_it_is_over(factory, late):
    call = opened(factory, closes_at=factory.now + DAY)
    if not late:
        claims.close_call(factory.session, call.id, by=factory.ben, at=factory.now)
    with pytest.raises(CallClosed):
        promised(factory, call, at=factory.now + late)


def test_a_promise_is_kept_by_claiming_it_also_after_the_call_was_closed(factory):
    call = opened(factory)
    made = promised(factory, call)
    claims.close_call(factory.session, call.id, by=factory.ben, at=factory.now)
    contribution = factory.submits(factory.claim(commitment_id=made.id))
    assert (contribution.call_id, contribution.beneficiary_id) == (call.id, factory.ben.user_id)
    assert made.state is CommitmentState.FULFILLED
    with pytest.raises(TransitionNotAllowed):
        claims.withdraw_commitment(factory.session, made.id, by=factory.aino, at=factory.now)


def test_a_claim_answers_a_call_without_any_promise(factory):
    assert factory.submits(factory.claim(call_id=opened(factory).id)).call_id


def test_a_claim_does_not_answer_a_call_for_something_else_or_a_promise_of_somebody_else(factory):
    call = opened(factory)
    made = promised(factory, call, by=factory.ellen)
    with pytest.raises(CallNotFound):
        factory.submits(factory.claim(Kind.OPEN_METHOD, call_id=call.id))
    with pytest.raises(CommitmentNotFound):
        factory.submits(factory.claim(commitment_id=made.id))
    with pytest.raises(CommitmentNotFound):
        claims.withdraw_commitment(factory.session, made.id, by=factory.aino, at=factory.now)


def test_a_promise_is_forgotten_thirty_days_after_its_call_was_closed(factory):
    call = opened(factory)
    made = promised(factory, call)
    claims.close_call(factory.session, call.id, by=factory.ben, at=factory.now)
    for days, lapses in [(29, False), (30, True)]:
        at = factory.now + days * DAY
        assert bool(claims.list_lapsing_commitments(factory.session, at=at, limit=10)) is lapses
        assert claims.lapse_commitment(factory.session, made.id, at=at) is lapses
    assert made.state is CommitmentState.LAPSED
