"""People: opening an account, what is stored about oneself, what one may do, and being shut out."""

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
    """Open an account.

    The answer is the same for every address, so that it tells nobody who has an account here. Sign in next:
    with this password when the address was new, with the one you have when it was not.
    """
    identity.sign_up(
        session, email=body.email, password=body.password, name=body.name, locale=body.locale, at=at
    )
    return SignUpAcceptedView()


@router.get("/me", may="me.read")
def read_me(session: Session, caller: Caller) -> MeView:
    """See what is stored about you."""
    return MeView.of(identity.get_user(session, caller.user_id))


@router.patch("/me", may="me.change", errors=[TimeZoneUnknown])
def change_me(body: UpdateMeRequest, session: Session, caller: Caller, at: datetime) -> MeView:
    """Change your name, language or time zone."""
    return MeView.of(identity.update_user(session, caller.user_id, body.changes(), by=caller.actor, at=at))


@router.get("/me/permissions", may="me.read")
def read_my_permissions(session: Session, caller: Caller) -> MyPermissionsView:
    """See everything that can be done here, whether you may, and the rule that decides.

    The permissions are decided by the function that guards every route, and the capabilities of your
    provider profiles by the table that offers and bookings ask.
    """
    decided = [identity.permissions.decide(caller, name) for name in identity.PERMISSIONS]
    return MyPermissionsView(
        permissions=[PermissionView.of(decision) for decision in decided],
        capabilities=[
            CapabilityView.of(decision)
            for decision in providers.user_capability_decisions(session, caller.user_id)
        ],
    )


@router.post("/users/{user_id}/suspension", may="users.suspend", errors=[OwnAccountSuspension, UserNotFound])
def suspend_user(
    user_id: UserId, body: StatementOfReasonsRequest, session: Session, caller: Caller, at: datetime
) -> UserSuspensionView:
    """Shut an account to its owner, in every market, and end all their sessions.

    Nothing new begins with them. Requests end at once; confirmed bookings are cancelled a day before their
    start unless the suspension has ended by then; what they earned is held for as long as it lasts.
    """
    person = identity.suspend_user(
        session,
        user_id,
        by=caller.actor_in(None),
        reason_code=body.reason_code,
        reason=body.reason,
        at=at,
    )
    return UserSuspensionView.of(person)


@router.post("/users/{user_id}/reinstatement", may="users.suspend", errors=[UserNotFound])
def reinstate_user(
    user_id: UserId, body: StatementOfReasonsRequest, session: Session, caller: Caller, at: datetime
) -> UserSuspensionView:
    """Let the owner of a suspended account sign in again. Their bookings go on, and what was held is paid."""
    person = identity.reinstate_user(
        session,
        user_id,
        by=caller.actor_in(None),
        reason_code=body.reason_code,
        reason=body.reason,
        at=at,
    )
    return UserSuspensionView.of(person)
