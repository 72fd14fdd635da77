"""Idempotency keys: a repeated request gets the stored response of the first one, and has no second effect.

A route with one transaction loads the key, works, and stores its response in that transaction; the primary
key lets only one of two simultaneous requests commit. A route that calls another system first claims the key
in a transaction of its own. The claim expires if the process dies; such a route can be repeated safely.

A row holds a keyed fingerprint of method, path and body, so it reveals no password. Responses to callers who
are not signed in may hold tokens: they are encrypted with a key derived from the request, so that only the
sender of the request can read them, and their scope (`api.entries`) keeps keys of two senders apart.
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
CLAIM_TIMEOUT = timedelta(seconds=60)  # longer than all calls to other systems in one request may take
LONGEST_KEY = 255
SHORTEST_SECRET_KEY = 22  # characters; 128 random bits in base64
FEWEST_CHARACTERS = 8  # distinct ones; a random UUID has fewer once in 10^9
_NONCE_LENGTH = 12  # bytes; what AES-GCM is defined for (NIST SP 800-38D)


class IdempotencyKeyMissing(Unacceptable):
    """The route moves money or makes a booking, and so requires an Idempotency-Key."""

    slug = "idempotency-key-required"
    title = "An Idempotency-Key is needed"


class InvalidIdempotencyKey(Unacceptable):
    """The key is not 1 to 255 visible ASCII characters."""

    slug = "invalid-idempotency-key"
    title = "This Idempotency-Key cannot be used"


class IdempotencyKeyGuessable(Unacceptable):
    """The request contains no other secret, so its key must not be guessable, and this one is."""

    slug = "idempotency-key-guessable"
    title = "This Idempotency-Key could be guessed"


class IdempotencyKeyReused(Unacceptable):
    """The same key was used for another request."""

    slug = "idempotency-key-reused"
    title = "This Idempotency-Key belongs to another request"


class RequestInFlight(Conflict):
    """The first request with this key is still in progress."""

    slug = "request-in-flight"
    title = "The same request is still being worked on"


# One row means: this caller sent this request under this key, and this was the answer.
class IdempotencyKey(Table, table=True):
    """A stored response, or the claim of a request that is in progress (`status` is null)."""

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
    """A request with a key: the scope of its sender, the key, and the content that identifies the request."""

    scope: str
    key: str
    content: bytes
    is_encrypted: bool

    @property
    def fingerprint(self) -> bytes:
        """A keyed hash of the content, compared with that of the first request under this key."""
        return signing.derive_secret("idempotency/fingerprint", self.content)


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A stored response, byte for byte."""

    status: int
    headers: dict[str, str]
    body: bytes


def check_key(key: str) -> None:
    """Raise `InvalidIdempotencyKey` unless `key` is 1 to 255 visible ASCII characters."""
    if not 1 <= len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise InvalidIdempotencyKey(
            f"Send 1 to {LONGEST_KEY} visible ASCII characters, a UUID for example.", field="Idempotency-Key"
        )


def check_unguessable_key(key: str) -> None:
    """Raise `IdempotencyKeyGuessable` unless `key` is as long and varied as a random UUID."""
    if len(key) < SHORTEST_SECRET_KEY or len(set(key)) < FEWEST_CHARACTERS:
        raise IdempotencyKeyGuessable("Send a new random UUID with each attempt.", field="Idempotency-Key")


def idempotent_request(
    scope: str, key: str, method: str, path: str, body: bytes, *, is_encrypted: bool
) -> IdempotentRequest:
    """The value to load and store responses by. With `is_encrypted` only a retry can read the response."""
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
    """The stored response; None if this request is the first with its key. Locks the key in this transaction.

    Raises `IdempotencyKeyReused` if the key belongs to another request, and `RequestInFlight` while the first
    request is in progress.
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
    """Store the response in the transaction of its effect; return False if another one is stored already."""
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
    """Claim the key before calling another system. Call `load_stored_response` first, in this transaction.

    Returns False if another request claimed it in between, because the load read the table a moment before it
    locked the key. Load again then.
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
    """Delete a claim whose request had no effect, so that it can be repeated at once."""
    session.execute(_RELEASE, {"scope": request.scope, "key": request.key})


def delete_expired(session: Session, *, at: datetime, limit: int = 1_000) -> int:
    """Delete up to `limit` responses older than `RETENTION_PERIOD`; return how many."""
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
