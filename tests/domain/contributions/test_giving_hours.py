"""Mentoring passes hours when the mentee says so, and takes them back when it was not so."""

import pytest
from sqlmodel import Session

from api.schemas.hours import HourPostingView
from domain import contributions
from domain.contributions import (
    ContributionKind,
    ContributionState,
    Said,
    SubjectType,
    Verdict,
    clawing_back,
    giving_hours,
    restoring,
)
from domain.contributions.value_kinds import ClawBackOutcome, ClawBackReason
from domain.ledger.errors import BalanceTooLow
from tests.domain.contributions.neighbourhood import hours
from tests.domain.contributions.village import Village, village

State = ContributionState


@pytest.fixture
def here(session: Session, at) -> Village:
    return village(session, at)


def mentored(here, units_milli=2_500, **more):
    about = {"subject_type": SubjectType.USER, "subject_id": here.ben.user_id, "units_milli": units_milli}
    return here.asked(here.claim(ContributionKind.MENTORING, **about, **more))


def balances(here):
    return hours(here.session, here.aino.user_id), hours(here.session, here.ben.user_id)


def test_what_is_confirmed_passes_minute_for_minute_and_no_credits_follow(here):
    given = mentored(here)
    assert balances(here) == (0, 0)
    here.answers(here.open_seats(given)[0], units_milli=2_000)
    assert balances(here) == (120, -120)
    assert given.state is State.THANKED


def test_thanks_alone_pass_no_hours(here):
    here.answers(here.open_seats(mentored(here, wants_thanks_only=True))[0])
    assert balances(here) == (0, 0)


def test_nobody_is_let_lean_too_far_by_saying_yes(here):
    given = mentored(here, 10_001 + 59)
    (asked,) = here.open_seats(given)
    with pytest.raises(BalanceTooLow), here.session.begin_nested():
        here.answers(asked)
    here.session.expire_all()
    here.answers(asked, units_milli=10_000)
    assert balances(here) == (600, -600)


def test_a_moderator_confirms_where_the_mentee_is_silent(here):
    given = mentored(here)
    here.waits(given, here.now + (here.now - here.scene.at))
    contributions.verify(here.session, given.id, Said(Verdict.CONFIRM), by=here.mira, at=here.now)
    assert balances(here) == (150, -150)


def test_what_is_taken_back_goes_back_whole_and_once(here):
    given = mentored(here)
    here.answers(here.open_seats(given)[0])
    told = {"reason": ClawBackReason.MISTAKE, "statement": "They were abroad."}
    clawing_back.claw_back(here.session, given.id, by=here.mira, at=here.now, **told)
    giving_hours.give_back(here.session, given, by=here.mira.actor, at=here.now)
    assert balances(here) == (0, 0)


def test_what_an_appeal_restores_passes_again_and_can_be_taken_back_again(here):
    given = mentored(here)
    here.answers(here.open_seats(given)[0])
    told = {"reason": ClawBackReason.MISTAKE, "statement": "They were abroad."}
    for passed in (150, 150):
        taken = clawing_back.claw_back(here.session, given.id, by=here.mira, at=here.now, **told)
        assert balances(here) == (0, 0)
        restoring.appeal(here.session, taken.id, "I was not.", by=here.aino, at=here.now)
        answer = {"statement": "So it was.", "by": here.otto, "at": here.now}
        restoring.answer(here.session, taken.id, ClawBackOutcome.RESTORED, **answer)
        assert balances(here) == (passed, -passed)
    assert given.state is State.THANKED


def test_what_somebody_gave_and_received_adds_up_to_where_they_stand(here):
    given = mentored(here)
    here.answers(here.open_seats(given)[0])
    stand = [contributions.hours_of(here.session, one.user_id) for one in (here.aino, here.ben)]
    assert [(one.minutes, one.given, one.received) for one in stand] == [(150, 150, 0), (-150, 0, 150)]
    told = {"reason": ClawBackReason.MISTAKE, "statement": "They were abroad."}
    clawing_back.claw_back(here.session, given.id, by=here.mira, at=here.now, **told)
    stand = contributions.hours_of(here.session, here.aino.user_id)
    assert (stand.minutes, stand.given, stand.received) == (0, 0, 0)


def test_their_posting_names_no_transfer_between_two(here):
    here.answers(here.open_seats(mentored(here))[0])
    (line,) = contributions.hours_statement(here.session, here.aino.user_id, after=None, limit=9).items
    assert HourPostingView.of(line, here.aino.user_id).transfer_id is None


def test_a_correction_leaves_the_right_hours(here):
    old = mentored(here, 3_000)
    here.answers(here.open_seats(old)[0])
    new = mentored(here, 1_000, corrects_id=old.id)
    here.answers(here.open_seats(new)[0])
    clawing_back.follow_correction(here.session, old.id, at=here.now)
    assert balances(here) == (60, -60)
