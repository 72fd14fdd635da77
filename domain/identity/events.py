"""Events of identity, for the users concerned and for operators."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.foundation.events import DomainEvent
from domain.identity.callers import UserRole


class SessionEndReason(StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed_out"
    ENDED_ELSEWHERE = "ended_elsewhere"
    TOKEN_REUSED = "token_reused"  # noqa: S105 -- a reason, not a token
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    TAKEN_OVER = "taken_over"


class SignalKind(StrEnum):
    """What two accounts may share: a card that paid, a device that signed in, a bank account that is paid.

    Network addresses are not signals: thousands of mobile users share one, and those of households change.
    """

    CARD = "card"
    DEVICE = "device"
    PAYOUT_ACCOUNT = "payout_account"


class EmailConflict(StrEnum):
    """Why the address of an account has no key, so that only its exact spelling finds the account."""

    SHARED = "shared"  # an older account has the same address in another spelling
    INVALID = "invalid"  # it was accepted in the past but is not valid today


@dataclass(frozen=True)
class UserSignedUp(DomainEvent):
    """An account was created."""

    name: ClassVar[str] = "user.signed_up"
    audit_only: ClassVar[bool] = True
    user_id: UUID


@dataclass(frozen=True)
class SignUpRepeated(DomainEvent):
    """A sign-up with the address of an existing account. Its owner may be notified; the caller is not."""

    name: ClassVar[str] = "user.sign_up_repeated"
    audit_only: ClassVar[bool] = True
    user_id: UUID


@dataclass(frozen=True)
class EmailConflictDetected(DomainEvent):
    """The address of an account could not get a key."""

    name: ClassVar[str] = "user.email_conflict_found"
    audit_only: ClassVar[bool] = True
    user_id: UUID
    conflict: EmailConflict


@dataclass(frozen=True)
class UserChanged(DomainEvent):
    """A user changed their data; `fields` has the names of the changed fields, not the values."""

    name: ClassVar[str] = "user.changed"
    audit_only: ClassVar[bool] = True
    user_id: UUID
    fields: tuple[str, ...]


@dataclass(frozen=True)
class UserSuspended(DomainEvent):
    """An operator suspended an account."""

    name: ClassVar[str] = "user.suspended"
    user_id: UUID
    reason_code: str
    reason: str


@dataclass(frozen=True)
class UserReinstated(DomainEvent):
    """The suspension of an account ended."""

    name: ClassVar[str] = "user.reinstated"
    user_id: UUID
    reason_code: str
    reason: str


@dataclass(frozen=True)
class SessionStarted(DomainEvent):
    """A user signed in."""

    name: ClassVar[str] = "session.started"
    audit_only: ClassVar[bool] = True
    user_id: UUID
    session_id: UUID


@dataclass(frozen=True)
class SessionEnded(DomainEvent):
    """A session ended, with all its tokens."""

    name: ClassVar[str] = "session.ended"
    audit_only: ClassVar[bool] = True
    user_id: UUID
    session_id: UUID
    ended_reason: SessionEndReason


@dataclass(frozen=True)
class IdentityLinked(DomainEvent):
    """An account was linked with an issuer's subject, which can sign in to it from now on."""

    name: ClassVar[str] = "identity.linked"
    audit_only: ClassVar[bool] = True
    user_id: UUID
    issuer: str


@dataclass(frozen=True)
class RoleGranted(DomainEvent):
    """A role was granted to a user."""

    name: ClassVar[str] = "role.granted"
    audit_only: ClassVar[bool] = True
    user_id: UUID
    grant_id: UUID
    role: UserRole
    market_id: UUID | None


@dataclass(frozen=True)
class RoleRevoked(DomainEvent):
    """A role of a user was revoked."""

    name: ClassVar[str] = "role.revoked"
    audit_only: ClassVar[bool] = True
    user_id: UUID
    grant_id: UUID
    role: UserRole
    market_id: UUID | None


@dataclass(frozen=True)
class ClusterChanged(DomainEvent):
    """The clusters of the accounts `user_ids` changed, because `user_id` used a signal of others."""

    name: ClassVar[str] = "user.cluster_changed"
    user_id: UUID
    kind: SignalKind
    user_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class SignalTooCommon(DomainEvent):
    """A signal is shared by so many accounts (`users`) that it no longer links them."""

    name: ClassVar[str] = "user.signal_too_common"
    audit_only: ClassVar[bool] = True
    user_id: UUID
    kind: SignalKind
    users: int
