"""How the neighbours of the demo market come to the API's front door."""

from typing import Any

from ops.demo.cast import PASSWORD
from ops.demo.shapes import Neighbour
from ops.front_door import FrontDoor, Person


def person_of(neighbour: Neighbour) -> Person:
    """The neighbour as who signs in."""
    return Person(neighbour.email, PASSWORD)


def everything(
    door: FrontDoor, path: str, *, by: Person | None = None, market: str | None = None
) -> list[dict[str, Any]]:
    """The items of all pages."""
    items: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        page = door.get(path, by=by, limit=100, after=after, market=market)
        items += page["items"]
        after = page["next_cursor"]
        if after is None:
            return items
