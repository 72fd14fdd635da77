"""Many at once at the HTTP door, each stubborn: who gets no answer asks again with the same key."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from tests.faults.people import Want

_TRIES = 60
_PAUSE = 0.1  # seconds before a try after one that got no answer


@dataclass(frozen=True)
class Answer:
    """What somebody was told in the end, and how long that took since they first asked."""

    want: Want
    status: int
    body: bytes
    headers: httpx.Headers
    seconds: float
    tries: int

    @property
    def slug(self) -> str:
        document: dict[str, Any] = httpx.Response(self.status, content=self.body).json()
        return str(document["type"]).removeprefix("/problems/")


def rush(address: str, wants: Sequence[Want], meanwhile: Callable[[], Awaitable[None]]) -> list[Answer]:
    """Let all of them book at the same moment, and something happen meanwhile."""

    async def all_at_once() -> list[Answer]:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        async with httpx.AsyncClient(base_url=address, limits=limits, timeout=60, trust_env=False) as client:
            trouble = asyncio.create_task(meanwhile())
            answers = await asyncio.gather(*(_book(client, want) for want in wants))
            await trouble
            return answers

    return asyncio.run(all_at_once())


async def nothing() -> None:
    """Nothing happens meanwhile."""


def again(address: str, want: Want) -> Answer:
    """The same request once more."""
    return rush(address, [want], nothing)[0]


async def _book(client: httpx.AsyncClient, want: Want) -> Answer:
    began = time.monotonic()
    for number in range(1, _TRIES):
        try:
            told = await client.post("/bookings", json=want.body, headers=want.headers)
        except httpx.TransportError:  # the process that had it was killed
            await asyncio.sleep(_PAUSE)
            continue
        if told.status_code == 409 and told.json()["type"].endswith("/request-in-flight"):
            await asyncio.sleep(_PAUSE)  # the first try is still at work somewhere
            continue
        seconds = time.monotonic() - began
        return Answer(want, told.status_code, told.content, told.headers, seconds, number)
    raise AssertionError("no answer after many tries")
