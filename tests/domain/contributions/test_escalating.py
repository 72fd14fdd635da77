"""Moderators who do not look: an operator hears of it each week, and nothing is decided by itself."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import contributions
from domain.contributions import ContributionKind, ContributionState, RejectionReason, Said, Verdict
from tests.domain.contributions.village import DAY, Village, village

State = ContributionState
NO = Said(Verdict.REJECT, reason=RejectionReason.NOT_USEFUL)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def here(session: Session, at) -> Village:
    return village(session, at)


def reported(here):
    return here.asked(here.claim(ContributionKind.DEFECT_REPORT))


def alarms(here, days):
    """The days on which the clock raises an alarm, asked once a day."""
    raised = []
    for day in days:
        at = here.now + day * DAY
        due = contributions.overdue(here.session, at=at, limit=9)
        raised += [day for one in due if contributions.escalate(here.session, one, at=at)]
    return raised


def test_each_week_without_a_moderator_is_an_alarm_and_no_verdict(here):
    given = reported(here)
    assert alarms(here, range(23)) == [7, 14, 21]
    assert given.state is State.AWAITING_VERIFICATION
    assert given.verify_by == here.now + 28 * DAY
    assert not here.attestations(given)
    told = text("SELECT data ->> 'waiting_since' FROM events WHERE name = 'contribution.overdue'")
    since = [datetime.fromisoformat(one) for one in here.session.scalars(told)]
    assert since == [given.checked_at] * 3


def test_an_alarm_is_raised_once_however_often_the_clock_asks(here):
    given = reported(here)
    due_at = given.verify_by
    assert not contributions.escalate(here.session, given.id, at=due_at - MINUTE)
    assert contributions.escalate(here.session, given.id, at=due_at)
    assert not contributions.escalate(here.session, given.id, at=due_at)


def test_a_clock_that_slept_raises_one_alarm_and_not_one_for_each_week(here):
    reported(here)
    assert alarms(here, [40, 41, 46, 47]) == [40, 47]


def test_what_is_decided_raises_none(here):
    given = reported(here)
    contributions.verify(here.session, given.id, NO, by=here.mira, at=here.now)
    assert alarms(here, range(30)) == []
    assert not contributions.escalate(here.session, given.id, at=here.now + 30 * DAY)


def test_an_appeal_that_nobody_answers_is_heard_of_before_its_time_is_over(here):
    given = reported(here)
    contributions.verify(here.session, given.id, NO, by=here.mira, at=here.now)
    contributions.appeal(here.session, given.id, "It is useful.", by=here.aino, at=here.now + 2 * DAY)
    assert alarms(here, range(20)) == [9, 16]
    assert given.state is State.APPEALED


def test_whom_others_are_asked_about_raises_none(here):
    given = here.asked(here.about_the_booking())
    assert not contributions.escalate(here.session, given.id, at=here.now + 30 * DAY)


def test_who_is_waited_for_since_a_quorum_ran_out_has_a_whole_week(here):
    given = here.asked(here.about_the_booking())
    here.answers(here.open_seats(given)[0], Verdict.DECLINE, at=here.now + 2 * DAY)
    assert given.verify_by == here.now + 9 * DAY
    assert alarms(here, range(12)) == [9]


def test_what_began_to_wait_before_there_was_a_clock_is_due_at_once(here):
    given = reported(here)
    given.verify_by = None
    here.session.flush()
    assert alarms(here, [1]) == [1]
