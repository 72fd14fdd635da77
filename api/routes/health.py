"""Whether this process lives, and whether it can serve. Neither waits for a thread or for the pool."""

import asyncio

import psycopg
from fastapi import APIRouter, Request, Response
from sqlalchemy import make_url

from domain.foundation.configuration.settings import settings

router = APIRouter(prefix="/health", tags=["health"])
SECONDS_TO_ANSWER = 2
_CAN_SERVE = "SELECT current_setting('transaction_read_only') = 'off' AND to_regclass('markets') IS NOT NULL"


class Readiness:
    """Asks the database whether it can serve; those who ask at the same time share one connection."""

    def __init__(self) -> None:
        self._probe: asyncio.Task[bool] | None = None

    async def is_ready(self) -> bool:
        """Whether the database answers, is migrated, and can be written to."""
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(asyncio.to_thread(_database_can_serve))
        return await asyncio.shield(self._probe)


@router.get("/live", operation_id="live", status_code=204, response_class=Response)
async def live() -> None:
    """This process answers. Restart it when it does not."""


@router.get(
    "/ready",
    operation_id="ready",
    status_code=204,
    response_class=Response,
    responses={503: {"description": "The database does not answer, is read-only, or is not migrated."}},
)
async def ready(request: Request) -> Response:
    """This process can serve: its database answers and can be written to. Send requests elsewhere otherwise.

    A standby and a database with `default_transaction_read_only` are not ready. A full disk does not count:
    what is there can still be read, and whoever wants to write is told.
    """
    readiness: Readiness | None = getattr(request.app.state, "readiness", None)
    return Response(status_code=204 if readiness is not None and await readiness.is_ready() else 503)


def _database_can_serve() -> bool:
    address = make_url(settings().database_url).set(drivername="postgresql")
    milliseconds = SECONDS_TO_ANSWER * 1_000
    try:
        with psycopg.connect(
            address.render_as_string(hide_password=False),
            connect_timeout=SECONDS_TO_ANSWER,
            options=f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}",
            autocommit=True,
        ) as connection:
            row = connection.execute(_CAN_SERVE).fetchone()
    except psycopg.Error:
        return False
    return row is not None and bool(row[0])
