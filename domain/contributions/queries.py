"""Reads of contributions. `…_locked` take row locks: a contribution before its attestations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlmodel import Session, col

from domain.contributions.attestation_models import Attestation, ContributionDraw
from domain.contributions.errors import AttestationNotFound, ContributionNotFound
from domain.contributions.kinds import (
    AttestationRole,
    AttestationState,
    ContributionKind,
    ContributionState,
    Verifier,
)
from domain.contributions.models import Contribution, ContributionEvidence
from domain.contributions.rules import Claimed
from domain.foundation.paging import Page, build_page, decode_cursor

_TURN = text("SELECT FROM users WHERE id = :user_id FOR NO KEY UPDATE")
_CLAIMED = text("""
    SELECT units_milli, submitted_at FROM contributions
    WHERE market_id = :market_id AND user_id = :user_id AND kind = :kind AND submitted_at > :since
      AND state NOT IN ('withdrawn', 'rejected', 'rejected_for_good')
      AND id IS DISTINCT FROM :corrects_id
      AND NOT EXISTS (
          SELECT FROM contributions AS newer WHERE newer.corrects_id = contributions.id
            AND newer.state NOT IN ('withdrawn', 'rejected', 'rejected_for_good'))
""")
# A draw is used up by a claim that stands, and by no other: who lets one stand to be drawn for anew with the
# next finds the draw of every claim that ended waiting for them.
_REPEATED = text("""
    SELECT draw_id FROM contributions AS ended
    WHERE market_id = :market_id AND user_id = :user_id AND kind = :kind
      AND subject_id IS NOT DISTINCT FROM :subject_id
      AND state IN ('withdrawn', 'rejected', 'appealed', 'rejected_for_good')
      AND NOT EXISTS (
          SELECT FROM contributions AS standing
          WHERE standing.user_id = ended.user_id AND standing.draw_id = ended.draw_id
            AND standing.state NOT IN ('withdrawn', 'rejected', 'appealed', 'rejected_for_good'))
    ORDER BY id DESC LIMIT 1
""")
# Whatever a claim corrects, and what that corrected, is the same claim still.
_ABOUT = text("""
    WITH RECURSIVE corrected AS (
        SELECT id, corrects_id FROM contributions WHERE id = :corrects_id
        UNION ALL
        SELECT older.id, older.corrects_id FROM contributions AS older
        JOIN corrected ON older.id = corrected.corrects_id
    )
    SELECT EXISTS (
        SELECT FROM contributions
        WHERE user_id = :user_id AND kind = :kind AND subject_id = :subject_id
          AND state NOT IN ('withdrawn', 'rejected_for_good') AND id NOT IN (SELECT id FROM corrected))
""")
# Who is waited for after the time they were given; what began to wait without a time has waited enough.
_OVERDUE = text("""
    SELECT id FROM contributions
    WHERE (state = 'appealed' OR state = 'awaiting_verification' AND verifier = 'moderator')
      AND coalesce(verify_by, appealed_at, checked_at) <= :at
    ORDER BY id LIMIT :limit
""")
_SEEN = text("""
    SELECT EXISTS (SELECT FROM contribution_seen_deeds
                   WHERE kind = :kind AND subject_id = :subject_id AND user_id = :user_id)
""")
_SEE = text("""
    INSERT INTO contribution_seen_deeds (kind, subject_id, user_id, seen_at)
    VALUES (:kind, :subject_id, :user_id, :at) ON CONFLICT (kind, subject_id) DO NOTHING
""")
_IN = text("SELECT id FROM contributions WHERE state = :state ORDER BY id LIMIT :limit")
_REJECTED = text("""
    SELECT id FROM contributions WHERE state = 'rejected' AND rejected_at <= :before
    ORDER BY rejected_at, id LIMIT :limit
""")
_APPEALED = text("""
    SELECT id FROM contributions WHERE state = 'appealed' AND appealed_at <= :before ORDER BY id LIMIT :limit
""")
_DUE = text("""
    SELECT id FROM attestations WHERE state = 'asked' AND due_at <= :at ORDER BY due_at, id LIMIT :limit
