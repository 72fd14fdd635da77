"""People: opening an account, what is stored about oneself, what one may do, and being shut out."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.identity import (
    AbilityView,
    MeChanges,
    MeView,
    MyPermissions,
    PermissionView,
    SignUp,
    SignUpReceived,
    StatementOfReasons,
    UserStandingView,
)
from api.transaction import Router
from domain import identity, providers
from domain.foundation.ids import UserId
from domain.foundation.zones import TimeZoneUnknown
from domain.identity import Caller
from domain.identity.errors import EmailUnfit, OwnAccount, PasswordUnfit, UserUnknown

router = Router(tags=["identity"])


@router.post("/users", may="users.sign_up", status_code=202, refusals=[EmailUnfit, PasswordUnfit])
def sign_up(body: SignUp, session: Session, at: datetime) -> SignUpReceived:
    """Open an account.

    The answer is the same for every address, so that it tells nobody who has an account here. Sign in next:
    with this password when the address was new, with the one you have when it was not.
    """
    identity.sign_up(
        session, email=body.email, password=body.password, name=body.name, locale=body.locale, at=at
    )
    return SignUpReceived()


@router.get("/me", may="me.read")
def read_me(session: Session, caller: Caller) -> MeView:
    """See what is stored about you."""
    return MeView.of(identity.user(session, caller.user_id))


@router.patch("/me", may="me.change", refusals=[TimeZoneUnknown])
def change_me(body: MeChanges, session: Session, caller: Caller, at: datetime) -> MeView:
    """Change your name, language or time zone."""
    return MeView.of(identity.change(session, caller.user_id, body.changes(), by=caller.actor, at=at))


@router.get("/me/permissions", may="me.read")
def read_my_permissions(session: Session, caller: Caller) -> MyPermissions:
    """See everything that can be done here, whether you may, and the rule that decides.

    The permissions are decided by the function that guards every route, and the capabilities of your
    provider profiles by the table that offers and bookings ask.
    """
    decided = [identity.permissions.decide(caller, name) for name in identity.PERMISSIONS]
    return MyPermissions(
        permissions=[PermissionView.of(decision) for decision in decided],
        capabilities=[AbilityView.of(each) for each in providers.abilities_of(session, caller.user_id)],
    )


@router.post("/users/{user_id}/suspension", may="users.suspend", refusals=[OwnAccount, UserUnknown])
def suspend_user(
    user_id: UserId, body: StatementOfReasons, session: Session, caller: Caller, at: datetime
) -> UserStandingView:
    """Shut an account to its owner, in every market, and end all their sessions.

    Nothing new begins with them. Requests end at once; confirmed bookings are cancelled a day before their
    start unless the suspension has ended by then; what they earned is held for as long as it lasts.
    """
    person = identity.suspend(
        session,
        user_id,
        by=caller.actor_in(None),
        reason_code=body.reason_code,
        reason=body.reason,
        at=at,
    )
    return UserStandingView.of(person)


@router.post("/users/{user_id}/reinstatement", may="users.suspend", refusals=[UserUnknown])
def reinstate_user(
    user_id: UserId, body: StatementOfReasons, session: Session, caller: Caller, at: datetime
) -> UserStandingView:
    """Let the owner of a suspended account sign in again. Their bookings go on, and what was held is paid."""
    person = identity.reinstate(
        session,
        user_id,
        by=caller.actor_in(None),
        reason_code=body.reason_code,
        reason=body.reason,
        at=at,
    )
    return UserStandingView.of(person)
