"""Every named constraint of contributions refuses what it is named after, whoever writes it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from domain.contributions import ContributionKind, claims, models
from domain.contributions.claims import CallDraft
from domain.foundation import ids
from tests.domain.contributions.claims_factory import ClaimsFactory, claims_factory

CLAIM, ATTEST = "UPDATE contributions SET", "UPDATE attestations SET"
# What breaks each, by the table it stands on; only the constraint itself is in the way.
BREACHES = {
    "contributions_have_units": f"{CLAIM} units_milli = 0",
    "no_more_is_verified_than_was_claimed": f"{CLAIM} verified_units_milli = 1001, verified_at = now(), "
    "quality_milli = 1",
    "qualities_go_to_one_and_a_half": f"{CLAIM} quality_milli = 1501, verified_at = now(), "
    "verified_units_milli = 1",
    "contributions_earn_no_negative_credits": f"{CLAIM} credits = -1",
    "subjects_have_a_type": f"{CLAIM} subject_type = NULL WHERE subject_type IS NOT NULL",
    "nobody_benefits_from_their_own_contribution": f"{CLAIM} beneficiary_id = user_id",
    "patience_is_never_paid": f"{CLAIM} kind = 'patience'",
    "thanks_alone_earn_no_credits": f"{CLAIM} wants_thanks_only = true, credits = 1",
    "contributions_correct_another_one": f"{CLAIM} corrects_id = id",
    "contributions_are_verified_whole": f"{CLAIM} verified_at = now()",
    "nothing_unverified_is_worth_anything": f"{CLAIM} state = 'settled' WHERE state = 'submitted'",
    "contributions_are_rejected_for_a_reason": f"{CLAIM} rejected_at = now()",
    "contributions_are_appealed_with_a_statement": f"{CLAIM} appealed_at = now()",
    "withdrawing_has_an_instant": f"{CLAIM} state = 'withdrawn'",
    "clawing_back_has_an_instant": f"{CLAIM} state = 'clawed_back', verified_at = now(), "
    "quality_milli = 1, verified_units_milli = 1",
    "somebody_is_asked_to_verify": f"{CLAIM} verifier = NULL, state = 'awaiting_verification'",
    "the_same_evidence_counts_once": f"{CLAIM} evidence_hash = '\\x00'",
    "a_subject_is_claimed_once": f"{CLAIM} kind = 'trial', subject_type = 'booking', subject_id = :id",
    "a_person_is_referred_once": f"{CLAIM} kind = 'referral', user_id = id, "
    "subject_type = 'user', subject_id = :id",
    "a_contribution_is_corrected_once": f"{CLAIM} corrects_id = :id",
    "nobody_attests_their_own": f"{ATTEST} attester_id = contributor_id",
    "people_attest_by_name": f"{ATTEST} role = 'system', seat = NULL",
    "attested_qualities_go_to_one_and_a_half": f"{ATTEST} quality_milli = 1501, units_milli = 1, "
    "state = 'confirmed', due_at = NULL, answered_at = now()",
    "attested_units_are_not_negative": f"{ATTEST} quality_milli = 1, units_milli = -1, "
    "state = 'confirmed', due_at = NULL, answered_at = now()",
    "confirmations_say_how_good_it_was": f"{ATTEST} quality_milli = 1000, units_milli = 1000",
    "rejections_say_why": f"{ATTEST} state = 'rejected', due_at = NULL, answered_at = now()",
    "attestations_are_answered_at_an_instant": f"{ATTEST} answered_at = now()",
    "attestations_wait_for_the_clock_until_answered": f"{ATTEST} due_at = NULL",
    "attesters_are_reminded_twice": f"{ATTEST} notices = 3",
    "only_two_notices_make_silence_a_yes": f"{ATTEST} state = 'confirmed_by_silence', quality_milli = 1000, "
    "units_milli = 1000, due_at = NULL, answered_at = now() WHERE role = 'counterparty'",
    "a_quorum_has_seats": f"{ATTEST} seat = NULL WHERE role = 'quorum'",
    "nobody_attests_twice": f"{ATTEST} attester_id = :ben",
    "a_seat_is_taken_once": f"{ATTEST} seat = 1 WHERE role = 'quorum'",
    "draws_count_who_was_eligible": "UPDATE contribution_draws SET eligible = -1",
    "draws_have_a_whole_seed": "UPDATE contribution_draws SET seed = '\\x00'",
    "evidence_stays_until_erased": "UPDATE contribution_evidence SET document = NULL",
    "calls_want_somebody": "UPDATE calls SET wanted = 0, promised = 0",
    "calls_count_what_was_promised": "UPDATE calls SET promised = -1",
    "calls_take_no_more_than_they_want": "UPDATE calls SET wanted = 1, promised = 2",
    "calls_close_after_they_open": "UPDATE calls SET closes_at = opened_at",
    "calls_are_closed_at_an_instant": "UPDATE calls SET state = 'closed'",
    "commitments_end_at_an_instant": "UPDATE commitments SET state = 'withdrawn'",
    "a_call_is_answered_once_at_a_time": "UPDATE commitments SET user_id = :ben",
}


@pytest.fixture
def factory(session: Session, at) -> ClaimsFactory:
    """Two claims that wait for a quorum, one for the other side, one nobody was asked about, and a call."""
    made = claims_factory(session, at)
    made.neighbours(5)
    for _ in range(2):
        made.checked()
    made.checked(made.about_the_booking())
    made.submits()
    draft = CallDraft(made.market.id, ContributionKind.GUIDE, "How?", "So?")
    call = claims.open_call(session, draft, by=made.ben, at=made.now)
    for by in (made.aino, made.ellen):
        claims.commit_to_call(session, call.id, note=None, by=by, at=made.now)
    session.flush()
    return made


def test_every_named_constraint_is_broken_here():
    tables = [
        model.__table__
        for model in (
            models.Contribution,
            models.ContributionEvidence,
            models.ContributionDraw,
            models.Attestation,
            models.Call,
            models.Commitment,
        )
    ]
    named = {item.name for table in tables for item in table.constraints if item.name}
    named |= {item.name for table in tables for item in table.indexes if item.unique}
    structural = {name for name in named if name.endswith(("_pkey", "_fkey", "_known"))}
    structural |= {"contributions_know_their_contributor", "attestations_know_the_contributor"}
    assert named - structural == set(BREACHES)


@pytest.mark.parametrize("name", BREACHES)
def test_a_constraint_refuses_what_it_is_named_after(factory, name):
    factory.session.execute(text("SET LOCAL session_replication_role = replica"))
    breach = text(BREACHES[name])
    fields = {"id": ids.new(), "ben": factory.ben.user_id}
    contribution = {key: fields[key] for key in breach.compile().params}
    with pytest.raises(IntegrityError) as refused, factory.session.begin_nested():
        factory.session.execute(breach, contribution)
    assert refused.value.orig.diag.constraint_name == name
