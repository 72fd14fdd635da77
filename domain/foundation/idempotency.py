"""A retry never repeats an effect: the answer is stored under the caller's key, with the effect itself.

Two ways to use it. A route of one transaction looks the key up, works, and stores its answer in the same
transaction; the primary key lets only one of two simultaneous ones commit. A route that reaches the world
claims the key first in a transaction of its own, and the claim lapses when its process dies, because what
it does is idempotent by rows of its own and may be done again.

What is compared is a keyed fingerprint of method, path and body, so a stored row tells nobody a password.
Answers to callers who are not signed in may hold tokens; they are sealed with a secret made from the
request itself, so only who can repeat the request can read the answer. The scope of their keys is what only
they know (`api.entries`), so two strangers who use the same key do not meet.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, Index, Integer, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Session

from domain.foundation import signing
from domain.foundation.errors import Conflict, Unacceptable
from domain.foundation.persistence.tables import Table, instant

RETENTION_PERIOD = timedelta(hours=72)  # longer than any client retries; Stripe keeps 24 hours
CLAIM_TIMEOUT = timedelta(seconds=60)  # longer than every call to the world together may take
LONGEST_KEY = 255
SHORTEST_SECRET_KEY = 22  # characters; 128 random bits in base64
FEWEST_CHARACTERS = 8  # distinct ones; a random UUID has fewer once in 10^9
_NONCE_LENGTH = 12  # bytes; what AES-GCM is defined for (NIST SP 800-38D)


class IdempotencyKeyMissing(Unacceptable):
    """This route moves money or makes a booking, and asks for an Idempotency-Key."""

    slug = "idempotency-key-required"
    title = "An Idempotency-Key is needed"


class InvalidIdempotencyKey(Unacceptable):
    """The key is not 1 to 255 visible ASCII characters."""

    slug = "invalid-idempotency-key"
    title = "This Idempotency-Key cannot be used"


class IdempotencyKeyGuessable(Unacceptable):
    """Nothing else in the request is secret, so the key must be, and this one could be guessed."""

    slug = "idempotency-key-guessable"
    title = "This Idempotency-Key could be guessed"


class IdempotencyKeyReused(Unacceptable):
    """The same key came with another request before."""

    slug = "idempotency-key-reused"
    title = "This Idempotency-Key belongs to another request"


class RequestInFlight(Conflict):
    """The first request with this key has not been answered yet."""

    slug = "request-in-flight"
    title = "The same request is still being worked on"


# One row means: this caller sent this request under this key, and this was the answer.
class IdempotencyKey(Table, table=True):
    """A remembered answer, or the claim of a request that is still at work (no status yet)."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        Index("idempotency_keys_by_age", "created_at"),
        {"comment": "One row means: this caller sent this request under this key, and this was the answer."},
    )
    scope: str = Field(sa_column=Column(String(60), primary_key=True))
    key: str = Field(sa_column=Column(String(LONGEST_KEY), primary_key=True))
    fingerprint: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = instant()
    claimed_until: datetime | None = instant(nullable=True)
    status: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    headers: dict[str, str] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    body: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """One request under a key: who sends it, the key, and all that makes it this request and no other."""

    scope: str
    key: str
    content: bytes
    is_encrypted: bool

    @property
    def fingerprint(self) -> bytes:
        """What is compared with the first request under this key."""
        return signing.derive_secret("idempotency/fingerprint", self.content)


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """What was answered, byte for byte."""

    status: int
    headers: dict[str, str]
    body: bytes


def check_key(key: str) -> None:
    """Raises `KeyUnreadable` unless `key` is 1 to 255 visible ASCII characters."""
    if not 1 <= len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise InvalidIdempotencyKey(
            f"Send 1 to {LONGEST_KEY} visible ASCII characters, a UUID for example.", field="Idempotency-Key"
        )


def check_unguessable_key(key: str) -> None:
    """Raises `KeyGuessable` unless `key` has the length and the variety of a random UUID."""
    if len(key) < SHORTEST_SECRET_KEY or len(set(key)) < FEWEST_CHARACTERS:
        raise IdempotencyKeyGuessable("Send a new random UUID with each attempt.", field="Idempotency-Key")


def idempotent_request(
    scope: str, key: str, method: str, path: str, body: bytes, *, is_encrypted: bool
) -> IdempotentRequest:
    """The attempt that a request is, by whoever `scope` names. `sealed` answers are read by a retry alone."""
    content = b"\0".join([method.encode(), path.encode(), key.encode(), body])
    return IdempotentRequest(scope, key, content, is_encrypted)


