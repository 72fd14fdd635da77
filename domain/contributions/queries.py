"""Reads of contributions. `…_locked` take row locks: a contribution before its attestations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlmodel import Session, col

from domain.contributions.errors import AttestationNotFound, ContributionNotFound
from domain.contributions.kinds import (
    AttestationRole,
    AttestationState,
    ContributionKind,
    ContributionState,
    ContributionVerifier,
)
from domain.contributions.models import Attestation, Contribution, ContributionDraw, ContributionEvidence
from domain.contributions.rules import ClaimedUnits
from domain.foundation.paging import Page, build_page, decode_cursor

_LOCK_USER = text("SELECT FROM users WHERE id = :user_id FOR NO KEY UPDATE")
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
_HAS_CLAIMED = text("""
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
_IS_OBSERVED = text("""
    SELECT EXISTS (SELECT FROM contribution_seen_deeds
                   WHERE kind = :kind AND subject_id = :subject_id AND user_id = :user_id)
""")
_INSERT_OBSERVED_ACTION = text("""
    INSERT INTO contribution_seen_deeds (kind, subject_id, user_id, seen_at)
    VALUES (:kind, :subject_id, :user_id, :at) ON CONFLICT (kind, subject_id) DO NOTHING
""")
_IN_STATE = text("SELECT id FROM contributions WHERE state = :state ORDER BY id LIMIT :limit")
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
_ENDED = (ContributionState.WITHDRAWN, ContributionState.REJECTED_FOR_GOOD)
_ATTESTED = (AttestationState.CONFIRMED, AttestationState.CONFIRMED_BY_SILENCE, AttestationState.REJECTED)


def get_contribution(session: Session, contribution_id: UUID) -> Contribution:
    """A contribution, whoever may see it; raises `ContributionNotFound`."""
    return _contribution(session, select(Contribution).where(col(Contribution.id) == contribution_id))


def lock_contribution(session: Session, contribution_id: UUID) -> Contribution:
    """The same, as nobody else can change it."""
    query = select(Contribution).where(col(Contribution.id) == contribution_id)
    return _contribution(session, query.with_for_update())


def get_evidence_document(session: Session, contribution_id: UUID) -> dict[str, Any] | None:
    """What its contributor showed: for them, attesters and moderators alone."""
    row = session.get(ContributionEvidence, contribution_id, populate_existing=True)
    return None if row is None else row.document


def get_draw(session: Session, contribution_id: UUID) -> ContributionDraw | None:
    """Who was drawn for a contribution, if anybody was."""
    return session.get(ContributionDraw, contribution_id)


def get_attestation(session: Session, attestation_id: UUID) -> Attestation:
    """An attestation; raises `AttestationNotFound`. Lock its contribution before you change it."""
    query = select(Attestation).where(col(Attestation.id) == attestation_id)
    row = session.scalars(query, execution_options={"populate_existing": True}).first()
    if row is None:
        raise AttestationNotFound
    return row


def list_attestations(session: Session, contribution_id: UUID) -> Sequence[Attestation]:
    """Everybody who was ever asked about a contribution, in order. Lock the contribution to decide by it."""
    query = select(Attestation).where(col(Attestation.contribution_id) == contribution_id)
    ordered = query.order_by(col(Attestation.id))
    return session.scalars(ordered, execution_options={"populate_existing": True}).all()


def lock_user(session: Session, user_id: UUID) -> None:
    """Wait until nothing else of this person's is on its way: limits hold for two that come at once."""
    session.execute(_LOCK_USER, {"user_id": user_id})


def list_claimed_units(
    session: Session,
    market_id: UUID,
    user_id: UUID,
    kind: ContributionKind,
    since: datetime,
    *,
    corrects_id: UUID | None,
) -> list[ClaimedUnits]:
    """What this person claimed of a kind; what was withdrawn, rejected or is corrected does not count."""
    parameters = {"market_id": market_id, "user_id": user_id, "kind": kind, "since": since}
    parameters["corrects_id"] = corrects_id
    return [ClaimedUnits(row.units_milli, row.submitted_at) for row in session.execute(_CLAIMED, parameters)]


def repeated_draw_id(
    session: Session, market_id: UUID, user_id: UUID, kind: ContributionKind, subject_id: UUID | None
) -> UUID | None:
    """By what attesters were drawn for the claim that a new one like it would repeat, if it would."""
    parameters = {"market_id": market_id, "user_id": user_id, "kind": kind, "subject_id": subject_id}
    draw_id: UUID | None = session.execute(_REPEATED, parameters).scalar()
    return draw_id


def is_duplicate_evidence(
    session: Session, market_id: UUID, fingerprint: bytes, *, but_for: UUID | None
) -> bool:
    """Whether somebody has shown this before. The constraint holds it for two who come at once."""
    query = select(col(Contribution.id)).where(
        col(Contribution.market_id) == market_id,
        col(Contribution.evidence_hash) == fingerprint,
        col(Contribution.id).is_distinct_from(but_for),
        col(Contribution.state) != ContributionState.WITHDRAWN,
    )
    return session.scalars(query).first() is not None


