"""What a customer gives besides money, fitted to what is offered: tasks they take over, credits they redeem.

Both lower a price and never raise one: the list price is always there to be had, nobody is asked why, and
declining costs nothing.
"""

from dataclasses import dataclass
from uuid import UUID

from domain import offers
from domain.markets import PolicyVersion
from domain.offers import TaskTerms, Terms
from domain.pricing.asking import Ask, Wish
from domain.pricing.coproduction import credit_rules, task_rules
from domain.pricing.credits import Use, redemptions
from domain.pricing.errors import CreditsNotTaken, TaskNotOffered
from domain.pricing.inputs import ChosenTask, Credits, Inputs, Saving
from domain.pricing.quotes import Quote


@dataclass(frozen=True, slots=True)
class Part:
    """A customer's part in a service, as the inputs of its price have it."""

    tasks: tuple[ChosenTask, ...] = ()
    savings: tuple[Saving, ...] = ()
    sharing_bp: int = 0
    credits: Credits | None = None


NO_PART = Part()


def taken(terms: Terms, ask: Ask, policy: PolicyVersion) -> Part:
    """The part that this ask takes on these terms, under a policy.

    Raises `TaskNotOffered` and `CreditsNotTaken`.
    """
    if not ask.tasks and ask.credits is None:
        return NO_PART
    rules = task_rules(policy)
    tasks = _chosen(terms.tasks if rules else (), ask.tasks)
    return Part(
        tasks=tuple(ChosenTask(task_id=task.task_id, title=task.title, kind=task.kind) for task in tasks),
        savings=_savings(terms, tasks),
        sharing_bp=rules.sharing_of(terms.segment) if rules and tasks else 0,
        credits=_credits(policy, ask.credits),
    )


def agreed(inputs: Inputs) -> Part:
    """The part that was agreed on, whatever the offer says today."""
    return Part(inputs.tasks, inputs.savings, inputs.sharing_bp, inputs.credits)


def agreed_at_most(quote: Quote, inputs: Inputs) -> Part:
    """As `agreed`, but no more credits than this quote redeems: a change never asks for more of them."""
    if inputs.credits is None:
        return agreed(inputs)
    redeemed = {redemption.use: redemption.amount for redemption in redemptions(quote)}
    credits_left = inputs.credits.model_copy(
        update={
            "fee_discount_amount": redeemed.get(Use.FEE_DISCOUNT, 0),
            "surge_shield_amount": redeemed.get(Use.SURGE_SHIELD, 0),
        }
    )
    return Part(inputs.tasks, inputs.savings, inputs.sharing_bp, credits_left)


def _chosen(offered: tuple[TaskTerms, ...], asked: tuple[UUID, ...]) -> tuple[TaskTerms, ...]:
    """The tasks asked for, in the offer's order; each is named once."""
    if len(set(asked)) != len(asked):
        raise TaskNotOffered("Name each task once.", field="tasks")
    chosen = tuple(task for task in offered if task.task_id in asked)
    if len(chosen) != len(asked):
        raise TaskNotOffered("This offer has no such task now.", field="tasks")
    return chosen


def _savings(terms: Terms, tasks: tuple[TaskTerms, ...]) -> tuple[Saving, ...]:
    """The dividends of the sets within the tasks chosen, by the tasks' places."""
    places = {task.task_id: place for place, task in enumerate(tasks)}
    within = [saving for saving in terms.savings if places.keys() >= set(saving.task_ids)]
    return tuple(
        Saving(tasks=tuple(sorted(places[task_id] for task_id in members)), amount=amount)
        for members, amount in offers.dividends(within).items()
        if amount
    )


def _credits(policy: PolicyVersion, wish: Wish | None) -> Credits | None:
    if wish is None:
        return None
    rules = credit_rules(policy)
    if rules is None:
        raise CreditsNotTaken("Ask without credits.", field="credits")
    return Credits(
        fee_discount_amount=wish.fee_discount_amount,
        surge_shield_amount=wish.surge_shield_amount,
        fee_discount_most_bp=rules.fee_discount_most_bp,
        value_amount=rules.value_amount,
    )
