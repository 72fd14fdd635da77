"""Who turned out to be a side of a claim, or cannot come in any more, after they were asked or drawn."""

from uuid import UUID

import pytest
from sqlmodel import Session

from domain import contributions, identity
from domain.contributions import (
    AttestationRole,
    AttestationState,
    ContributionKind,
    ContributionState,
    SubjectType,
    Verdict,
    Verifier,
    clawing_back,
    restoring,
)
from domain.contributions import queries as asked
from domain.contributions.errors import InvolvedAlready
from domain.contributions.value_errors import SomebodyElseMustLook
from domain.contributions.value_kinds import ClawBackOutcome, ClawBackReason
from tests.domain.contributions.neighbourhood import linked
from tests.domain.contributions.village import DAY, Village, village

State = ContributionState


@pytest.fixture
def here(session: Session, at) -> Village:
    return village(session, at)


def suspended(here, user_id):
    here.session.get_one(identity.User, user_id).suspended_at = here.now
    here.session.flush()


def joined(here, user_id):
    """Somebody shows the same device as Aino, who gave."""
    linked(here.session, here.aino.user_id, user_id, here.now)


BEFALLS = pytest.mark.parametrize("befalls", [suspended, joined])


@pytest.mark.parametrize("verdict", [Verdict.CONFIRM, Verdict.REJECT])
def test_who_turns_out_to_be_the_contributor_says_nothing_but_can_decline(here, verdict):
    given = here.asked(here.about_the_booking())
    (one,) = here.open_seats(given)
    joined(here, here.ellen.user_id)
    with pytest.raises(InvolvedAlready):
        here.answers(one, verdict)
    assert given.state is State.AWAITING_VERIFICATION
    here.answers(one, Verdict.DECLINE)
    assert one.state is AttestationState.DECLINED


def test_a_member_of_a_quorum_who_turns_out_to_be_a_side_says_nothing(here):
    here.neighbours(6)
    given = here.asked()
    one = here.open_seats(given)[0]
    joined(here, one.attester_id)
    with pytest.raises(InvolvedAlready):
        here.answers(one)


@BEFALLS
def test_their_silence_is_no_yes(here, befalls):
    given = here.asked(here.about_the_booking())
    befalls(here, here.ellen.user_id)
    here.waits(given, here.now + 4 * DAY)
    (one,) = here.attestations(given, AttestationRole.COUNTERPARTY)
    assert (one.state, given.verified_at) == (AttestationState.REPLACED, None)


@BEFALLS
def test_who_was_drawn_before_is_passed_over(here, befalls):
    here.neighbours(6)
    given = here.asked()
    following, after = (UUID(one) for one in asked.draw(here.session, given.id).ranked[3:5])
    befalls(here, following)
    here.answers(here.open_seats(given)[0], Verdict.DECLINE)
    seated = {one.attester_id for one in here.open_seats(given)}
    assert after in seated
    assert following not in seated


def test_the_other_side_who_cannot_come_in_is_not_asked(here):
    suspended(here, here.ellen.user_id)
    given = here.asked(here.about_the_booking())
    assert given.verifier is Verifier.MODERATOR
    assert not here.attestations(given)


def test_a_moderator_answers_no_appeal_of_an_account_that_looks_like_theirs(here):
    given = here.asked(here.about_the_booking())
    here.answers(here.open_seats(given)[0])
    told = {"reason": ClawBackReason.MISTAKE, "statement": "It was not so."}
    taken = clawing_back.claw_back(here.session, given.id, by=here.mira, at=here.now, **told)
    restoring.appeal(here.session, taken.id, "It was.", by=here.aino, at=here.now)
    joined(here, here.otto.user_id)
    told = {"statement": "It was.", "by": here.otto, "at": here.now}
    with pytest.raises(SomebodyElseMustLook):
        restoring.answer(here.session, taken.id, ClawBackOutcome.RESTORED, **told)


def test_hours_do_not_pass_to_who_turned_out_to_be_the_same(here):
    about = {"subject_type": SubjectType.USER, "subject_id": here.ben.user_id, "units_milli": 1_000}
    given = here.asked(here.claim(ContributionKind.MENTORING, **about))
    joined(here, here.ben.user_id)
    with pytest.raises(InvolvedAlready):
        here.answers(here.open_seats(given)[0])
    assert contributions.hours_of(here.session, here.aino.user_id).minutes == 0
