"""The price of an attack: how many bookings somebody has to pay for who wants to lift a score. Pure.

Only bookings are reviewed, so every false review costs one. A stranger's weighs next to nothing, and all of
low credibility in a week together little; what weighs in full is an account that somebody trusted has
reviewed well for work that was paid for, which is one booking more. A second review by the same account
weighs half and is dearer than a second account. Of a booking with oneself the market's fee and commission are
gone; of the one with somebody trusted all of its price is.
"""

from dataclasses import dataclass
from math import ceil
from typing import Final

from domain.ratings.credibility import FLOOR, LOW_AT_MOST
from domain.ratings.scoring import PRIOR

BOOKINGS_AN_ACCOUNT: Final = 2  # one that makes it credible, one with whom it shall praise

# Somebody in the middle of a table: ten reviews that weigh in full, four stars on average.
REVIEWS, MEAN = 10.0, 4.0
LIFTS: Final = (0.1, 0.25, 0.5)
_SLACK = 1e-9  # of a review, so that a binary fraction does not cost a booking


@dataclass(frozen=True, slots=True)
class AttackPrice:
    """What it takes to lift `believed` by so many stars with praise alone.

    `bookings` is the cheapest way, by accounts that were made credible; `by_strangers` how many it takes of
    accounts that nobody trusts, and over how many `weeks` at least.
    """

    stars: float
    bookings: int
    by_strangers: int
    weeks: int


def price(stars: float, *, reviews: float = REVIEWS, mean: float = MEAN) -> AttackPrice:
    """The price of so many stars, for a subject of so many full reviews with this mean, as is its category's.

    Five stars of weight w lift the mean x by w · (1 − x) / (prior + reviews + w). What would lie above five
    stars cannot be bought and raises ValueError.
    """
    lift, room = stars / 4, 1 - (mean - 1) / 4
    if lift >= room:
        raise ValueError("nobody has more than five stars")
    weight = lift * (PRIOR + reviews) / (room - lift) - _SLACK
    return AttackPrice(
        stars,
        bookings=BOOKINGS_AN_ACCOUNT * ceil(weight),
        by_strangers=ceil(weight / FLOOR),
        weeks=ceil(weight / LOW_AT_MOST),
    )
