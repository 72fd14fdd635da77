"""What tasks save a provider: an amount for each set of tasks they named, and from these for every set. Pure.

A saving is named for a single task, and for several together where they save more or less than each on its
own would. The **dividend** of a set is what it saves beyond the dividends of all smaller sets in it, and any
set saves the sum of the dividends within it (Harsanyi 1963): so what nobody named simply adds up.

Doing one task more never saves less, for else the customer who does it would pay for doing it. And all tasks
together save no more than the shortest service costs.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from domain.foundation import ids
from domain.offers.content import TaskContent
from domain.offers.errors import SavingsUnfit
from domain.offers.term_sheet import SavingTerms

MOST_TASKS = 12  # beyond it a share is no longer counted exactly within a blink: 2ⁿ sets would be its proof
MOST_TOGETHER = 30  # sets of several tasks; more than anybody keeps in mind, and every quote carries them
MOST_AMOUNT = 10**12  # as a price's; sums over all sets fit 64 bits
MOST_PLACES = 10_000
_SEVERAL = 2


def dividends(savings: Sequence[SavingTerms]) -> dict[tuple[UUID, ...], int]:
    """What each named set adds to what smaller sets within it add, the smallest sets first."""
    found: dict[tuple[UUID, ...], int] = {}
    for saving in sorted(savings, key=lambda each: (len(each.task_ids), each.task_ids)):
        members = frozenset(saving.task_ids)
        within = sum(amount for smaller, amount in found.items() if members.issuperset(smaller))
        found[saving.task_ids] = saving.saving_amount - within
    return found


def of_every_set(added: Mapping[tuple[UUID, ...], int], task_ids: Sequence[UUID]) -> NDArray[np.int64]:
    """What every set of these tasks saves, at the number whose bits are the places of the set's tasks.

    Each of n passes adds to the sets with a task what the same sets without it save (Yates 1937).
    """
    places = {task_id: 1 << place for place, task_id in enumerate(task_ids)}
    found = np.zeros(1 << len(task_ids), dtype=np.int64)
    for members, amount in added.items():
        found[sum(places[task_id] for task_id in members)] += amount
    for place in range(len(task_ids)):
        pairs = found.reshape(-1, 2, 1 << place)
        pairs[:, 1] += pairs[:, 0]
    return found


def check_task(content: TaskContent) -> None:
    """Refuse with `SavingsUnfit` a task that would cost money, or stands at no place."""
    if not 0 <= content.saving_amount <= MOST_AMOUNT:
        raise SavingsUnfit("A task saves something, or nothing.", field="saving_amount")
    if not 0 <= content.position <= MOST_PLACES:
        raise SavingsUnfit(f"A position lies between 0 and {MOST_PLACES}.", field="position")


def check_sets(named: Sequence[SavingTerms], task_ids: Collection[UUID]) -> None:
    """Refuse with `SavingsUnfit` sets that are not of several tasks of this offer, each named once."""
    if len(named) > MOST_TOGETHER:
        raise SavingsUnfit(f"Name {MOST_TOGETHER} sets at most.", field="savings")
    if len({saving.task_ids for saving in named}) != len(named):
        raise SavingsUnfit("Name each set of tasks once.", field="savings")
    for saving in named:
        if len(saving.task_ids) != len(set(saving.task_ids)) or len(saving.task_ids) < _SEVERAL:
            raise SavingsUnfit("Several tasks are two different ones at least.", field="savings")
        if not set(task_ids).issuperset(saving.task_ids):
            raise SavingsUnfit("Name tasks that this offer has now.", field="savings")
        if not 0 <= saving.saving_amount <= MOST_AMOUNT:
            raise SavingsUnfit("Tasks save something, or nothing.", field="savings")


def check_savings(
    savings: Sequence[SavingTerms], task_ids: Sequence[UUID], *, from_amount: int, field: str
) -> None:
    """Refuse with `SavingsUnfit` where one task more saves less, or all save more than `from_amount`."""
    saved = of_every_set(dividends(savings), task_ids)
    if less := _that_save_less(saved, task_ids):
        raise SavingsUnfit(
            "These tasks together would save less than without one of them.",
            field=field,
            tasks=[ids.encode("tsk", task_id) for task_id in less],
        )
    if saved[-1] > from_amount:
        raise SavingsUnfit(
            "All tasks together save no more than the shortest service costs.", field=field, most=from_amount
        )


def _that_save_less(saved: NDArray[np.int64], task_ids: Sequence[UUID]) -> list[UUID]:
    """The smallest set of tasks that saves less than without one of them; empty where there is none."""
    wrong = np.zeros(saved.size, dtype=bool)
    for place in range(len(task_ids)):
        pairs = saved.reshape(-1, 2, 1 << place)
        wrong.reshape(pairs.shape)[:, 1] |= pairs[:, 1] < pairs[:, 0]
    sets = [int(number) for number in np.flatnonzero(wrong)]
    if not sets:
        return []
    smallest = min(sets, key=lambda number: (number.bit_count(), number))
    return [task_id for place, task_id in enumerate(task_ids) if smallest >> place & 1]
