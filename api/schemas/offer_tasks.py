"""Tasks of an offer on the wire: what a customer may take over, and what it saves.

What a task saves the provider is told to its provider alone; the world is told what it takes off for the
customer.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.common import Amount, Line, Money, RequestBody, View
from domain.foundation.ids import TaskId
from domain.foundation.text.json_text import NO_NUL
from domain.foundation.text.text_types import TEXT
from domain.offers import MOST_TASKS, MOST_TOGETHER, OfferTask, SavingTerms, TaskContent, TaskKind, WholeOffer

Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000, pattern=NO_NUL), TEXT]
Saves = Mapping[tuple[UUID, ...], int]  # what sets of tasks take off for the customer


class TaskDraft(RequestBody):
    """Work that your customers may take over, and what it alone saves you in one booking."""

    model_config = RequestBody.example(
        {
            "kind": "brings_materials",
            "title": "Bringing the soap",
            "description": "A litre of soft soap.",
            "saving_amount": 400,
        }
    )

    kind: TaskKind
    title: Line
    description: Description = ""
    saving_amount: Annotated[
        Amount, Field(description="In minor units. The customer is given the market's part of it.")
    ]
    position: Annotated[int, Field(strict=True, description="Tasks are shown in this order.")] = 0

    def content(self) -> TaskContent:
        """As the domain has it."""
        return TaskContent(
            kind=self.kind,
            title=self.title,
            description=self.description,
            saving_amount=self.saving_amount,
            position=self.position,
        )


class Together(RequestBody):
    """Several tasks, and what they save together."""

    tasks: Annotated[tuple[TaskId, ...], Field(min_length=2, max_length=MOST_TASKS)]
    saving_amount: Amount


class SavingsDraft(RequestBody):
    """All sets of several tasks that save something else than the sum of their parts."""

    model_config = RequestBody.example({"savings": []})

    savings: Annotated[
        tuple[Together, ...],
        Field(
            max_length=MOST_TOGETHER,
            examples=[
                [
                    {
                        "tasks": ["tsk_01jczk3v9hf8gb2h6v1q4nsx7e", "tsk_01jczk3v9hf8gb2h6v1q4nsx7f"],
                        "saving_amount": 900,
                    }
                ]
            ],
        ),
    ]

    def together(self) -> list[SavingTerms]:
        """As the domain has it."""
        return [SavingTerms(each.tasks, each.saving_amount) for each in self.savings]


class TaskView(View):
    """Work that a customer may take over."""

    id: TaskId
    kind: TaskKind
    title: str
    description: str
    position: int
    saves: Money | None = Field(
        description="What it alone takes off the service for the customer, before any tax on it; null where "
        "the market lets customers take over nothing."
    )

    @classmethod
    def of(cls, task: OfferTask, saves: Saves, currency: str) -> Self:
        """The view of a task of an offer in this currency."""
        amount = saves.get((task.id,))
        return cls(
            **task.model_dump(include={"id", "kind", "title", "description", "position"}),
            saves=None if amount is None else Money(amount=amount, currency=currency),
        )


class TogetherView(View):
    """What several tasks take off together for the customer who does them all."""

    tasks: tuple[TaskId, ...]
    saves: Money


class SavingView(View):
    """What a set of tasks saves the provider."""

    tasks: tuple[TaskId, ...]
    saving: Money

    @classmethod
    def of(cls, saving: SavingTerms, currency: str) -> Self:
        """The view of what a set saves, in this currency."""
        return cls(tasks=saving.task_ids, saving=Money(amount=saving.saving_amount, currency=currency))


class OfferTasksView(View):
    """The tasks of an offer. Sets that are not named take off the sum of their parts."""

    items: tuple[TaskView, ...]
    together: tuple[TogetherView, ...]

    @classmethod
    def of(cls, whole: WholeOffer, saves: Saves) -> Self:
        """The view of an offer's tasks."""
        currency = whole.offer.currency
        return cls(
            items=tuple(TaskView.of(task, saves, currency) for task in whole.tasks),
            together=tuple(
                TogetherView(tasks=tasks, saves=Money(amount=amount, currency=currency))
                for tasks, amount in _several(saves)
            ),
        )


def _several(saves: Saves) -> Sequence[tuple[tuple[UUID, ...], int]]:
    return [(tasks, amount) for tasks, amount in saves.items() if len(tasks) > 1]
