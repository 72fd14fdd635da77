"""The house with one thing more: an empty fact, told through the same door, relay and workers as a reveal.

`python -m bench.ratings.reveal_house` are the workers that also know its reader.
"""

import sys
from dataclasses import dataclass
from typing import ClassVar, cast

from fastapi import FastAPI
from sqlalchemy import text
from sqlmodel import Session

from api import app
from api.schemas.common import View
from api.transaction import Router
from bench.http.app import NOTHING
from domain.foundation import clock, events, ids
from domain.foundation.events import DomainEvent, EventRow
from domain.foundation.ids import EventId
from domain.identity import Caller
from workers import __main__ as workers
from workers.subscriptions import READERS
from workers.task import Reader

_HEARD = text("SELECT done_at IS NOT NULL FROM event_deliveries WHERE event_id = :event_id")


@dataclass(frozen=True)
class NothingHappened(DomainEvent):
    """Nothing, and somebody hears of it."""

    name: ClassVar[str] = "bench.nothing_happened"


class ToldView(View):
    """The event to ask for."""

    event_id: EventId


class HeardView(View):
    """Whether its reader is through."""

    heard: bool


def hear_nothing(session: Session, event: EventRow) -> None:
    """Do nothing about it."""


def create() -> FastAPI:
    """The application as it is served, a route that records the fact, one that tells of it."""
    served = app.create()
    router = Router(tags=["bench"])

    @router.post(NOTHING, may="reviews.write", status_code=201)
    def tell_nothing(session: Session, caller: Caller) -> ToldView:
        """Record that nothing happened."""
        subject = ("nothing", ids.new())
        fact = NothingHappened()
        return ToldView(
            event_id=events.record_event(session, fact, subject=subject, by=caller.actor, at=clock.now())
        )

    @router.get(NOTHING + "/{event_id}", may="search.find")
    def ask_nothing(event_id: EventId, session: Session) -> HeardView:
        """See whether it was heard."""
        return HeardView(heard=bool(session.scalar(_HEARD, {"event_id": event_id})))

    served.include_router(router.inner)
    return served


def main() -> int:
    """Work as the workers do, and hear of nothing too."""
    cast("dict[str, tuple[Reader, ...]]", READERS)[NothingHappened.name] = (hear_nothing,)
    return workers.main(["all"])


if __name__ == "__main__":
    sys.exit(main())
