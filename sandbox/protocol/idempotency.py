"""Idempotency keys, as Stripe documents them and a little stricter.

A key remembers the first answer that came from running a request, be it a success, a refusal or a 500, and
replays it; other parameters under the same key are refused, and so is a second request while the first is in
flight. Answers are kept exactly 24 hours, the least that Stripe promises: whoever comes back later with the
old key does it again.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from sandbox.protocol.errors import ApiError
from sandbox.protocol.routing import ApiCall
from sandbox.protocol.wire import Object, dump_json, load_json

RETENTION_SECONDS = 86_400
_MAX_KEY_LENGTH = 255


class RequestsInFlight:
    """The keys whose requests are running now, in this process: a killed one leaves none behind."""

    def __init__(self) -> None:
        self._keys: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    @contextmanager
    def acquire(self, account: str, key: str | None) -> Iterator[None]:
        """Hold the key while a request runs; refuses with 409 if another one holds it."""
        if key is None:
            yield
            return
        with self._lock:
            if (account, key) in self._keys:
                raise ApiError(_IN_FLIGHT.format(key=key), status=409, kind="idempotency_error",
                               code="idempotency_key_in_use", remembered=False)  # fmt: skip
            self._keys.add((account, key))
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard((account, key))


def fingerprint(method: str, path: str, params: Object) -> str:
    """What must be the same when a key comes back."""
    return sha256(dump_json([method, path, params]).encode()).hexdigest()


def load_answer(call: ApiCall, key: str, request_hash: str) -> tuple[int, Object, str] | None:
    """The remembered status, answer and request id; refuses a key that was used for something else."""
    if len(key) > _MAX_KEY_LENGTH:
        raise ApiError("The idempotency key cannot be longer than 255 characters.", remembered=False)
    call.store.rows("DELETE FROM answers WHERE at <= ?", call.at - RETENTION_SECONDS)
    rows = call.store.rows(
        "SELECT fingerprint, status, body, request FROM answers WHERE account = ? AND key = ?",
        call.account,
        key,
    )
    if not rows:
        return None
    known, status, body, request = rows[0]
    if known != request_hash:
        raise ApiError(_PARAMETERS_DIFFER.format(key=key), kind="idempotency_error", remembered=False)
    return int(str(status)), load_json(str(body)), str(request)


def store_answer(call: ApiCall, key: str, request_hash: str, status: int, body: Object) -> None:
    """Keep an answer, in the same transaction as its effect."""
    call.store.rows(
        "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)",
        call.account, key, request_hash, status, dump_json(body), call.request["id"], call.at,
    )  # fmt: skip


_IN_FLIGHT = (
    "There is currently another in-progress request using this Idempotent Key (that probably means you "
    "submitted twice, "
    "and the other request is still going through): {key}. Please try again later."
)
_PARAMETERS_DIFFER = (
    "Keys for idempotent requests can only be used with the same parameters they were first used with. Try "
    "using a key "
    "other than '{key}' if you meant to execute a different request."
)
