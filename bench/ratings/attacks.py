"""Ways to lift somebody in the table with accounts of one's own. Each answers the ratings that are added.

All begins the day after the past ends. Bought praise is work that was paid for: a trusted person carries it
out or pays for it and reviews the account well, which costs the attacker a booking each time.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.ratings.history import Edges, Ints
from domain.ratings import joined

TOP = 1.0
HONEST_AT_FIRST = 5  # ratings by which a camouflaged account looks like anybody
APART_DAYS = 0.05
A_WEEK = 7.0
CAMOUFLAGE_DAYS = 30.0
COUNTS = (1, 3, 20)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """The past, whom others trust, who is well liked, and the day after."""

    past: Edges
    trusted: Ints
    liked: Ints
    day: float
    random: np.random.Generator


Attack = Callable[[Scene, int, int], Edges]


def plain(scene: Scene, subject: int, count: int) -> Edges:
    """New accounts, one good rating each, within hours."""
    fakes = _accounts(scene, count)
    return _praise(scene, fakes, np.full(count, subject), scene.day + APART_DAYS * np.arange(count))


def camouflaged(scene: Scene, subject: int, count: int) -> Edges:
    """The same, after a month in which each account rated five well-liked people as they deserve."""
    fakes = np.repeat(_accounts(scene, count), HONEST_AT_FIRST)
    honest = scene.random.choice(scene.liked, len(fakes))
    days = scene.day + scene.random.uniform(0, CAMOUFLAGE_DAYS, len(fakes))
    cover = Edges(scene.past.people + count, fakes, honest, np.full(len(fakes), 0.55), days)
    return joined(cover, _later(plain(scene, subject, count), CAMOUFLAGE_DAYS))


def ring(scene: Scene, subject: int, count: int) -> Edges:
    """The same, and the accounts praise one another."""
    fakes = _accounts(scene, count)
    rater, ratee = (grid.ravel() for grid in np.meshgrid(fakes, fakes))
    apart = rater != ratee
    mutual = _praise(scene, rater[apart], ratee[apart], np.full(int(apart.sum()), scene.day))
    return joined(mutual, plain(scene, subject, count))


def paid(relations: int) -> Attack:
    """Each account first gets good reviews for paid work from so many trusted people."""

    def attack(scene: Scene, subject: int, count: int) -> Edges:
        fakes = np.repeat(_accounts(scene, count), relations)
        trusted = scene.random.choice(scene.trusted, len(fakes))
        bought = _praise(scene, trusted, fakes, np.full(len(fakes), scene.day))
        return joined(bought, plain(scene, subject, count))

    return attack


def slow_drip(scene: Scene, subject: int, count: int) -> Edges:
    """One new account a week."""
    fakes = _accounts(scene, count)
    return _praise(scene, fakes, np.full(count, subject), scene.day + A_WEEK * np.arange(count))


def whitewashing(scene: Scene, subject: int, count: int) -> Edges:
    """The subject begins again under the last row and has the new account praised; the old one is left."""
    del subject
    fakes = _accounts(scene, count)
    anew = scene.past.people + count
    added = _praise(scene, fakes, np.full(count, anew), scene.day + APART_DAYS * np.arange(count))
    return Edges(anew + 1, added.rater, added.subject, added.x, added.day)


ATTACKS: dict[str, Attack] = {
    "plain": plain,
    "camouflaged": camouflaged,
    "ring": ring,
    "slow drip": slow_drip,
    "whitewashing": whitewashing,
    "paid, 1 relation": paid(1),
    "paid, 3 relations": paid(3),
    "paid, 10 relations": paid(10),
}

BOOKINGS: dict[str, Callable[[int], int]] = {
    "plain": lambda fakes: fakes,
    "camouflaged": lambda fakes: fakes * (1 + HONEST_AT_FIRST),
    "ring": lambda fakes: fakes * fakes,
    "slow drip": lambda fakes: fakes,
    "whitewashing": lambda fakes: fakes,
    "paid, 1 relation": lambda fakes: fakes * 2,
    "paid, 3 relations": lambda fakes: fakes * 4,
    "paid, 10 relations": lambda fakes: fakes * 11,
}
"""How many bookings an attack pays for: one for each rating it adds, since only bookings are reviewed."""


def _accounts(scene: Scene, count: int) -> Ints:
    return scene.past.people + np.arange(count)


def _praise(scene: Scene, rater: Ints, ratee: Ints, day: np.ndarray) -> Edges:
    people = max(scene.past.people, int(max(rater.max(initial=0), ratee.max(initial=0))) + 1)
    return Edges(people, rater, ratee, np.full(len(rater), TOP), day)


def _later(edges: Edges, days: float) -> Edges:
    return Edges(edges.people, edges.rater, edges.subject, edges.x, edges.day + days)
