"""Tasks in a price, over made-up services: what is left undone costs its share, and never more than the list.

Whatever the tax, the tariff, the factor and the policy: fee, commission and surge are those of the list,
nobody is paid less than nothing, and every line can be counted again on its own.
"""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from domain.foundation import ids
from domain.foundation.money import portion
from domain.foundation.spans import Span
from domain.offers import TaskKind
from domain.pricing import lines as counting
from domain.pricing import rules
from domain.pricing.inputs import ChosenTask, Inputs, Saving
from domain.pricing.lines import Line, LineKind, LineRule, Party, count
from domain.pricing.rules import Priced, price
from domain.pricing.sealing import Concerning, canonical, drawn_up
from domain.pricing.tasks import TaskShare, task_shares
from tests.domain.pricing.test_price import inputs, policy
from tests.domain.pricing.test_surge_price import any_inputs

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = AT + timedelta(minutes=30)
SOMEWHERE = Concerning(
    *[ids.new() for _ in range(4)], during=Span(AT, AT + timedelta(hours=1)), time_zone="Europe/Helsinki"
)
TITLES = ("Clearing", "Soap", "Any afternoon", "With the neighbours", "Carrying")
UNTOUCHED = ("service_fee_amount", "commission_amount", "surge_amount")


def any_tasks(dice: Random, inputs: Inputs) -> Inputs:
    """Some tasks that save a little, a lot, or more than the provider would be paid at all."""
    count_of = dice.randint(1, 5)
    scale = dice.choice([3, 500, 20_000, inputs.price_amount * inputs.units + 1])
    savings = [Saving(tasks=(place,), amount=dice.randint(0, scale)) for place in range(count_of)]
    for _ in range(dice.randint(0, 3)):
        members = tuple(sorted(dice.sample(range(count_of), dice.randint(1, count_of))))
        if members not in {saving.tasks for saving in savings}:
            savings.append(Saving(tasks=members, amount=dice.randint(0, scale)))
    if len(savings) == count_of > 1:  # together they may save less than each would, down to the larger one
        least = min(saving.amount for saving in savings[:2])
        savings.append(Saving(tasks=(0, 1), amount=-dice.randint(0, least)))
    tasks = tuple(
        ChosenTask(task_id=ids.new(), title=title, kind=dice.choice(list(TaskKind)))
        for title in TITLES[:count_of]
    )
    part = {"tasks": tasks, "savings": tuple(savings), "sharing_bp": dice.randint(5_000, 10_000)}
    return inputs.model_copy(update=part)


def shares_of(inputs: Inputs) -> tuple[TaskShare, ...]:
    return task_shares(drawn_up(SOMEWHERE, inputs, at=AT, expires_at=LATER))


def without_part(inputs: Inputs) -> Priced:
    return price(inputs.model_copy(update={"tasks": (), "savings": (), "sharing_bp": 0}))


def broken(how_many: int) -> Counter[str]:
    """Which promises were broken how often."""
    dice, found = Random(5), Counter[str]()
    for _ in range(how_many):
        inputs = any_tasks(dice, any_inputs(dice))
        _look(found, inputs, price(inputs), without_part(inputs))
    return found


def _look(found: Counter[str], inputs: Inputs, here: Priced, listed: Priced) -> None:
    found["something is left over"] += here.remainder != 0
    found["the list price is another"] += here.list_amount != listed.pay_in_amount
    found["dearer than the list"] += here.pay_in_amount > listed.pay_in_amount
    found["somebody gets less than nothing"] += (
        min(here.pay_out_amount, here.tax_amount, here.stake_amount, here.pay_in_amount) < 0
    )
    found["the platform gains or loses"] += any(
        getattr(here, name) != getattr(listed, name) for name in UNTOUCHED
    )
    found["a line says something else than it is"] += any(
        count(line.rule, line.inputs) != line.amount for line in here.lines
    )
    _look_at_shares(found, inputs, here, listed)


def _look_at_shares(found: Counter[str], inputs: Inputs, here: Priced, listed: Priced) -> None:
    """All shares together bring everybody back to where the list price has them."""
    shares = shares_of(inputs)
    found["a share is below nothing"] += any(
        min(share.pay_out_amount, share.tax_amount) < 0 for share in shares
    )
    found["shares are not the stake"] += sum(share.amount for share in shares) != here.stake_amount
    for name in ("pay_out_amount", "tax_amount"):
        back = getattr(here, name) + sum(getattr(share, name) for share in shares)
        found[f"{name} does not come back"] += back != getattr(listed, name)
    saved = portion(sum(saving.amount for saving in inputs.savings), inputs.sharing_bp)
    off = -sum(line.amount for line in here.lines if line.kind is LineKind.TASK)
    found["not what was agreed"] += off != min(saved, listed.pay_out_amount)


