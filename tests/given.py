"""What people on the stage gave beyond the paid work: a call, a promise, and claims in their states.

Aino gave it all; Ben asked for something; Ellen is the other side of her bookings and is asked about them.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import contributions
from domain.contributions import (
    Asking,
    Claim,
    Contribution,
    ContributionKind,
    Evidence,
    RejectionReason,
    Said,
    SubjectType,
    Verdict,
)
from domain.contributions import queries as asked
from domain.identity import Caller

PREFIXES = {
    "call": "cal", "commitment": "cmt", "claimed": "ctr", "to_verify": "ctr", "verified": "ctr",
    "confirmable": "ctr", "asked": "att", "rejected": "ctr", "appealed_claim": "ctr",
}  # fmt: skip
_NO = Said(Verdict.REJECT, reason=RejectionReason.NOT_DONE, statement="It did not happen so.")
_STATEMENT = "Open the calendar on the night of the clock change: the hour that comes twice is shown once. "


def give(
    session: Session,
    ids: Mapping[str, UUID],
    caller: Callable[[str], Caller],
    named: Callable[[str, UUID], None],
    at: datetime,
) -> None:
    """Let it be given. `ids` are those of the stage, `named` lets tests speak of what is made."""
    here = ids["market"]
    asking = Asking(here, ContributionKind.MENTORING, "Finnish for beginners", "Who has an hour?")
    call = contributions.open_call(session, asking, by=caller("ben"), at=at)
    named("call", call.id)
    made = contributions.commit(session, call.id, note=None, by=caller("aino"), at=at)
    named("commitment", made.id)
    for number, word in enumerate(("claimed", "to_verify")):
        evidence = Evidence(f"{_STATEMENT} Seen {number} times.")
        claim = Claim(here, ContributionKind.DEFECT_REPORT, "The clock change", evidence)
        given = contributions.submit(session, claim, by=caller("aino"), at=at)
        named(word, given.id)
    contributions.follow_submission(session, ids["to_verify"], at=at)
    bookings = {"confirmable": "completed", "rejected": "reviewed", "appealed_claim": "half_reviewed"}
    for word, booking in {**bookings, "verified": "reviewable"}.items():
        named(word, _patient(session, here, ids[booking], caller("aino"), at).id)
        (attestation,) = asked.attestations(session, ids[word])
        if word == "confirmable":
            named("asked", attestation.id)
            continue
        said = Said(Verdict.CONFIRM) if word == "verified" else _NO
        contributions.attest(session, attestation.id, said, by=caller("ellen"), at=at)
    contributions.appeal(session, ids["appealed_claim"], "It did.", by=caller("aino"), at=at)


def _patient(session: Session, here: UUID, booking_id: UUID, by: Caller, at: datetime) -> Contribution:
    about = {"subject_type": SubjectType.BOOKING, "subject_id": booking_id}
    claim = Claim(here, ContributionKind.PATIENCE, "I waited an hour", **about)  # type: ignore[arg-type]  # a plain table
    given = contributions.submit(session, claim, by=by, at=at)
    contributions.follow_submission(session, given.id, at=at)
    return given
