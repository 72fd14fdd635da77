"""What operators look through: emergencies, snapshots and audits of their market, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from domain.foundation.actors import Actor, ActorKind
from domain.foundation.errors import Forbidden
from domain.foundation.paging import Page, build_page, decode_cursor
from domain.surge.errors import EmergencyUnknown, SnapshotUnknown
from domain.surge.models import SurgeAudit, SurgeEmergency, SurgeSnapshot

_MAY = frozenset({ActorKind.OPERATOR, ActorKind.SYSTEM})


@dataclass(frozen=True, slots=True)
class SnapshotSeen:
    """A snapshot without its arrays. `highest_bp` and `market_ratio` are by category slug."""

    id: UUID
    market_id: UUID
    tick_at: datetime
    policy_version_id: UUID
    previous_id: UUID | None
    digest: str
    highest_bp: dict[str, int]
    market_ratio: dict[str, float]
    emergencies: int


def emergency(session: Session, emergency_id: UUID) -> SurgeEmergency:
    """The emergency of this id; raises `EmergencyUnknown`."""
    found = session.get(SurgeEmergency, emergency_id)
    if found is None:
        raise EmergencyUnknown
    return found


def emergencies(
    session: Session, market_id: UUID, *, by: Actor, after: str | None, limit: int
) -> Page[SurgeEmergency]:
    """A market's emergencies, over or not. Raises `Forbidden` to all but its operators."""
    check_operates(by)
    wanted = select(SurgeEmergency).where(SurgeEmergency.market_id == market_id)
    if after is not None:
        (last,) = decode_cursor(after, [UUID])
        wanted = wanted.where(col(SurgeEmergency.id) < last)
    rows = session.exec(wanted.order_by(col(SurgeEmergency.id).desc()).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def snapshots(
    session: Session, market_id: UUID, *, by: Actor, after: str | None, limit: int
) -> Page[SnapshotSeen]:
    """A market's snapshots, as long as they are kept. Raises `Forbidden` to all but its operators."""
    check_operates(by)
    wanted = select(SurgeSnapshot).where(SurgeSnapshot.market_id == market_id)
    if after is not None:
        (last,) = decode_cursor(after, [datetime])
        wanted = wanted.where(col(SurgeSnapshot.tick_at) < last)
    rows = session.exec(wanted.order_by(col(SurgeSnapshot.tick_at).desc()).limit(limit + 1)).all()
    return build_page([_seen(row) for row in rows], limit, lambda row: [row.tick_at])


def snapshot_of(session: Session, snapshot_id: UUID) -> SnapshotSeen:
    """The snapshot of this id; raises `SnapshotUnknown`."""
    found = session.get(SurgeSnapshot, snapshot_id)
    if found is None:
        raise SnapshotUnknown
    return _seen(found)


def audits(
    session: Session, market_id: UUID, *, by: Actor, after: str | None, limit: int
) -> Page[SurgeAudit]:
    """What each night found about the day before. Raises `Forbidden` to all but the market's operators."""
    check_operates(by)
    wanted = select(SurgeAudit).where(SurgeAudit.market_id == market_id)
    if after is not None:
        (last,) = decode_cursor(after, [UUID])
        wanted = wanted.where(col(SurgeAudit.id) < last)
    rows = session.exec(wanted.order_by(col(SurgeAudit.id).desc()).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def check_operates(by: Actor) -> None:
    """Refuse `Forbidden` to all but the market's operators and the system itself."""
    if by.kind not in _MAY:
        raise Forbidden("Only an operator of this market may.", permission="surge.operate")


def _seen(row: SurgeSnapshot) -> SnapshotSeen:
    header = row.header
    return SnapshotSeen(
        id=row.id,
        market_id=row.market_id,
        tick_at=row.tick_at,
        policy_version_id=row.policy_version_id,
        previous_id=row.previous_id,
        digest=row.digest,
        highest_bp=header.get("highest_bp", {}),
        market_ratio=header.get("market_ratio", {}),
        emergencies=len(header.get("emergencies", ())),
    )
