"""Appeals go to a moderator who had nothing to do with it, and nothing waits for ever."""

import pytest
from sqlmodel import Session

from domain import contributions
from domain.contributions import ContributionKind, ContributionState, RejectionReason, attestations, claims
from domain.contributions.attestations import AttestationAnswer, AttestationVerdict
from domain.contributions.errors import (
    AppealPeriodOver,
    ContributionNotFound,
    InvalidAttestation,
    NotIndependent,
)
from domain.foundation.lifecycle import TransitionNotAllowed
from tests.domain.contributions.claims_factory import DAY, ClaimsFactory, claims_factory

State = ContributionState
NO = AttestationAnswer(
    AttestationVerdict.REJECT, reason=RejectionReason.NOT_USEFUL, statement="Known since May."
)


@pytest.fixture
def factory(session: Session, at) -> ClaimsFactory:
    return claims_factory(session, at)


def rejected(factory, by=None):
    contribution = factory.checked(factory.claim(ContributionKind.DEFECT_REPORT))
    return attestations.verify_as_moderator(
        factory.session, contribution.id, NO, by=by or factory.mira, at=factory.now
    )


def appealed(factory):
    return attestations.appeal_rejection(
        factory.session, rejected(factory).id, "Not by me.", by=factory.aino, at=factory.now
    )


def test_a_rejection_says_why_and_its_contributor_may_appeal(factory):
    contribution = rejected(factory)
    assert (contribution.rejected_reason, contribution.rejected_statement) == (NO.reason, NO.statement)
    with pytest.raises(ContributionNotFound):
        attestations.appeal_rejection(
            factory.session, contribution.id, "It is fine.", by=factory.ben, at=factory.now
        )
    attestations.appeal_rejection(
        factory.session, contribution.id, "It is new.", by=factory.aino, at=factory.now
    )
    assert contribution.state is State.APPEALED


def test_who_rejected_it_does_not_answer_the_appeal(factory):
    with pytest.raises(NotIndependent):
        attestations.answer_appeal(factory.session, appealed(factory).id, NO, by=factory.mira, at=factory.now)


def test_an_appeal_that_is_granted_verifies(factory):
    contribution = appealed(factory)
    attestations.answer_appeal(
        factory.session,
        contribution.id,
        AttestationAnswer(AttestationVerdict.CONFIRM, 700),
        by=factory.otto,
        at=factory.now,
    )
    assert (contribution.state, contribution.quality_milli) == (State.VERIFIED, 700)


def test_an_appeal_that_is_refused_is_rejected_for_good(factory):
    contribution = appealed(factory)
    attestations.answer_appeal(factory.session, contribution.id, NO, by=factory.otto, at=factory.now)
    assert contribution.state is State.REJECTED_FOR_GOOD
    with pytest.raises(TransitionNotAllowed):
        attestations.appeal_rejection(
            factory.session, contribution.id, "But.", by=factory.aino, at=factory.now
        )


def test_a_moderator_leaves_an_appeal_to_others_by_doing_nothing(factory):
    with pytest.raises(InvalidAttestation):
        attestations.answer_appeal(
            factory.session,
            appealed(factory).id,
            AttestationAnswer(AttestationVerdict.DECLINE),
            by=factory.otto,
            at=factory.now,
        )


def test_what_nobody_appeals_stands_after_183_days(factory):
    contribution = rejected(factory)
    at = factory.now + 183 * DAY
    assert not attestations.finalize_rejection(factory.session, contribution.id, at=factory.now + 182 * DAY)
    with pytest.raises(AppealPeriodOver):
        attestations.appeal_rejection(factory.session, contribution.id, "Late.", by=factory.aino, at=at)
    assert attestations.list_expired_rejections(factory.session, at=at, limit=10) == [contribution.id]
    assert attestations.finalize_rejection(factory.session, contribution.id, at=at)
    assert contribution.state is State.REJECTED_FOR_GOOD


def test_an_appeal_that_nobody_answers_for_thirty_days_leaves_the_rejection_and_says_so(factory):
    contribution = appealed(factory)
    assert not attestations.finalize_rejection(factory.session, contribution.id, at=factory.now + 29 * DAY)
    assert attestations.finalize_rejection(factory.session, contribution.id, at=factory.now + 30 * DAY)
    assert contribution.rejected_reason is RejectionReason.APPEAL_UNANSWERED


def test_an_appeal_can_be_withdrawn(factory):
    contribution = appealed(factory)
    claims.withdraw(factory.session, contribution.id, by=factory.aino, at=factory.now)
    assert contribution.state is State.WITHDRAWN


def test_moderators_see_what_waits_for_them_the_longest_waiting_first(factory):
    first, second = appealed(factory), factory.checked(factory.claim(ContributionKind.DEFECT_REPORT))
    factory.checked(factory.about_the_booking())
    page = contributions.list_contributions_to_decide(
        factory.session, factory.market.id, by=factory.mira, after=None, limit=10
    )
    assert [contribution.id for contribution in page.items] == [first.id, second.id]
