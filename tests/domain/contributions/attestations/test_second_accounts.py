"""Who turned out to be a side of a claim, or cannot come in any more, after they were asked or drawn."""

from uuid import UUID

import pytest
from sqlmodel import Session

from domain import hours, identity
from domain.contributions import (
    AttestationRole,
    AttestationState,
    ContributionKind,
    ContributionState,
    ContributionVerifier,
    SubjectType,
)
from domain.contributions import queries as asked
from domain.contributions.attestations import AttestationVerdict
from domain.contributions.errors import NotIndependent
from domain.contributions.valuation import claw_back_appeals, claw_backs
from domain.contributions.valuation.errors import DifferentModeratorRequired
from domain.contributions.valuation.kinds import ClawBackOutcome, ClawBackReason
from tests.domain.contributions.claims_factory import DAY, ClaimsFactory, claims_factory
from tests.domain.contributions.contribution_market import link_devices

State = ContributionState


@pytest.fixture
def factory(session: Session, at) -> ClaimsFactory:
    return claims_factory(session, at)


def suspended(factory, user_id):
    factory.session.get_one(identity.User, user_id).suspended_at = factory.now
    factory.session.flush()


def joined(factory, user_id):
    """Somebody shows the same device as Aino, who gave."""
    link_devices(factory.session, factory.aino.user_id, user_id, factory.now)


BEFALLS = pytest.mark.parametrize("befalls", [suspended, joined])


@pytest.mark.parametrize("verdict", [AttestationVerdict.CONFIRM, AttestationVerdict.REJECT])
def test_who_turns_out_to_be_the_contributor_says_nothing_but_can_decline(factory, verdict):
    contribution = factory.checked(factory.about_the_booking())
    (item,) = factory.open_seats(contribution)
    joined(factory, factory.ellen.user_id)
    with pytest.raises(NotIndependent):
        factory.answers(item, verdict)
    assert contribution.state is State.AWAITING_VERIFICATION
    factory.answers(item, AttestationVerdict.DECLINE)
    assert item.state is AttestationState.DECLINED


def test_a_member_of_a_quorum_who_turns_out_to_be_a_side_says_nothing(factory):
    factory.neighbours(6)
    contribution = factory.checked()
    item = factory.open_seats(contribution)[0]
    joined(factory, item.attester_id)
    with pytest.raises(NotIndependent):
        factory.answers(item)


@BEFALLS
def test_their_silence_is_no_yes(factory, befalls):
    contribution = factory.checked(factory.about_the_booking())
    befalls(factory, factory.ellen.user_id)
    factory.waits(contribution, factory.now + 4 * DAY)
    (item,) = factory.attestations(contribution, AttestationRole.COUNTERPARTY)
    assert (item.state, contribution.verified_at) == (AttestationState.REPLACED, None)


@BEFALLS
def test_who_was_drawn_before_is_passed_over(factory, befalls):
    factory.neighbours(6)
    contribution = factory.checked()
    following, after = (UUID(item) for item in asked.get_draw(factory.session, contribution.id).ranked[3:5])
    befalls(factory, following)
    factory.answers(factory.open_seats(contribution)[0], AttestationVerdict.DECLINE)
    seated = {item.attester_id for item in factory.open_seats(contribution)}
    assert after in seated
    assert following not in seated


def test_the_other_side_who_cannot_come_in_is_not_asked(factory):
    suspended(factory, factory.ellen.user_id)
    contribution = factory.checked(factory.about_the_booking())
    assert contribution.verifier is ContributionVerifier.MODERATOR
    assert not factory.attestations(contribution)


def test_a_moderator_answers_no_appeal_of_an_account_that_looks_like_theirs(factory):
    contribution = factory.checked(factory.about_the_booking())
    factory.answers(factory.open_seats(contribution)[0])
    fields = {"reason": ClawBackReason.MISTAKE, "statement": "It was not so."}
    taken = claw_backs.claw_back(factory.session, contribution.id, by=factory.mira, at=factory.now, **fields)
    claw_back_appeals.appeal_claw_back(factory.session, taken.id, "It was.", by=factory.aino, at=factory.now)
    joined(factory, factory.otto.user_id)
    fields = {"statement": "It was.", "by": factory.otto, "at": factory.now}
    with pytest.raises(DifferentModeratorRequired):
        claw_back_appeals.answer_claw_back_appeal(
            factory.session, taken.id, ClawBackOutcome.RESTORED, **fields
        )


def test_hours_do_not_pass_to_who_turned_out_to_be_the_same(factory):
    about = {"subject_type": SubjectType.USER, "subject_id": factory.ben.user_id, "units_milli": 1_000}
    contribution = factory.checked(factory.claim(ContributionKind.MENTORING, **about))
    joined(factory, factory.ben.user_id)
    with pytest.raises(NotIndependent):
        factory.answers(factory.open_seats(contribution)[0])
    assert hours.get_hours_balance(factory.session, factory.aino.user_id).minutes == 0
