"""What the demo market is told in: neighbours, providers, offers and tasks, as the API takes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Somebody with an account."""

    name: str

    @property
    def email(self) -> str:
        """Their address, of a domain that is kept for examples (RFC 2606)."""
        return f"{self.name.lower()}@kallio.example"


@dataclass(frozen=True, slots=True)
class Told:
    """An offer with its options and tasks, and the thing it lets instead of its provider's time.

    `together` is what all of its tasks save together, where that is not the sum of what each saves.
    """

    category: str
    content: Json
    options: Sequence[Json] = ()
    thing: str | None = None
    tasks: Sequence[Json] = ()
    together: int | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """A neighbour who offers something, and their weekly hours: days (Monday is 0), opening, closing."""

    who: Neighbour
    about: str
    hours: tuple[Sequence[int], str, str]
    place: tuple[float, float]
    offers: Sequence[Told]


_NIGHT: Final = "P1D"  # how the API writes one night in the bounds of a stay


def hourly(title: str, price: int, description: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    """A service by the hour, from one to four."""
    bounds = {"minimum_duration": "PT1H", "maximum_duration": "PT4H"}
    return {"title": title, "price_amount": price, "description": description, **bounds, **more}


def task(kind: str, title: str, saving: int) -> dict[str, Any]:
    """What a customer may take over, and what it saves, in cents."""
    return {"kind": kind, "title": title, "saving_amount": saving}


def fixed(title: str, price: int, length: str, description: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    """A service of one length at one price."""
    return {"title": title, "price_amount": price, "duration": length, "description": description, **more}


def ride(title: str, price: int, vehicle: str, passengers: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    """A ride by the kilometre."""
    bounds = {"minimum_duration": "PT10M", "maximum_duration": "PT4H", "buffer_after": "PT15M"}
    told = {"vehicle": vehicle, "passengers": passengers}
    return {"title": title, "price_amount": price, "attributes": told, **bounds, **more}


def stay(title: str, price: int, room: str, guests: int, description: str) -> dict[str, Any]:
    """Nights in a room, up to four weeks."""
    told = {"room_type": room, "accommodates": guests}
    bounds = {"minimum_duration": _NIGHT, "maximum_duration": "P28D", "horizon": "P365D"}
    clock = {"check_in_at": "15:00", "check_out_at": "11:00"}
    words = {"title": title, "price_amount": price, "description": description}
    return {**words, "attributes": told, **bounds, **clock}


def lesson(subject: str, level: str, *languages: str) -> dict[str, Any]:
    """What a lesson is about, for whom, and in which languages."""
    return {"subject": subject, "level": level, "languages": languages}
