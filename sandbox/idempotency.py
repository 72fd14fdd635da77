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

from sandbox.desk import Call
from sandbox.errors import ApiError
from sandbox.wire import Object, dump, load

KEPT_FOR = 86_400
_LONGEST = 255


class Flights:
    """The keys whose requests are running now, in this process: a killed one leaves none behind."""

    def __init__(self) -> None:
        self._keys: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    @contextmanager
    def board(self, account: str, key: str | None) -> Iterator[None]:
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
    return sha256(dump([method, path, params]).encode()).hexdigest()


def recall(call: Call, key: str, print_: str) -> tuple[int, Object, str] | None:
    """The remembered status, answer and request id; refuses a key that was used for something else."""
    if len(key) > _LONGEST:
        raise ApiError("The idempotency key cannot be longer than 255 characters.", remembered=False)
    call.store.rows("DELETE FROM answers WHERE at <= ?", call.at - KEPT_FOR)
    found = call.store.rows(
        "SELECT fingerprint, status, body, request FROM answers WHERE account = ? AND key = ?",
        call.account,
        key,
    )
    if not found:
        return None
    known, status, body, request = found[0]
    if known != print_:
        raise ApiError(_OTHER.format(key=key), kind="idempotency_error", remembered=False)
    return int(str(status)), load(str(body)), str(request)


def remember(call: Call, key: str, print_: str, status: int, body: Object) -> None:
    """Keep an answer, in the same transaction as its effect."""
    call.store.rows(
        "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)",
        call.account, key, print_, status, dump(body), call.request["id"], call.at,
    )  # fmt: skip


_IN_FLIGHT = (
    "There is currently another in-progress request using this Idempotent Key (that probably means you "
    "submitted twice, "
    "and the other request is still going through): {key}. Please try again later."
)
_OTHER = (
    "Keys for idempotent requests can only be used with the same parameters they were first used with. Try "
    "using a key "
    "other than '{key}' if you meant to execute a different request."
)
