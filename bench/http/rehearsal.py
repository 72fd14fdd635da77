"""Sends every request once through our application in this process, and writes down its SQL.

A transcript is what the driver was given: statements as SQLAlchemy compiled them, and their parameters. It is
played back against another copy of the same database, where its ids are as new as they were here.
"""

import asyncio
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from psycopg.types.json import Json, Jsonb
from sqlalchemy import Engine, event
from starlette.types import Message

from api import app
from bench.http.bare import Transcript
from bench.http.requests import Request

ENOUGH = 400  # statuses below are answers, from here on refusals


def rehearse(requests: Mapping[str, Sequence[Request]]) -> dict[str, list[Transcript]]:
    """The transcript of each request, by kind; settings say on which database."""
    return asyncio.run(_rehearse(requests))


def keep(transcripts: Mapping[str, Sequence[Transcript]], path: Path) -> None:
    """Write transcripts down for the bare server."""
    path.write_bytes(pickle.dumps(transcripts))


async def _rehearse(requests: Mapping[str, Sequence[Request]]) -> dict[str, list[Transcript]]:
    served = app.create()
    async with served.router.lifespan_context(served):
        return {kind: [await _played(served, each) for each in several] for kind, several in requests.items()}


async def _played(served: FastAPI, request: Request) -> Transcript:
    with _listening() as transcript:
        status, body = await _ask(served, request)
    assert status < ENOUGH, f"{request.method} {request.path} was refused with {status}: {body.decode()}"
    return transcript


@contextmanager
def _listening() -> Iterator[Transcript]:
    heard: Transcript = []

    def hear(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        heard.append((statement, _portable(parameters)))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def _portable(parameters: Any) -> Any:  # noqa: ANN401 -- whatever the driver takes
    """The parameters without the functions that JSON documents carry along."""
    match parameters:
        case dict():
            return {name: _portable(value) for name, value in parameters.items()}
        case list() | tuple():
            return type(parameters)(_portable(value) for value in parameters)
        case Json() | Jsonb():
            return type(parameters)(parameters.obj)
        case _:
            return parameters


async def _ask(served: FastAPI, request: Request) -> tuple[int, bytes]:
    """One request to the application, without a server in between."""
    path, _, query = request.path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in request.headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("bench", 80),
    }
    told: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Message) -> None:
        told.append(message)

    await served(scope, receive, send)
    return _status(told), b"".join(message.get("body", b"") for message in told)


def _status(told: Iterable[Message]) -> int:
    return next(int(message["status"]) for message in told if message["type"] == "http.response.start")