def has_claimed(
    session: Session, user_id: UUID, kind: ContributionKind, subject_id: UUID, *, corrects_id: UUID | None
) -> bool:
    """Whether this person has claimed this about this subject, other than by what is corrected.

    Take their turn first. The constraint holds it likewise for claims that correct nothing.
    """
    parameters = {"user_id": user_id, "kind": kind, "subject_id": subject_id, "corrects_id": corrects_id}
    return bool(session.execute(_HAS_CLAIMED, parameters).scalar())


def is_corrected(session: Session, contribution_id: UUID) -> bool:
    """Whether another claim takes, or would take, the place of this one."""
    query = select(col(Contribution.id)).where(
        col(Contribution.corrects_id) == contribution_id, col(Contribution.state).not_in(_ENDED)
    )
    return session.scalars(query).first() is not None


def is_observed(session: Session, kind: ContributionKind, subject_id: UUID, user_id: UUID) -> bool:
    """Whether the system saw for itself that this person did this."""
    parameters = {"kind": kind, "subject_id": subject_id, "user_id": user_id}
    return bool(session.execute(_IS_OBSERVED, parameters).scalar())


def insert_observed_action(
    session: Session, kind: ContributionKind, subject_id: UUID, user_id: UUID, at: datetime
) -> None:
    """Remember that the system saw this person do this. Twice does no harm."""
    session.execute(
        _INSERT_OBSERVED_ACTION, {"kind": kind, "subject_id": subject_id, "user_id": user_id, "at": at}
    )


def list_user_contributions(
    session: Session, user_id: UUID, *, after: str | None, limit: int
) -> Page[Contribution]:
    """What a person claimed, the latest first."""
    query = select(Contribution).where(col(Contribution.user_id) == user_id)
    if after is not None:
        query = query.where(col(Contribution.id) < decode_cursor(after, [UUID])[0])
    rows = session.scalars(query.order_by(col(Contribution.id).desc()).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def list_contributions_to_decide(
    session: Session, market_id: UUID, *, after: str | None, limit: int
) -> Page[Contribution]:
    """What waits for a moderator of a market, appeals among it, the longest waiting first."""
    waits = (col(Contribution.state) == ContributionState.APPEALED) | (
        (col(Contribution.state) == ContributionState.AWAITING_VERIFICATION)
        & (col(Contribution.verifier) == ContributionVerifier.MODERATOR)
    )
    query = select(Contribution).where(col(Contribution.market_id) == market_id, waits)
    if after is not None:
        query = query.where(col(Contribution.id) > decode_cursor(after, [UUID])[0])
    rows = session.scalars(query.order_by(col(Contribution.id)).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def list_user_attestations(
    session: Session, user_id: UUID, *, after: str | None, limit: int
) -> Page[Attestation]:
    """What a person was asked to attest, the latest first."""
    query = select(Attestation).where(col(Attestation.attester_id) == user_id)
    if after is not None:
        query = query.where(col(Attestation.id) < decode_cursor(after, [UUID])[0])
    rows = session.scalars(query.order_by(col(Attestation.id).desc()).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def get_quorum_answer(session: Session, attestation_id: UUID, attester_id: UUID) -> Attestation | None:
    """This person's own answer in a quorum, which is a contribution itself whatever it was."""
    row = session.get(Attestation, attestation_id)
    answered = (AttestationState.CONFIRMED, AttestationState.REJECTED)
    if row is None or row.role is not AttestationRole.QUORUM or row.state not in answered:
        return None
    return row if row.attester_id == attester_id else None


def is_attester(session: Session, contribution_id: UUID, user_id: UUID) -> bool:
    """Whether this person is, or was, asked about a contribution and has not declined or been replaced."""
    query = select(col(Attestation.id)).where(
        col(Attestation.contribution_id) == contribution_id,
        col(Attestation.attester_id) == user_id,
        col(Attestation.state).in_([AttestationState.ASKED, *_ATTESTED]),
    )
    return session.scalars(query).first() is not None


def list_in_state(session: Session, state: ContributionState, *, limit: int) -> list[UUID]:
    """Contributions in a state, the oldest first."""
    return list(session.scalars(_IN_STATE, {"state": state, "limit": limit}))


def list_rejected_before(session: Session, before: datetime, *, limit: int) -> list[UUID]:
    """Contributions whose rejection nobody appealed so long."""
    return list(session.scalars(_REJECTED, {"before": before, "limit": limit}))


def list_appealed_before(session: Session, before: datetime, *, limit: int) -> list[UUID]:
    """Contributions whose appeal nobody answered so long."""
    return list(session.scalars(_APPEALED, {"before": before, "limit": limit}))


def list_overdue_for_moderators(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Contributions and appeals for which a moderator has been waited for too long."""
    return list(session.scalars(_OVERDUE, {"at": at, "limit": limit}))


def list_due_attestations(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Attestations on which the clock should act, the longest overdue first."""
    return list(session.scalars(_DUE, {"at": at, "limit": limit}))


def _contribution(session: Session, query: Select[Contribution]) -> Contribution:
    row = session.scalars(query, execution_options={"populate_existing": True}).first()
    if row is None:
        raise ContributionNotFound
    return row
