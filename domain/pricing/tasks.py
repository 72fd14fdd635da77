"""Tasks that a customer takes over, in a price: what each of them takes off, line by line.

The provider names what sets of tasks save them; the customer is given the policy's part of it, at most what
the provider would be paid out, split into each task's exact Shapley share. Service fee and commission stay as
they are on the list price, so the platform neither gains nor loses by a task, and demand's part is untouched.
Where the service is taxed its tax falls by the same rate: each task takes its part of it along. So whoever
leaves tasks undone pays the reduced price and those tasks' shares, to the cent, and never above the list.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.foundation.money import BASIS_POINTS
from domain.markets import TaxBase
from domain.offers import TaskKind
from domain.pricing.inputs import Inputs
from domain.pricing.lines import Line, LineKind, LineRule, Party, balance
from domain.pricing.quotes import Quote


@dataclass(frozen=True, slots=True)
class TaskShare:
    """What one task takes off the pay-in, in minor units: the provider's part of it, and the tax office's."""

    task_id: UUID
    title: str
    kind: TaskKind
    pay_out_amount: int
    tax_amount: int

    @property
    def amount(self) -> int:
        """By how much more the customer pays who leaves this task undone."""
        return self.pay_out_amount + self.tax_amount


def task_lines(inputs: Inputs, listed: Sequence[Line]) -> Iterator[Line]:
    """What each task takes off a list price of these lines, and its part of the tax besides."""
    shared = {
        "savings": [{"tasks": [*saving.tasks], "amount": saving.amount} for saving in inputs.savings],
        "tasks": len(inputs.tasks),
        "sharing_bp": inputs.sharing_bp,
        "most_amount": balance(listed, Party.PROVIDER),
    }
    lines = [
        Line.counted(
            LineKind.TASK,
            task.title,
            (Party.CUSTOMER, Party.PROVIDER),
            LineRule.TASK_SHARE,
            inputs.in_steps({**shared, "place": place}),
            inputs.policy.number,
        )
        for place, task in enumerate(inputs.tasks)
    ]
    yield from lines
    yield from _taxes(inputs, listed, [-line.amount for line in lines])


def stake_of(lines: Sequence[Line]) -> int:
    """What tasks take off the pay-in, all in all."""
    off = [line.amount for line in lines if line.rule in _OF_TASKS and line.payer is Party.CUSTOMER]
    return -sum(off)


def task_shares(quote: Quote) -> tuple[TaskShare, ...]:
    """Each task of a quote with its share, in the order of the offer; their amounts sum to the stake."""
    lines = [Line.read(document) for document in quote.lines if document["rule"] in _OF_TASKS]
    of_service = {line.inputs["place"]: -line.amount for line in lines if line.kind is LineKind.TASK}
    of_tax = {line.inputs["place"]: line for line in lines if line.kind is LineKind.TAX}
    return tuple(
        _share(task, of_service[place], of_tax.get(place))
        for place, task in enumerate(quote.inputs.get("tasks", ()))
    )


def _share(task: dict[str, Any], service_amount: int, tax: Line | None) -> TaskShare:
    """A tax that the price contains is the provider's to pass on; one on top the customer pays besides."""
    tax_amount = -tax.amount if tax else 0
    within = tax_amount if tax and tax.payer is Party.PROVIDER else 0
    return TaskShare(
        UUID(task["task_id"]), task["title"], TaskKind(task["kind"]), service_amount - within, tax_amount
    )


def _taxes(inputs: Inputs, listed: Sequence[Line], shares: Sequence[int]) -> Iterator[Line]:
    """The tax on the service falls with it: for each task a line of its own."""
    tax = inputs.policy.tax
    if tax.applies_to is not TaxBase.SERVICE or not tax.rate_bp or not any(shares):
        return
    payer = Party.PROVIDER if tax.inclusive else Party.CUSTOMER
    taken = [line.amount for line in listed if line.kind is LineKind.TAX and line.payer is payer]
    shared = {
        "shares": [*shares],
        "rate_bp": tax.rate_bp,
        "whole_bp": BASIS_POINTS + (tax.rate_bp if tax.inclusive else 0),
        "most_amount": sum(taken),
    }
    for place in range(len(shares)):
        yield Line.counted(
            LineKind.TAX,
            tax.name,
            (payer, Party.TAX_OFFICE),
            LineRule.TAX_ON_TASKS,
            inputs.in_steps({**shared, "place": place}),
            inputs.policy.number,
        )


_OF_TASKS = frozenset({LineRule.TASK_SHARE, LineRule.TAX_ON_TASKS})
