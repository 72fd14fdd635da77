"""Shoppers: threads that book and pay through HTTP, stubbornly, and remember what they were told."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.faults.people import Want
from tests.faults.programs import pause

CARD = {"payment_method": "pm_card_visa"}
_TRIES = 200
_PAUSE = 0.1
# What may be asked again with the same key: nobody is there, it is too busy, or the first try is at work.
_ONCE_MORE = {503}


@dataclass
class Shoppers:
    """So many at once go through a list of wants; each is booked, and paid where payment is wanted."""

    address: str
    wants: Sequence[Want]
    pays: bool = True
    at_once: int = 3
    booked: list[str] = field(default_factory=list)
    paid: list[str] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._left, self._lock = list(self.wants)[::-1], threading.Lock()
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._shop) for _ in range(self.at_once)]

    @contextmanager
    def shopping(self) -> Iterator["Shoppers"]:
        """They shop while the block lasts, and are through with their list after it."""
        for thread in self._threads:
            thread.start()
        try:
            yield self
        except BaseException:
            self._stopped.set()
            raise
        finally:
            for thread in self._threads:
                thread.join()

    def _shop(self) -> None:
        with httpx.Client(base_url=self.address, timeout=30, trust_env=False) as client:
            while not self._stopped.is_set() and (want := self._next()) is not None:
                self._serve(client, want)

    def _serve(self, client: httpx.Client, want: Want) -> None:
        booking = self._ask(client, "/bookings", want.headers, want.body, 201)
        if booking is None:
            return
        self.booked.append(booking["id"])
        key = {**want.headers, "idempotency-key": f"{want.key}/pay"}
        if self.pays and self._ask(client, f"/bookings/{booking['id']}/payment", key, CARD, 200):
            self.paid.append(booking["id"])

    def _ask(
        self, client: httpx.Client, path: str, headers: dict[str, str], body: dict[str, str], wanted: int
    ) -> dict[str, Any] | None:
        for _ in range(_TRIES):
            try:
                told = client.post(path, json=body, headers=headers)
            except httpx.TransportError:
                pause(_PAUSE)
                continue
            if told.status_code == wanted:
                document: dict[str, Any] = told.json()
                return document
            if told.status_code in _ONCE_MORE or told.json()["type"].endswith("/request-in-flight"):
                self.waits.append(told.headers.get("retry-after", ""))
                pause(_PAUSE)
                continue
            self.surprises.append(f"{path}: {told.status_code} {told.text}")
            return None
        self.surprises.append(f"{path}: no answer")
        return None

    def _next(self) -> Want | None:
        with self._lock:
            return self._left.pop() if self._left else None
