"""Schemas of accounts, sessions, permissions and roles."""

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

# These limits only bound the size of a request; identity decides which addresses and passwords are valid.
Email = Annotated[str, Field(max_length=320, examples=["aino@example.org"])]
Password = Annotated[str, Field(max_length=1_000, description="10 to 200 characters, and not the address.")]
Device = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^[\x21-\x7e]*$"),
    Field(
        description="The id of this installation of your app: a random text, made once and kept. Only a "
        "keyed hash of it is stored, to detect accounts that share a device, and to let this device sign in "
        "while others guess the password.",
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
    """The data of a new account."""

    model_config = RequestBody.example(
        {"email": "aino@example.org", "password": "correct horse battery", "name": "Aino", "locale": "fi-FI"}
    )

    email: Email
    password: Password
    name: Name
    locale: Locale = "en"


class SignUpAcceptedView(View):
    """The response to a sign-up; the same for known and new addresses."""

    detail: Literal["If the address was new, its account is open. Sign in."] = (
        "If the address was new, its account is open. Sign in."
    )


class SignInRequest(RequestBody):
    """An address, its password, and a label by which the user recognizes the session."""

    model_config = RequestBody.example(
        {"email": "aino@example.org", "password": "correct horse battery", "label": "Aino's phone"}
    )

    email: Email
    password: Password
    label: Label = ""
    device: Device = ""


class SessionRenewalRequest(RequestBody):
    """The refresh token to exchange; it can be exchanged once."""

    model_config = RequestBody.example({"refresh_token": "tkr_oPZk1V0a9bS7cQ2xW4eR6tY8uI0oP2aS4dF6gH8jK1M"})

    refresh_token: Token


class TokensView(View):
    """The tokens of a session. Store the refresh token safely, and use each one once."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 -- the scheme's name
    expires_at: Instant = Field(description="When the access token expires.")
    session_id: UserSessionId
    user_id: UserId

    @classmethod
    def of(cls, tokens: SessionTokens) -> Self:
        """The view of new tokens."""
        return cls(
            access_token=tokens.access,
            refresh_token=tokens.refresh,
            expires_at=tokens.expires_at,
            session_id=tokens.session_id,
            user_id=tokens.user_id,
        )


class SessionView(View):
    """An active session."""

    id: UserSessionId
    label: str
    created_at: Instant
    last_used_at: Instant = Field(description="When it began or was last renewed.")
    current: bool = Field(description="Whether it is the session of this request.")

    @classmethod
    def of(cls, row: UserSession, *, current_id: UUID) -> Self:
        """The view of a session; `current_id` is the session of the request."""
        return cls(
            id=row.id,
            label=row.label,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            current=row.id == current_id,
        )


class MeView(View):
    """The user's own account data."""

    id: UserId
    email: str
    email_conflict: EmailConflict | None = Field(
        description="Set if only exactly this spelling of the address finds the account: an older account "
        "has the address in another spelling (`shared`), or it is not valid by today's rules (`invalid`)."
    )
    name: str
    locale: str
    time_zone: ZoneName | None
    created_at: Instant

    @classmethod
    def of(cls, row: User) -> Self:
        """The view of the user's own account."""
        return cls.model_validate(row)


class UpdateMeRequest(RequestBody):
    """The changes; fields left out stay unchanged. A time zone of null means that of the market."""

    model_config = RequestBody.example(
        {"name": "Aino Mäkelä", "time_zone": "Europe/Helsinki"}, {"time_zone": None}
    )

    name: Name = ""
    locale: Locale = ""
    time_zone: Annotated[ZoneName, Field(max_length=64)] | None = None

    def changes(self) -> UserChanges:
        """The fields that were sent."""
        return cast("UserChanges", self.model_dump(exclude_unset=True))


class PermissionView(View):
    """A permission, whether you have it, and the rule and the reason."""

    name: str
    description: str
    rule: PermissionRule
    allowed: bool
    reason: str

    @classmethod
    def of(cls, decision: PermissionDecision) -> Self:
        """The view of a decision."""
        permission: Permission = decision.permission
        return cls(
            name=permission.name,
            description=permission.description,
            rule=permission.rule,
            allowed=decision.allowed,
            reason=decision.reason,
        )


class CapabilityView(View):
    """A capability of one of your provider profiles: whether it has it in its current state, and why."""

    profile_id: ProviderProfileId
    market_id: MarketId
    state: ProviderProfileState
    capability: ProviderCapability
    allowed: bool
    reason: str

    @classmethod
    def of(cls, decision: CapabilityDecision) -> Self:
        """The view of a decision."""
        return cls.model_validate(decision)


class MyPermissionsView(View):
    """All permissions and capabilities, allowed or not, with the reasons."""

    permissions: list[PermissionView]
    capabilities: list[CapabilityView]


class RoleGrantRequest(RequestBody):
    """A role to grant in a market, or in all markets if `market_id` is null."""

    model_config = RequestBody.example(
        {"role": "moderator", "market_id": "mkt_01jczk3v9hf8gb2h6v1q4nsx7e"}, {"role": "operator"}
    )

    role: UserRole
    market_id: MarketId | None = None


class RoleGrantView(View):
    """A role of a user, active unless `revoked_at` is set."""

    id: RoleGrantId
    user_id: UserId
    role: UserRole
    market_id: MarketId | None
    granted_by: UserId | None
    granted_at: Instant
    revoked_at: Instant | None

    @classmethod
    def of(cls, row: RoleGrant) -> Self:
        """The view of a grant."""
        return cls.model_validate(row)


class StatementOfReasonsRequest(RequestBody):
    """The reason for a decision: a code for statistics, and a text for the person concerned."""

    model_config = RequestBody.example({"reason_code": "fraud", "reason": "Three stolen cards in a day."})

    reason_code: ReasonCode
    reason: Reason = ""


class UserSuspensionView(View):
    """Whether an account is suspended, and since when."""

    id: UserId
    suspended_at: Instant | None

    @classmethod
    def of(cls, row: User) -> Self:
        """The view of an account for operators."""
        return cls.model_validate(row)


class IssuerView(View):
    """An identity provider that users may sign in with."""

    issuer: str
    name: str


class OidcAttemptRequest(RequestBody):
    """The identity provider, and the address to which the browser returns."""

    model_config = RequestBody.example(
        {"issuer": "https://accounts.example.org", "redirect_uri": "https://app.example.org/signed-in"}
    )

    issuer: Annotated[str, Field(max_length=500)]
    redirect_uri: Annotated[str, Field(max_length=2_000, pattern=r"^[a-zA-Z][a-zA-Z0-9+.-]*:[\x21-\x7e]+$")]


class OidcAttemptView(View):
    """Send the browser to `authorization_url`; keep `secret` only in the client that started the sign-in."""

    authorization_url: str
    state: str
    secret: str
    expires_at: Instant

    @classmethod
    def of(cls, request: OidcAuthorizationRequest) -> Self:
        """The view of an authorization request."""
        return cls.model_validate(request)


class OidcCompletionRequest(RequestBody):
    """The state and code from the address of the redirect, and the secret that the client kept."""

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
