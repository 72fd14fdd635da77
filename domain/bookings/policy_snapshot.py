"""What a booking freezes of the policy on the day it is made, so that no later policy can change a deal.

A **snapshot** holds the cancellation policy, what the tax is a share of, and how long each side has. It is
read for as long as there are bookings: a field may be added with a default that means what was so before.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from domain.markets import CancellationPolicy, MarketPolicy, TaxBase
from domain.pricing import TaskRules


class PolicySnapshot(BaseModel):
    """The frozen terms of one booking. Lengths are in the unit their name ends with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy_version: int
    cancellation_policy: str
    cancellation: CancellationPolicy
    tax_base: TaxBase
    hold_minutes: int
    answer_window_hours: int
    completion_hours: int
    no_show_after_minutes: int
    contest_hours: int
    notice_minutes: int
    task_reminder_hours: int = 24
    task_dispute_hours: int = 72

    @classmethod
    def of_policy(
        cls,
        policy: MarketPolicy,
        number: int,
        *,
        cancellation_policy: str,
        notice_minutes: int,
        tasks: TaskRules | None = None,
    ) -> Self:
        """The terms of a booking made under version `number` of a market's policy."""
        tasks = tasks or TaskRules()
        return cls(
            policy_version=number,
            cancellation_policy=cancellation_policy,
            cancellation=policy.cancellation_policies[cancellation_policy],
            tax_base=policy.tax.applies_to,
            hold_minutes=policy.hold_minutes,
            answer_window_hours=policy.answer_window_hours,
            completion_hours=policy.completion_hours,
            no_show_after_minutes=policy.no_show_after_minutes,
            contest_hours=policy.contest_hours,
            notice_minutes=notice_minutes,
            task_reminder_hours=tasks.reminder_hours,
            task_dispute_hours=tasks.dispute_hours,
        )

    @classmethod
    def load(cls, document: Mapping[str, Any]) -> Self:
        """The terms as a booking's row keeps them."""
        return cls.model_validate(document)

    def dump(self) -> dict[str, Any]:
        """The terms as a document for the booking's row."""
        return self.model_dump(mode="json")

    @property
    def hold(self) -> timedelta:
        """How long a slot waits for the payment."""
        return timedelta(minutes=self.hold_minutes)

    @property
    def answer_window(self) -> timedelta:
        """How long a provider may think, and either side about a proposal."""
        return timedelta(hours=self.answer_window_hours)

    @property
    def completion(self) -> timedelta:
        """How long after delivery the customer may object."""
        return timedelta(hours=self.completion_hours)

    @property
    def no_show_after(self) -> timedelta:
        """How late the other side may be before they count as not having come."""
        return timedelta(minutes=self.no_show_after_minutes)

    @property
    def contest(self) -> timedelta:
        """How long a no-show report waits to be contested before fees post."""
        return timedelta(hours=self.contest_hours)

    @property
    def task_answer(self) -> timedelta:
        """How long the other side may object to what was said of a task: as long as to a delivery."""
        return self.completion

    @property
    def task_dispute(self) -> timedelta:
        """How long operators may take to decide about a task."""
        return timedelta(hours=self.task_dispute_hours)

    @property
    def task_reminder(self) -> timedelta:
        """How long before the start the customer hears of tasks not yet done."""
        return timedelta(hours=self.task_reminder_hours)

    @property
    def notice(self) -> timedelta:
        """How long before the start the provider wants to know."""
        return timedelta(minutes=self.notice_minutes)
