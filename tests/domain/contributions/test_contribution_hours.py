"""Mentoring passes hours when the mentee says so, and takes them back when it was not so."""

import pytest
from sqlmodel import Session

from api.schemas.hours import HourPostingView
from domain import hours
from domain.contributions import (
    ContributionKind,
    ContributionState,
    SubjectType,
    attestations,
    contribution_hours,
)
from domain.contributions.attestations import AttestationAnswer, AttestationVerdict
from domain.contributions.valuation import claw_back_appeals, claw_backs
from domain.contributions.valuation.kinds import ClawBackOutcome, ClawBackReason
from domain.ledger.errors import BalanceTooLow
from tests.domain.contributions.claims_factory import ClaimsFactory, claims_factory
from tests.domain.contributions.contribution_market import hours_balance

State = ContributionState


@pytest.fixture
def factory(session: Session, at) -> ClaimsFactory:
    return claims_factory(session, at)


def mentored(factory, units_milli=2_500, **more):
    about = {"subject_type": SubjectType.USER, "subject_id": factory.ben.user_id, "units_milli": units_milli}
    return factory.checked(factory.claim(ContributionKind.MENTORING, **about, **more))


def balances(factory):
    return hours_balance(factory.session, factory.aino.user_id), hours_balance(
        factory.session, factory.ben.user_id
    )


def test_what_is_confirmed_passes_minute_for_minute_and_no_credits_follow(factory):
    contribution = mentored(factory)
    assert balances(factory) == (0, 0)
    factory.answers(factory.open_seats(contribution)[0], units_milli=2_000)
    assert balances(factory) == (120, -120)
    assert contribution.state is State.THANKED


def test_thanks_alone_pass_no_hours(factory):
    factory.answers(factory.open_seats(mentored(factory, wants_thanks_only=True))[0])
    assert balances(factory) == (0, 0)


def test_nobody_is_let_lean_too_far_by_saying_yes(factory):
    contribution = mentored(factory, 10_001 + 59)
    (attestation,) = factory.open_seats(contribution)
    with pytest.raises(BalanceTooLow), factory.session.begin_nested():
        factory.answers(attestation)
    factory.session.expire_all()
    factory.answers(attestation, units_milli=10_000)
    assert balances(factory) == (600, -600)


def test_a_moderator_confirms_where_the_mentee_is_silent(factory):
    contribution = mentored(factory)
    factory.waits(contribution, factory.now + (factory.now - factory.scene.at))
    attestations.verify_as_moderator(
        factory.session,
        contribution.id,
        AttestationAnswer(AttestationVerdict.CONFIRM),
        by=factory.mira,
        at=factory.now,
    )
    assert balances(factory) == (150, -150)


def test_what_is_taken_back_goes_back_whole_and_once(factory):
    contribution = mentored(factory)
    factory.answers(factory.open_seats(contribution)[0])
    fields = {"reason": ClawBackReason.MISTAKE, "statement": "They were abroad."}
    claw_backs.claw_back(factory.session, contribution.id, by=factory.mira, at=factory.now, **fields)
    contribution_hours.return_hours(factory.session, contribution, by=factory.mira.actor, at=factory.now)
    assert balances(factory) == (0, 0)


def test_what_an_appeal_restores_passes_again_and_can_be_taken_back_again(factory):
    contribution = mentored(factory)
    factory.answers(factory.open_seats(contribution)[0])
    fields = {"reason": ClawBackReason.MISTAKE, "statement": "They were abroad."}
    for passed in (150, 150):
        taken = claw_backs.claw_back(
            factory.session, contribution.id, by=factory.mira, at=factory.now, **fields
        )
        assert balances(factory) == (0, 0)
        claw_back_appeals.appeal_claw_back(
            factory.session, taken.id, "I was not.", by=factory.aino, at=factory.now
        )
        answer = {"statement": "So it was.", "by": factory.otto, "at": factory.now}
        claw_back_appeals.answer_claw_back_appeal(
            factory.session, taken.id, ClawBackOutcome.RESTORED, **answer
        )
        assert balances(factory) == (passed, -passed)
    assert contribution.state is State.THANKED


def test_what_somebody_gave_and_received_adds_up_to_where_they_stand(factory):
    contribution = mentored(factory)
    factory.answers(factory.open_seats(contribution)[0])
    stand = [hours.get_hours_balance(factory.session, item.user_id) for item in (factory.aino, factory.ben)]
    assert [(item.minutes, item.given, item.received) for item in stand] == [(150, 150, 0), (-150, 0, 150)]
    fields = {"reason": ClawBackReason.MISTAKE, "statement": "They were abroad."}
    claw_backs.claw_back(factory.session, contribution.id, by=factory.mira, at=factory.now, **fields)
    stand = hours.get_hours_balance(factory.session, factory.aino.user_id)
    assert (stand.minutes, stand.given, stand.received) == (0, 0, 0)


def test_their_posting_names_no_transfer_between_two(factory):
    factory.answers(factory.open_seats(mentored(factory))[0])
    (line,) = hours.list_hour_postings(factory.session, factory.aino.user_id, after=None, limit=9).items
    assert HourPostingView.of(line, factory.aino.user_id).transfer_id is None


def test_a_correction_leaves_the_right_hours(factory):
    old = mentored(factory, 3_000)
    factory.answers(factory.open_seats(old)[0])
    new = mentored(factory, 1_000, corrects_id=old.id)
    factory.answers(factory.open_seats(new)[0])
    claw_backs.claw_back_corrected(factory.session, old.id, at=factory.now)
    assert balances(factory) == (60, -60)
