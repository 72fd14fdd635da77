"""Appeals go to a moderator who had nothing to do with it, and nothing waits for ever."""

import pytest
from sqlmodel import Session

from domain import contributions
from domain.contributions import ContributionKind, ContributionState, RejectionReason, Said, Verdict
from domain.contributions.errors import AppealOver, AttestationUnfit, ContributionNotFound, InvolvedAlready
from domain.foundation.lifecycle import TransitionNotAllowed
from tests.domain.contributions.village import DAY, Village, village

State = ContributionState
NO = Said(Verdict.REJECT, reason=RejectionReason.NOT_USEFUL, statement="Known since May.")


@pytest.fixture
def here(session: Session, at) -> Village:
    return village(session, at)


def rejected(here, by=None):
    given = here.asked(here.claim(ContributionKind.DEFECT_REPORT))
    return contributions.verify(here.session, given.id, NO, by=by or here.mira, at=here.now)


def appealed(here):
    return contributions.appeal(here.session, rejected(here).id, "Not by me.", by=here.aino, at=here.now)


def test_a_rejection_says_why_and_its_contributor_may_appeal(here):
    given = rejected(here)
    assert (given.rejected_reason, given.rejected_statement) == (NO.reason, NO.statement)
    with pytest.raises(ContributionNotFound):
        contributions.appeal(here.session, given.id, "It is fine.", by=here.ben, at=here.now)
    contributions.appeal(here.session, given.id, "It is new.", by=here.aino, at=here.now)
    assert given.state is State.APPEALED


def test_who_rejected_it_does_not_answer_the_appeal(here):
    with pytest.raises(InvolvedAlready):
        contributions.answer_appeal(here.session, appealed(here).id, NO, by=here.mira, at=here.now)


def test_an_appeal_that_is_granted_verifies(here):
    given = appealed(here)
    contributions.answer_appeal(here.session, given.id, Said(Verdict.CONFIRM, 700), by=here.otto, at=here.now)
    assert (given.state, given.quality_milli) == (State.VERIFIED, 700)


def test_an_appeal_that_is_refused_is_rejected_for_good(here):
    given = appealed(here)
    contributions.answer_appeal(here.session, given.id, NO, by=here.otto, at=here.now)
    assert given.state is State.REJECTED_FOR_GOOD
    with pytest.raises(TransitionNotAllowed):
        contributions.appeal(here.session, given.id, "But.", by=here.aino, at=here.now)


def test_a_moderator_leaves_an_appeal_to_others_by_doing_nothing(here):
    with pytest.raises(AttestationUnfit):
        contributions.answer_appeal(
            here.session, appealed(here).id, Said(Verdict.DECLINE), by=here.otto, at=here.now
        )


def test_what_nobody_appeals_stands_after_183_days(here):
    given = rejected(here)
    at = here.now + 183 * DAY
    assert not contributions.let_stand(here.session, given.id, at=here.now + 182 * DAY)
    with pytest.raises(AppealOver):
        contributions.appeal(here.session, given.id, "Late.", by=here.aino, at=at)
    assert contributions.standing_rejections(here.session, at=at, limit=10) == [given.id]
    assert contributions.let_stand(here.session, given.id, at=at)
    assert given.state is State.REJECTED_FOR_GOOD


def test_an_appeal_that_nobody_answers_for_thirty_days_leaves_the_rejection_and_says_so(here):
    given = appealed(here)
    assert not contributions.let_stand(here.session, given.id, at=here.now + 29 * DAY)
    assert contributions.let_stand(here.session, given.id, at=here.now + 30 * DAY)
    assert given.rejected_reason is RejectionReason.APPEAL_UNANSWERED


def test_an_appeal_can_be_withdrawn(here):
    given = appealed(here)
    contributions.withdraw(here.session, given.id, by=here.aino, at=here.now)
    assert given.state is State.WITHDRAWN


def test_moderators_see_what_waits_for_them_the_longest_waiting_first(here):
    first, second = appealed(here), here.asked(here.claim(ContributionKind.DEFECT_REPORT))
    here.asked(here.about_the_booking())
    page = contributions.waiting_for_moderators(
        here.session, here.market.id, by=here.mira, after=None, limit=10
    )
    assert [given.id for given in page.items] == [first.id, second.id]