def test_tasks_break_no_promise_whatever_the_tax_the_tariff_and_the_factor() -> None:
    assert not +broken(4_000)


@pytest.mark.parametrize(
    ("swap", "promise"),
    [
        (lambda **of: -portion(of["savings"][0]["amount"], of["sharing_bp"]), "not what was agreed"),
        (lambda **_: -9, "somebody gets less than nothing"),
    ],
    ids=["one saving for all", "no limit"],
)
def test_another_rule_would_be_seen(monkeypatch: pytest.MonkeyPatch, swap: Any, promise: str) -> None:
    monkeypatch.setattr(counting, "_COUNTING", {**counting._COUNTING, LineRule.TASK_SHARE: swap})
    assert broken(300)[promise] > 0


def test_a_fee_on_the_reduced_price_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rules.task_lines

    def and_less_fee(inputs: Inputs, listed: Any) -> Any:
        lines = [*whole(inputs, listed)]
        off = sum(line.amount for line in lines if line.kind is LineKind.TASK)
        fee = Line(
            LineKind.SERVICE_FEE,
            "Service fee",
            Party.CUSTOMER,
            Party.PLATFORM,
            portion(off, inputs.policy.service_fee_bp),
            LineRule.SHARE_ON_TOP,
            1,
            {"of_amount": off, "share_bp": inputs.policy.service_fee_bp},
        )
        return [*lines, fee]

    monkeypatch.setattr(rules, "task_lines", and_less_fee)
    assert broken(300)["the platform gains or loses"] > 0


TABLE, SOAP = (
    ChosenTask(task_id=ids.new(), title=title, kind=TaskKind.PREPARES) for title in ("Table", "Soap")
)
TOGETHER = {
    "tasks": (TABLE, SOAP),
    "savings": (
        Saving(tasks=(0,), amount=400),
        Saving(tasks=(1,), amount=300),
        Saving(tasks=(0, 1), amount=200),
    ),
    "sharing_bp": 6_000,
}


@pytest.mark.parametrize(
    ("under", "amounts"),
    [
        ({}, [(300, 0), (240, 0)]),
        ({"rate": 2_500, "on": "service_fee"}, [(300, 0), (240, 0)]),
        ({"rate": 2_500, "on": "commission"}, [(300, 0), (240, 0)]),
        ({"rate": 2_500, "on": "service"}, [(240, 60), (192, 48)]),
        ({"rate": 2_500, "on": "service", "inclusive": False}, [(300, 75), (240, 60)]),
    ],
    ids=["no tax", "on the fee", "on the commission", "within the service", "on top of the service"],
)
def test_sixty_percent_of_nine_euros_is_shared_by_what_each_task_adds(
    under: dict[str, Any], amounts: list[tuple[int, int]]
) -> None:
    asked = inputs(policy=policy(**under), **TOGETHER)
    assert [(share.pay_out_amount, share.tax_amount) for share in shares_of(asked)] == amounts
    assert price(asked).stake_amount == sum(sum(share) for share in amounts)
    assert [share.title for share in shares_of(asked)] == ["Table", "Soap"]


def test_the_customer_is_given_what_the_provider_would_be_paid_at_most() -> None:
    free = inputs(price_amount=200, **TOGETHER)
    listed, here = without_part(free), price(free)
    assert (listed.pay_out_amount, here.pay_out_amount, here.stake_amount) == (270, 0, 270)
    assert here.service_fee_amount == listed.service_fee_amount


def test_tasks_that_save_nothing_are_named_and_cost_nothing() -> None:
    asked = inputs(tasks=(TABLE,), savings=(), sharing_bp=6_000)
    assert [share.amount for share in shares_of(asked)] == [0]
    assert price(asked).pay_in_amount == price(inputs()).pay_in_amount


def test_a_quote_from_before_tasks_says_and_costs_what_it_did() -> None:
    """Stored documents lack the fields; what is nothing is not signed."""
    drawn = drawn_up(SOMEWHERE, inputs(), at=AT, expires_at=LATER)
    old = {
        name: said
        for name, said in drawn.inputs.items()
        if name not in {"tasks", "savings", "sharing_bp", "credits"}
    }
    assert Inputs.model_validate(old) == inputs()
    assert b"stake" not in canonical(drawn)
    assert b"stake" in canonical(replace(drawn, stake_amount=1))
