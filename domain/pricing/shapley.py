"""Which part of what several tasks save together is each task's own: the exact Shapley value. Pure.

A game here is a saving v(S) for every set S of tasks, given by its dividends d: v(S) is the sum of d(T) over
all T within S (Harsanyi 1963). The Shapley value (1953) is the one division that gives out all of v, treats
equals alike, gives nothing for nothing and adds up over games; from dividends it is Σ d(T) / |T| over all T
that hold the task. With twelve tasks at most every |T| divides 27,720, so shares are integers of that part
of a minor unit and nothing is rounded until money is given.
"""

from collections.abc import Iterable, Sequence
from math import factorial, lcm

import numpy as np
from numpy.typing import NDArray

MOST_TASKS = 12
PARTS = lcm(*range(1, MOST_TASKS + 1))  # 27,720: one minor unit in parts that every size of a set divides


def shares(dividends: Iterable[tuple[Sequence[int], int]], tasks: int) -> list[int]:
    """Each task's share in 27,720ths of a minor unit; together they are all of the saving.

    A dividend is the places of its tasks, and an amount. None of the shares is below zero where one task more
    never saves less.
    """
    found = [0] * tasks
    for members, amount in dividends:
        each = amount * PARTS // len(members)
        for place in members:
            found[place] += each
    return found


def shares_by_subsets(savings: NDArray[np.int64]) -> list[int]:
    """The same from the definition: what each task adds, averaged over every order in which they may come.

    `savings` has v of every set, at the number whose bits are the set's tasks. It is the proof of `shares`
    and not its use: there are 2ⁿ sets.
    """
    tasks = savings.size.bit_length() - 1
    sizes = np.bitwise_count(np.arange(savings.size // 2))
    return [_by_what_it_adds(savings, place, sizes, tasks) for place in range(tasks)]


def _by_what_it_adds(savings: NDArray[np.int64], place: int, sizes: NDArray[np.uint8], tasks: int) -> int:
    """One task's share: a set of k others goes before it in k! (n − k − 1)! of the n! orders."""
    pairs = savings.reshape(-1, 2, 1 << place)
    added = (pairs[:, 1] - pairs[:, 0]).ravel()  # the others in the order of their own bits
    of_size = [int(added[sizes == size].sum()) for size in range(tasks)]
    orders = sum(
        factorial(size) * factorial(tasks - size - 1) * amount for size, amount in enumerate(of_size)
    )
    share, rest = divmod(orders * PARTS, factorial(tasks))
    if rest:
        raise ArithmeticError("a share of a game of integers is whole in these parts")
    return share
