"""Claims: what is taken, what is refused and why, and that taking back is free."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import contributions
from domain.contributions import ContributionKind, ContributionState, Evidence, SubjectType
from domain.contributions.errors import (
    ContributionLimit,
    ContributionNotFound,
    EvidenceIncomplete,
    EvidenceKnown,
    KindNotTaken,
    NotCorrectable,
    SubjectClaimed,
    SubjectUnfit,
    UnitsUnfit,
)
from domain.foundation import ids
from domain.foundation.lifecycle import TransitionNotAllowed
from tests import cast
from tests.domain.contributions.village import DAY, Village, said, village

Kind, State = ContributionKind, ContributionState


@pytest.fixture
def here(session: Session, at: datetime) -> Village:
    return village(session, at)


def test_a_claim_needs_no_call_and_keeps_what_it_rests_on(here):
    given = here.submits()
    assert given.state is State.SUBMITTED
    assert given.draw_id == given.id
    assert contributions.evidence_of(here.session, given.id, by=here.aino)["statement"]


def test_a_market_without_a_policy_for_it_takes_nothing(session, at):
    here = village(session, at, kinds={})
    with pytest.raises(KindNotTaken):
        here.submits()


@pytest.mark.parametrize(
    ("kind", "shown", "missing"),
    [
        (Kind.GUIDE, Evidence("Too short."), {"statement": 400}),
        (Kind.GUIDE, Evidence("wide   " * 60), {"statement": 400}),
        (Kind.DEFECT_REPORT, Evidence(links=("https://example.org",)), {"statement": 80}),
        (Kind.OPEN_METHOD, Evidence(), {"statement": 400}),
    ],
)
def test_evidence_that_shows_too_little_is_refused_with_what_is_missing(here, kind, shown, missing):
    with pytest.raises(EvidenceIncomplete) as refused:
        here.submits(here.claim(kind, evidence=shown))
    assert refused.value.extras["missing"] == missing


def test_the_same_photo_three_times_is_one_photo(here):
    told = {"subject_type": SubjectType.OFFER, "subject_id": here.done.offer_id}
    with pytest.raises(EvidenceIncomplete):
        here.submits(here.claim(Kind.PHOTO_SET, evidence=Evidence(photos=("a" * 64,) * 3), **told))


def test_the_same_evidence_counts_once_whoever_shows_it_and_however_it_is_spaced(here):
    here.submits(here.claim(evidence=Evidence("A guide to saunas. " * 30)))
    with pytest.raises(EvidenceKnown):
        here.submits(
            here.claim(Kind.OPEN_METHOD, evidence=Evidence("a GUIDE to  saunas. " * 30)), by=here.ben
        )


def test_evidence_of_a_withdrawn_claim_can_be_shown_again(here):
    claim = here.claim()
    contributions.withdraw(here.session, here.submits(claim).id, by=here.aino, at=here.now)
    assert here.submits(claim).state is State.SUBMITTED


def test_a_subject_is_claimed_once_for_a_kind(here):
    here.submits(here.about_the_booking())
    with pytest.raises(SubjectClaimed):
        here.submits(here.about_the_booking())


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
def test_what_is_not_ones_own_or_is_none_is_refused_alike(here, kind, subject_type, subject):
    named = {
        "offer": here.done.offer_id,
        "booking": here.done.id,
        "aino": here.aino.user_id,
        "ben": here.ben.user_id,
        "nothing": ids.new(),
    }
    with pytest.raises(SubjectUnfit):
        here.submits(here.claim(kind, subject_type=subject_type, subject_id=named.get(subject)))


def test_somebody_elses_booking_cannot_be_claimed_about(here):
    with pytest.raises(SubjectUnfit):
        here.submits(here.about_the_booking(), by=here.ben)


def test_a_newcomer_has_a_buddy_and_was_brought_along_only_once_they_stayed(here):
    newcomer = here.neighbour(since=here.now - 3 * DAY)
    about = {"subject_type": SubjectType.USER, "subject_id": newcomer.user_id}
    assert here.submits(here.claim(Kind.NEWCOMER_BUDDY, **about)).beneficiary_id == newcomer.user_id
    assert here.submits(here.claim(Kind.REFERRAL, **about)).beneficiary_id == newcomer.user_id
    stranger = cast.user(here.session, "Kalle")
    stranger.created_at = here.now - DAY
    here.session.flush()
    with pytest.raises(SubjectUnfit):
        here.submits(here.claim(Kind.REFERRAL, subject_type=SubjectType.USER, subject_id=stranger.id))


@pytest.mark.parametrize(("kind", "units_milli"), [(Kind.GUIDE, 2_000), (Kind.MENTORING, 25_000)])
def test_a_claim_is_about_one_piece_or_one_day(here, kind, units_milli):
    subject = (SubjectType.USER, here.ben.user_id) if kind is Kind.MENTORING else (None, None)
    with pytest.raises(UnitsUnfit):
        here.submits(
            here.claim(kind, units_milli=units_milli, subject_type=subject[0], subject_id=subject[1])
        )


def test_a_limit_says_when_it_is_possible_again(here):
    for day in range(6):
        here.submits(at=here.now + timedelta(days=day))
    with pytest.raises(ContributionLimit) as refused:
        here.submits(at=here.now + 6 * DAY)
    again_at = here.now + 30 * DAY
    assert refused.value.extras["possible_again_at"] == again_at.isoformat()
    assert here.submits(at=again_at).state is State.SUBMITTED


def test_what_was_withdrawn_or_rejected_does_not_count_against_a_limit(here):
    for _ in range(6):
        contributions.withdraw(here.session, here.submits().id, by=here.aino, at=here.now)
    assert here.submits().state is State.SUBMITTED


def test_withdrawing_is_free_for_its_contributor_and_twice_does_no_harm(here):
    given = here.submits()
    with pytest.raises(ContributionNotFound):
        contributions.withdraw(here.session, given.id, by=here.ben, at=here.now)
    for _ in range(2):
        contributions.withdraw(here.session, given.id, by=here.aino, at=here.now)
    assert given.state is State.WITHDRAWN


def test_what_is_verified_is_not_withdrawn_any_more(here):
    given = here.asked(here.about_the_booking())
    here.answers(here.open_seats(given)[0])
    with pytest.raises(TransitionNotAllowed):
        contributions.withdraw(here.session, given.id, by=here.aino, at=here.now)


def test_patience_is_thanked_whatever_is_asked_for_and_the_database_holds_it(here):
    given = here.submits(here.about_the_booking(Kind.PATIENCE))
    assert given.wants_thanks_only
    here.session.execute(text("SET LOCAL session_replication_role = replica"))  # no trigger is in the way
    with pytest.raises(Exception, match="patience_is_never_paid"), here.session.begin_nested():
        here.session.execute(text("UPDATE contributions SET wants_thanks_only = false"))


def test_an_unconfirmed_claim_that_is_corrected_is_taken_back_at_once(here):
    old = here.asked()
    new = here.submits(here.claim(corrects_id=old.id))
    here.session.refresh(old)
    assert (old.state, new.corrects_id) == (State.WITHDRAWN, old.id)


def test_a_correction_repeats_the_draw_of_what_it_corrects(here):
    old = here.submits()
    assert here.submits(here.claim(corrects_id=old.id)).draw_id == old.draw_id


@pytest.mark.parametrize("which", ["another_kind", "corrected_already", "withdrawn"])
def test_only_a_living_claim_of_the_same_kind_is_corrected_once(here, which):
    old = here.asked(here.about_the_booking())
    here.answers(here.open_seats(old)[0])
    if which == "corrected_already":
        here.submits(here.about_the_booking(corrects_id=old.id))
    if which == "withdrawn":
        old = here.submits()
        contributions.withdraw(here.session, old.id, by=here.aino, at=here.now)
    claim = here.claim if which != "corrected_already" else here.about_the_booking
    with pytest.raises(NotCorrectable):
        here.submits(claim(corrects_id=old.id))


def test_somebody_elses_claim_is_not_corrected(here):
    old = here.submits()
    with pytest.raises(ContributionNotFound):
        here.submits(here.claim(corrects_id=old.id), by=here.ben)


def test_a_verified_claim_stays_until_its_correction_is_verified(here):
    here.neighbours(8)
    old = here.asked(here.about_the_booking())
    here.answers(here.open_seats(old)[0])
    new = here.asked(here.about_the_booking(corrects_id=old.id))
    assert _facts(here, old)[-1] != "contribution.corrected"
    here.answers(here.open_seats(new)[0])
    assert _facts(here, old)[-1] == "contribution.corrected"


def test_a_segment_follows_from_the_provider_a_claim_is_about(here):
    here.session.execute(text("UPDATE provider_profiles SET segment = 'students'"))
    here.session.expire_all()
    assert here.submits(here.about_the_booking()).segment == "students"
    assert here.submits(by=here.ellen).segment == "students"
    assert here.submits().segment is None


def test_what_takes_the_place_of_a_claim_is_about_its_subject_as_much(here):
    old = here.submits(here.about_the_booking())
    new = here.submits(here.about_the_booking(corrects_id=old.id))
    assert old.state is State.WITHDRAWN
    with pytest.raises(SubjectClaimed):
        here.submits(here.about_the_booking())
    newest = here.submits(here.about_the_booking(corrects_id=new.id))
    assert newest.state is State.SUBMITTED


def test_what_a_claim_is_about_is_named_where_it_is_missing(here):
    with pytest.raises(SubjectUnfit) as refused:
        here.submits(here.claim(Kind.TRIAL))
    assert refused.value.field == "subject"
    assert "booking_id" in refused.value.detail


def test_what_was_claimed_never_changes(here):
    given = here.submits()
    with pytest.raises(Exception, match="contributions_are_kept"), here.session.begin_nested():
        here.session.execute(text("UPDATE contributions SET title = 'More' WHERE id = :id"), {"id": given.id})


def test_the_fingerprint_of_a_claim_about_nothing_is_its_contributors_own(here):
    claim = here.about_the_booking(Kind.PATIENCE, evidence=Evidence())
    assert here.submits(claim).evidence_hash != here.submits(claim, by=here.ellen).evidence_hash


def test_evidence_is_the_same_by_what_it_says(here):
    assert said(1) != said(2)


def _facts(here, given):
    rows = here.session.execute(
        text("SELECT name FROM events WHERE subject_id = :id ORDER BY version"), {"id": given.id}
    )
    return list(rows.scalars())
