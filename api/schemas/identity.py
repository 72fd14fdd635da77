"""People, their sessions and their roles on the wire."""

from typing import Annotated, Literal, Self, cast
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.common import Instant, Name, RequestBody, View, ZoneName
from domain.foundation.ids import MarketId, ProviderProfileId, RoleGrantId, UserId, UserSessionId
from domain.foundation.text.json_text import NO_NUL
from domain.foundation.text.text_types import LINE, TEXT
from domain.identity import (
    EmailConflict,
    OidcAuthorizationRequest,
    Permission,
    PermissionDecision,
    PermissionRule,
    RoleGrant,
    SessionTokens,
    User,
    UserChanges,
    UserRole,
    UserSession,
)
from domain.providers import CapabilityDecision, ProviderCapability, ProviderProfileState

# The bounds here only keep what arrives small; what makes an address or a password fit, identity decides.
Email = Annotated[str, Field(max_length=320, examples=["aino@example.org"])]
Password = Annotated[str, Field(max_length=1_000, description="10 to 200 characters, and not the address.")]
Device = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^[\x21-\x7e]*$"),
    Field(
        description="What your app calls this installation: a random text that it made once and keeps. Only "
        "a keyed hash of it is stored, to know accounts that are used from one device, and to let this one "
        "sign in while somebody else guesses the password.",
        examples=["0f6c1f0e7a8b4e0b9f7e2b1d3c5a7e9d"],
    ),
]
Token = Annotated[str, Field(max_length=200)]
Label = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=80, pattern=r"^[^\n\r\x00]*$"), LINE
]
Locale = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        max_length=35,
        description="BCP 47.",
        examples=["fi-FI"],
    ),
]
ReasonCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,59}$", examples=["incomplete"])]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000, pattern=NO_NUL), TEXT]


class SignUpRequest(RequestBody):
    """Whoever opens an account."""

    model_config = RequestBody.example(
        {"email": "aino@example.org", "password": "correct horse battery", "name": "Aino", "locale": "fi-FI"}
    )

    email: Email
    password: Password
    name: Name
    locale: Locale = "en"


class SignUpAcceptedView(View):
    """The same for every address, known or new."""

    detail: Literal["If the address was new, its account is open. Sign in."] = (
        "If the address was new, its account is open. Sign in."
    )


class SignInRequest(RequestBody):
    """An address, its password, and a name for the session by which its owner will know it."""

    model_config = RequestBody.example(
        {"email": "aino@example.org", "password": "correct horse battery", "label": "Aino's phone"}
    )

    email: Email
    password: Password
    label: Label = ""
    device: Device = ""


class SessionRenewalRequest(RequestBody):
    """A refresh token, which can be exchanged once."""

    model_config = RequestBody.example({"refresh_token": "tkr_oPZk1V0a9bS7cQ2xW4eR6tY8uI0oP2aS4dF6gH8jK1M"})

    refresh_token: Token


