"""The baseline: a minimal server that plays back our statements through the bare driver.

No FastAPI, no SQLAlchemy, nothing of ours; the same uvicorn, the same number of threads and connections, one
hop into a thread, one transaction. It answers the rows it was given as JSON.
"""

import os
import pickle
from pathlib import Path
from queue import LifoQueue
from typing import Any

import orjson
import psycopg
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from psycopg.types import json as psycopg_json
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

THREADS = 4  # as our settings have it

Transcript = list[tuple[str, Any]]


def create() -> Starlette:
    """The server; the environment says where the transcripts and the database are."""
    psycopg_json.set_json_loads(orjson.loads)
    psycopg_json.set_json_dumps(orjson.dumps)
    transcripts: dict[str, list[Transcript]] = pickle.loads(  # noqa: S301 -- written by us a moment ago
        Path(os.environ["BENCH_TRANSCRIPTS"]).read_bytes()
    )
    limiter = CapacityLimiter(THREADS)
    connections: LifoQueue[psycopg.Connection] = LifoQueue()
    for _ in range(THREADS):
        connections.put(psycopg.connect(os.environ["BENCH_DATABASE"], options="-c timezone=UTC"))

    def play(transcript: Transcript, *, reads: bool) -> bytes:
        connection = connections.get()
        try:
            connection.autocommit = reads
            told = [_rows(connection, *entry) for entry in transcript]
            if not reads:
                connection.commit()
        except psycopg.Error:
            connection.rollback()
            raise
        finally:
            connections.put(connection)
        return orjson.dumps(told, default=str)

    async def serve(request: Request) -> Response:
        await request.body()
        transcript = transcripts[request.path_params["kind"]][request.path_params["number"]]
        reads = request.method == "GET"
        body = await run_sync(lambda: play(transcript, reads=reads), limiter=limiter)
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/{kind}/{number:int}", serve, methods=["GET", "POST"])])


def _rows(connection: psycopg.Connection, statement: str, parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401 -- whatever the driver takes
    cursor = connection.execute(statement, parameters)
    if cursor.description is None:
        return []
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
