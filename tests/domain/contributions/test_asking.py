"""Whom the system asks about a contribution: the other side, a quorum, a moderator, or nobody."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from domain import contributions
from domain.contributions import (
    Asking,
    AttestationRole,
    ContributionKind,
    ContributionState,
    SubjectType,
    Verifier,
)
from domain.contributions import queries as asked
from domain.foundation import ids
from tests.domain.contributions.neighbourhood import linked
from tests.domain.contributions.village import DAY, Village, person, village

Kind, State = ContributionKind, ContributionState
HOUR = timedelta(hours=1)


@pytest.fixture
def here(session: Session, at) -> Village:
    return village(session, at)


def test_the_other_side_of_a_booking_is_asked_about_it(here):
    given = here.asked(here.about_the_booking())
    (one,) = here.attestations(given)
    assert (one.role, one.attester_id) == (AttestationRole.COUNTERPARTY, here.ellen.user_id)
    assert given.verifier is Verifier.COUNTERPARTY


def test_who_asked_for_themselves_says_whether_it_helped(here):
    call = contributions.open_call(
        here.session, Asking(here.market.id, Kind.ANSWER, "How?", "How?"), by=here.ben, at=here.now
    )
    given = here.asked(here.claim(Kind.ANSWER, call_id=call.id))
    assert [one.attester_id for one in here.attestations(given)] == [here.ben.user_id]


def test_who_is_the_same_person_is_not_asked_and_a_quorum_is(here):
    here.neighbours(5)
    linked(here.session, here.aino.user_id, here.ellen.user_id, here.now)
    given = here.asked(here.about_the_booking())
    assert {one.role for one in here.attestations(given)} == {AttestationRole.QUORUM}
    assert here.ellen.user_id not in {one.attester_id for one in here.attestations(given)}


def test_a_guide_goes_to_a_quorum_without_its_contributor(here):
    here.neighbours(5)
    given = here.asked()
    rows = here.attestations(given)
    assert [row.seat for row in rows] == [1, 2, 3]
    assert here.aino.user_id not in {row.attester_id for row in rows}


def test_who_benefits_is_no_part_of_a_quorum(here):
    about = {"subject_type": SubjectType.OFFER, "subject_id": here.done.offer_id}
    here.neighbours(3)
    given = here.asked(here.claim(Kind.PHOTO_SET, **about))
    drawn = asked.draw(here.session, given.id)
    assert str(here.ellen.user_id) not in drawn.ranked


def test_where_too_few_are_eligible_moderators_decide(here):
    here.neighbours(1)
    given = here.asked()
    assert given.verifier is Verifier.MODERATOR
    assert here.attestations(given) == []


def test_two_accounts_of_one_person_are_one_voice(here):
    one, other = here.neighbours(2)
    linked(here.session, one.user_id, other.user_id, here.now)
    drawn = asked.draw(here.session, here.asked().id)
    assert len({str(one.user_id), str(other.user_id)} & set(drawn.ranked)) == 1


def test_accounts_of_the_contributor_are_never_drawn(here):
    twin = here.neighbour()
    linked(here.session, here.aino.user_id, twin.user_id, here.now)
    assert str(twin.user_id) not in asked.draw(here.session, here.asked().id).ranked


def test_newcomers_and_who_is_suspended_are_not_drawn(here):
    newcomer = here.neighbour(since=here.now - 29 * DAY)
    known = here.neighbour(since=here.now - 30 * DAY)
    ranked = asked.draw(here.session, here.asked().id).ranked
    assert str(known.user_id) in ranked
    assert str(newcomer.user_id) not in ranked


def test_who_was_confirmed_by_the_contributor_is_not_drawn_for_ninety_days(here):
    here.neighbours(2)
    hers = here.asked(by=here.aino)
    member = person(here.session, here.open_seats(hers)[0].attester_id)
    for late, may in [(90 * DAY - HOUR, False), (90 * DAY, True)]:
        given = here.asked(by=member, at=here.now + late)
        ranked = asked.draw(here.session, given.id).ranked
        assert (str(here.aino.user_id) in ranked) is may


def test_a_hundredth_of_standing_is_not_a_tenth(session, at):
    here = village(session, at, quorum={})
    here.neighbours(3)
    given = here.asked()
    assert asked.draw(here.session, given.id).eligible == 0
    assert given.verifier is Verifier.MODERATOR


def test_a_review_that_was_seen_is_verified_without_asking_anybody(here):
    review_id = ids.new()
    contributions.note_deed(here.session, Kind.REVIEW, review_id, here.aino.user_id, at=here.now)
    given = here.asked(here.claim(Kind.REVIEW, subject_type=SubjectType.REVIEW, subject_id=review_id))
    assert given.state is State.VERIFIED
    assert [one.role for one in here.attestations(given)] == [AttestationRole.SYSTEM]
