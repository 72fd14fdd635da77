"""A whole little market for tests that try every route: all kinds of people, bookings in many states.

`build` makes it in one transaction through the faces of the domain; everything that can be named on the wire
stands in `Stage.names` under a word ("confirmed" is a confirmed booking's id), so that a test's paths and
bodies are plain tables: `/bookings/{confirmed}/cancellation`.

A `Photograph` of it lets hundreds of tests each begin in the same market.
"""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from tests.stage import bookings, contributions, people, reviews, shop
from tests.stage.names import HOUR, PREFIXES, Stage
from tests.stage.stagehand import Stagehand
from tests.stage.till import CrashingGateway, Killed


class Opens(Protocol):
    """What opens a transaction: `Transactions`, or one session that is undone with its test."""

    def __call__(self) -> AbstractContextManager[Session]: ...


def build(transactions: Opens, at: datetime) -> Stage:
    """A market at this instant. Tokens are good for a day from then on."""
    stage = Stage(at, CrashingGateway(at))
    with transactions() as session:
        hand = Stagehand(session, stage)
        for chapter in _CHAPTERS:
            chapter(hand)
    return stage


_CHAPTERS = (
    people.arrive,
    shop.furnish,
    shop.quote,
    shop.watch_demand,
    bookings.book,
    bookings.take_over_tasks,
    reviews.review,
    contributions.earn,
    contributions.give,
    contributions.lose_levels,
    contributions.gather,
    people.sign_in,
)

__all__ = ["HOUR", "PREFIXES", "CrashingGateway", "Killed", "Stage", "build"]
