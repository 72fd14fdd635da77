"""Endpoints of roles: operators and moderators of a market or of all markets."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.common import PageView
from api.schemas.identity import RoleGrantRequest, RoleGrantView
from api.transaction import Router
from domain import identity
from domain.foundation.ids import RoleGrantId, UserId
from domain.identity import Caller
from domain.identity.errors import RoleGrantForbidden, RoleGrantNotFound, UserNotFound

router = Router(tags=["roles"])


@router.get("/users/{user_id}/role-grants", may="roles.read")
def list_role_grants(user_id: UserId, session: Session, caller: Caller) -> PageView[RoleGrantView]:
    """List the roles of a user in markets you operate, on one page."""
    grants = identity.list_role_grants(session, user_id)
    items = [RoleGrantView.of(grant) for grant in grants if caller.is_operator(grant.market_id)]
    return PageView(items=items, next_cursor=None)


@router.post(
    "/users/{user_id}/role-grants",
    may="roles.grant",
    status_code=201,
    errors=[RoleGrantForbidden, UserNotFound],
)
def grant_role(
    user_id: UserId, body: RoleGrantRequest, session: Session, caller: Caller, at: datetime
) -> RoleGrantView:
    """Grant a role in a market you operate, or in all markets if you operate all of them."""
    return RoleGrantView.of(
        identity.grant_role(session, user_id, role=body.role, market_id=body.market_id, by=caller, at=at)
    )


@router.delete("/role-grants/{grant_id}", may="roles.grant", errors=[RoleGrantNotFound])
def revoke_role(grant_id: RoleGrantId, session: Session, caller: Caller, at: datetime) -> RoleGrantView:
    """Revoke a role in a market you operate, with effect from the next request."""
    return RoleGrantView.of(identity.revoke_role(session, grant_id, by=caller, at=at))
