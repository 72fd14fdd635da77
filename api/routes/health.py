"""Whether this process lives, and whether it can serve. Neither waits in the queue for the pool."""

import psycopg
from fastapi import APIRouter, Request, Response
from sqlalchemy import make_url
from starlette.concurrency import run_in_threadpool

from domain.foundation.settings import settings

router = APIRouter(prefix="/health", tags=["health"])
SECONDS_TO_ANSWER = 2


@router.get("/live", operation_id="live", status_code=204, response_class=Response)
async def live() -> None:
    """This process answers. Restart it when it does not."""


@router.get(
    "/ready",
    operation_id="ready",
    status_code=204,
    response_class=Response,
    responses={503: {"description": "The database does not answer, or is not migrated."}},
)
async def ready(request: Request) -> Response:
    """This process can serve: its database answers. Send requests elsewhere while it cannot."""
    answers = await run_in_threadpool(_database_answers)
    return Response(status_code=204 if answers and hasattr(request.app.state, "house") else 503)


def _database_answers() -> bool:
    address = make_url(settings().database_url).set(drivername="postgresql")
    try:
        with psycopg.connect(
            address.render_as_string(hide_password=False), connect_timeout=SECONDS_TO_ANSWER, autocommit=True
        ) as connection:
            connection.execute("SELECT 1 FROM markets LIMIT 1")
    except psycopg.Error:
        return False
    return True