_LOAD = text("""
    SELECT pg_try_advisory_xact_lock(hashtextextended(:scope || :key, 0)) AS free,
           fingerprint, claimed_until, status, headers, body
    FROM (VALUES (1)) AS one(row)
    LEFT JOIN idempotency_keys ON scope = :scope AND key = :key AND created_at > :oldest
""")
_STORE = text("""
    INSERT INTO idempotency_keys (scope, key, fingerprint, created_at, status, headers, body)
    VALUES (:scope, :key, :fingerprint, :at, :status, cast(:headers AS jsonb), :body)
    ON CONFLICT (scope, key) DO UPDATE
    SET fingerprint = excluded.fingerprint, created_at = excluded.created_at, claimed_until = NULL,
        status = excluded.status, headers = excluded.headers, body = excluded.body
    WHERE idempotency_keys.status IS NULL OR idempotency_keys.created_at <= :oldest
    RETURNING key
""")
_CLAIM = text("""
    INSERT INTO idempotency_keys (scope, key, fingerprint, created_at, claimed_until)
    VALUES (:scope, :key, :fingerprint, :at, :until)
    ON CONFLICT (scope, key) DO UPDATE
    SET fingerprint = excluded.fingerprint, created_at = excluded.created_at,
        claimed_until = excluded.claimed_until, status = NULL, headers = NULL, body = NULL
    WHERE (idempotency_keys.status IS NULL AND idempotency_keys.claimed_until <= :at)
       OR idempotency_keys.created_at <= :oldest
    RETURNING key
""")
_RELEASE = text("DELETE FROM idempotency_keys WHERE scope = :scope AND key = :key AND status IS NULL")
_DELETE_EXPIRED = text("""
    DELETE FROM idempotency_keys WHERE (scope, key) IN (
        SELECT scope, key FROM idempotency_keys WHERE created_at <= :oldest
        LIMIT :limit FOR UPDATE SKIP LOCKED)
""")


def load_stored_response(
    session: Session, request: IdempotentRequest, *, at: datetime
) -> StoredResponse | None:
    """The stored answer if there is one; None when this request is the first and may go on.

    Holds the key for this transaction. Refuses `KeyReused` for another request under the same key, and
    `InFlight` while somebody else is at work on this one.
    """
    row = session.execute(
        _LOAD, {"scope": request.scope, "key": request.key, "oldest": at - RETENTION_PERIOD}
    ).one()
    if row.fingerprint is not None and bytes(row.fingerprint) != request.fingerprint:
        raise IdempotencyKeyReused("Use a new key for a new request.", field="Idempotency-Key")
    if row.status is not None:
        return StoredResponse(row.status, row.headers, _decrypted(request, bytes(row.body)))
    if not row.free or (row.claimed_until is not None and row.claimed_until > at):
        raise RequestInFlight("Ask again in a moment with the same key.", retry_after=1)
    return None


def store_response(
    session: Session, request: IdempotentRequest, response: StoredResponse, *, at: datetime
) -> bool:
    """Remember the answer with the effect. False when somebody else's answer stands there already."""
    values = {
        "scope": request.scope,
        "key": request.key,
        "fingerprint": request.fingerprint,
        "at": at,
        "oldest": at - RETENTION_PERIOD,
        "status": response.status,
        "headers": orjson.dumps(response.headers).decode(),
        "body": _encrypted(request, response.body),
    }
    return session.execute(_STORE, values).first() is not None


def claim_key(session: Session, request: IdempotentRequest, *, at: datetime) -> bool:
    """Take the key before reaching the world. Call `look` first, in the same transaction.

    False when somebody else took it between the two: `look` saw the table as it was a moment before it held
    the key. Look again then.
    """
    values = {
        "scope": request.scope,
        "key": request.key,
        "fingerprint": request.fingerprint,
        "at": at,
        "oldest": at - RETENTION_PERIOD,
        "until": at + CLAIM_TIMEOUT,
    }
    return session.execute(_CLAIM, values).first() is not None


def release_key(session: Session, request: IdempotentRequest) -> None:
    """Give a claimed key back: nothing happened, and the same request may be tried again at once."""
    session.execute(_RELEASE, {"scope": request.scope, "key": request.key})


def delete_expired(session: Session, *, at: datetime, limit: int = 1_000) -> int:
    """Forget answers that were kept long enough. Answers how many."""
    return session.execute(_DELETE_EXPIRED, {"oldest": at - RETENTION_PERIOD, "limit": limit}).rowcount  # type: ignore[attr-defined,no-any-return]  # a DELETE's result counts its rows


def _encrypted(request: IdempotentRequest, body: bytes) -> bytes:
    if not request.is_encrypted:
        return body
    nonce = secrets.token_bytes(_NONCE_LENGTH)
    return nonce + AESGCM(_encryption_key(request)).encrypt(nonce, body, None)


def _decrypted(request: IdempotentRequest, body: bytes) -> bytes:
    if not request.is_encrypted:
        return body
    return AESGCM(_encryption_key(request)).decrypt(body[:_NONCE_LENGTH], body[_NONCE_LENGTH:], None)


def _encryption_key(request: IdempotentRequest) -> bytes:
    return signing.derive_secret("idempotency/seal", request.content)
