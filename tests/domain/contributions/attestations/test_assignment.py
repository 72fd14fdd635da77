"""Whom the system asks about a contribution: the other side, a quorum, a moderator, or nobody."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from domain.contributions import (
    AttestationRole,
    ContributionKind,
    ContributionState,
    ContributionVerifier,
    SubjectType,
    claims,
)
from domain.contributions import queries as asked
from domain.contributions.claims import CallDraft
from domain.foundation import ids
from tests.domain.contributions.claims_factory import DAY, ClaimsFactory, caller_of_id, claims_factory
from tests.domain.contributions.contribution_market import link_devices

Kind, State = ContributionKind, ContributionState
HOUR = timedelta(hours=1)


@pytest.fixture
def factory(session: Session, at) -> ClaimsFactory:
    return claims_factory(session, at)


def test_the_other_side_of_a_booking_is_asked_about_it(factory):
    contribution = factory.checked(factory.about_the_booking())
    (item,) = factory.attestations(contribution)
    assert (item.role, item.attester_id) == (AttestationRole.COUNTERPARTY, factory.ellen.user_id)
    assert contribution.verifier is ContributionVerifier.COUNTERPARTY


def test_who_asked_for_themselves_says_whether_it_helped(factory):
    call = claims.open_call(
        factory.session,
        CallDraft(factory.market.id, Kind.ANSWER, "How?", "How?"),
        by=factory.ben,
        at=factory.now,
    )
    contribution = factory.checked(factory.claim(Kind.ANSWER, call_id=call.id))
    assert [item.attester_id for item in factory.attestations(contribution)] == [factory.ben.user_id]


def test_who_is_the_same_person_is_not_asked_and_a_quorum_is(factory):
    factory.neighbours(5)
    link_devices(factory.session, factory.aino.user_id, factory.ellen.user_id, factory.now)
    contribution = factory.checked(factory.about_the_booking())
    assert {item.role for item in factory.attestations(contribution)} == {AttestationRole.QUORUM}
    assert factory.ellen.user_id not in {item.attester_id for item in factory.attestations(contribution)}


def test_a_guide_goes_to_a_quorum_without_its_contributor(factory):
    factory.neighbours(5)
    contribution = factory.checked()
    rows = factory.attestations(contribution)
    assert [row.seat for row in rows] == [1, 2, 3]
    assert factory.aino.user_id not in {row.attester_id for row in rows}


def test_who_benefits_is_no_part_of_a_quorum(factory):
    about = {"subject_type": SubjectType.OFFER, "subject_id": factory.done.offer_id}
    factory.neighbours(3)
    contribution = factory.checked(factory.claim(Kind.PHOTO_SET, **about))
    drawn = asked.get_draw(factory.session, contribution.id)
    assert str(factory.ellen.user_id) not in drawn.ranked


def test_where_too_few_are_eligible_moderators_decide(factory):
    factory.neighbours(1)
    contribution = factory.checked()
    assert contribution.verifier is ContributionVerifier.MODERATOR
    assert factory.attestations(contribution) == []


def test_two_accounts_of_one_person_are_one_voice(factory):
    item, other = factory.neighbours(2)
    link_devices(factory.session, item.user_id, other.user_id, factory.now)
    drawn = asked.get_draw(factory.session, factory.checked().id)
    assert len({str(item.user_id), str(other.user_id)} & set(drawn.ranked)) == 1


def test_accounts_of_the_contributor_are_never_drawn(factory):
    twin = factory.neighbour()
    link_devices(factory.session, factory.aino.user_id, twin.user_id, factory.now)
    assert str(twin.user_id) not in asked.get_draw(factory.session, factory.checked().id).ranked


def test_newcomers_and_who_is_suspended_are_not_drawn(factory):
    newcomer = factory.neighbour(since=factory.now - 29 * DAY)
    known = factory.neighbour(since=factory.now - 30 * DAY)
    ranked = asked.get_draw(factory.session, factory.checked().id).ranked
    assert str(known.user_id) in ranked
    assert str(newcomer.user_id) not in ranked


def test_who_was_confirmed_by_the_contributor_is_not_drawn_for_ninety_days(factory):
    factory.neighbours(2)
    hers = factory.checked(by=factory.aino)
    member = caller_of_id(factory.session, factory.open_seats(hers)[0].attester_id)
    for late, may in [(90 * DAY - HOUR, False), (90 * DAY, True)]:
        contribution = factory.checked(by=member, at=factory.now + late)
        ranked = asked.get_draw(factory.session, contribution.id).ranked
        assert (str(factory.aino.user_id) in ranked) is may


def test_a_hundredth_of_standing_is_not_a_tenth(session, at):
    factory = claims_factory(session, at, quorum={})
    factory.neighbours(3)
    contribution = factory.checked()
    assert asked.get_draw(factory.session, contribution.id).eligible == 0
    assert contribution.verifier is ContributionVerifier.MODERATOR


def test_a_review_that_was_seen_is_verified_without_asking_anybody(factory):
    review_id = ids.new()
    claims.record_observed_action(
        factory.session, Kind.REVIEW, review_id, factory.aino.user_id, at=factory.now
    )
    contribution = factory.checked(
        factory.claim(Kind.REVIEW, subject_type=SubjectType.REVIEW, subject_id=review_id)
    )
    assert contribution.state is State.VERIFIED
    assert [item.role for item in factory.attestations(contribution)] == [AttestationRole.SYSTEM]
