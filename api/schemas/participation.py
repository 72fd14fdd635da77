"""A customer's part in a service, on the wire: tasks they take over, credits they redeem."""

from typing import Annotated, Any

from pydantic import Field

from api.schemas.common import Amount, Money, RequestBody, View
from domain.foundation.ids import TaskId
from domain.offers import TaskKind
from domain.pricing import LARGEST_AMOUNT, Quote, Use, Wish, redemptions, task_shares


class CreditsChoice(RequestBody):
    """How much of the service fee, and of what demand adds, you would pay with credits at most.

    As much counts as the market allows and the price has: up to half of the fee, and all that demand adds.
    """

    fee_discount_amount: Annotated[Amount, Field(ge=0, le=LARGEST_AMOUNT)] = 0
    surge_shield_amount: Annotated[Amount, Field(ge=0, le=LARGEST_AMOUNT)] = 0

    def wish(self) -> Wish:
        """As the domain has it."""
        return Wish(self.fee_discount_amount, self.surge_shield_amount)


class TakenTaskView(View):
    """A task that the customer takes over, and its share: what it takes off, and costs again left undone."""

    id: TaskId
    title: str
    kind: TaskKind
    share: Money


class RedemptionView(View):
    """What credits pay for. They are taken when something is booked with the quote."""

    use: Use
    amount: Money = Field(description="By how much the pay-in is less.")
    credits: int = Field(description="Thousandths of a credit.")


def tasks_of(quote: Quote) -> list[dict[str, Any]]:
    """The fields of a view for each task of a quote."""
    return [
        {
            "id": share.task_id,
            "title": share.title,
            "kind": share.kind,
            "share": {"amount": share.amount, "currency": quote.currency},
        }
        for share in task_shares(quote)
    ]


def redemptions_of(quote: Quote) -> list[dict[str, Any]]:
    """The fields of a view for each thing that credits pay for."""
    return [
        {
            "use": one.use,
            "amount": {"amount": one.amount, "currency": quote.currency},
            "credits": one.credits,
        }
        for one in redemptions(quote)
    ]
