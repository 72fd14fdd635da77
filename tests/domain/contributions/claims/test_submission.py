"""Claims: what is taken, what is refused and why, and that taking back is free."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import contributions
from domain.contributions import ContributionKind, ContributionState, SubjectType, claims
from domain.contributions.claims import Evidence
from domain.contributions.errors import (
    ContributionLimitReached,
    ContributionNotFound,
    DuplicateEvidence,
    EvidenceIncomplete,
    InvalidSubject,
    InvalidUnits,
    KindNotAccepted,
    NotCorrectable,
    SubjectAlreadyClaimed,
)
from domain.foundation import ids
from domain.foundation.lifecycle import TransitionNotAllowed
from tests import cast
from tests.domain.contributions.claims_factory import DAY, ClaimsFactory, claims_factory, evidence_document

Kind, State = ContributionKind, ContributionState


@pytest.fixture
def factory(session: Session, at: datetime) -> ClaimsFactory:
    return claims_factory(session, at)


def test_a_claim_needs_no_call_and_keeps_what_it_rests_on(factory):
    contribution = factory.submits()
    assert contribution.state is State.SUBMITTED
    assert contribution.draw_id == contribution.id
    assert contributions.get_evidence(factory.session, contribution.id, by=factory.aino)["statement"]


def test_a_market_without_a_policy_for_it_takes_nothing(session, at):
    factory = claims_factory(session, at, kinds={})
    with pytest.raises(KindNotAccepted):
        factory.submits()


@pytest.mark.parametrize(
    ("kind", "shown", "missing"),
    [
        (Kind.GUIDE, Evidence("Too short."), {"statement": 400}),
        (Kind.GUIDE, Evidence("wide   " * 60), {"statement": 400}),
        (Kind.DEFECT_REPORT, Evidence(links=("https://example.org",)), {"statement": 80}),
        (Kind.OPEN_METHOD, Evidence(), {"statement": 400}),
    ],
)
def test_evidence_that_shows_too_little_is_refused_with_what_is_missing(factory, kind, shown, missing):
    with pytest.raises(EvidenceIncomplete) as refused:
        factory.submits(factory.claim(kind, evidence=shown))
    assert refused.value.extras["missing"] == missing


def test_the_same_photo_three_times_is_one_photo(factory):
    fields = {"subject_type": SubjectType.OFFER, "subject_id": factory.done.offer_id}
    with pytest.raises(EvidenceIncomplete):
        factory.submits(factory.claim(Kind.PHOTO_SET, evidence=Evidence(photos=("a" * 64,) * 3), **fields))


def test_the_same_evidence_counts_once_whoever_shows_it_and_however_it_is_spaced(factory):
    factory.submits(factory.claim(evidence=Evidence("A guide to saunas. " * 30)))
    with pytest.raises(DuplicateEvidence):
        factory.submits(
            factory.claim(Kind.OPEN_METHOD, evidence=Evidence("a GUIDE to  saunas. " * 30)), by=factory.ben
        )


def test_evidence_of_a_withdrawn_claim_can_be_shown_again(factory):
    claim = factory.claim()
    claims.withdraw(factory.session, factory.submits(claim).id, by=factory.aino, at=factory.now)
    assert factory.submits(claim).state is State.SUBMITTED


def test_a_subject_is_claimed_once_for_a_kind(factory):
    factory.submits(factory.about_the_booking())
    with pytest.raises(SubjectAlreadyClaimed):
        factory.submits(factory.about_the_booking())


@pytest.mark.parametrize(
    ("kind", "subject_type", "subject"),
    [
        (Kind.GUIDE, SubjectType.OFFER, "offer"),
        (Kind.TRIAL, SubjectType.OFFER, "offer"),
        (Kind.TRIAL, None, None),
        (Kind.TRIAL, SubjectType.BOOKING, "nothing"),
        (Kind.COVERING_NO_SHOW, SubjectType.BOOKING, "booking"),
        (Kind.SLOT_SWAP, SubjectType.BOOKING, "booking"),
        (Kind.MENTORING, SubjectType.USER, "aino"),
        (Kind.MENTORING, SubjectType.USER, "nothing"),
        (Kind.NEWCOMER_BUDDY, SubjectType.USER, "ben"),
        (Kind.REFERRAL, SubjectType.USER, "ben"),
        (Kind.REVIEW, SubjectType.REVIEW, "nothing"),
        (Kind.JURY, SubjectType.ATTESTATION, "nothing"),
        (Kind.PHOTO_SET, SubjectType.OFFER, "nothing"),
    ],
)
def test_what_is_not_ones_own_or_is_none_is_refused_alike(factory, kind, subject_type, subject):
    named = {
        "offer": factory.done.offer_id,
        "booking": factory.done.id,
        "aino": factory.aino.user_id,
        "ben": factory.ben.user_id,
        "nothing": ids.new(),
    }
    with pytest.raises(InvalidSubject):
        factory.submits(factory.claim(kind, subject_type=subject_type, subject_id=named.get(subject)))


def test_somebody_elses_booking_cannot_be_claimed_about(factory):
    with pytest.raises(InvalidSubject):
        factory.submits(factory.about_the_booking(), by=factory.ben)


def test_a_newcomer_has_a_buddy_and_was_brought_along_only_once_they_stayed(factory):
    newcomer = factory.neighbour(since=factory.now - 3 * DAY)
    about = {"subject_type": SubjectType.USER, "subject_id": newcomer.user_id}
    assert factory.submits(factory.claim(Kind.NEWCOMER_BUDDY, **about)).beneficiary_id == newcomer.user_id
    assert factory.submits(factory.claim(Kind.REFERRAL, **about)).beneficiary_id == newcomer.user_id
    stranger = cast.user(factory.session, "Kalle")
    stranger.created_at = factory.now - DAY
    factory.session.flush()
    with pytest.raises(InvalidSubject):
        factory.submits(factory.claim(Kind.REFERRAL, subject_type=SubjectType.USER, subject_id=stranger.id))


@pytest.mark.parametrize(("kind", "units_milli"), [(Kind.GUIDE, 2_000), (Kind.MENTORING, 25_000)])
def test_a_claim_is_about_one_piece_or_one_day(factory, kind, units_milli):
    subject = (SubjectType.USER, factory.ben.user_id) if kind is Kind.MENTORING else (None, None)
    with pytest.raises(InvalidUnits):
        factory.submits(
            factory.claim(kind, units_milli=units_milli, subject_type=subject[0], subject_id=subject[1])
        )


def test_a_limit_says_when_it_is_possible_again(factory):
    for day in range(6):
        factory.submits(at=factory.now + timedelta(days=day))
    with pytest.raises(ContributionLimitReached) as refused:
        factory.submits(at=factory.now + 6 * DAY)
    again_at = factory.now + 30 * DAY
    assert refused.value.extras["possible_again_at"] == again_at.isoformat()
    assert factory.submits(at=again_at).state is State.SUBMITTED


def test_what_was_withdrawn_or_rejected_does_not_count_against_a_limit(factory):
    for _ in range(6):
        claims.withdraw(factory.session, factory.submits().id, by=factory.aino, at=factory.now)
    assert factory.submits().state is State.SUBMITTED


def test_withdrawing_is_free_for_its_contributor_and_twice_does_no_harm(factory):
    contribution = factory.submits()
    with pytest.raises(ContributionNotFound):
        claims.withdraw(factory.session, contribution.id, by=factory.ben, at=factory.now)
    for _ in range(2):
        claims.withdraw(factory.session, contribution.id, by=factory.aino, at=factory.now)
    assert contribution.state is State.WITHDRAWN


def test_what_is_verified_is_not_withdrawn_any_more(factory):
    contribution = factory.checked(factory.about_the_booking())
    factory.answers(factory.open_seats(contribution)[0])
    with pytest.raises(TransitionNotAllowed):
        claims.withdraw(factory.session, contribution.id, by=factory.aino, at=factory.now)


def test_patience_is_thanked_whatever_is_asked_for_and_the_database_holds_it(factory):
    contribution = factory.submits(factory.about_the_booking(Kind.PATIENCE))
    assert contribution.wants_thanks_only
    factory.session.execute(text("SET LOCAL session_replication_role = replica"))  # no trigger is in the way
    with pytest.raises(Exception, match="patience_is_never_paid"), factory.session.begin_nested():
        factory.session.execute(text("UPDATE contributions SET wants_thanks_only = false"))


def test_an_unconfirmed_claim_that_is_corrected_is_taken_back_at_once(factory):
    old = factory.checked()
    new = factory.submits(factory.claim(corrects_id=old.id))
    factory.session.refresh(old)
    assert (old.state, new.corrects_id) == (State.WITHDRAWN, old.id)


def test_a_correction_repeats_the_draw_of_what_it_corrects(factory):
    old = factory.submits()
    assert factory.submits(factory.claim(corrects_id=old.id)).draw_id == old.draw_id


@pytest.mark.parametrize("which", ["another_kind", "corrected_already", "withdrawn"])
def test_only_a_living_claim_of_the_same_kind_is_corrected_once(factory, which):
    old = factory.checked(factory.about_the_booking())
    factory.answers(factory.open_seats(old)[0])
    if which == "corrected_already":
        factory.submits(factory.about_the_booking(corrects_id=old.id))
    if which == "withdrawn":
        old = factory.submits()
        claims.withdraw(factory.session, old.id, by=factory.aino, at=factory.now)
    claim = factory.claim if which != "corrected_already" else factory.about_the_booking
    with pytest.raises(NotCorrectable):
        factory.submits(claim(corrects_id=old.id))


def test_somebody_elses_claim_is_not_corrected(factory):
    old = factory.submits()
    with pytest.raises(ContributionNotFound):
        factory.submits(factory.claim(corrects_id=old.id), by=factory.ben)


def test_a_verified_claim_stays_until_its_correction_is_verified(factory):
    factory.neighbours(8)
    old = factory.checked(factory.about_the_booking())
    factory.answers(factory.open_seats(old)[0])
    new = factory.checked(factory.about_the_booking(corrects_id=old.id))
    assert _facts(factory, old)[-1] != "contribution.corrected"
    factory.answers(factory.open_seats(new)[0])
    assert _facts(factory, old)[-1] == "contribution.corrected"


def test_a_segment_follows_from_the_provider_a_claim_is_about(factory):
    factory.session.execute(text("UPDATE provider_profiles SET segment = 'students'"))
    factory.session.expire_all()
    assert factory.submits(factory.about_the_booking()).segment == "students"
    assert factory.submits(by=factory.ellen).segment == "students"
    assert factory.submits().segment is None


def test_what_takes_the_place_of_a_claim_is_about_its_subject_as_much(factory):
    old = factory.submits(factory.about_the_booking())
    new = factory.submits(factory.about_the_booking(corrects_id=old.id))
    assert old.state is State.WITHDRAWN
    with pytest.raises(SubjectAlreadyClaimed):
        factory.submits(factory.about_the_booking())
    newest = factory.submits(factory.about_the_booking(corrects_id=new.id))
    assert newest.state is State.SUBMITTED


def test_what_a_claim_is_about_is_named_where_it_is_missing(factory):
    with pytest.raises(InvalidSubject) as refused:
        factory.submits(factory.claim(Kind.TRIAL))
    assert refused.value.field == "subject"
    assert "booking_id" in refused.value.detail


def test_what_was_claimed_never_changes(factory):
    contribution = factory.submits()
    with pytest.raises(Exception, match="contributions_are_kept"), factory.session.begin_nested():
        factory.session.execute(
            text("UPDATE contributions SET title = 'More' WHERE id = :id"), {"id": contribution.id}
        )


def test_the_fingerprint_of_a_claim_about_nothing_is_its_contributors_own(factory):
    claim = factory.about_the_booking(Kind.PATIENCE, evidence=Evidence())
    assert factory.submits(claim).evidence_hash != factory.submits(claim, by=factory.ellen).evidence_hash


def test_evidence_is_the_same_by_what_it_says(factory):
    assert evidence_document(1) != evidence_document(2)


def _facts(factory, contribution):
    rows = factory.session.execute(
        text("SELECT name FROM events WHERE subject_id = :id ORDER BY version"), {"id": contribution.id}
    )
    return list(rows.scalars())
