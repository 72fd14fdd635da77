"""Who lives in the demo market and what they offer, as requests to the API: data alone.

Everybody signs in with the same password, which is no secret: the demo market is for one machine. Jari's
computer help is open around the clock and books at once, so there is something to book at any time of day.
"""

from typing import Final

from ops.demo.shapes import Json, Neighbour, Provider, Told, fixed, hourly, lesson, ride, stay, task

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


DEMO: Final = Neighbour("Demo")
OPERATOR: Final = Neighbour("Otto")
CUSTOMERS: Final = (DEMO, Neighbour("Aino"), Neighbour("Ben"), Neighbour("Chandra"))

_DAILY: Final = range(7)
_WEEKDAYS: Final = range(5)
PROVIDERS: Final = (
    Provider(
        Neighbour("Jari"),
        "Retired from the university's computer centre; sleeps little.",
        (_DAILY, "00:00", "00:00"),
        (60.18531, 24.95012),
        [
            Told(
                "hourly-service",
                hourly(
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
                tasks=[
                    task("prepares", "Everything is saved on a disk of yours before I come", 600),
                    task("helps", "You write down what was done while I talk", 300),
                ],
            ),
            Told(
                "task",
                fixed("Set up a new phone", 4_500, "PT1H", "Everything moved over, nothing lost."),
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
                hourly("Bicycle repair at your door", 4_500, "I bring tools and the usual parts."),
                [{"title": "New brake pads", "price_amount": 1_800, "duration": "PT15M", "most": 2}],
            ),
            Told(
                "task",
                fixed(
                    "Winter tyres for your bicycle",
                    3_900,
                    "PT1H",
                    "Studded tyres on, summer tyres away.",
                    notice="PT12H",
                ),
                [{"title": "A pair of studded tyres", "price_amount": 8_900}],
            ),
            Told("ride", ride("Cargo bicycle with a rider", 350, "cargo_bicycle", 1)),
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
                fixed(
                    "Finnish for newcomers, small group",
                    1_800,
                    "PT45M",
                    "Speaking from the first minute. Six seats around my kitchen table.",
                    seats=6,
                    attributes=lesson("Finnish", "beginner", "fi", "ar", "en"),
                    books_instantly=True,
                ),
            ),
            Told(
                "lesson",
                fixed(
                    "Arabic conversation",
                    2_200,
                    "PT1H",
                    "Tea, and whatever you want to talk about.",
                    seats=4,
                    attributes=lesson("Arabic", "intermediate", "ar"),
                ),
            ),
        ],
    ),
    Provider(
        Neighbour("Mikko"),
        "A van, two arms and a good mood.",
        ((1, 2, 3, 4, 5), "08:00", "20:00"),
        (60.19902, 24.93311),
        [
            Told("ride", ride("Van with a driver", 180, "van", 2, books_instantly=True)),
            Told(
                "hourly-service",
                hourly("Moving help", 5_500, "I carry, you point.", buffer_before="PT30M"),
                [{"title": "A second pair of arms", "price_amount": 2_500, "per": "unit"}],
            ),
            Told(
                "task", fixed("Put furniture together", 6_500, "PT90M", "One large piece or two small ones.")
            ),
        ],
    ),
    Provider(
        Neighbour("Salla"),
        "Clean homes, ironed shirts.",
        (_WEEKDAYS, "08:00", "16:00"),
        (60.19554, 24.95602),
        [
            Told(
                "hourly-service",
                hourly(
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
                tasks=[
                    task("prepares", "The rooms are cleared before I come", 600),
                    task("brings_materials", "Soap, cloths and a bucket are there", 400),
                ],
                together=1_300,
            ),
            Told("hourly-service", hourly("Ironing, two baskets an hour", 2_800, "Shirts and bed linen.")),
        ],
    ),
    Provider(
        Neighbour("Amina"),
        "Two rooms too many.",
        (_DAILY, "00:00", "00:00"),
        (60.18801, 24.97934),
        [
            Told(
                "stay",
                stay("Room by the bear park", 6_200, "private_room", 2, "A quiet room with a big window."),
                [{"title": "Breakfast", "price_amount": 900, "per": "unit", "most": 2}],
                thing="The room by the bear park",
            ),
            Told(
                "stay",
                stay("Studio with a sauna", 9_800, "entire_place", 3, "The sauna warms up in half an hour."),
                thing="The studio",
            ),
        ],
    ),
    Provider(
        Neighbour("Leo"),
        "Plays in two bands and teaches the third.",
        ((2, 3, 4, 5, 6), "12:00", "20:00"),
        (60.17552, 24.92503),
        [
            Told(
                "lesson",
                fixed(
                    "Guitar for one",
                    3_400,
                    "PT45M",
                    "Your songs, my patience.",
                    attributes=lesson("Guitar", "all", "fi", "en"),
                ),
            ),
            Told(
                "lesson",
                fixed(
                    "Neighbourhood band",
                    1_200,
                    "PT2H",
                    "Eight seats, no auditions.",
                    seats=8,
                    attributes=lesson("Playing together", "all", "fi", "en"),
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
                hourly("Child-minding in the evening", 2_400, "Stories included.", notice="PT6H"),
            ),
            Told(
                "hourly-service",
                hourly("Balcony garden", 3_000, "Sowing, potting, saving what can be saved."),
            ),
            Told(
                "task",
                fixed(
                    "Dog walk",
                    1_500,
                    "PT45M",
                    "Long, whatever the weather.",
                    books_instantly=True,
                    lowest_price_amount=1_200,
                ),
            ),
            Told(
                "task",
                fixed("Water the plants while you are away", 900, "PT30M", "And the post brought in."),
            ),
        ],
    ),
)
