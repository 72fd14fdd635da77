"""Plants the demo market through the API's front door, as its neighbours would have done.

Only what nobody can do there is done behind it: the first operator is made by the platform itself, and the
standard categories are there from the start. Everything looks first whether it is there, so planting twice
plants once; a market that is whole already costs one request.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from domain import identity, offers
from domain.foundation import clock
from domain.foundation.actors import SYSTEM
from domain.foundation.ids import decode
from domain.identity import UserRole
from ops import database
from ops.demo.cast import CUSTOMERS, MARKET, OPERATOR, PROVIDERS
from ops.demo.contributing import let_people_take_part
from ops.demo.people import everything, person_of
from ops.demo.pricing import price_by_demand
from ops.demo.shapes import Neighbour, Provider, Told
from ops.front_door import FrontDoor, Person

_AT_ONCE = 4  # providers who plant side by side; hashing their passwords is what takes the time
_BECAUSE = {"reason_code": "demo", "reason": "A neighbour of the demo market."}


def plant(base_url: str) -> None:
    """Plant what is missing of the demo market at this address, whose database is ours too."""
    console = Console()
    with FrontDoor(base_url, now=clock.now) as door:
        if _is_whole(door):
            console.print(f"The market {MARKET['name']} is there already.", highlight=False)
        else:
            _plant(door, console)
    let_people_take_part()
    price_by_demand()


def _plant(door: FrontDoor, console: Console) -> None:
    began = time.perf_counter()
    bar = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console)
    with bar, ThreadPoolExecutor(_AT_ONCE) as hands:
        task = bar.add_task("neighbours", total=len(CUSTOMERS) + len(PROVIDERS) + 1)
        market = Seed(door, tell=lambda: bar.advance(task))
        market.open()
        work = [*(partial(market.settle, each) for each in CUSTOMERS)]
        work += [partial(market.provide, each) for each in PROVIDERS]
        list(hands.map(lambda each: each(), work))  # as a list, so that what goes wrong in a thread is raised
    console.print(
        f"{MARKET['name']}: {len(PROVIDERS)} providers, {_how_many()} offers, {len(CUSTOMERS)} customers, "
        f"in {time.perf_counter() - began:.1f} s.",
        highlight=False,
    )


class Seed:
    """The market that is being planted."""

    def __init__(self, door: FrontDoor, tell: Callable[[], None]) -> None:
        self._door, self._tell = door, tell
        self._operator = person_of(OPERATOR)
        self._market_id = ""
        self._categories: dict[str, str] = {}

    def open(self) -> None:
        """The operator, the categories and the market itself."""
        self._door.sign_up(self._operator, OPERATOR.name)
        _appoint(self._door.get("/me", by=self._operator)["id"])
        markets = everything(self._door, "/markets")
        there = next((market for market in markets if market["slug"] == MARKET["slug"]), None)
        self._market_id = (there or self._door.post("/markets", MARKET, by=self._operator))["id"]
        self._categories = {row["slug"]: row["id"] for row in everything(self._door, "/categories")}
        self._tell()

    def settle(self, neighbour: Neighbour) -> None:
        """Somebody moves in."""
        self._door.sign_up(person_of(neighbour), neighbour.name)
        self._tell()

    def provide(self, provider: Provider) -> None:
        """A neighbour becomes a provider with hours and offers."""
        person = person_of(provider.who)
        self._door.sign_up(person, provider.who.name)
        profile_id = self._approved(person, provider)
        calendar = self._door.post(f"/provider-profiles/{profile_id}/calendar", {}, by=person)
        days, opens, closes = provider.hours
        rules = [{"weekday": day, "opens": opens, "closes": closes} for day in days]
        self._door.put(f"/resources/{calendar['id']}/schedule", {"rules": rules}, by=person)
        known = {offer["title"]: offer for offer in everything(self._door, "/me/offers", by=person)}
        for told in provider.offers:
            self._offer(person, profile_id, provider, told, known.get(told.content["title"]))
        self._tell()

    def _approved(self, person: Person, provider: Provider) -> str:
        mine = self._door.get("/me/provider-profiles", by=person)
        mine = mine if isinstance(mine, list) else mine["items"]
        profile = next((row for row in mine if row["market_id"] == self._market_id), None)
        if profile is None:
            application = {
                "market_id": self._market_id,
                "display_name": provider.who.name,
                "about": provider.about,
            }
            profile = self._door.post("/provider-profiles", application, by=person)
        for state, step in (("applied", "review"), ("in_review", "approval")):
            if profile["state"] == state:
                profile = self._door.post(
                    f"/provider-profiles/{profile['id']}/{step}", _BECAUSE, by=self._operator
                )
        return str(profile["id"])

    def _offer(
        self, person: Person, profile_id: str, provider: Provider, told: Told, there: dict[str, Any] | None
    ) -> None:
        if there is None:
            latitude, longitude = provider.place
            head = {"profile_id": profile_id, "category_id": self._categories[told.category]}
            place = {"latitude": latitude, "longitude": longitude}
            there = self._door.post("/offers", {**head, **told.content, **place}, by=person)
        where = f"/offers/{there['id']}"
        titles = {option["title"] for option in there["options"]}
        for position, option in enumerate(told.options):
            if option["title"] not in titles:
                self._door.post(f"{where}/options", {**option, "position": position}, by=person)
        self._tasks(person, where, told, {task["title"]: task["id"] for task in there["tasks"]})
        if there["state"] == "draft":
            self._let(person, profile_id, where, told.thing)
            self._door.post(f"{where}/publication", {}, by=person)

    def _tasks(self, person: Person, where: str, told: Told, known: dict[str, str]) -> None:
        """What customers may do themselves, and what doing all of it saves."""
        for position, task in enumerate(told.tasks):
            if task["title"] not in known:
                offer = self._door.post(f"{where}/tasks", {**task, "position": position}, by=person)
                known |= {made["title"]: made["id"] for made in offer["tasks"]}
        if told.together is not None:
            together = {"savings": [{"tasks": [*known.values()], "saving_amount": told.together}]}
            self._door.put(f"{where}/task-savings", together, by=person)

    def _let(self, person: Person, profile_id: str, where: str, thing: str | None) -> None:
        """An offer that lets a thing needs the thing, and not its provider's time."""
        if thing is not None:
            made = self._door.post(f"/provider-profiles/{profile_id}/resources", {"name": thing}, by=person)
            self._door.put(f"{where}/resources", {"resource_ids": [made["id"]]}, by=person)


def _is_whole(door: FrontDoor) -> bool:
    if not any(market["slug"] == MARKET["slug"] for market in everything(door, "/markets")):
        return False
    found = {offer["title"] for offer in everything(door, "/offers", market=MARKET["slug"])}
    return found.issuperset(told.content["title"] for provider in PROVIDERS for told in provider.offers)


def _appoint(user_id: str) -> None:
    """Make the first operator, and define the categories that every installation starts with."""
    at = clock.now()
    with database.address() as url, database.transactions_on(url) as on, on() as session:
        offers.define_standard_categories(session, at)
        identity.grant_role(
            session, decode("usr", user_id), role=UserRole.OPERATOR, market_id=None, by=SYSTEM, at=at
        )


def _how_many() -> int:
    return sum(len(provider.offers) for provider in PROVIDERS)
