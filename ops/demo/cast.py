"""Who lives in the demo market and what they offer, as requests to the API: data alone.

Everybody signs in with the same password, which is no secret: the demo market is for one machine. Jari's
computer help is open around the clock and books at once, so there is something to book at any time of day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Json = Mapping[str, Any]

PASSWORD: Final = "many hands make light work"  # noqa: S105  what a talkoo is about, and on the screen anyway
MARKET: Final[Json] = {
    "slug": "kallio",
    "name": "Kallio",
    "currency": "EUR",
    "time_zone": "Europe/Helsinki",
    "locale": "fi-FI",
    "country": "FI",
    "policy": {"tax": {"name": "VAT", "rate_bp": 2550, "applies_to": "service_fee", "inclusive": True}},
}


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
    """An offer with its options, and the thing it lets instead of its provider's time, if it does."""

    category: str
    content: Json
    options: Sequence[Json] = ()
    thing: str | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """A neighbour who offers something, and their weekly hours: days (Monday is 0), opening, closing."""

    who: Neighbour
    about: str
    hours: tuple[Sequence[int], str, str]
    place: tuple[float, float]
    offers: Sequence[Told]


DEMO: Final = Neighbour("Demo")
OPERATOR: Final = Neighbour("Otto")
CUSTOMERS: Final = (DEMO, Neighbour("Aino"), Neighbour("Ben"), Neighbour("Chandra"))

_DAILY: Final = range(7)
_WEEKDAYS: Final = range(5)
_NIGHT: Final = "P1D"  # how the API writes one night in the bounds of a stay


