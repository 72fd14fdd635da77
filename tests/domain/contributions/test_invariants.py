"""What holds over all contributions holds after a life of every kind, and each breach is seen."""

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import contributions
from domain.contributions import Asking, ContributionKind, RejectionReason, Said, Verdict
from domain.contributions.invariants import INVARIANTS
from tests.domain.contributions.test_explaining import BREACHES_OF_WORTH
from tests.domain.contributions.village import Village, village
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
def here(session: Session, at) -> Village:
    made = village(session, at)
    made.neighbours(6)
    return made


def lived(here: Village) -> None:
    """A guide that a quorum confirms and one it rejects, thanks, a report, a call, and some that wait."""
    for verdicts in ((Verdict.CONFIRM,) * 3, (Verdict.REJECT, Verdict.REJECT, Verdict.CONFIRM)):
        for seat, verdict in zip(here.open_seats(here.asked()), verdicts, strict=True):
            reason = RejectionReason.NOT_USEFUL if verdict is Verdict.REJECT else None
            here.answers(seat, verdict, reason=reason)
    here.answers(here.open_seats(here.asked(here.about_the_booking(wants_thanks_only=True)))[0])
    report = here.asked(here.claim(ContributionKind.DEFECT_REPORT))
    contributions.verify(here.session, report.id, Said(Verdict.CONFIRM), by=here.mira, at=here.now)
    asking = Asking(here.market.id, ContributionKind.GUIDE, "How?", "So?")
    call = contributions.open_call(here.session, asking, by=here.ben, at=here.now)
    for by in (here.aino, here.ellen):
        made = contributions.commit(here.session, call.id, note=None, by=by, at=here.now)
    contributions.withdraw_commitment(here.session, made.id, by=here.ellen, at=here.now)
    here.asked()
    here.submits()


def test_all_is_well_after_lives_of_every_kind(here):
    lived(here)
    assert violations(here.session, INVARIANTS) == {}


def test_every_invariant_is_broken_once():
    assert INVARIANTS.keys() == BREACHES.keys() | BREACHES_OF_WORTH.keys()


@pytest.mark.parametrize("name", BREACHES)
def test_each_breach_is_seen(here, name):
    lived(here)
    here.session.flush()
    here.session.execute(text("SET LOCAL session_replication_role = replica"))
    here.session.execute(text("ALTER TABLE contributions DROP CONSTRAINT thanks_alone_earn_no_credits"))
    here.session.execute(text(BREACHES[name]))
    assert name in violations(here.session, INVARIANTS)
