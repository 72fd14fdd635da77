"""The market of a replay: New York, with drivers who live where the demand is, and customers who ask.

Most drivers are booked at once; some want to be asked, and say yes themselves over HTTP. All are there
around the clock: who drives when is not in the file, and what is to be seen is what the market does with the
demand.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, time
from random import Random
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import availability, markets, offers
from domain.availability import opening_hours
from domain.availability.opening_hours import WeeklyRule
from domain.foundation import ids
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.foundation.persistence.database import Transactions
from domain.markets import Market
from domain.markets.errors import MarketNotFound
from domain.offers import Content
from ops import approved
from ops.front_door import FrontDoor, Person
from ops.replay.demand import Request

MARKET: Final = "new-york"
CATEGORY: Final = "ride"
ZONE: Final = "America/New_York"

EVERY_WHO_ANSWERS: Final = 6  # every sixth driver wants to be asked first
_CENTS_A_KILOMETRE: Final = (180, 320)  # New York's medallion taxis took 156 cents a kilometre in 2014
_CORNER: Final = 0.004  # degrees, some 400 m; drivers wait around the corner of where people ask
_BATCH: Final = 25
_AT_ONCE: Final = 4  # passwords are hashed slowly on purpose; more at once only wait

_ALWAYS: Final = tuple(WeeklyRule(weekday, time(0), time(0)) for weekday in range(7))
_KNOWN: Final = text("""
    SELECT users.email, offers.id FROM offers JOIN users ON users.id = offers.provider_user_id
    WHERE users.email = ANY(:emails) AND offers.state = 'published'
""")


@dataclass(frozen=True, slots=True)
class Driver:
    """A driver: where they wait, what they ask a kilometre, and whether they want to be asked first."""

    number: int
    email: str
    latitude: float
    longitude: float
    price_amount: int
    answers: bool


def customers(how_many: int, password: str) -> list[Person]:
    """The people who ask; request n is asked by the n-th of them, over and over."""
    return [Person(f"customer-{number}@example.org", password) for number in range(how_many)]


def person(driver: Driver, password: str) -> Person:
    """A driver as somebody who signs in."""
    return Person(driver.email, password)


def sign_up(people: Sequence[Person], door: FrontDoor, *, tell: Callable[[], None]) -> None:
    """Accounts for all, whoever has one already, and their first sessions."""

    def one(somebody: Person) -> None:
        door.sign_up(somebody, somebody.email.partition("@")[0].replace("-", " ").capitalize())
        door.get("/me", by=somebody)
        tell()

    with ThreadPoolExecutor(_AT_ONCE) as crowd:
        list(crowd.map(one, people))


def drivers(how_many: int, requests: Sequence[Request], seed: int) -> list[Driver]:
    """Drivers spread as the demand is: each waits near where somebody asks."""
    dice = Random(f"{seed}/fleet")
    return [_driver(number, dice.choice(requests), dice) for number in range(how_many)]


def open_market(transactions: Transactions, *, at: datetime) -> Market:
    """The market, opened if it was not."""
    with transactions() as session:
        offers.define_standard_categories(session, at)
        try:
            return markets.get_market_by_slug(session, MARKET)
        except MarketNotFound:
            return markets.create_market(
                session,
                slug=MARKET,
                name="New York",
                currency="USD",
                time_zone=ZONE,
                locale="en-US",
                country="US",
                by=SYSTEM,
                at=at,
            )


def plant(
    transactions: Transactions,
    market: Market,
    fleet: Sequence[Driver],
    *,
    at: datetime,
    tell: Callable[[int], None],
) -> dict[str, Driver]:
    """Let every driver have their offer, whoever has it already; returns the drivers by their offers' ids."""
    found: dict[str, Driver] = {}
    for first in range(0, len(fleet), _BATCH):
        some = fleet[first : first + _BATCH]
        with transactions() as session:
            found |= _plant(session, market, some, at=at)
        tell(len(some))
    return found


def _plant(session: Session, market: Market, some: Sequence[Driver], *, at: datetime) -> dict[str, Driver]:
    known = dict(session.execute(_KNOWN, {"emails": [driver.email for driver in some]}).tuples().all())
    category = offers.category_by_slug(session, CATEGORY)
    for driver in some:
        if driver.email not in known:
            known[driver.email] = _offer(session, market, category.id, driver, at=at)
    return {ids.encode("ofr", known[driver.email]): driver for driver in some}


def _offer(session: Session, market: Market, category_id: UUID, driver: Driver, *, at: datetime) -> UUID:
    name = f"Driver {driver.number}"
    profile = approved.provider(session, market, email=driver.email, name=name, reason_code="replay", at=at)
    by = Actor(ActorKind.USER, profile.user_id)
    calendar = availability.open_calendar(session, profile.id, by=SYSTEM, at=at)
    opening_hours.set_schedule(session, calendar.id, _ALWAYS, by=by, at=at)
    offer = offers.draft(
        session, profile_id=profile.id, category_id=category_id, content=_content(name, driver), by=by, at=at
    )
    return offers.publish(session, offer.id, by=by, at=at).id


def _content(name: str, driver: Driver) -> Content:
    return Content(
        title=f"{name}'s car",
        attributes={"vehicle": "car", "passengers": 4},
        price_amount=driver.price_amount,
        minimum_minutes=5,
        maximum_minutes=120,
        buffer_after_minutes=5,
        books_instantly=not driver.answers,
        cancellation_policy="flexible",
        latitude=driver.latitude,
        longitude=driver.longitude,
    )


def _driver(number: int, near: Request, dice: Random) -> Driver:
    return Driver(
        number=number,
        email=f"driver-{number}@example.org",
        latitude=near.latitude + dice.uniform(-_CORNER, _CORNER),
        longitude=near.longitude + dice.uniform(-_CORNER, _CORNER),
        price_amount=dice.randint(*_CENTS_A_KILOMETRE),
        answers=number % EVERY_WHO_ANSWERS == 0,
    )
