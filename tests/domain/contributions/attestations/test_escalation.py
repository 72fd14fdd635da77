"""Moderators who do not look: an operator hears of it each week, and nothing is decided by itself."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain.contributions import ContributionKind, ContributionState, RejectionReason, attestations
from domain.contributions.attestations import AttestationAnswer, AttestationVerdict
from tests.domain.contributions.claims_factory import DAY, ClaimsFactory, claims_factory

State = ContributionState
NO = AttestationAnswer(AttestationVerdict.REJECT, reason=RejectionReason.NOT_USEFUL)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def factory(session: Session, at) -> ClaimsFactory:
    return claims_factory(session, at)


def reported(factory):
    return factory.checked(factory.claim(ContributionKind.DEFECT_REPORT))


def alarms(factory, days):
    """The days on which the clock raises an alarm, asked once a day."""
    raised = []
    for day in days:
        at = factory.now + day * DAY
        due = attestations.list_overdue_contributions(factory.session, at=at, limit=9)
        raised += [day for item in due if attestations.escalate(factory.session, item, at=at)]
    return raised


def test_each_week_without_a_moderator_is_an_alarm_and_no_verdict(factory):
    contribution = reported(factory)
    assert alarms(factory, range(23)) == [7, 14, 21]
    assert contribution.state is State.AWAITING_VERIFICATION
    assert contribution.verify_by == factory.now + 28 * DAY
    assert not factory.attestations(contribution)
    fields = text("SELECT data ->> 'waiting_since' FROM events WHERE name = 'contribution.overdue'")
    since = [datetime.fromisoformat(item) for item in factory.session.scalars(fields)]
    assert since == [contribution.checked_at] * 3


def test_an_alarm_is_raised_once_however_often_the_clock_asks(factory):
    contribution = reported(factory)
    due_at = contribution.verify_by
    assert not attestations.escalate(factory.session, contribution.id, at=due_at - MINUTE)
    assert attestations.escalate(factory.session, contribution.id, at=due_at)
    assert not attestations.escalate(factory.session, contribution.id, at=due_at)


def test_a_clock_that_slept_raises_one_alarm_and_not_one_for_each_week(factory):
    reported(factory)
    assert alarms(factory, [40, 41, 46, 47]) == [40, 47]


def test_what_is_decided_raises_none(factory):
    contribution = reported(factory)
    attestations.verify_as_moderator(factory.session, contribution.id, NO, by=factory.mira, at=factory.now)
    assert alarms(factory, range(30)) == []
    assert not attestations.escalate(factory.session, contribution.id, at=factory.now + 30 * DAY)


def test_an_appeal_that_nobody_answers_is_heard_of_before_its_time_is_over(factory):
    contribution = reported(factory)
    attestations.verify_as_moderator(factory.session, contribution.id, NO, by=factory.mira, at=factory.now)
    attestations.appeal_rejection(
        factory.session, contribution.id, "It is useful.", by=factory.aino, at=factory.now + 2 * DAY
    )
    assert alarms(factory, range(20)) == [9, 16]
    assert contribution.state is State.APPEALED


def test_whom_others_are_asked_about_raises_none(factory):
    contribution = factory.checked(factory.about_the_booking())
    assert not attestations.escalate(factory.session, contribution.id, at=factory.now + 30 * DAY)


def test_who_is_waited_for_since_a_quorum_ran_out_has_a_whole_week(factory):
    contribution = factory.checked(factory.about_the_booking())
    factory.answers(factory.open_seats(contribution)[0], AttestationVerdict.DECLINE, at=factory.now + 2 * DAY)
    assert contribution.verify_by == factory.now + 9 * DAY
    assert alarms(factory, range(12)) == [9]


def test_what_began_to_wait_before_there_was_a_clock_is_due_at_once(factory):
    contribution = reported(factory)
    contribution.verify_by = None
    factory.session.flush()
    assert alarms(factory, [1]) == [1]
