"""Mentoring passes hours when the mentee says so, and takes them back when it was not so."""

import pytest
from sqlmodel import Session

from domain import contributions
from domain.contributions import (
    ContributionKind,
    ContributionState,
    Said,
    SubjectType,
    Verdict,
    clawing_back,
    giving_hours,
)
from domain.contributions.value_kinds import ClawBackReason
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


def test_a_correction_leaves_the_right_hours(here):
    old = mentored(here, 3_000)
    here.answers(here.open_seats(old)[0])
    new = mentored(here, 1_000, corrects_id=old.id)
    here.answers(here.open_seats(new)[0])
    clawing_back.follow_correction(here.session, old.id, at=here.now)
    assert balances(here) == (60, -60)
