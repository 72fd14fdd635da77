"""What tasks save: named for some sets, known for every set, and never less for doing more."""

from itertools import combinations
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.offers.errors import SavingsUnfit
from domain.offers.savings import MOST_TASKS, check_savings, check_sets, dividends, of_every_set
from domain.offers.term_sheet import SavingTerms

TASKS = [UUID(int=number) for number in range(1, MOST_TASKS + 1)]
A, B, C = TASKS[:3]


def saving(amount: int, *task_ids: UUID) -> SavingTerms:
    return SavingTerms(tuple(sorted(task_ids)), amount)


@st.composite
def some_savings(draw: st.DrawFn) -> list[SavingTerms]:
    """Every task alone, and some sets of several; not always such that more work saves more."""
    tasks = TASKS[: draw(st.integers(1, 5))]
    sets = [members for size in range(2, len(tasks) + 1) for members in combinations(tasks, size)]
    named = draw(st.lists(st.sampled_from(sets), unique=True, max_size=6)) if sets else []
    return [
        SavingTerms(tuple(members), draw(st.integers(0, 900)))
        for members in [*((task,) for task in tasks), *named]
    ]


@given(some_savings())
def test_every_named_set_saves_what_was_named(savings: list[SavingTerms]) -> None:
    tasks = sorted({task for each in savings for task in each.task_ids})
    saved = of_every_set(dividends(savings), tasks)
    for each in savings:
        assert saved[sum(1 << tasks.index(task) for task in each.task_ids)] == each.saving_amount


@given(some_savings())
def test_every_set_saves_the_dividends_within_it(savings: list[SavingTerms]) -> None:
    tasks = sorted({task for each in savings for task in each.task_ids})
    added = dividends(savings)
    saved = of_every_set(added, tasks)
    for number in range(saved.size):
        members = {task for place, task in enumerate(tasks) if number >> place & 1}
        assert saved[number] == sum(amount for part, amount in added.items() if members.issuperset(part))


def test_what_nobody_named_together_adds_up() -> None:
    saved = of_every_set(
        dividends([saving(300, A), saving(200, B), saving(100, C), saving(700, A, B)]), [A, B, C]
    )
    assert saved.tolist() == [0, 300, 200, 700, 100, 400, 300, 800]


def test_doing_one_task_more_never_saves_less() -> None:
    savings = [saving(300, A), saving(200, B), saving(100, C), saving(299, A, B)]
    with pytest.raises(SavingsUnfit) as refusal:
        check_savings(savings, [A, B, C], from_amount=10_000, field="savings")
    assert refusal.value.field == "savings"
    assert len(refusal.value.extras["tasks"]) == 2
    check_savings([*savings[:3], saving(300, A, B)], [A, B, C], from_amount=10_000, field="savings")


@given(some_savings())
def test_savings_are_refused_exactly_where_more_work_saves_less(savings: list[SavingTerms]) -> None:
    tasks = sorted({task for each in savings for task in each.task_ids})
    saved = of_every_set(dividends(savings), tasks).tolist()
    falls = any(
        saved[number | 1 << place] < saved[number]
        for number in range(len(saved))
        for place in range(len(tasks))
    )
    try:
        check_savings(savings, tasks, from_amount=10**6, field="savings")
    except SavingsUnfit:
        assert falls
    else:
        assert not falls


def test_all_tasks_together_save_no_more_than_the_shortest_service_costs() -> None:
    savings = [saving(300, A), saving(200, B)]
    check_savings(savings, [A, B], from_amount=500, field="price_amount")
    with pytest.raises(SavingsUnfit) as refusal:
        check_savings(savings, [A, B], from_amount=499, field="price_amount")
    assert (refusal.value.field, refusal.value.extras["most"]) == ("price_amount", 499)


@pytest.mark.parametrize(
    "named",
    [
        [saving(100, A)],
        [saving(100, A, A)],
        [saving(100, A, B), saving(200, B, A)],
        [saving(100, A, TASKS[9])],
        [saving(-1, A, B)],
        [saving(10**12 + 1, A, B)],
        [saving(number, *pair) for number, pair in enumerate([*combinations(TASKS[:9], 2)][:31])],
    ],
    ids=["one task", "a task twice", "a set twice", "no such task", "below nothing", "too much", "too many"],
)
def test_sets_are_of_several_tasks_of_the_offer_each_named_once(named: list[SavingTerms]) -> None:
    with pytest.raises(SavingsUnfit) as refusal:
        check_sets(named, [A, B, C])
    assert refusal.value.field == "savings"


def test_twelve_tasks_and_thirty_sets_are_looked_at_whole() -> None:
    dice = Random("twelve")
    pairs = dice.sample([*combinations(TASKS, 2)], 30)
    savings = [saving(100, task) for task in TASKS]
    savings += [saving(200 + dice.randint(0, 50), *pair) for pair in pairs]
    check_savings(savings, TASKS, from_amount=10_000, field="savings")
    assert of_every_set(dividends(savings), TASKS).size == 4_096
