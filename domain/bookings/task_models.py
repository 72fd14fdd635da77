"""The table of tasks: what the customer of a booking does themselves, and how that went."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, SmallInteger, String, Text, UniqueConstraint, text
from sqlmodel import Field

from domain.bookings.cancellations.final_amounts import StakeAmount
from domain.bookings.kinds import BookingParty, TaskOutcome, TaskState
from domain.foundation.persistence.tables import Table, amount, enum_column, instant, primary_key, reference
from domain.offers import TaskKind


# One row means: the customer of this booking does this themselves, which saves them this share of its price.
class BookingTask(Table, table=True):
    """A task that was taken over, its share of what is at stake, and how it went.

    Title and kind are the offer's when it was booked; the share follows the price when that is changed.
    `said_by` said last how it went, at `said_at`, perhaps with a `reason`; until `answer_by` the other side
    may object, or once it has the operators may decide. `outcome` is as what it counted in the end.
    """

    __tablename__ = "booking_tasks"
    __table_args__ = (
        UniqueConstraint("booking_id", "task_id", name="a_task_is_taken_over_once"),
        CheckConstraint(
            "least(share_pay_out_amount, share_tax_amount) >= 0", name="task_shares_are_not_negative"
        ),
        CheckConstraint(
            "(outcome IS NOT NULL) = (state = 'settled')", name="tasks_have_an_outcome_once_settled"
        ),
        CheckConstraint(
            "(settled_at IS NOT NULL) = (state = 'settled')", name="tasks_are_settled_at_an_instant"
        ),
        CheckConstraint(
            "answer_by IS NULL OR state IN ('unmet', 'blocked', 'disputed')",
            name="tasks_wait_only_for_answers",
        ),
        CheckConstraint(
            "state <> 'disputed' OR (answer_by IS NOT NULL AND objected_at IS NOT NULL)",
            name="disputed_tasks_wait_for_a_decision",
        ),
        CheckConstraint(
            "state NOT IN ('confirmed', 'unmet', 'blocked') OR said_by IS NOT NULL",
            name="somebody_says_how_a_task_went",
        ),
        CheckConstraint("(said_by IS NULL) = (said_at IS NULL)", name="tasks_are_spoken_of_at_an_instant"),
        CheckConstraint(
            "(objected_at IS NULL) = (objection IS NULL)", name="tasks_are_objected_to_with_a_statement"
        ),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="tasks_are_decided_by_somebody"),
        Index("booking_tasks_undecided", "answer_by", postgresql_where=text("state = 'disputed'")),
        {
            "comment": "One row means: the customer of this booking does this themselves, which saves them "
            "this share of its price."
        },
    )
    id: UUID = primary_key()
    booking_id: UUID = reference("bookings.id")
    task_id: UUID = reference("offer_tasks.id")
    position: int = Field(sa_column=Column(SmallInteger, nullable=False))
    kind: TaskKind = enum_column(TaskKind, "booking_task_kinds_known")
    title: str = Field(sa_column=Column(String(120), nullable=False))
    share_pay_out_amount: int = amount()
    share_tax_amount: int = amount()
    state: TaskState = enum_column(TaskState, "booking_task_states_known", default=TaskState.AGREED)
    performed_at: datetime | None = instant(nullable=True)
    said_by: BookingParty | None = enum_column(BookingParty, "booking_task_sayers_known", nullable=True)
    said_at: datetime | None = instant(nullable=True)
    reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    objection: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    objected_at: datetime | None = instant(nullable=True)
    answer_by: datetime | None = instant(nullable=True)
    decided_by: BookingParty | None = enum_column(BookingParty, "booking_task_deciders_known", nullable=True)
    decided_at: datetime | None = instant(nullable=True)
    decision: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    outcome: TaskOutcome | None = enum_column(TaskOutcome, "booking_task_outcomes_known", nullable=True)
    settled_at: datetime | None = instant(nullable=True)

    @property
    def stake(self) -> StakeAmount:
        """Its share of what is at stake, in minor units of the booking's currency."""
        return StakeAmount(self.share_pay_out_amount, self.share_tax_amount)
