"""Endpoints of accounts: sign up, the user's own data and permissions, suspension."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.identity import (
    CapabilityView,
    MeView,
    MyPermissionsView,
    PermissionView,
    SignUpAcceptedView,
    SignUpRequest,
    StatementOfReasonsRequest,
    UpdateMeRequest,
    UserSuspensionView,
)
from api.transaction import Router
from domain import identity, providers
from domain.foundation.ids import UserId
from domain.foundation.time_zones import TimeZoneUnknown
from domain.identity import Caller
from domain.identity.errors import InvalidEmail, OwnAccountSuspension, PasswordNotAllowed, UserNotFound

router = Router(tags=["identity"])


@router.post("/users", may="users.sign_up", status_code=202, errors=[InvalidEmail, PasswordNotAllowed])
def sign_up(body: SignUpRequest, session: Session, at: datetime) -> SignUpAcceptedView:
    """Create an account.

    The response is the same for every address, so that it does not reveal who has an account. Sign in next:
    with this password if the address was new, with your existing password if it was not.
    """
    identity.sign_up(
        session, email=body.email, password=body.password, name=body.name, locale=body.locale, at=at
    )
    return SignUpAcceptedView()


@router.get("/me", may="me.read")
def read_me(session: Session, caller: Caller) -> MeView:
    """Get your account data."""
    return MeView.of(identity.get_user(session, caller.user_id))


@router.patch("/me", may="me.change", errors=[TimeZoneUnknown])
def change_me(body: UpdateMeRequest, session: Session, caller: Caller, at: datetime) -> MeView:
    """Change your name, language or time zone."""
    return MeView.of(identity.update_user(session, caller.user_id, body.changes(), by=caller.actor, at=at))


@router.get("/me/permissions", may="me.read")
def read_my_permissions(session: Session, caller: Caller) -> MyPermissionsView:
    """List all permissions and the capabilities of your provider profiles, whether you have them, and why.

    They are decided by the same functions that protect the routes.
    """
    decisions = [identity.permissions.decide(caller, name) for name in identity.PERMISSIONS]
    return MyPermissionsView(
        permissions=[PermissionView.of(decision) for decision in decisions],
        capabilities=[
            CapabilityView.of(decision)
            for decision in providers.user_capability_decisions(session, caller.user_id)
        ],
    )


@router.post("/users/{user_id}/suspension", may="users.suspend", errors=[OwnAccountSuspension, UserNotFound])
def suspend_user(
    user_id: UserId, body: StatementOfReasonsRequest, session: Session, caller: Caller, at: datetime
) -> UserSuspensionView:
    """Suspend an account in every market, and end all its sessions.

    Nothing new can begin with its user. Open requests end at once. Confirmed bookings are cancelled a day
    before their start unless the suspension has ended by then. Earnings are held until the suspension ends.
    """
    user = identity.suspend_user(
        session,
        user_id,
        by=caller.actor_in(None),
        reason_code=body.reason_code,
        reason=body.reason,
        at=at,
    )
    return UserSuspensionView.of(user)


@router.post("/users/{user_id}/reinstatement", may="users.suspend", errors=[UserNotFound])
def reinstate_user(
    user_id: UserId, body: StatementOfReasonsRequest, session: Session, caller: Caller, at: datetime
) -> UserSuspensionView:
    """End the suspension of an account. Its bookings continue, and held earnings are paid."""
    user = identity.reinstate_user(
        session,
        user_id,
        by=caller.actor_in(None),
        reason_code=body.reason_code,
        reason=body.reason,
        at=at,
    )
    return UserSuspensionView.of(user)
