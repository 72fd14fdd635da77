"""Roles: given and taken by operators of the same market or of everywhere; the first by the platform."""

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
    """Let a user hold a role in a market, or everywhere without one; a role already held stays as it is.

    Refuses `RoleNotYoursToGive` to whoever does not operate there, and `UserUnknown`.
    """
    actor = _granting_actor(by, market_id)
    queries.get_user(session, user_id)
    values = {"id": ids.new(), "user_id": user_id, "role": role, "market_id": market_id}
    granted = session.execute(_GRANT, values | {"by": actor.user_id, "at": at}).scalar()
    held = queries.get_active_grant(session, user_id, role, market_id)
    if granted is not None:
        event = RoleGranted(user_id, held.id, role, market_id)
        events.record_event(session, event, subject=("user", user_id), by=actor, at=at)
    return held


def revoke_role(session: Session, grant_id: UUID, *, by: Actor | Caller, at: datetime) -> RoleGrant:
    """Take a role away; from the next request on it no longer counts. Doing it twice does no harm.

    Refuses `GrantUnknown`, also for a grant in a market the caller does not operate.
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
        raise RoleGrantForbidden("Roles are given by those who operate the market, or every market.")
    return actor