""")
_GONE = (ContributionState.WITHDRAWN, ContributionState.REJECTED_FOR_GOOD)
_ATTESTED = (AttestationState.CONFIRMED, AttestationState.CONFIRMED_BY_SILENCE, AttestationState.REJECTED)


def contribution(session: Session, contribution_id: UUID) -> Contribution:
    """A contribution, whoever may see it; raises `ContributionNotFound`."""
    return _contribution(session, select(Contribution).where(col(Contribution.id) == contribution_id))


def contribution_locked(session: Session, contribution_id: UUID) -> Contribution:
    """The same, as nobody else can change it."""
    wanted = select(Contribution).where(col(Contribution.id) == contribution_id)
    return _contribution(session, wanted.with_for_update())


def evidence(session: Session, contribution_id: UUID) -> dict[str, Any] | None:
    """What its contributor showed: for them, attesters and moderators alone."""
    found = session.get(ContributionEvidence, contribution_id, populate_existing=True)
    return None if found is None else found.document


def draw(session: Session, contribution_id: UUID) -> ContributionDraw | None:
    """Who was drawn for a contribution, if anybody was."""
    return session.get(ContributionDraw, contribution_id)


def attestation(session: Session, attestation_id: UUID) -> Attestation:
    """An attestation; raises `AttestationNotFound`. Lock its contribution before you change it."""
    wanted = select(Attestation).where(col(Attestation.id) == attestation_id)
    found = session.scalars(wanted, execution_options={"populate_existing": True}).first()
    if found is None:
        raise AttestationNotFound
    return found


def attestations(session: Session, contribution_id: UUID) -> Sequence[Attestation]:
    """Everybody who was ever asked about a contribution, in order. Lock the contribution to decide by it."""
    wanted = select(Attestation).where(col(Attestation.contribution_id) == contribution_id)
    ordered = wanted.order_by(col(Attestation.id))
    return session.scalars(ordered, execution_options={"populate_existing": True}).all()


def take_turn(session: Session, user_id: UUID) -> None:
    """Wait until nothing else of this person's is on its way: limits hold for two that come at once."""
    session.execute(_TURN, {"user_id": user_id})


def claimed_since(
    session: Session,
    market_id: UUID,
    user_id: UUID,
    kind: ContributionKind,
    since: datetime,
    *,
    corrects_id: UUID | None,
) -> list[Claimed]:
    """What this person claimed of a kind; what was withdrawn, rejected or is corrected does not count."""
    asked = {"market_id": market_id, "user_id": user_id, "kind": kind, "since": since}
    asked["corrects_id"] = corrects_id
    return [Claimed(row.units_milli, row.submitted_at) for row in session.execute(_CLAIMED, asked)]


def draw_repeated(
    session: Session, market_id: UUID, user_id: UUID, kind: ContributionKind, subject_id: UUID | None
) -> UUID | None:
    """By what attesters were drawn for the claim that a new one like it would repeat, if it would."""
    asked = {"market_id": market_id, "user_id": user_id, "kind": kind, "subject_id": subject_id}
    found: UUID | None = session.execute(_REPEATED, asked).scalar()
    return found


def is_known_evidence(session: Session, market_id: UUID, fingerprint: bytes, *, but_for: UUID | None) -> bool:
    """Whether somebody has shown this before. The constraint holds it for two who come at once."""
    wanted = select(col(Contribution.id)).where(
        col(Contribution.market_id) == market_id,
        col(Contribution.evidence_hash) == fingerprint,
        col(Contribution.id).is_distinct_from(but_for),
        col(Contribution.state) != ContributionState.WITHDRAWN,
    )
    return session.scalars(wanted).first() is not None


def has_claimed(
    session: Session, user_id: UUID, kind: ContributionKind, subject_id: UUID, *, corrects_id: UUID | None
) -> bool:
    """Whether this person has claimed this about this subject, other than by what is corrected.

    Take their turn first. The constraint holds it likewise for claims that correct nothing.
    """
    asked = {"user_id": user_id, "kind": kind, "subject_id": subject_id, "corrects_id": corrects_id}
    return bool(session.execute(_ABOUT, asked).scalar())


def is_corrected(session: Session, contribution_id: UUID) -> bool:
    """Whether another claim takes, or would take, the place of this one."""
    wanted = select(col(Contribution.id)).where(
        col(Contribution.corrects_id) == contribution_id, col(Contribution.state).not_in(_GONE)
    )
    return session.scalars(wanted).first() is not None


