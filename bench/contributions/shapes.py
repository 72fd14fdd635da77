"""Rings: how people who want to lift themselves confirm one another. Members are rows of people."""

from collections.abc import Callable

import numpy as np

from bench.ratings.history import Ints

Pairs = tuple[Ints, Ints]
Shape = Callable[[Ints], Pairs]


def star(members: Ints) -> Pairs:
    """All others confirm the first."""
    return members[1:], np.full(len(members) - 1, members[0])


def clique(members: Ints) -> Pairs:
    """Everybody confirms everybody else."""
    confirmer, contributor = (grid.ravel() for grid in np.meshgrid(members, members))
    apart = confirmer != contributor
    return confirmer[apart], contributor[apart]


def chain(members: Ints) -> Pairs:
    """Each confirms the next, from the first on."""
    return members[:-1], members[1:]


SHAPES: dict[str, Shape] = {"star": star, "clique": clique, "chain": chain}
SIZES = (5, 20, 50)
