"""Granting and revoking roles, by operators of the market or of all markets; the first one by the system."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.foundation import events, ids
from domain.foundation.actors import Actor, ActorKind
from domain.identity import queries
from domain.identity.callers import Caller, UserRole, actor_for
from domain.identity.errors import RoleGrantForbidden, RoleGrantNotFound
from domain.identity.events import RoleGranted, RoleRevoked
from domain.identity.models import RoleGrant

_GRANT = text("""
    INSERT INTO role_grants (id, user_id, role, market_id, granted_by, granted_at)
    VALUES (:id, :user_id, :role, :market_id, :by, :at)
    ON CONFLICT (user_id, role, market_id) WHERE revoked_at IS NULL DO NOTHING RETURNING id
""")


def grant_role(
    session: Session,
    user_id: UUID,
    *,
    role: UserRole,
    market_id: UUID | None,
    by: Actor | Caller,
    at: datetime,
) -> RoleGrant:
    """Grant a role in a market, or everywhere if `market_id` is None, and return the active grant.

    An existing grant stays unchanged. Raises `RoleGrantForbidden` unless `by` is an operator there, and
    `UserNotFound`.
    """
    actor = _granting_actor(by, market_id)
    queries.get_user(session, user_id)
    values = {"id": ids.new(), "user_id": user_id, "role": role, "market_id": market_id}
    new_grant_id = session.execute(_GRANT, values | {"by": actor.user_id, "at": at}).scalar()
    grant = queries.get_active_grant(session, user_id, role, market_id)
    if new_grant_id is not None:
        event = RoleGranted(user_id, grant.id, role, market_id)
        events.record_event(session, event, subject=("user", user_id), by=actor, at=at)
    return grant


def revoke_role(session: Session, grant_id: UUID, *, by: Actor | Caller, at: datetime) -> RoleGrant:
    """Revoke a grant, with effect from the next request. Does nothing if it is revoked already.

    Raises `RoleGrantNotFound`, also if `by` is no operator of the grant's market.
    """
    grant = queries.lock_grant(session, grant_id)
    actor = actor_for(by, grant.market_id)
    if actor.kind not in _GRANTING_ACTORS:
        raise RoleGrantNotFound
    if grant.revoked_at is None:
        grant.revoked_at, grant.revoked_by = at, actor.user_id
        event = RoleRevoked(grant.user_id, grant.id, grant.role, grant.market_id)
        events.record_event(session, event, subject=("user", grant.user_id), by=actor, at=at)
    return grant


_GRANTING_ACTORS = frozenset({ActorKind.OPERATOR, ActorKind.SYSTEM})


def _granting_actor(by: Actor | Caller, market_id: UUID | None) -> Actor:
    actor = actor_for(by, market_id)
    if actor.kind not in _GRANTING_ACTORS:
        raise RoleGrantForbidden("Only operators of the market, or of every market, can grant roles.")
    return actor
