"""Many at once at the HTTP door, each stubborn: who gets no answer, or is sent away, asks again."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx

from tests.faults.people import Want
from tests.together import PATIENCE

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
        async with httpx.AsyncClient(
            base_url=address, limits=limits, timeout=PATIENCE, trust_env=False
        ) as client:
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
    for number in count(1):
        told = await _told(client, want)
        seconds = time.monotonic() - began
        if told is not None:
            return Answer(want, told.status_code, told.content, told.headers, seconds, number)
        assert seconds < PATIENCE, f"no answer after {number} tries"
        await asyncio.sleep(_PAUSE)
    raise AssertionError


async def _told(client: httpx.AsyncClient, want: Want) -> httpx.Response | None:
    """The answer; none from a killed process, while the first try is at work, or where all are too busy."""
    try:
        told = await client.post("/bookings", json=want.body, headers=want.headers)
    except httpx.TransportError:
        return None
    in_flight = told.status_code == 409 and told.json()["type"].endswith("/request-in-flight")
    return None if in_flight or told.status_code == 503 else told
