"""What people on the stage gave beyond the paid work: a call, a promise, and claims in their states.

Aino gave it all; Ben asked for something; Ellen is the other side of her bookings and is asked about them.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.contributions import (
    Contribution,
    ContributionKind,
    RejectionReason,
    SubjectType,
    attestations,
    claims,
    queries,
)
from domain.contributions.attestations import AttestationAnswer, AttestationVerdict
from domain.contributions.claims import CallDraft, ClaimDraft, Evidence
from domain.identity import Caller

PREFIXES = {
    "call": "cal", "commitment": "cmt", "claimed": "ctr", "to_verify": "ctr", "verified": "ctr",
    "confirmable": "ctr", "asked": "att", "rejected": "ctr", "appealed_claim": "ctr",
}  # fmt: skip
_REJECTION = AttestationAnswer(
    AttestationVerdict.REJECT, reason=RejectionReason.NOT_DONE, statement="It did not happen so."
)
_STATEMENT = "Open the calendar on the night of the clock change: the hour that comes twice is shown once. "


def create_claims(
    session: Session,
    ids: Mapping[str, UUID],
    caller: Callable[[str], Caller],
    named: Callable[[str, UUID], None],
    at: datetime,
) -> None:
    """Let it be given. `ids` are those of the stage, `named` lets tests speak of what is made."""
    market_id = ids["market"]
    draft = CallDraft(market_id, ContributionKind.MENTORING, "Finnish for beginners", "Who has an hour?")
    call = claims.open_call(session, draft, by=caller("ben"), at=at)
    named("call", call.id)
    made = claims.commit_to_call(session, call.id, note=None, by=caller("aino"), at=at)
    named("commitment", made.id)
    for number, word in enumerate(("claimed", "to_verify")):
        evidence = Evidence(f"{_STATEMENT} Seen {number} times.")
        claim = ClaimDraft(market_id, ContributionKind.DEFECT_REPORT, "The clock change", evidence)
        contribution = claims.submit(session, claim, by=caller("aino"), at=at)
        named(word, contribution.id)
    claims.check_submission(session, ids["to_verify"], at=at)
    bookings = {"confirmable": "completed", "rejected": "reviewed", "appealed_claim": "half_reviewed"}
    for word, booking in {**bookings, "verified": "reviewable"}.items():
        named(word, _patience_claim(session, market_id, ids[booking], caller("aino"), at).id)
        (attestation,) = queries.list_attestations(session, ids[word])
        if word == "confirmable":
            named("asked", attestation.id)
            continue
        answer = AttestationAnswer(AttestationVerdict.CONFIRM) if word == "verified" else _REJECTION
        attestations.attest(session, attestation.id, answer, by=caller("ellen"), at=at)
    attestations.appeal_rejection(session, ids["appealed_claim"], "It did.", by=caller("aino"), at=at)


def _patience_claim(
    session: Session, market_id: UUID, booking_id: UUID, by: Caller, at: datetime
) -> Contribution:
    about = {"subject_type": SubjectType.BOOKING, "subject_id": booking_id}
    claim = ClaimDraft(market_id, ContributionKind.PATIENCE, "I waited an hour", **about)  # type: ignore[arg-type]  # a plain table
    contribution = claims.submit(session, claim, by=by, at=at)
    claims.check_submission(session, contribution.id, at=at)
    return contribution
