"""What happens to people's accounts, kept for them and for operators to look up."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.foundation.events import DomainEvent
from domain.identity.callers import UserRole


class SessionEndReason(StrEnum):
    """Why a session is over."""

    SIGNED_OUT = "signed_out"
    ENDED_ELSEWHERE = "ended_elsewhere"
    TOKEN_REUSED = "token_reused"  # noqa: S105 -- a reason, not a token
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    TAKEN_OVER = "taken_over"


class SignalKind(StrEnum):
    """What two accounts may share: the same card paid, the same device signed in, the same bank is paid to.

    Network addresses are none: a mobile operator puts thousands of strangers behind one, and a household's
    changes overnight.
    """

    CARD = "card"
    DEVICE = "device"
    PAYOUT_ACCOUNT = "payout_account"


class EmailConflict(StrEnum):
    """Why the address of an account has no key, so that the account is found by that spelling alone."""

    SHARED = "shared"  # an older account has the same address in another spelling
    INVALID = "invalid"  # it was accepted once and is no address by today's rules


@dataclass(frozen=True)
class UserSignedUp(DomainEvent):
    """An account was opened."""

    name: ClassVar[str] = "user.signed_up"
    audit_only: ClassVar[bool] = True
    user_id: UUID


@dataclass(frozen=True)
class SignUpRepeated(DomainEvent):
    """Somebody signed up under an address that has an account. Its mailbox may be told; the caller is not."""

    name: ClassVar[str] = "user.sign_up_repeated"
    audit_only: ClassVar[bool] = True
    user_id: UUID


@dataclass(frozen=True)
class EmailConflictDetected(DomainEvent):
    """An account cannot have its address as others spell it; its owner sees it, operators look it up."""

    name: ClassVar[str] = "user.email_conflict_found"
    audit_only: ClassVar[bool] = True
    user_id: UUID
    conflict: EmailConflict


@dataclass(frozen=True)
class UserChanged(DomainEvent):
    """A person changed what is stored about them; `fields` names what, never the values."""

    name: ClassVar[str] = "user.changed"
    audit_only: ClassVar[bool] = True
    user_id: UUID
    fields: tuple[str, ...]


@dataclass(frozen=True)
class UserSuspended(DomainEvent):
    """An account was closed to its owner by an operator."""

    name: ClassVar[str] = "user.suspended"
    user_id: UUID
    reason_code: str
    reason: str


@dataclass(frozen=True)
class UserReinstated(DomainEvent):
    """A suspended account is its owner's again."""

    name: ClassVar[str] = "user.reinstated"
    user_id: UUID
    reason_code: str
    reason: str


@dataclass(frozen=True)
class SessionStarted(DomainEvent):
    """Somebody signed in."""

    name: ClassVar[str] = "session.started"
    audit_only: ClassVar[bool] = True
    user_id: UUID
    session_id: UUID


@dataclass(frozen=True)
class SessionEnded(DomainEvent):
    """A session is over, with all its tokens."""

    name: ClassVar[str] = "session.ended"
    audit_only: ClassVar[bool] = True
    user_id: UUID
    session_id: UUID
    ended_reason: SessionEndReason


@dataclass(frozen=True)
class IdentityLinked(DomainEvent):
    """An issuer's subject is from now on a way to sign in to this account."""

    name: ClassVar[str] = "identity.linked"
    audit_only: ClassVar[bool] = True
    user_id: UUID
    issuer: str


@dataclass(frozen=True)
class RoleGranted(DomainEvent):
    """A person was given a role."""

    name: ClassVar[str] = "role.granted"
    audit_only: ClassVar[bool] = True
    user_id: UUID
    grant_id: UUID
    role: UserRole
    market_id: UUID | None


@dataclass(frozen=True)
class RoleRevoked(DomainEvent):
    """A role was taken from a person."""

    name: ClassVar[str] = "role.revoked"
    audit_only: ClassVar[bool] = True
    user_id: UUID
    grant_id: UUID
    role: UserRole
    market_id: UUID | None


@dataclass(frozen=True)
class ClusterChanged(DomainEvent):
    """These accounts belong together otherwise than before, since this one showed what others had shown."""

    name: ClassVar[str] = "user.cluster_changed"
    user_id: UUID
    kind: SignalKind
    user_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class SignalTooCommon(DomainEvent):
    """So many accounts have shown one thing that it links nobody any more. Operators may want to look."""

    name: ClassVar[str] = "user.signal_too_common"
    audit_only: ClassVar[bool] = True
    user_id: UUID
    kind: SignalKind
    users: int