def has_seen(session: Session, kind: ContributionKind, subject_id: UUID, user_id: UUID) -> bool:
    """Whether the system saw for itself that this person did this."""
    asked = {"kind": kind, "subject_id": subject_id, "user_id": user_id}
    return bool(session.execute(_SEEN, asked).scalar())


def see(session: Session, kind: ContributionKind, subject_id: UUID, user_id: UUID, at: datetime) -> None:
    """Remember that the system saw this person do this. Twice does no harm."""
    session.execute(_SEE, {"kind": kind, "subject_id": subject_id, "user_id": user_id, "at": at})


def page_of_person(session: Session, user_id: UUID, *, after: str | None, limit: int) -> Page[Contribution]:
    """What a person claimed, the latest first."""
    wanted = select(Contribution).where(col(Contribution.user_id) == user_id)
    if after is not None:
        wanted = wanted.where(col(Contribution.id) < decode_cursor(after, [UUID])[0])
    rows = session.scalars(wanted.order_by(col(Contribution.id).desc()).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def page_for_moderators(
    session: Session, market_id: UUID, *, after: str | None, limit: int
) -> Page[Contribution]:
    """What waits for a moderator of a market, appeals among it, the longest waiting first."""
    waits = (col(Contribution.state) == ContributionState.APPEALED) | (
        (col(Contribution.state) == ContributionState.AWAITING_VERIFICATION)
        & (col(Contribution.verifier) == Verifier.MODERATOR)
    )
    wanted = select(Contribution).where(col(Contribution.market_id) == market_id, waits)
    if after is not None:
        wanted = wanted.where(col(Contribution.id) > decode_cursor(after, [UUID])[0])
    rows = session.scalars(wanted.order_by(col(Contribution.id)).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def page_of_attester(session: Session, user_id: UUID, *, after: str | None, limit: int) -> Page[Attestation]:
    """What a person was asked to attest, the latest first."""
    wanted = select(Attestation).where(col(Attestation.attester_id) == user_id)
    if after is not None:
        wanted = wanted.where(col(Attestation.id) < decode_cursor(after, [UUID])[0])
    rows = session.scalars(wanted.order_by(col(Attestation.id).desc()).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def answered_of_quorum(session: Session, attestation_id: UUID, attester_id: UUID) -> Attestation | None:
    """This person's own answer in a quorum, which is a contribution itself whatever it was."""
    found = session.get(Attestation, attestation_id)
    answered = (AttestationState.CONFIRMED, AttestationState.REJECTED)
    if found is None or found.role is not AttestationRole.QUORUM or found.state not in answered:
        return None
    return found if found.attester_id == attester_id else None


def is_attester(session: Session, contribution_id: UUID, user_id: UUID) -> bool:
    """Whether this person is, or was, asked about a contribution and has not declined or been replaced."""
    wanted = select(col(Attestation.id)).where(
        col(Attestation.contribution_id) == contribution_id,
        col(Attestation.attester_id) == user_id,
        col(Attestation.state).in_([AttestationState.ASKED, *_ATTESTED]),
    )
    return session.scalars(wanted).first() is not None


def in_state(session: Session, state: ContributionState, *, limit: int) -> list[UUID]:
    """Contributions in a state, the oldest first."""
    return list(session.scalars(_IN, {"state": state, "limit": limit}))


def rejected_before(session: Session, before: datetime, *, limit: int) -> list[UUID]:
    """Contributions whose rejection nobody appealed so long."""
    return list(session.scalars(_REJECTED, {"before": before, "limit": limit}))


def appealed_before(session: Session, before: datetime, *, limit: int) -> list[UUID]:
    """Contributions whose appeal nobody answered so long."""
    return list(session.scalars(_APPEALED, {"before": before, "limit": limit}))


def overdue_for_moderators(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Contributions and appeals for which a moderator has been waited for too long."""
    return list(session.scalars(_OVERDUE, {"at": at, "limit": limit}))


def attestations_due(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Attestations on which the clock should act, the longest overdue first."""
    return list(session.scalars(_DUE, {"at": at, "limit": limit}))


def _contribution(session: Session, wanted: Select[Contribution]) -> Contribution:
    found = session.scalars(wanted, execution_options={"populate_existing": True}).first()
    if found is None:
        raise ContributionNotFound
    return found