def _hourly(title: str, price: int, description: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    bounds = {"minimum_duration": "PT1H", "maximum_duration": "PT4H"}
    return {"title": title, "price_amount": price, "description": description, **bounds, **more}


def _fixed(title: str, price: int, length: str, description: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    return {"title": title, "price_amount": price, "duration": length, "description": description, **more}


def _ride(title: str, price: int, vehicle: str, passengers: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    bounds = {"minimum_duration": "PT10M", "maximum_duration": "PT4H", "buffer_after": "PT15M"}
    told = {"vehicle": vehicle, "passengers": passengers}
    return {"title": title, "price_amount": price, "attributes": told, **bounds, **more}


def _stay(title: str, price: int, room: str, guests: int, description: str) -> dict[str, Any]:
    told = {"room_type": room, "accommodates": guests}
    bounds = {"minimum_duration": _NIGHT, "maximum_duration": "P28D", "horizon": "P365D"}
    clock = {"check_in_at": "15:00", "check_out_at": "11:00"}
    words = {"title": title, "price_amount": price, "description": description}
    return {**words, "attributes": told, **bounds, **clock}


def _lesson(subject: str, level: str, *languages: str) -> dict[str, Any]:
    return {"subject": subject, "level": level, "languages": languages}


PROVIDERS: Final = (
    Provider(
        Neighbour("Jari"),
        "Retired from the university's computer centre; sleeps little.",
        (_DAILY, "00:00", "00:00"),
        (60.18531, 24.95012),
        [
            Told(
                "hourly-service",
                _hourly(
                    "Computer help at any hour",
                    3_600,
                    "Slow laptops, lost pictures, printers that will not. I come to you, day and night.",
                    attributes={"languages": ["fi", "en"], "skills": ["linux", "windows", "patience"]},
                    books_instantly=True,
                    cancellation_policy="flexible",
                ),
                [
                    {"title": "Backup on a disk I bring", "price_amount": 4_900, "duration": "PT30M"},
                    {"title": "A written note of what was done", "price_amount": 500},
                ],
            ),
            Told(
                "task",
                _fixed("Set up a new phone", 4_500, "PT1H", "Everything moved over, nothing lost."),
            ),
        ],
    ),
    Provider(
        Neighbour("Ellen"),
        "I have mended bicycles in Kallio since 2011.",
        (_WEEKDAYS, "09:00", "18:00"),
        (60.18404, 24.94921),
        [
            Told(
                "hourly-service",
                _hourly("Bicycle repair at your door", 4_500, "I bring tools and the usual parts."),
                [{"title": "New brake pads", "price_amount": 1_800, "duration": "PT15M", "most": 2}],
            ),
            Told(
                "task",
                _fixed(
                    "Winter tyres for your bicycle",
                    3_900,
                    "PT1H",
                    "Studded tyres on, summer tyres away.",
                    notice="PT12H",
                ),
                [{"title": "A pair of studded tyres", "price_amount": 8_900}],
            ),
            Told("ride", _ride("Cargo bicycle with a rider", 350, "cargo_bicycle", 1)),
        ],
    ),
    Provider(
        Neighbour("Farah"),
        "Teacher of Finnish and Arabic.",
        ((0, 1, 2, 3), "16:00", "21:00"),
        (60.18297, 24.95536),
        [
            Told(
                "lesson",
                _fixed(
                    "Finnish for newcomers, small group",
                    1_800,
                    "PT45M",
                    "Speaking from the first minute. Six seats around my kitchen table.",
                    seats=6,
                    attributes=_lesson("Finnish", "beginner", "fi", "ar", "en"),
                    books_instantly=True,
                ),
            ),
            Told(
                "lesson",
                _fixed(
                    "Arabic conversation",
                    2_200,
                    "PT1H",
                    "Tea, and whatever you want to talk about.",
                    seats=4,
                    attributes=_lesson("Arabic", "intermediate", "ar"),
                ),
            ),
        ],
    ),
    Provider(
        Neighbour("Mikko"),
        "A van, two arms and a good mood.",
        ((1, 2, 3, 4, 5), "08:00", "20:00"),
        (60.18712, 24.95833),
        [
            Told("ride", _ride("Van with a driver", 180, "van", 2, books_instantly=True)),
            Told(
                "hourly-service",
                _hourly("Moving help", 5_500, "I carry, you point.", buffer_before="PT30M"),
                [{"title": "A second pair of arms", "price_amount": 2_500, "per": "unit"}],
            ),
            Told(
                "task", _fixed("Put furniture together", 6_500, "PT90M", "One large piece or two small ones.")
            ),
        ],
    ),
    Provider(
        Neighbour("Salla"),
        "Clean homes, ironed shirts.",
        (_WEEKDAYS, "08:00", "16:00"),
        (60.18102, 24.94644),
        [
            Told(
                "hourly-service",
                _hourly(
                    "Home cleaning",
                    3_200,
                    "I bring everything but the water.",
                    attributes={"brings_materials": True, "languages": ["fi", "et"]},
                    buffer_after="PT30M",
                ),
                [
                    {"title": "Windows", "price_amount": 2_900, "duration": "PT45M"},
                    {"title": "Inside the oven", "price_amount": 1_500, "duration": "PT30M"},
                ],
            ),
            Told("hourly-service", _hourly("Ironing, two baskets an hour", 2_800, "Shirts and bed linen.")),
        ],
    ),
    Provider(
        Neighbour("Amina"),
        "Two rooms too many.",
        (_DAILY, "00:00", "00:00"),
        (60.18655, 24.94783),
        [
            Told(
                "stay",
                _stay("Room by the bear park", 6_200, "private_room", 2, "A quiet room with a big window."),
                [{"title": "Breakfast", "price_amount": 900, "per": "unit", "most": 2}],
                thing="The room by the bear park",
            ),
            Told(
                "stay",
                _stay("Studio with a sauna", 9_800, "entire_place", 3, "The sauna warms up in half an hour."),
                thing="The studio",
            ),
        ],
    ),
    Provider(
        Neighbour("Leo"),
        "Plays in two bands and teaches the third.",
        ((2, 3, 4, 5, 6), "12:00", "20:00"),
        (60.18043, 24.95312),
        [
            Told(
                "lesson",
                _fixed(
                    "Guitar for one",
                    3_400,
                    "PT45M",
                    "Your songs, my patience.",
                    attributes=_lesson("Guitar", "all", "fi", "en"),
                ),
            ),
            Told(
                "lesson",
                _fixed(
                    "Neighbourhood band",
                    1_200,
                    "PT2H",
                    "Eight seats, no auditions.",
                    seats=8,
                    attributes=_lesson("Playing together", "all", "fi", "en"),
                    books_instantly=True,
                ),
            ),
        ],
    ),
    Provider(
        Neighbour("Tuuli"),
        "Plants, dogs and children like me.",
        (_DAILY, "16:00", "01:00"),
        (60.18841, 24.95127),
        [
            Told(
                "hourly-service",
                _hourly("Child-minding in the evening", 2_400, "Stories included.", notice="PT6H"),
            ),
            Told(
                "hourly-service",
                _hourly("Balcony garden", 3_000, "Sowing, potting, saving what can be saved."),
            ),
            Told(
                "task",
                _fixed("Dog walk", 1_500, "PT45M", "Long, whatever the weather.", books_instantly=True),
            ),
            Told(
                "task",
                _fixed("Water the plants while you are away", 900, "PT30M", "And the post brought in."),
            ),
        ],
    ),
)
