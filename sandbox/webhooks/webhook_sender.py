"""The courier: one loop that lets time pass and carries events to their endpoints.

The queue is in the store, so what is left when the process ends is delivered by the next one. A delivery that
is not answered with 2xx is tried again, later each time, for about three days of the sandbox's clock.
"""

import hmac
import logging
import threading
from collections.abc import Callable
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from domain.foundation.jobs.loops import Loop, Supervisor
from sandbox import clock, timers
from sandbox.protocol.wire import Object, dump_json
from sandbox.store import SandboxStore

RETRY_DELAYS = (1, 5, 30, 300, 1_800, 7_200, 18_000, 36_000, 36_000, 43_200, 43_200, 43_200)
"""Seconds between attempts: quick at first, so that a developer sees a retry.

The sum is Stripe's three days.
"""

_TIMEOUT_SECONDS = 10.0
_POLL_SECONDS = 0.2
_SUCCESS = range(200, 300)

_log = logging.getLogger(__name__)


class WebhookSender:
    """Carries what is due; `carry` may also be called by hand, when no thread runs."""

    def __init__(self, store: SandboxStore, now: Callable[[], int]) -> None:
        self._store, self._now = store, now
        self._wake_event, self._stopped, self._delivering = (
            threading.Event(),
            threading.Event(),
            threading.Lock(),
        )
        self._supervisor: Supervisor | None = None

    def start(self) -> None:
        """Begin to carry, in a thread of its own."""
        self._stopped.clear()
        loop = Loop("sandbox-courier", self.run_once)
        self._supervisor = Supervisor([loop], restart=lambda _: None)
        self._supervisor.start()

    def stop(self) -> None:
        """Finish the delivery at hand and rest."""
        self._stopped.set()
        self._wake_event.set()
        if self._supervisor is not None:
            self._supervisor.stop(_TIMEOUT_SECONDS * 2)

    def wake(self) -> None:
        """There may be something to carry."""
        self._wake_event.set()

    def deliver_due(self) -> int:
        """Deliver everything that is due now, in order; returns how many attempts were made."""
        made = 0
        with self._delivering:
            while not self._stopped.is_set() or self._supervisor is None:
                due = self._store.rows(_DUE, self._now())
                if not due:
                    break
                seq, event_id, endpoint_id, attempts = due[0]
                self._try(int(str(seq)), str(event_id), str(endpoint_id), int(str(attempts)))
                made += 1
        return made

    def run_once(self) -> float:
        """Wait for something to carry, let time pass, and carry what is due."""
        self._wake_event.wait(_POLL_SECONDS)
        self._wake_event.clear()
        timers.run_due_timers(self._store, self._now())
        self.deliver_due()
        return 0.0

    def _try(self, seq: int, event_id: str, endpoint_id: str, attempts: int) -> None:
        """One attempt; a delivery that cannot be attempted waits like one that was refused."""
        try:
            self._attempt(seq, event_id, endpoint_id, attempts)
        except (
            HTTPException,
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
        ):  # an odd endpoint or event
            _log.exception("Event %s cannot be delivered to %s.", event_id, endpoint_id)
            self._postpone(seq, attempts)

    def _attempt(self, seq: int, event_id: str, endpoint_id: str, attempts: int) -> None:
        event, endpoint = self._store.find(event_id), self._store.find(endpoint_id)
        if event is None or endpoint is None:
            self._store.rows("UPDATE deliveries SET state = 'abandoned' WHERE seq = ?", seq)
            return
        secret = str(self._store.hidden(endpoint_id)["secret"])
        if send_event(str(endpoint["url"]), secret, event):
            self._delivered(seq, event_id)
        else:
            self._postpone(seq, attempts)

    def _delivered(self, seq: int, event_id: str) -> None:
        with self._store.transaction():
            self._store.rows(
                "UPDATE deliveries SET state = 'delivered', attempts = attempts + 1 WHERE seq = ?", seq
            )
            event = self._store.find(event_id)
            if event is not None:
                self._store.save(event | {"pending_webhooks": max(0, event["pending_webhooks"] - 1)})

    def _postpone(self, seq: int, attempts: int) -> None:
        waits = self._store.setting("terms").get("backoff", RETRY_DELAYS)
        if attempts >= len(waits):
            self._store.rows(
                "UPDATE deliveries SET state = 'failed', attempts = attempts + 1 WHERE seq = ?", seq
            )
            return
        later = "UPDATE deliveries SET attempts = attempts + 1, due_at = ? WHERE seq = ?"
        self._store.rows(later, self._now() + max(1, int(waits[attempts])), seq)


def send_event(url: str, secret: str, event: Object) -> bool:
    """Post one event; returns whether the receiver took it."""
    target, body = urlsplit(url), dump_json(event).encode()
    kind = HTTPSConnection if target.scheme == "https" else HTTPConnection
    connection = kind(target.hostname or "", target.port, timeout=_TIMEOUT_SECONDS)
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Stripe/1.0 (sandbox)",
               "Stripe-Signature": signature(body, secret, clock.machine_time())}  # fmt: skip
    try:
        connection.request(
            "POST", (target.path or "/") + (f"?{target.query}" if target.query else ""), body, headers
        )
        return connection.getresponse().status in _SUCCESS
    except (OSError, HTTPException) as error:
        _log.info("Event %s was not delivered to %s: %s", event["id"], url, error)
        return False
    finally:
        connection.close()


def signature(body: bytes, secret: str, at: int) -> str:
    """The `Stripe-Signature` of a body: its time, and the HMAC-SHA256 of both."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256)
    return f"t={at},v1={mac.hexdigest()}"


_DUE = """
SELECT seq, event, endpoint, attempts FROM deliveries
 WHERE state IN ('pending', 'swapped') AND due_at <= ? ORDER BY rank LIMIT 1
"""
