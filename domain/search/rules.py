"""What a search means: words as beginnings of words, a circle as a box with a distance. Pure.

Distances are metres along a sphere. They are measured to the points that the world is shown (`offers.place`
says why), so nobody finds an address by asking from many places.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import islice
from math import asin, cos, degrees, radians, sin
from typing import NamedTuple

from domain.foundation.spans import Span
from domain.foundation.text import text_analysis
from domain.foundation.text.text_analysis import Word
from domain.search.errors import SearchUnfit

EARTH_METRES = 6_371_009  # the mean radius of the Earth (IUGG)
STANDARD_METRES = 10_000  # across a town, or half an hour by bicycle
FARTHEST_METRES = 100_000  # an hour by train; a wider circle is another market
LONGEST_FREE = timedelta(days=93)  # a season; so much calendar is read for every offer looked at
MOST_WORDS = 8  # what people type; each narrows what the others found
SHORTEST_BEGINNING = 3  # letters; "a" as a beginning is half the dictionary
MOST_TERMS = 24  # of one word; each narrows, and so many leave hardly two texts that have them all
_ROUNDING = 1.0  # metre, which a distance may lose when it becomes an integer


class Sort(StrEnum):
    """What comes first: the standard (the nearest, or the newest), or what ranks highest by reputation."""

    STANDARD = "standard"
    REPUTATION = "reputation"


class Point(NamedTuple):
    """A place in degrees (WGS 84)."""

    latitude: float
    longitude: float


class Box(NamedTuple):
    """Bounds in degrees that hold a circle."""

    south: float
    north: float
    west: float
    east: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What somebody is looking for in one market, named by its slug. What is left out narrows nothing.

    Prices are minor units of the market's currency and bound what the shortest booking costs before fees.
    `during` asks for offers that can be had at some time within it, stays for all of it.
    """

    market: str
    words: str | None = None
    category: str | None = None
    near: Point | None = None
    within_metres: int = STANDARD_METRES
    price_from: int | None = None
    price_to: int | None = None
    during: Span | None = None
    sort: Sort = Sort.STANDARD

    def __post_init__(self) -> None:
        """Refuse what cannot be looked for."""
        if not 1 <= self.within_metres <= FARTHEST_METRES:
            raise SearchUnfit(f"Look within {FARTHEST_METRES} metres at most.", field="within")
        if self.words is not None and next(text_analysis.split_words(self.words), None) is None:
            raise SearchUnfit("There is no word in this.", field="words")
        if self.during is not None and self.during.duration > LONGEST_FREE:
            raise SearchUnfit(f"Ask for {LONGEST_FREE.days} days at most.", field="free_to")


def ts_query(words: str) -> str:
    """The words as PostgreSQL reads a `tsquery`: each begins some word of the text, in any order.

    The text is cut by the same analyser (`domain.foundation.text.text_analysis`) and stored as it is cut, so
    PostgreSQL only compares. Without stemming, which differs by language, beginnings are what makes "garden"
    find gardens in English and "siivou" find siivousta in Finnish.
    """
    return " & ".join(map(_condition, islice(text_analysis.split_words(words), MOST_WORDS)))


def _condition(word: Word) -> str:
    terms = word.terms[:MOST_TERMS]
    if word.is_unspaced:
        return " & ".join([*map(_exactly, terms[:-1]), _beginning(terms[-1])])
    parts = " & ".join(map(_beginning_if_long, terms))
    return parts if word.whole is None else f"(({parts}) | {_beginning_if_long(word.whole)})"


def _beginning_if_long(term: str) -> str:
    return _beginning(term) if len(term) >= SHORTEST_BEGINNING else _exactly(term)


def _beginning(term: str) -> str:
    return f"'{term}':*"


def _exactly(term: str) -> str:
    return f"'{term}'"


def box_around(near: Point, within_metres: float) -> Box:
    """The smallest box of latitudes and longitudes that holds the circle.

    The circle's easternmost point lies nearer to the pole than its centre, at asin(sin r / cos latitude) of
    longitude (Bronstein, spherical trigonometry, Napier's rules). Around a pole, and across the 180th
    meridian, the box holds all longitudes; the distance sorts them out.
    """
    angle = (within_metres + _ROUNDING) / EARTH_METRES
    south, north = near.latitude - degrees(angle), near.latitude + degrees(angle)
    if south <= -90 or north >= 90:  # noqa: PLR2004 -- the poles
        return Box(south, north, -180.0, 180.0)
    reach = degrees(asin(sin(angle) / cos(radians(near.latitude))))
    west, east = near.longitude - reach, near.longitude + reach
    if west < -180 or east > 180:  # noqa: PLR2004 -- the 180th meridian
        return Box(south, north, -180.0, 180.0)
    return Box(south, north, west, east)
