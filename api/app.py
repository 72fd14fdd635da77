"""The API, put together: `uvicorn api.app:create --factory`."""

import pkgutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module
from math import inf

from anyio import CapacityLimiter
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from api import openapi, problems, rate_limits, routes
from api.house import House
from api.middleware import Reception
from api.request_queue import QueueLimits, RequestQueue
from api.routes import health
from api.routes import problems as problem_pages
from api.transaction import Router
from domain.foundation import logging
from domain.foundation.configuration.settings import Settings, settings
from domain.foundation.persistence.database import Transactions, build_engine
from domain.payments import Gateway
from domain.payments.provider.stripe_gateway import StripeGateway

LARGEST_BODY = 256 * 1024  # bytes; the largest real request, a schedule with its exceptions, is a tenth of it
ASKED_MOST = ("search", "availability", "pricing", "bookings")


def create(*, gateway: Gateway | None = None) -> FastAPI:
    """The application. Settings say where the database and the payment provider are."""
    logging.configure_logging(settings().log_level)
    app = FastAPI(
        title=openapi.TITLE,
        version=openapi.VERSION,
        lifespan=_living_in(gateway),
        redirect_slashes=False,
    )
    for router in routers():
        app.include_router(router.inner)
    app.include_router(health.router)
    app.include_router(problem_pages.router)
    problems.install(app)
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign]  # FastAPI's documented way
    app.add_middleware(Reception, largest_body=LARGEST_BODY)
    if settings().cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings().cors_origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "X-Request-Id"],
            expose_headers=["ETag", "Idempotent-Replayed", "Retry-After", "X-Request-Id"],
            max_age=600,
        )
    return app


def routers() -> list[Router]:
    """The routers of all nouns: a file in `api/routes/` with a `router` of ours has moved in by itself.

    A request is held against one route after the other, so what is asked most stands first.
    """
    names = sorted((room.name for room in pkgutil.iter_modules(routes.__path__)), key=_by_demand)
    rooms = [import_module(f"api.routes.{name}") for name in names]
    return [room.router for room in rooms if isinstance(room.router, Router)]


def _by_demand(name: str) -> tuple[int, str]:
    return (ASKED_MOST.index(name) if name in ASKED_MOST else len(ASKED_MOST)), name


def _living_in(gateway: Gateway | None) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        chosen = settings()
        engine = build_engine(
            chosen.database_url,
            pool_size=chosen.database_pool_size,
            idle_connections=chosen.request_threads + 2,
            name="talkoo api",
        )
        app.state.readiness = health.Readiness()
        app.state.house = House(
            transactions=Transactions(engine),
            gateway=gateway or StripeGateway.from_settings(chosen),
            limits=rate_limits.from_settings(chosen),
            requests=RequestQueue(_request_limits(chosen)),
            provider_requests=RequestQueue(_provider_limits(chosen)),
            threads=CapacityLimiter(inf),
        )
        yield
        engine.dispose()

    return living


def _request_limits(chosen: Settings) -> QueueLimits:
    return QueueLimits(
        threads=chosen.request_threads,
        reserved=1,
        slow=chosen.slow_requests,
        waiting=chosen.request_queue,
        wait_seconds=chosen.request_wait_seconds,
    )


def _provider_limits(chosen: Settings) -> QueueLimits:
    """All of these wait for the network, so none is told apart as slow; a quarter is left to other groups."""
    return QueueLimits(
        threads=chosen.provider_threads,
        reserved=chosen.provider_threads // 4,
        slow=0,
        waiting=chosen.request_queue,
        wait_seconds=chosen.request_wait_seconds,
    )
