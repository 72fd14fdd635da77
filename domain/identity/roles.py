"""Roles: given and taken by operators of the same market or of everywhere; the first by the platform."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.foundation import events, ids
from domain.foundation.actors import Actor, ActorKind
from domain.identity import queries
from domain.identity.callers import Caller, Role, acting
from domain.identity.errors import GrantUnknown, RoleNotYoursToGive
from domain.identity.events import RoleGranted, RoleRevoked
from domain.identity.models import RoleGrant

_GRANT = text("""
    INSERT INTO role_grants (id, user_id, role, market_id, granted_by, granted_at)
    VALUES (:id, :user_id, :role, :market_id, :by, :at)
    ON CONFLICT (user_id, role, market_id) WHERE revoked_at IS NULL DO NOTHING RETURNING id
""")


def grant_role(
    session: Session, user_id: UUID, *, role: Role, market_id: UUID | None, by: Actor | Caller, at: datetime
) -> RoleGrant:
    """Let a user hold a role in a market, or everywhere without one; a role already held stays as it is.

    Refuses `RoleNotYoursToGive` to whoever does not operate there, and `UserUnknown`.
    """
    doer = _operator(by, market_id)
    queries.user(session, user_id)
    values = {"id": ids.new(), "user_id": user_id, "role": role, "market_id": market_id}
    granted = session.execute(_GRANT, values | {"by": doer.user_id, "at": at}).scalar()
    held = queries.grant_held(session, user_id, role, market_id)
    if granted is not None:
        fact = RoleGranted(user_id, held.id, role, market_id)
        events.record(session, fact, subject=("user", user_id), by=doer, at=at)
    return held


def revoke_role(session: Session, grant_id: UUID, *, by: Actor | Caller, at: datetime) -> RoleGrant:
    """Take a role away; from the next request on it no longer counts. Doing it twice does no harm.

    Refuses `GrantUnknown`, also for a grant in a market the caller does not operate.
    """
    grant = queries.grant_locked(session, grant_id)
    doer = acting(by, grant.market_id)
    if doer.kind not in _GIVERS:
        raise GrantUnknown
    if grant.revoked_at is None:
        grant.revoked_at, grant.revoked_by = at, doer.user_id
        fact = RoleRevoked(grant.user_id, grant.id, grant.role, grant.market_id)
        events.record(session, fact, subject=("user", grant.user_id), by=doer, at=at)
    return grant


_GIVERS = frozenset({ActorKind.OPERATOR, ActorKind.SYSTEM})


def _operator(by: Actor | Caller, market_id: UUID | None) -> Actor:
    doer = acting(by, market_id)
    if doer.kind not in _GIVERS:
        raise RoleNotYoursToGive("Roles are given by those who operate the market, or every market.")
    return doer
