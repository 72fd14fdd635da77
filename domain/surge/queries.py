"""Reads and writes of snapshots, in SQL text: they are megabytes of numbers and no objects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlmodel import Session

from domain.surge.kinds import Encoding
from domain.surge.snapshots import Numbers, Packed, unpack

# What a quote, an explanation and a map need; the rest is there to count the snapshot again.
READ = ("cells", "shown_bp", "raw_bp", "reasons", "pressure", "rate", "near", "usual_near")

KEPT_FOR = timedelta(days=90)  # a quarter: as long as prices are doubted, and as price memory reaches back

_POINTER = text("SELECT snapshot_id FROM surge_pointers WHERE market_id = :market_id")
_SNAPSHOT = text("""
    SELECT id, market_id, tick_at, policy_version_id, previous_id, header, digest, created_at
    FROM surge_snapshots WHERE id = :id
""")
_BETWEEN = text("""
    SELECT id, market_id, tick_at, policy_version_id, previous_id, header, digest, created_at
    FROM surge_snapshots WHERE market_id = :market_id AND tick_at >= :since AND tick_at < :until
    ORDER BY tick_at
""")
_WITH_SURGE = text("""
    SELECT markets.id FROM markets
    CROSS JOIN LATERAL (
        SELECT rules FROM policy_versions WHERE market_id = markets.id AND active_from <= :at
        ORDER BY active_from DESC, number DESC LIMIT 1
    ) AS in_force
    WHERE in_force.rules -> 'surge' <> '{}'
       OR EXISTS (SELECT FROM surge_pointers WHERE surge_pointers.market_id = markets.id)
    ORDER BY markets.id
""")
_FORGET = text("""
    DELETE FROM surge_snapshots WHERE id IN (
        SELECT id FROM surge_snapshots
        WHERE tick_at < :oldest
          AND NOT EXISTS (SELECT FROM surge_pointers WHERE snapshot_id = surge_snapshots.id)
        ORDER BY tick_at LIMIT :limit FOR UPDATE SKIP LOCKED)
""")
_NEWEST = text("""
    SELECT id, market_id, tick_at, policy_version_id, previous_id, header, digest, created_at
    FROM surge_snapshots WHERE market_id = :market_id AND tick_at <= :at ORDER BY tick_at DESC LIMIT 1
""")
_ARRAYS = text("""
    SELECT name, dtype, shape, encoding, data FROM surge_snapshot_arrays
    WHERE snapshot_id = :id AND (name = ANY(:names) OR name LIKE 'scheduled/%')
""")
_ALL_ARRAYS = text("""
    SELECT name, dtype, shape, encoding, data FROM surge_snapshot_arrays WHERE snapshot_id = :id
""")
_WRITE = text("""
    INSERT INTO surge_snapshots
        (id, market_id, tick_at, policy_version_id, previous_id, header, digest, created_at)
    VALUES (:id, :market_id, :tick_at, :policy_version_id, :previous_id, cast(:header AS jsonb), :digest,
            :created_at)
""")
_WRITE_ARRAY = text("""
    INSERT INTO surge_snapshot_arrays (snapshot_id, name, dtype, shape, encoding, data)
    VALUES (:snapshot_id, :name, :dtype, cast(:shape AS jsonb), :encoding, :data)
""")
_POINT = text("""
    INSERT INTO surge_pointers (market_id, snapshot_id, moved_at) VALUES (:market_id, :snapshot_id, :at)
    ON CONFLICT (market_id) DO UPDATE SET snapshot_id = excluded.snapshot_id, moved_at = excluded.moved_at
""")


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """A snapshot without its arrays."""

    id: UUID
    market_id: UUID
    tick_at: datetime
    policy_version_id: UUID
    previous_id: UUID | None
    header: Mapping[str, Any]
    digest: str
    created_at: datetime


def pointer(session: Session, market_id: UUID) -> UUID | None:
    """Which snapshot is in force in the market; None before its first tick."""
    found: UUID | None = session.execute(_POINTER, {"market_id": market_id}).scalar_one_or_none()
    return found


def snapshot(session: Session, snapshot_id: UUID) -> SnapshotRow | None:
    """The snapshot of this id, without its arrays."""
    row = session.execute(_SNAPSHOT, {"id": snapshot_id}).first()
    return None if row is None else SnapshotRow(**row._asdict())


def snapshots(session: Session, market_id: UUID, since: datetime, until: datetime) -> list[SnapshotRow]:
    """A market's snapshots of ticks from `since` up to, and not including, `until`, the oldest first."""
    wanted = {"market_id": market_id, "since": since, "until": until}
    return [SnapshotRow(**row._asdict()) for row in session.execute(_BETWEEN, wanted)]


def newest(session: Session, market_id: UUID, *, at: datetime) -> SnapshotRow | None:
    """The market's latest snapshot up to that instant, in force or not.

    A later one is there only if a clock was wrong and went back; it is passed over, or no tick and no
    emergency would count until then.
    """
    row = session.execute(_NEWEST, {"market_id": market_id, "at": at}).first()
    return None if row is None else SnapshotRow(**row._asdict())


def markets_with_surge(session: Session, *, at: datetime) -> list[UUID]:
    """The markets whose policy in force has surge rules, and those that had and still show prices."""
    return list(session.execute(_WITH_SURGE, {"at": at}).scalars())


def forget(session: Session, *, at: datetime, limit: int = 100) -> int:
    """Delete snapshots that are older than they are kept for, but none in force. Returns how many."""
    return session.execute(_FORGET, {"oldest": at - KEPT_FOR, "limit": limit}).rowcount  # type: ignore[attr-defined,no-any-return]  # a DELETE's result counts its rows


def packed(session: Session, snapshot_id: UUID, names: Sequence[str] | None = None) -> dict[str, Packed]:
    """A snapshot's arrays as they are kept: all of them, or those named and the scheduled ones."""
    if names is None:
        rows = session.execute(_ALL_ARRAYS, {"id": snapshot_id})
    else:
        rows = session.execute(_ARRAYS, {"id": snapshot_id, "names": list(names)})
    return {
        row.name: Packed(row.dtype, tuple(row.shape), Encoding(row.encoding), bytes(row.data)) for row in rows
    }


def arrays(session: Session, snapshot_id: UUID, names: Sequence[str] | None = None) -> dict[str, Numbers]:
    """A snapshot's arrays: all of them, or those named and the scheduled ones."""
    return {name: unpack(found) for name, found in packed(session, snapshot_id, names).items()}


def write(session: Session, row: SnapshotRow, arrays: Mapping[str, Packed]) -> None:
    """Store a snapshot. What becomes of it is the pointer's to say."""
    columns = {name: getattr(row, name) for name in SnapshotRow.__slots__}
    session.execute(_WRITE, {**columns, "header": orjson.dumps(row.header).decode()})
    for name, kept in arrays.items():
        session.execute(
            _WRITE_ARRAY,
            {
                "snapshot_id": row.id,
                "name": name,
                "dtype": kept.dtype,
                "shape": orjson.dumps(kept.shape).decode(),
                "encoding": kept.encoding.value,
                "data": kept.data,
            },
        )


def point(session: Session, market_id: UUID, snapshot_id: UUID, *, at: datetime) -> None:
    """Let this snapshot's prices be the market's, once the transaction commits."""
    session.execute(_POINT, {"market_id": market_id, "snapshot_id": snapshot_id, "at": at})