class TokensView(View):
    """What opens doors. Keep the refresh token where nobody looks, and use each once."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 -- the scheme's name
    expires_at: Instant = Field(description="When the access token is over.")
    session_id: UserSessionId
    user_id: UserId

    @classmethod
    def of(cls, tokens: SessionTokens) -> Self:
        """The tokens as they are shown, once."""
        return cls(
            access_token=tokens.access,
            refresh_token=tokens.refresh,
            expires_at=tokens.expires_at,
            session_id=tokens.session_id,
            user_id=tokens.user_id,
        )


class SessionView(View):
    """A session that is alive."""

    id: UserSessionId
    label: str
    created_at: Instant
    last_used_at: Instant = Field(description="When it began, or was last renewed.")
    current: bool = Field(description="Whether this very request was made in it.")

    @classmethod
    def of(cls, row: UserSession, *, current_id: UUID) -> Self:
        """The session as its owner sees it."""
        return cls(
            id=row.id,
            label=row.label,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            current=row.id == current_id,
        )


class MeView(View):
    """What is stored about the person who asks."""

    id: UserId
    email: str
    email_conflict: EmailConflict | None = Field(
        description="Set where the account is found by exactly this spelling of the address only: an older "
        "account has the address in another spelling (`shared`), or it is none by today's rules (`invalid`)."
    )
    name: str
    locale: str
    time_zone: ZoneName | None
    created_at: Instant

    @classmethod
    def of(cls, row: User) -> Self:
        """The user as they see themselves."""
        return cls.model_validate(row)


class UpdateMeRequest(RequestBody):
    """What to change; what is left out stays. A time zone of null means that of the market one is in."""

    model_config = RequestBody.example(
        {"name": "Aino Mäkelä", "time_zone": "Europe/Helsinki"}, {"time_zone": None}
    )

    name: Name = ""
    locale: Locale = ""
    time_zone: Annotated[ZoneName, Field(max_length=64)] | None = None

    def changes(self) -> UserChanges:
        """What was sent, and nothing that was left out."""
        return cast("UserChanges", self.model_dump(exclude_unset=True))


class PermissionView(View):
    """One thing that can be done, whether you may, and by which rule."""

    name: str
    description: str
    rule: PermissionRule
    allowed: bool
    reason: str

    @classmethod
    def of(cls, decision: PermissionDecision) -> Self:
        """A decision of the table that guards every route."""
        permission: Permission = decision.permission
        return cls(
            name=permission.name,
            description=permission.description,
            rule=permission.rule,
            allowed=decision.allowed,
            reason=decision.reason,
        )


class CapabilityView(View):
    """Whether one of your provider profiles can do something in its present state, and why."""

    profile_id: ProviderProfileId
    market_id: MarketId
    state: ProviderProfileState
    capability: ProviderCapability
    allowed: bool
    reason: str

    @classmethod
    def of(cls, ability: CapabilityDecision) -> Self:
        """A line of the table that providers are asked by."""
        return cls.model_validate(ability)


class MyPermissionsView(View):
    """Every permission and every capability, allowed or not, with the rule that decided it."""

    permissions: list[PermissionView]
    capabilities: list[CapabilityView]


class RoleGrantRequest(RequestBody):
    """A role to hold, in a market, or everywhere when there is none."""

    model_config = RequestBody.example(
        {"role": "moderator", "market_id": "mkt_01jczk3v9hf8gb2h6v1q4nsx7e"}, {"role": "operator"}
    )

    role: UserRole
    market_id: MarketId | None = None


class RoleGrantView(View):
    """A role somebody holds, or held until it was revoked."""

    id: RoleGrantId
    user_id: UserId
    role: UserRole
    market_id: MarketId | None
    granted_by: UserId | None
    granted_at: Instant
    revoked_at: Instant | None

    @classmethod
    def of(cls, row: RoleGrant) -> Self:
        """The grant as operators see it."""
        return cls.model_validate(row)


class StatementOfReasonsRequest(RequestBody):
    """Why somebody decided as they did: a code to count by, and words for the person it is about."""

    model_config = RequestBody.example({"reason_code": "fraud", "reason": "Three stolen cards in a day."})

    reason_code: ReasonCode
    reason: Reason = ""


class UserSuspensionView(View):
    """Whether an account is open to its owner."""

    id: UserId
    suspended_at: Instant | None

    @classmethod
    def of(cls, row: User) -> Self:
        """The standing as operators see it."""
        return cls.model_validate(row)


class IssuerView(View):
    """An identity provider people may sign in with."""

    issuer: str
    name: str


class OidcAttemptRequest(RequestBody):
    """Where to sign in, and where the browser should come back to."""

    model_config = RequestBody.example(
        {"issuer": "https://accounts.example.org", "redirect_uri": "https://app.example.org/signed-in"}
    )

    issuer: Annotated[str, Field(max_length=500)]
    redirect_uri: Annotated[str, Field(max_length=2_000, pattern=r"^[a-zA-Z][a-zA-Z0-9+.-]*:[\x21-\x7e]+$")]


class OidcAttemptView(View):
    """Send the browser to `authorization_url`; keep `secret` in the client that began, and nowhere else."""

    authorization_url: str
    state: str
    secret: str
    expires_at: Instant

    @classmethod
    def of(cls, departure: OidcAuthorizationRequest) -> Self:
        """The way out."""
        return cls.model_validate(departure)


class OidcCompletionRequest(RequestBody):
    """What the browser brought back in its address, and the secret that was kept."""

    model_config = RequestBody.example(
        {
            "state": "tks_oPZk1V0a9bS7cQ2xW4eR6tY8uI0oP2aS4dF6gH8jK1M",
            "secret": "tko_oPZk1V0a9bS7cQ2xW4eR6tY8uI0oP2aS4dF6gH8jK1M",
            "code": "SplxlOBeZQQYbYS6WxSbIA",
        }
    )

    state: Token
    secret: Token
    code: Annotated[str, Field(max_length=4_000)]
    label: Label = ""
    device: Device = ""
