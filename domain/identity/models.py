"""Tables of identity. Tokens and secrets are stored as SHA-256 only, so a stolen copy cannot be used."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN
from sqlmodel import Field

from domain.foundation.persistence.tables import (
    Table,
    enum_column,
    instant,
    nfc_constraint,
    primary_key,
    reference,
)
from domain.identity.callers import UserRole
from domain.identity.events import EmailConflict, SessionEndReason, SignalKind


def _digest(*, primary: bool = False) -> Any:  # noqa: ANN401 -- as SQLModel's Field
    return Field(sa_column=Column(LargeBinary(32), primary_key=primary, nullable=False))


def _text_column(longest: int, *, nullable: bool = False) -> Any:  # noqa: ANN401 -- as SQLModel's Field
    column: Column[str] = Column(String(longest), nullable=nullable)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


# One row means: a person has an account, as customer and as provider.
class User(Table, table=True):
    """A person with an account. Without a password hash they can sign in through an issuer only."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("email", name="users_have_their_own_email"),
        UniqueConstraint("email_key", name="users_have_one_account_per_address"),
        CheckConstraint("email = lower(email)", name="users_emails_are_lower_case"),
        nfc_constraint("users", "email_key"),
        CheckConstraint(
            "email_key IS NULL OR email_conflict IS NULL", name="users_have_an_email_key_or_a_conflict"
        ),
        nfc_constraint("users", "name"),
        Index(
            "users_without_email_key",
            "created_at",
            "id",
            postgresql_where=text("email_key IS NULL AND email_conflict IS NULL"),
        ),
        {"comment": "One row means: a person has an account."},
    )
    id: UUID = primary_key()
    email: str = _text_column(254)
    # Equal for two spellings of one address. Null until computed, or if `email_conflict` is set.
    email_key: str | None = _text_column(320, nullable=True)
    email_conflict: EmailConflict | None = enum_column(
        EmailConflict, "users_email_conflict_known", nullable=True
    )
    name: str = _text_column(120)
    password_hash: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    locale: str = _text_column(35)
    time_zone: str | None = _text_column(64, nullable=True)
    created_at: datetime = instant()
    suspended_at: datetime | None = instant(nullable=True)


# One row means: a user signed in on a device; all tokens renewed since then belong to this session.
class UserSession(Table, table=True):
    """A session: a family of tokens that begins with one sign-in and ends as a whole."""

    __tablename__ = "user_sessions"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_reason IS NULL)", name="user_sessions_end_for_a_reason"),
        {"comment": "One row means: somebody signed in somewhere; all tokens renewed since belong to it."},
    )
    id: UUID = primary_key()
    user_id: UUID = reference("users.id", index=True)
    created_at: datetime = instant()
    last_used_at: datetime = instant()
    label: str = _text_column(80)
    ended_at: datetime | None = instant(nullable=True)
    ended_reason: SessionEndReason | None = enum_column(
        SessionEndReason, "user_sessions_ended_reason_known", nullable=True
    )


# One row means: the token with this hash authenticates the session until it expires.
class AccessToken(Table, table=True):
    """A short-lived bearer token."""

    __tablename__ = "access_tokens"
    __table_args__ = (
        {"comment": "One row means: who shows the text with this hash acts in the session until then."},
    )
    hash: bytes = _digest(primary=True)
    session_id: UUID = reference("user_sessions.id", index=True)
    expires_at: datetime = instant(index=True)


