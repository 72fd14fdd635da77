"""What a row of a listings file means: a place to stay at a price, or a reason why not. Pure.

The form is Inside Airbnb's: `id`, `latitude`, `longitude`, `room_type`, `accommodates`, `price` a night and
`minimum_nights` are needed; `host_id`, `name`, `property_type`, `neighbourhood_cleansed`, `bedrooms`, `beds`,
`instant_bookable` tell more. Some rows of such files cannot be meant: what lies far from all others, or costs
a hundred times what the others cost, is refused against the file's own medians, so that no currency and no
town needs bounds of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal, InvalidOperation
from math import asin, cos, isfinite, radians, sin, sqrt
from statistics import median
from types import MappingProxyType
from typing import Final

from domain.foundation import money
from domain.foundation.text import normalization
from domain.foundation.text.normalization import InvalidText
from domain.offers import Content
from ops.imports.reading import Misfit, Row

NEEDED: Final = frozenset(
    {"id", "latitude", "longitude", "room_type", "accommodates", "price", "minimum_nights"}
)

FARTHEST_KM = 150  # from the median place: across the widest metropolis, and not into the next country's
DEAREST = 100  # times the median price: a palace is fifty times a room, a slipped decimal point a hundred
CHEAPEST = 100  # times below it, likewise
MOST_NIGHTS = 366  # the longest stay that offers here may ask for
MOST_GUESTS = 100

_EARTH_KM = 6371.0
_NIGHT_MINUTES = 24 * 60
_HORIZON_DAYS = 365  # stays are planned a year ahead
_CHECK_IN, _CHECK_OUT = time(15), time(11)  # what most listings of the field say; the files do not tell
_ROOMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Entire home/apt": "entire_place",
        "Private room": "private_room",
        "Shared room": "shared_room",
        "Hotel room": "hotel_room",
    }
)
_LONGEST_TITLE = 120


class RowRefused(ValueError):  # noqa: N818  it says what is so
    """A row that cannot be meant; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual in a file: the median place, in degrees, and the median price, in major units."""

    latitude: float
    longitude: float
    price: Decimal


@dataclass(frozen=True, slots=True)
class Listing:
    """A place to stay, as an offer says it, and whose it is."""

    line: int
    key: str
    host: str
    host_name: str
    content: Content


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken, and why."""

    line: int
    reason: str


def usual(rows: Iterable[Row | Misfit]) -> Usual | None:
    """The file's medians; None where no row has a place and a price."""
    known = [
        (latitude, longitude, price)
        for row in rows
        if isinstance(row, Row)
        and (latitude := _number(row["latitude"])) is not None
        and (longitude := _number(row["longitude"])) is not None
        and (price := _price(row["price"])) is not None
    ]
    if not known:
        return None
    latitudes, longitudes, prices = zip(*known, strict=True)
    return Usual(median(latitudes), median(longitudes), median(prices))


def listing(row: Row, typical: Usual, currency: str) -> Listing:
    """The listing that a row tells of; raises `RowRefused` with the first thing that is wrong."""
    key = row["id"]
    if not key:
        raise RowRefused("has no id")
    host = row["host_id"]
    latitude, longitude = _place(row, typical)
    kind, where = row["property_type"] or row["room_type"], row["neighbourhood_cleansed"]
    nights = _whole(row, "minimum_nights", least=1, most=MOST_NIGHTS)
    title = (row["name"] or (f"{kind}, {where}" if where else kind))[:_LONGEST_TITLE]
    content = Content(
        title=_title(title),
        attributes=_attributes(row),
        price_amount=_amount(row, typical, currency),
        minimum_minutes=nights * _NIGHT_MINUTES,
        maximum_minutes=MOST_NIGHTS * _NIGHT_MINUTES,
        horizon_days=_HORIZON_DAYS,
        books_instantly=row["instant_bookable"].lower() in {"t", "true"},
        check_in_at=_CHECK_IN,
        check_out_at=_CHECK_OUT,
        latitude=latitude,
        longitude=longitude,
    )
    name = row["host_name"] or (f"Host {host}" if host else f"Host of {key}")
    return Listing(row.line, key, f"host-{host}" if host else f"host-of-{key}", name, content)


def _title(raw: str) -> str:
    try:
        return normalization.normalize_line(raw)[:_LONGEST_TITLE]
    except InvalidText as error:
        raise RowRefused(f"has a name that cannot be kept: {error}") from error


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance of two places in degrees, along a sphere (haversine)."""
    up, along = radians(other[0] - one[0]), radians(other[1] - one[1])
    chord = sin(up / 2) ** 2 + cos(radians(one[0])) * cos(radians(other[0])) * sin(along / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(chord)))


def _place(row: Row, typical: Usual) -> tuple[float, float]:
    latitude, longitude = _number(row["latitude"]), _number(row["longitude"])
    if latitude is None or longitude is None:
        raise RowRefused(f"is nowhere: its coordinates are {row['latitude']!r}, {row['longitude']!r}")
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # noqa: PLR2004 -- degrees of the globe
        raise RowRefused(f"lies outside the globe: {latitude}, {longitude}")
    far = kilometres((latitude, longitude), (typical.latitude, typical.longitude))
    if far > FARTHEST_KM:
        raise RowRefused(f"lies {far:,.0f} km from the middle of the others: {latitude}, {longitude}")
    return latitude, longitude


def _amount(row: Row, typical: Usual, currency: str) -> int:
    if not row["price"]:
        raise RowRefused("has no price")
    price = _price(row["price"])
    if price is None:
        raise RowRefused(f"has a price that is no amount: {row['price']!r}")
    if not typical.price / CHEAPEST <= price <= typical.price * DEAREST:
        raise RowRefused(f"has an absurd price: {price:,} a night, where {typical.price:,} is usual")
    return int(price.scaleb(money.exponent(currency)).to_integral_value())


def _attributes(row: Row) -> dict[str, str | int]:
    if row["room_type"] not in _ROOMS:
        raise RowRefused(f"has a room type that is none of ours: {row['room_type']!r}")
    told: dict[str, str | int] = {
        "room_type": _ROOMS[row["room_type"]],
        "accommodates": _whole(row, "accommodates", least=1, most=MOST_GUESTS),
    }
    if row["property_type"]:
        told["property_type"] = row["property_type"][:_LONGEST_TITLE]
    return told | {
        name: _whole(row, name, least=0, most=MOST_GUESTS) for name in ("bedrooms", "beds") if row[name]
    }


def _whole(row: Row, name: str, *, least: int, most: int) -> int:
    number = _number(row[name])
    if number is None or number != int(number):
        raise RowRefused(f"has {name.replace('_', ' ')} that are no whole number: {row[name]!r}")
    if not least <= number <= most:
        raise RowRefused(
            f"has {int(number):,} {name.replace('_', ' ')}, where {least} to {most} are possible"
        )
    return int(number)


def _price(text: str) -> Decimal | None:
    """An amount above zero; Inside Airbnb also writes `$1,234.00`."""
    try:
        price = Decimal(text.replace(",", "").lstrip("$€£¥ "))
    except InvalidOperation:
        return None
    return price if price.is_finite() and price > 0 else None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None
