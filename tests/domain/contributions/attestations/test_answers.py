"""What those who are asked can say, what their silence means, and what a quorum makes of it."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from domain.contributions import (
    AttestationRole,
    AttestationState,
    ContributionKind,
    ContributionState,
    ContributionVerifier,
    RejectionReason,
    SubjectType,
    attestations,
)
from domain.contributions import queries as asked
from domain.contributions.attestations import AttestationAnswer, AttestationVerdict
from domain.contributions.errors import (
    AttestationNotFound,
    ContributionNotFound,
    InvalidAttestation,
    NotIndependent,
)
from domain.foundation import ids
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.identity import Caller
from tests.domain.contributions.claims_factory import DAY, ClaimsFactory, claims_factory
from tests.domain.contributions.contribution_market import link_devices

Kind, State, AssignedContributions = ContributionKind, ContributionState, AttestationState
NO = {"verdict": AttestationVerdict.REJECT, "reason": RejectionReason.NOT_DONE}
HOUR = timedelta(hours=1)


@pytest.fixture
def factory(session: Session, at) -> ClaimsFactory:
    return claims_factory(session, at)


def test_a_confirmation_verifies_with_its_quality_and_all_that_was_claimed(factory):
    contribution = factory.checked(factory.about_the_booking())
    factory.answers(factory.open_seats(contribution)[0], quality_milli=1_200)
    assert (contribution.state, contribution.quality_milli, contribution.verified_units_milli) == (
        State.VERIFIED,
        1_200,
        1_000,
    )


def test_less_can_be_confirmed_than_was_claimed_and_never_more(factory):
    about = {"subject_type": SubjectType.USER, "subject_id": factory.ben.user_id, "units_milli": 3_000}
    contribution = factory.checked(factory.claim(Kind.MENTORING, **about))
    (item,) = factory.open_seats(contribution)
    with pytest.raises(InvalidAttestation):
        factory.answers(item, units_milli=3_001)
    factory.answers(item, units_milli=2_000)
    assert contribution.verified_units_milli == 2_000


def test_a_no_needs_a_reason_and_is_told(factory):
    contribution = factory.checked(factory.about_the_booking())
    (item,) = factory.open_seats(contribution)
    with pytest.raises(InvalidAttestation):
        factory.answers(item, AttestationVerdict.REJECT)
    factory.answers(
        item, AttestationVerdict.REJECT, reason=RejectionReason.NOT_DONE, statement="I was not there."
    )
    assert (contribution.state, contribution.rejected_reason) == (State.REJECTED, RejectionReason.NOT_DONE)
    assert contribution.rejected_statement == "I was not there."


def test_nobody_else_answers_and_nobody_answers_twice(factory):
    contribution = factory.checked(factory.about_the_booking())
    (item,) = factory.open_seats(contribution)
    with pytest.raises(AttestationNotFound):
        attestations.attest(
            factory.session,
            item.id,
            AttestationAnswer(AttestationVerdict.CONFIRM),
            by=factory.ben,
            at=factory.now,
        )
    factory.answers(item)
    with pytest.raises(TransitionNotAllowed):
        factory.answers(item)


@pytest.mark.parametrize(
    ("qualities", "quality"),
    [
        ([1_000, 1_000, 1_500], 1_000),
        ([0, 1_000, 1_200], 1_000),
        ([0, 0, 1_500], None),
        ([500, 900, 1_400], 900),
    ],
)
def test_a_quorum_says_the_middle_once_all_its_seats_have_answered(factory, qualities, quality):
    factory.neighbours(5)
    contribution = factory.checked()
    for seat, value in zip(factory.open_seats(contribution), qualities, strict=True):
        assert contribution.state is State.AWAITING_VERIFICATION
        factory.answers(seat, **({"quality_milli": value} if value else NO))
    assert contribution.quality_milli == quality
    assert contribution.state is (State.REJECTED if quality is None else State.VERIFIED)


def test_who_declines_is_replaced_down_the_same_order_and_after_the_last_by_a_moderator(factory):
    factory.neighbours(3)
    contribution = factory.checked()
    order = asked.get_draw(factory.session, contribution.id).ranked
    while (seats := factory.open_seats(contribution)) and seats[0].seat is not None:
        factory.answers(seats[0], AttestationVerdict.DECLINE)
    assert [str(row.attester_id) for row in factory.attestations(contribution)] == order
    assert contribution.verifier is ContributionVerifier.MODERATOR
    assert not factory.open_seats(contribution)


def test_a_counterparty_that_declines_leaves_it_to_a_quorum(factory):
    factory.neighbours(4)
    contribution = factory.checked(factory.about_the_booking())
    factory.answers(factory.open_seats(contribution)[0], AttestationVerdict.DECLINE)
    assert [row.role for row in factory.open_seats(contribution)] == [AttestationRole.QUORUM] * 3


def test_thanks_alone_are_the_end_of_it(factory):
    contribution = factory.checked(factory.about_the_booking(wants_thanks_only=True))
    factory.answers(factory.open_seats(contribution)[0])
    assert (contribution.state, contribution.thanked_at) == (State.THANKED, factory.now)


def test_silence_after_two_notices_is_a_yes_at_seventy_two_hours(factory):
    contribution = factory.checked(factory.about_the_booking())
    factory.waits(contribution, factory.now + 71 * HOUR)
    (item,) = factory.attestations(contribution)
    assert (item.notices, item.state) == (2, AssignedContributions.ASKED)
    factory.waits(contribution, factory.now + 72 * HOUR)
    assert (item.state, contribution.state) == (AssignedContributions.CONFIRMED_BY_SILENCE, State.VERIFIED)
    assert contribution.quality_milli == 1_000


def test_a_late_clock_takes_no_time_from_who_was_asked(factory):
    contribution = factory.checked(factory.about_the_booking())
    (item,) = factory.attestations(contribution)
    late = factory.now + 10 * DAY
    for hour, notices in [(0, 1), (1, 1), (24, 2), (47, 2)]:
        attestations.process_due_attestation(factory.session, item.id, at=late + hour * HOUR)
        assert (item.notices, item.state) == (notices, AssignedContributions.ASKED)
    assert attestations.process_due_attestation(factory.session, item.id, at=late + 48 * HOUR)
    assert item.state is AssignedContributions.CONFIRMED_BY_SILENCE


def test_a_stranger_who_is_silent_has_confirmed_nothing(factory):
    factory.neighbours(4)
    newcomer = factory.neighbour(since=factory.now - 3 * DAY)
    about = {"subject_type": SubjectType.USER, "subject_id": newcomer.user_id}
    contribution = factory.checked(factory.claim(Kind.NEWCOMER_BUDDY, **about))
    factory.waits(contribution, factory.now + 72 * HOUR)
    assert contribution.state is State.AWAITING_VERIFICATION
    assert contribution.verifier is ContributionVerifier.QUORUM


def test_nobody_pays_with_their_hours_by_being_silent(factory):
    factory.neighbours(4)
    about = {"subject_type": SubjectType.USER, "subject_id": factory.ben.user_id}
    contribution = factory.checked(factory.claim(Kind.MENTORING, **about))
    factory.waits(contribution, factory.now + 72 * HOUR)
    assert (contribution.state, contribution.verifier) == (
        State.AWAITING_VERIFICATION,
        ContributionVerifier.MODERATOR,
    )


def test_members_of_a_quorum_who_are_silent_are_replaced(factory):
    factory.neighbours(6)
    contribution = factory.checked()
    first = {row.attester_id for row in factory.open_seats(contribution)}
    factory.waits(contribution, factory.now + 72 * HOUR)
    second = {row.attester_id for row in factory.open_seats(contribution)}
    assert not first & second
    assert {row.seat for row in factory.open_seats(contribution)} == {1, 2, 3}


def test_a_moderator_decides_where_one_is_waited_for(factory):
    contribution = factory.checked(factory.claim(Kind.DEFECT_REPORT))
    attestations.verify_as_moderator(
        factory.session,
        contribution.id,
        AttestationAnswer(AttestationVerdict.CONFIRM, 800),
        by=factory.mira,
        at=factory.now,
    )
    assert (contribution.state, contribution.quality_milli) == (State.VERIFIED, 800)
    assert [item.role for item in factory.attestations(contribution)] == [AttestationRole.MODERATOR]


def test_a_moderator_does_not_decide_for_who_was_asked(factory):
    contribution = factory.checked(factory.about_the_booking())
    with pytest.raises(TransitionNotAllowed):
        attestations.verify_as_moderator(
            factory.session,
            contribution.id,
            AttestationAnswer(AttestationVerdict.CONFIRM),
            by=factory.mira,
            at=factory.now,
        )


def test_who_moderates_nothing_does_not_find_it(factory):
    contribution = factory.checked(factory.claim(Kind.DEFECT_REPORT))
    with pytest.raises(ContributionNotFound):
        attestations.verify_as_moderator(
            factory.session,
            contribution.id,
            AttestationAnswer(AttestationVerdict.CONFIRM),
            by=factory.ben,
            at=factory.now,
        )


@pytest.mark.parametrize("how", ["own", "same_person"])
def test_a_moderator_does_not_decide_about_their_own(factory, how):
    contribution = factory.checked(
        factory.claim(Kind.DEFECT_REPORT), by=factory.mira if how == "own" else factory.aino
    )
    if how == "same_person":
        link_devices(factory.session, factory.aino.user_id, factory.mira.user_id, factory.now)
    with pytest.raises(NotIndependent):
        attestations.verify_as_moderator(
            factory.session,
            contribution.id,
            AttestationAnswer(AttestationVerdict.CONFIRM),
            by=factory.mira,
            at=factory.now,
        )


def test_serving_in_a_quorum_is_a_contribution_whatever_was_said(factory):
    factory.neighbours(5)
    contribution = factory.checked()
    first, second, _ = factory.open_seats(contribution)
    factory.answers(first, **NO)
    member = Caller(first.attester_id, ids.new(), "a member")
    about = {"subject_type": SubjectType.ATTESTATION, "subject_id": first.id}
    assert factory.checked(factory.claim(Kind.JURY, **about), by=member).state is State.VERIFIED
    factory.answers(second, AttestationVerdict.DECLINE)
    declined = Caller(second.attester_id, ids.new(), "another")
    about["subject_id"] = second.id
    with pytest.raises(Exception, match="cannot be claimed"):
        factory.submits(factory.claim(Kind.JURY, **about), by=declined)
