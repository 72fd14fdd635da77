"""Clusters: accounts that share a card, a device or a bank account and are treated as one.

A **signal** is such a card, device or account. Only its keyed hash is stored, so a stolen database reveals no
card or device. Two accounts with the same signal are linked; a **cluster** is a connected component of linked
accounts, identified by its smallest user id. A cluster is an indication, not a proof: it prevents accounts
from confirming themselves and can be reviewed by staff, but it closes no account.

Invariants: clusters do not depend on the order of the signals; a signal of more than `MAX_USERS_PER_SIGNAL`
accounts links none of them; a user without shared signals is a cluster of one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.foundation import events, signing
from domain.foundation.actors import SYSTEM
from domain.foundation.events import DomainEvent
from domain.identity.events import ClusterChanged, SignalKind, SignalTooCommon

# A family's tablet, a shared flat's card and a small firm's account stay well below. A library's computer and
# an agency's account are above, and their users are strangers. To exceed it on purpose needs 21 accounts on
# one device, which is recorded (`SignalTooCommon`).
MAX_USERS_PER_SIGNAL: Final = 20

_UPDATE_LINK = text("""
    UPDATE identity_links
    SET first_seen_at = least(first_seen_at, :at), last_seen_at = greatest(last_seen_at, :at)
    WHERE kind = :kind AND signal_hash = :hash AND user_id = :user_id
    RETURNING user_id
""")
_ACQUIRE_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_LINK = text("""
    INSERT INTO identity_links (kind, signal_hash, user_id, first_seen_at, last_seen_at)
    VALUES (:kind, :hash, :user_id, :at, :at)
    ON CONFLICT (kind, signal_hash, user_id) DO NOTHING
    RETURNING user_id
""")
_SHARING = text("""
    SELECT user_id FROM identity_links WHERE kind = :kind AND signal_hash = :hash
    ORDER BY user_id LIMIT :most + 2
""")
_COMPONENT = text("""
    WITH RECURSIVE reached (user_id) AS (
        SELECT cast(:user_id AS uuid)
        UNION
        SELECT other.user_id FROM reached
        JOIN identity_links AS own ON own.user_id = reached.user_id
        JOIN identity_links AS other ON other.kind = own.kind AND other.signal_hash = own.signal_hash
        WHERE :most >= (
            SELECT count(*) FROM (
                SELECT FROM identity_links AS sharing
                WHERE sharing.kind = own.kind AND sharing.signal_hash = own.signal_hash
                LIMIT :most + 1) AS counted)),
    whole AS (
        SELECT user_id, count(*) OVER () AS size,
               (SELECT user_id FROM reached ORDER BY user_id LIMIT 1) AS cluster_id
        FROM reached)
    INSERT INTO identity_clusters (user_id, cluster_id)
    SELECT user_id, cluster_id FROM whole
    WHERE size > 1 OR EXISTS (SELECT FROM identity_clusters AS known WHERE known.user_id = whole.user_id)
    ON CONFLICT (user_id) DO UPDATE SET cluster_id = excluded.cluster_id
    WHERE identity_clusters.cluster_id <> excluded.cluster_id
    RETURNING user_id
""")
_CLUSTERS = text("""
    SELECT user_id, cluster_id FROM identity_clusters WHERE user_id = ANY(:user_ids)
""")


def record_signal(session: Session, user_id: UUID, kind: SignalKind, value: str, at: datetime) -> None:
    """Store that the account used this card, device or bank account, and update its cluster. Idempotent.

    A hash is stored under every configured signing key. Remove an old key only after the accounts that matter
    have been seen under the new one.
    """
    for digest in signing.derive_secrets(f"identity/{kind}", value.encode()):
        _record_sighting(session, _Sighting(user_id, kind, digest, at))


def cluster_of(session: Session, user_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """The cluster id of each of these users: the smallest user id in the cluster."""
    rows = session.execute(_CLUSTERS, {"user_ids": list(user_ids)})
    return {user_id: user_id for user_id in user_ids} | {row.user_id: row.cluster_id for row in rows}


@dataclass(frozen=True, slots=True)
class _Sighting:
    user_id: UUID
    kind: SignalKind
    hash: bytes
    at: datetime


def _record_sighting(session: Session, sighting: _Sighting) -> None:
    """Store one signal of one account. The lock lets the second of two accounts see the first one's link."""
    if session.execute(_UPDATE_LINK, asdict(sighting)).first() is not None:
        return
    _acquire_lock(session, f"identity/{sighting.kind}/{sighting.hash.hex()}")
    if session.execute(_LINK, asdict(sighting)).first() is None:
        return
    parameters = {"kind": sighting.kind, "hash": sighting.hash, "most": MAX_USERS_PER_SIGNAL}
    sharing: Sequence[UUID] = session.execute(_SHARING, parameters).scalars().all()
    if 1 < len(sharing) <= MAX_USERS_PER_SIGNAL + 1:
        _update_clusters(session, sighting, sharing)


def _update_clusters(session: Session, sighting: _Sighting, sharing: Sequence[UUID]) -> None:
    """Recompute the clusters of these users. The lock makes such updates run one after the other.

    If the signal has become too common, it links no accounts any more: its cluster splits into parts, each of
    which contains one of the sharing users.
    """
    _acquire_lock(session, "identity/clusters")
    too_common = len(sharing) > MAX_USERS_PER_SIGNAL
    changed: set[UUID] = set()
    for user_id in sharing if too_common else [sighting.user_id]:
        changed |= set(
            session.execute(_COMPONENT, {"user_id": user_id, "most": MAX_USERS_PER_SIGNAL}).scalars()
        )
    if too_common:
        _record_event(session, SignalTooCommon(sighting.user_id, sighting.kind, len(sharing)), sighting)
    if changed:
        _record_event(
            session, ClusterChanged(sighting.user_id, sighting.kind, tuple(sorted(changed))), sighting
        )


def _record_event(session: Session, event: DomainEvent, sighting: _Sighting) -> None:
    events.record_event(session, event, subject=("user", sighting.user_id), by=SYSTEM, at=sighting.at)


def _acquire_lock(session: Session, name: str) -> None:
    session.execute(_ACQUIRE_LOCK, {"name": name})