# One row means: this token renews, or renewed, the session; a rotated one is kept so that its reuse is
# noticed.
class RefreshToken(Table, table=True):
    """A token that can be exchanged once for new tokens of its session."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        Index(
            "refresh_tokens_one_to_renew_with",
            "session_id",
            unique=True,
            postgresql_where=text("rotated_at IS NULL"),
        ),
        {"comment": "One row means: this token renews the session, or did so at rotated_at."},
    )
    hash: bytes = _digest(primary=True)
    session_id: UUID = reference("user_sessions.id", index=True)
    issued_at: datetime = instant()
    rotated_at: datetime | None = instant(nullable=True)
    expires_at: datetime = instant(index=True)


# One row means: this person was given this role, in a market or (without one) everywhere.
class RoleGrant(Table, table=True):
    """A role of a user, valid until it is revoked."""

    __tablename__ = "role_grants"
    __table_args__ = (
        Index(
            "role_grants_are_held_once",
            "user_id",
            "role",
            "market_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
        {"comment": "One row means: this person was given this role, in a market or everywhere (null)."},
    )
    id: UUID = primary_key()
    user_id: UUID = reference("users.id", index=True)
    role: UserRole = enum_column(UserRole, "role_grants_role_known")
    # No foreign key, because identity and markets are in the same layer. A role in a missing market is void.
    market_id: UUID | None = Field(default=None, sa_column=Column(UUID_COLUMN(as_uuid=True), nullable=True))
    granted_by: UUID | None = reference("users.id", nullable=True)  # None: granted by the system at set-up
    granted_at: datetime = instant()
    revoked_by: UUID | None = reference("users.id", nullable=True)
    revoked_at: datetime | None = instant(nullable=True)


# One row means: the issuer knows this user under this subject.
class ExternalIdentity(Table, table=True):
    """A user's identity (subject) at an OpenID Connect issuer, with which they sign in."""

    __tablename__ = "external_identities"
    __table_args__ = ({"comment": "One row means: the issuer knows this user under this subject."},)
    issuer: str = Field(sa_column=Column(String(500), primary_key=True))
    subject: str = Field(sa_column=Column(String(255), primary_key=True))
    user_id: UUID = Field(
        sa_column=Column(UUID_COLUMN(as_uuid=True), ForeignKey("users.id"), nullable=False, index=True)
    )
    linked_at: datetime = instant()


# One row means: a sign-in at an issuer was started and is not completed yet.
class OidcAttempt(Table, table=True):
    """A sign-in in progress at an issuer; deleted when the client completes it with state and secret."""

    __tablename__ = "oidc_attempts"
    __table_args__ = (
        {"comment": "One row means: somebody set out to sign in at an issuer and is not back yet."},
    )
    state_hash: bytes = _digest(primary=True)
    secret_hash: bytes = _digest()
    nonce: str = _text_column(64)
    verifier: str = _text_column(128)
    issuer: str = _text_column(500)
    redirect_uri: str = _text_column(2000)
    expires_at: datetime = instant(index=True)


# One row means: this account used the signal with this keyed hash, first and last at these instants.
class IdentityLink(Table, table=True):
    """A signal of an account. Accounts with the same signal are linked."""

    __tablename__ = "identity_links"
    __table_args__ = (
        PrimaryKeyConstraint("kind", "signal_hash", "user_id"),
        CheckConstraint("octet_length(signal_hash) = 32", name="identity_links_keep_hashes_only"),
        CheckConstraint("first_seen_at <= last_seen_at", name="identity_links_are_seen_first_and_then_last"),
        {"comment": "One row means: this account showed this thing, kept as a keyed hash, then and since."},
    )
    kind: SignalKind = enum_column(SignalKind, "identity_links_kind_known")
    signal_hash: bytes = _digest()
    user_id: UUID = reference("users.id", index=True)
    first_seen_at: datetime = instant()
    last_seen_at: datetime = instant()


# One row means: this account belongs to the cluster of all accounts with the same cluster_id.
class IdentityCluster(Table, table=True):
    """The cluster of an account, identified by its smallest user id. An account without a row is alone."""

    __tablename__ = "identity_clusters"
    __table_args__ = (
        CheckConstraint("cluster_id <= user_id", name="identity_clusters_are_named_by_their_smallest"),
        {"comment": "One row means: this account is looked at as one with all of the same cluster_id."},
    )
    user_id: UUID = Field(
        sa_column=Column(UUID_COLUMN(as_uuid=True), ForeignKey("users.id"), primary_key=True)
    )
    cluster_id: UUID = reference("users.id", index=True)
