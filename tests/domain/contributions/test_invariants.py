"""What holds over all contributions holds after a life of every kind, and each breach is seen."""

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain.contributions import ContributionKind, RejectionReason, attestations, claims
from domain.contributions.attestations import AttestationAnswer, AttestationVerdict
from domain.contributions.claims import CallDraft
from domain.contributions.invariants import INVARIANTS
from tests.domain.contributions.claims_factory import ClaimsFactory, claims_factory
from tests.domain.contributions.explanations.test_explanations import BREACHES_OF_WORTH
from workers.invariants import violations

# How each is broken; constraints and triggers are asleep, for they would not let it happen.
BREACHES = {
    "nothing is verified without somebody's word": "DELETE FROM attestations WHERE role = 'moderator'",
    "what a quorum said is the middle of what its members said": """
        UPDATE contributions SET quality_milli = 1500 WHERE verifier = 'quorum' AND quality_milli > 0""",
    "who sits in a quorum was drawn for it": "UPDATE contribution_draws SET ranked = '[]'",
    "somebody is asked only while their answer counts": """
        UPDATE contributions SET state = 'rejected' WHERE state = 'awaiting_verification'""",
    "a subject is claimed once, whatever corrects what": """
        UPDATE contributions SET kind = 'trial', subject_type = 'booking', subject_id = told.subject_id,
            corrects_id = (SELECT id FROM contributions WHERE kind = 'guide' ORDER BY id LIMIT 1)
        FROM (SELECT subject_id FROM contributions WHERE kind = 'trial') AS told
        WHERE kind = 'defect_report'""",
    "every contribution has its evidence": "DELETE FROM contribution_evidence",
    "a call counts the promises that stand or were kept": "UPDATE calls SET promised = promised + 1",
    "thanks alone are followed by no credits": """
        UPDATE contributions SET state = 'settled' WHERE wants_thanks_only""",
}


@pytest.fixture
def factory(session: Session, at) -> ClaimsFactory:
    made = claims_factory(session, at)
    made.neighbours(6)
    return made


def lived(factory: ClaimsFactory) -> None:
    """A guide that a quorum confirms and one it rejects, thanks, a report, a call, and some that wait."""
    for verdicts in (
        (AttestationVerdict.CONFIRM,) * 3,
        (AttestationVerdict.REJECT, AttestationVerdict.REJECT, AttestationVerdict.CONFIRM),
    ):
        for seat, verdict in zip(factory.open_seats(factory.checked()), verdicts, strict=True):
            reason = RejectionReason.NOT_USEFUL if verdict is AttestationVerdict.REJECT else None
            factory.answers(seat, verdict, reason=reason)
    factory.answers(factory.open_seats(factory.checked(factory.about_the_booking(wants_thanks_only=True)))[0])
    report = factory.checked(factory.claim(ContributionKind.DEFECT_REPORT))
    attestations.verify_as_moderator(
        factory.session,
        report.id,
        AttestationAnswer(AttestationVerdict.CONFIRM),
        by=factory.mira,
        at=factory.now,
    )
    draft = CallDraft(factory.market.id, ContributionKind.GUIDE, "How?", "So?")
    call = claims.open_call(factory.session, draft, by=factory.ben, at=factory.now)
    for by in (factory.aino, factory.ellen):
        made = claims.commit_to_call(factory.session, call.id, note=None, by=by, at=factory.now)
    claims.withdraw_commitment(factory.session, made.id, by=factory.ellen, at=factory.now)
    factory.checked()
    factory.submits()


def test_all_is_well_after_lives_of_every_kind(factory):
    lived(factory)
    assert violations(factory.session, INVARIANTS) == {}


def test_every_invariant_is_broken_once():
    assert INVARIANTS.keys() == BREACHES.keys() | BREACHES_OF_WORTH.keys()


@pytest.mark.parametrize("name", BREACHES)
def test_each_breach_is_seen(factory, name):
    lived(factory)
    factory.session.flush()
    factory.session.execute(text("SET LOCAL session_replication_role = replica"))
    factory.session.execute(text("ALTER TABLE contributions DROP CONSTRAINT thanks_alone_earn_no_credits"))
    factory.session.execute(text(BREACHES[name]))
    assert name in violations(factory.session, INVARIANTS)
