"""What those who are asked can say, what their silence means, and what a quorum makes of it."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from domain import contributions
from domain.contributions import (
    AttestationRole,
    AttestationState,
    ContributionKind,
    ContributionState,
    RejectionReason,
    Said,
    SubjectType,
    Verdict,
    Verifier,
)
from domain.contributions import queries as asked
from domain.contributions.errors import (
    AttestationNotFound,
    AttestationUnfit,
    ContributionNotFound,
    InvolvedAlready,
)
from domain.foundation import ids
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.identity import Caller
from tests.domain.contributions.neighbourhood import linked
from tests.domain.contributions.village import DAY, Village, village

Kind, State, Asked = ContributionKind, ContributionState, AttestationState
NO = {"verdict": Verdict.REJECT, "reason": RejectionReason.NOT_DONE}
HOUR = timedelta(hours=1)


@pytest.fixture
def here(session: Session, at) -> Village:
    return village(session, at)


def test_a_confirmation_verifies_with_its_quality_and_all_that_was_claimed(here):
    given = here.asked(here.about_the_booking())
    here.answers(here.open_seats(given)[0], quality_milli=1_200)
    assert (given.state, given.quality_milli, given.verified_units_milli) == (State.VERIFIED, 1_200, 1_000)


def test_less_can_be_confirmed_than_was_claimed_and_never_more(here):
    about = {"subject_type": SubjectType.USER, "subject_id": here.ben.user_id, "units_milli": 3_000}
    given = here.asked(here.claim(Kind.MENTORING, **about))
    (one,) = here.open_seats(given)
    with pytest.raises(AttestationUnfit):
        here.answers(one, units_milli=3_001)
    here.answers(one, units_milli=2_000)
    assert given.verified_units_milli == 2_000


def test_a_no_needs_a_reason_and_is_told(here):
    given = here.asked(here.about_the_booking())
    (one,) = here.open_seats(given)
    with pytest.raises(AttestationUnfit):
        here.answers(one, Verdict.REJECT)
    here.answers(one, Verdict.REJECT, reason=RejectionReason.NOT_DONE, statement="I was not there.")
    assert (given.state, given.rejected_reason) == (State.REJECTED, RejectionReason.NOT_DONE)
    assert given.rejected_statement == "I was not there."


def test_nobody_else_answers_and_nobody_answers_twice(here):
    given = here.asked(here.about_the_booking())
    (one,) = here.open_seats(given)
    with pytest.raises(AttestationNotFound):
        contributions.attest(here.session, one.id, Said(Verdict.CONFIRM), by=here.ben, at=here.now)
    here.answers(one)
    with pytest.raises(TransitionNotAllowed):
        here.answers(one)


@pytest.mark.parametrize(
    ("qualities", "quality"),
    [
        ([1_000, 1_000, 1_500], 1_000),
        ([0, 1_000, 1_200], 1_000),
        ([0, 0, 1_500], None),
        ([500, 900, 1_400], 900),
    ],
)
def test_a_quorum_says_the_middle_once_all_its_seats_have_answered(here, qualities, quality):
    here.neighbours(5)
    given = here.asked()
    for seat, value in zip(here.open_seats(given), qualities, strict=True):
        assert given.state is State.AWAITING_VERIFICATION
        here.answers(seat, **({"quality_milli": value} if value else NO))
    assert given.quality_milli == quality
    assert given.state is (State.REJECTED if quality is None else State.VERIFIED)


def test_who_declines_is_replaced_down_the_same_order_and_after_the_last_by_a_moderator(here):
    here.neighbours(3)
    given = here.asked()
    order = asked.draw(here.session, given.id).ranked
    while (seats := here.open_seats(given)) and seats[0].seat is not None:
        here.answers(seats[0], Verdict.DECLINE)
    assert [str(row.attester_id) for row in here.attestations(given)] == order
    assert given.verifier is Verifier.MODERATOR
    assert not here.open_seats(given)


def test_a_counterparty_that_declines_leaves_it_to_a_quorum(here):
    here.neighbours(4)
    given = here.asked(here.about_the_booking())
    here.answers(here.open_seats(given)[0], Verdict.DECLINE)
    assert [row.role for row in here.open_seats(given)] == [AttestationRole.QUORUM] * 3


def test_thanks_alone_are_the_end_of_it(here):
    given = here.asked(here.about_the_booking(wants_thanks_only=True))
    here.answers(here.open_seats(given)[0])
    assert (given.state, given.thanked_at) == (State.THANKED, here.now)


def test_silence_after_two_notices_is_a_yes_at_seventy_two_hours(here):
    given = here.asked(here.about_the_booking())
    here.waits(given, here.now + 71 * HOUR)
    (one,) = here.attestations(given)
    assert (one.notices, one.state) == (2, Asked.ASKED)
    here.waits(given, here.now + 72 * HOUR)
    assert (one.state, given.state) == (Asked.CONFIRMED_BY_SILENCE, State.VERIFIED)
    assert given.quality_milli == 1_000


def test_a_late_clock_takes_no_time_from_who_was_asked(here):
    given = here.asked(here.about_the_booking())
    (one,) = here.attestations(given)
    late = here.now + 10 * DAY
    for hour, notices in [(0, 1), (1, 1), (24, 2), (47, 2)]:
        contributions.act_on_attestation(here.session, one.id, at=late + hour * HOUR)
        assert (one.notices, one.state) == (notices, Asked.ASKED)
    assert contributions.act_on_attestation(here.session, one.id, at=late + 48 * HOUR)
    assert one.state is Asked.CONFIRMED_BY_SILENCE


def test_a_stranger_who_is_silent_has_confirmed_nothing(here):
    here.neighbours(4)
    newcomer = here.neighbour(since=here.now - 3 * DAY)
    about = {"subject_type": SubjectType.USER, "subject_id": newcomer.user_id}
    given = here.asked(here.claim(Kind.NEWCOMER_BUDDY, **about))
    here.waits(given, here.now + 72 * HOUR)
    assert given.state is State.AWAITING_VERIFICATION
    assert given.verifier is Verifier.QUORUM


def test_nobody_pays_with_their_hours_by_being_silent(here):
    here.neighbours(4)
    about = {"subject_type": SubjectType.USER, "subject_id": here.ben.user_id}
    given = here.asked(here.claim(Kind.MENTORING, **about))
    here.waits(given, here.now + 72 * HOUR)
    assert (given.state, given.verifier) == (State.AWAITING_VERIFICATION, Verifier.MODERATOR)


def test_members_of_a_quorum_who_are_silent_are_replaced(here):
    here.neighbours(6)
    given = here.asked()
    first = {row.attester_id for row in here.open_seats(given)}
    here.waits(given, here.now + 72 * HOUR)
    second = {row.attester_id for row in here.open_seats(given)}
    assert not first & second
    assert {row.seat for row in here.open_seats(given)} == {1, 2, 3}


def test_a_moderator_decides_where_one_is_waited_for(here):
    given = here.asked(here.claim(Kind.DEFECT_REPORT))
    contributions.verify(here.session, given.id, Said(Verdict.CONFIRM, 800), by=here.mira, at=here.now)
    assert (given.state, given.quality_milli) == (State.VERIFIED, 800)
    assert [one.role for one in here.attestations(given)] == [AttestationRole.MODERATOR]


def test_a_moderator_does_not_decide_for_who_was_asked(here):
    given = here.asked(here.about_the_booking())
    with pytest.raises(TransitionNotAllowed):
        contributions.verify(here.session, given.id, Said(Verdict.CONFIRM), by=here.mira, at=here.now)


def test_who_moderates_nothing_does_not_find_it(here):
    given = here.asked(here.claim(Kind.DEFECT_REPORT))
    with pytest.raises(ContributionNotFound):
        contributions.verify(here.session, given.id, Said(Verdict.CONFIRM), by=here.ben, at=here.now)


@pytest.mark.parametrize("how", ["own", "same_person"])
def test_a_moderator_does_not_decide_about_their_own(here, how):
    given = here.asked(here.claim(Kind.DEFECT_REPORT), by=here.mira if how == "own" else here.aino)
    if how == "same_person":
        linked(here.session, here.aino.user_id, here.mira.user_id, here.now)
    with pytest.raises(InvolvedAlready):
        contributions.verify(here.session, given.id, Said(Verdict.CONFIRM), by=here.mira, at=here.now)


def test_serving_in_a_quorum_is_a_contribution_whatever_was_said(here):
    here.neighbours(5)
    given = here.asked()
    first, second, _ = here.open_seats(given)
    here.answers(first, **NO)
    member = Caller(first.attester_id, ids.new(), "a member")
    about = {"subject_type": SubjectType.ATTESTATION, "subject_id": first.id}
    assert here.asked(here.claim(Kind.JURY, **about), by=member).state is State.VERIFIED
    here.answers(second, Verdict.DECLINE)
    declined = Caller(second.attester_id, ids.new(), "another")
    about["subject_id"] = second.id
    with pytest.raises(Exception, match="cannot be claimed"):
        here.submits(here.claim(Kind.JURY, **about), by=declined)
