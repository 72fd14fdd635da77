"""The tables of payments: the payment, every call to the provider as a row of its own, and what came back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Enum,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN
from sqlmodel import Field

from domain.foundation.persistence.tables import (
    Table,
    document,
    enum_column,
    forbid_changes,
    instant,
    primary_key,
    reference,
)
from domain.foundation.persistence.tables import amount as money  # a column here is called amount itself
from domain.payments.kinds import (
    CardDisputeState,
    LiableParty,
    PaymentState,
    ProviderCallKind,
    ProviderCallState,
    RefundCause,
    RefundState,
)


def _text_column(longest: int, *, nullable: bool = False) -> Any:  # noqa: ANN401 -- as SQLModel's Field
    column: Column[str] = Column(String(longest), nullable=nullable)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def _cause_column() -> Any:  # noqa: ANN401 -- as SQLModel's Field
    """The cause of a refund; rows that older code still writes count against the target, as they did then."""
    values = Enum(
        RefundCause,
        native_enum=False,
        create_constraint=True,
        name="refunds_cause_known",
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )
    column: Column[Any] = Column(values, nullable=False, server_default=RefundCause.TARGET.value)
    return Field(default=RefundCause.TARGET, sa_column=column)


def _counter_column() -> Any:  # noqa: ANN401 -- as SQLModel's Field
    return Field(default=0, sa_column=Column(Integer, nullable=False))


# One row means: this customer is to pay this much for this subject, and so far it has come.
class Payment(Table, table=True):
    """A payment. `keep_amount` is what shall be kept in the end: None while that is open.

    `version` grows whenever something the provider told us changed the row. While `keep_amount`, decided at
    `target_at`, is not reached, the next step is due at `due_at`; then `settled_at` says that it was reached,
    or `parked_at` that it was tried in vain and people must look; while a refund waits for a card dispute to
    end, none of the three is set. `distribution_stopped_at` is set while a card dispute is open, or lost and
    not resolved: nothing that is held may be distributed.
    """

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount > 0", name="payments_are_of_something"),
        CheckConstraint(
            "0 <= refunded_amount AND refunded_amount <= captured_amount"
            " AND captured_amount <= authorized_amount AND authorized_amount <= amount",
            name="payments_amounts_only_shrink",
        ),
        CheckConstraint("keep_amount BETWEEN 0 AND amount", name="payments_keep_no_more_than_they_are"),
        CheckConstraint(
            "state NOT IN ('authorized', 'captured') OR CASE "
            "WHEN currency IN ('BHD', 'JOD', 'KWD', 'OMR', 'TND') THEN amount % 10 "
            "WHEN currency = 'MGA' THEN amount % 100 ELSE 0 END = 0",
            name="payments_taken_are_in_steps_of_their_currency",
        ),
        Index("payments_to_settle", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        CheckConstraint(
            "due_at IS NULL OR (keep_amount IS NOT NULL AND settled_at IS NULL AND parked_at IS NULL)",
            name="payments_are_due_while_unsettled",
        ),
        Index(
            "payments_to_look_at",
            "looked_at",
            postgresql_where=text("state IN ('requires_action', 'authorized')"),
        ),
        Index(
            "payments_stopped",
            "looked_at",
            postgresql_where=text("distribution_stopped_at IS NOT NULL"),
        ),
        {"comment": "One row means: this customer is to pay this much for this subject."},
    )
    id: UUID = primary_key()
    subject_id: UUID = Field(sa_column=Column(UUID_COLUMN(as_uuid=True), nullable=False, unique=True))
    market_id: UUID = reference("markets.id")
    customer_id: UUID = reference("users.id", index=True)
    currency: str = _text_column(3)
    amount: int = money()
    state: PaymentState = enum_column(PaymentState, "payments_state_known", default=PaymentState.PLANNED)
    authorized_amount: int = money(default=0)
    captured_amount: int = money(default=0)
    refunded_amount: int = money(default=0)
    fee_amount: int | None = money(nullable=True)
    keep_amount: int | None = money(nullable=True)
    provider_reference: str | None = Field(
        default=None, sa_column=Column(String(80), nullable=True, unique=True)
    )
    charge_reference: str | None = Field(
        default=None, sa_column=Column(String(80), nullable=True, unique=True)
    )
    capture_before: datetime | None = instant(nullable=True)
    next_action: dict[str, Any] | None = document(nullable=True)
    failure_code: str | None = _text_column(80, nullable=True)
    version: int = _counter_column()
    created_at: datetime = instant()
    looked_at: datetime | None = instant(nullable=True)
    target_at: datetime | None = instant(nullable=True)
    due_at: datetime | None = instant(nullable=True)
    settled_at: datetime | None = instant(nullable=True)
    parked_at: datetime | None = instant(nullable=True)
    distribution_stopped_at: datetime | None = instant(nullable=True)


# One row means: we decided to ask this of the provider; its key makes sure that it happens once.
class ProviderCall(Table, table=True):
    """A call to the provider: written down before it is made, with parameters that never change."""

    __tablename__ = "provider_ops"
    __table_args__ = (
        Index(
            "provider_ops_one_open_per_payment",
            "payment_id",
            unique=True,
            postgresql_where=text("state IN ('sent', 'unknown')"),
        ),
        Index(
            "provider_ops_open", "sent_at", postgresql_where=text("state IN ('planned', 'sent', 'unknown')")
        ),
        CheckConstraint(
            "(state IN ('succeeded', 'failed')) = (finished_at IS NOT NULL)", name="provider_ops_finish"
        ),
        {"comment": "One row means: we decided to ask this of the payment provider, once."},
    )
    id: UUID = primary_key()
    payment_id: UUID = reference("payments.id", index=True)
    kind: ProviderCallKind = enum_column(ProviderCallKind, "provider_ops_kind_known")
    parameters: dict[str, Any] = document()
    key: str = Field(sa_column=Column(String(80), nullable=False, unique=True))
    state: ProviderCallState = enum_column(
        ProviderCallState, "provider_ops_state_known", default=ProviderCallState.PLANNED
    )
    attempts: int = _counter_column()
    planned_at: datetime = instant()
    sent_at: datetime | None = instant(nullable=True)
    finished_at: datetime | None = instant(nullable=True)
    alerted_at: datetime | None = instant(nullable=True)
    response: dict[str, Any] | None = document(nullable=True)


# One row means: this much is given back, and this party bears it.
class Refund(Table, table=True):
    """A refund. Without an `op_id` somebody made it at the provider by hand and we followed.

    Its two ledger entries say who bore it and that it arrived; when it fails, they are corrected.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount > 0", name="refunds_are_of_something"),
        {"comment": "One row means: this much is given back, and this party bears it."},
    )
    id: UUID = primary_key()
    payment_id: UUID = reference("payments.id", index=True)
    op_id: UUID | None = reference("provider_ops.id", nullable=True, unique=True)
    amount: int = money()
    liable: LiableParty = enum_column(LiableParty, "refunds_liable_known")
    cause: RefundCause = _cause_column()
    reason_code: str = _text_column(40)
    reason: str = _text_column(2_000)
    state: RefundState = enum_column(RefundState, "refunds_state_known", default=RefundState.PLANNED)
    provider_reference: str | None = Field(
        default=None, sa_column=Column(String(80), nullable=True, unique=True)
    )
    failure_code: str | None = _text_column(80, nullable=True)
    planned_entry_id: UUID = reference("ledger_entries.id")
    done_entry_id: UUID | None = reference("ledger_entries.id", nullable=True, unique=True)
    created_at: datetime = instant()
    finished_at: datetime | None = instant(nullable=True)


# One row means: the card holder's bank took this payment back, or asks about it, through the card network.
class CardDispute(Table, table=True):
    """A card dispute as the provider shows it. Not the in-house disagreement between customer and provider.

    `withdrawn_amount` and `fee_amount` are sums over its movements: what the network holds now, and what the
    provider charged for it. `liable` bears the loss once an operator has resolved it.
    """

    __tablename__ = "card_disputes"
    __table_args__ = (
        CheckConstraint("amount > 0", name="card_disputes_are_about_something"),
        CheckConstraint(
            "(resolved_at IS NULL) = (liable IS NULL)"
            " AND (resolved_at IS NULL) = (resolution_entry_id IS NULL)",
            name="card_disputes_are_resolved_with_a_liable_party",
        ),
        {"comment": "One row means: the card holder's bank took this payment back, or asks about it."},
    )
    id: UUID = primary_key()
    payment_id: UUID = reference("payments.id", index=True)
    provider_reference: str = Field(sa_column=Column(String(80), nullable=False, unique=True))
    state: CardDisputeState = enum_column(CardDisputeState, "card_disputes_state_known")
    amount: int = money()
    reason_code: str = _text_column(40)
    withdrawn_amount: int = money(default=0)
    fee_amount: int = money(default=0)
    evidence_due_at: datetime | None = instant(nullable=True)
    opened_at: datetime = instant()
    closed_at: datetime | None = instant(nullable=True)
    created_at: datetime = instant()
    resolved_at: datetime | None = instant(nullable=True)
    liable: LiableParty | None = enum_column(LiableParty, "card_disputes_liable_known", nullable=True)
    resolution_reason: str | None = _text_column(2_000, nullable=True)
    resolution_entry_id: UUID | None = reference("ledger_entries.id", nullable=True, unique=True)


# One row means: this balance transaction of the provider moved money because of a card dispute.
class CardDisputeMovement(Table, table=True):
    """A withdrawal (`amount` below zero) or a reinstatement, with the fee charged (or returned) with it."""

    __tablename__ = "card_dispute_movements"
    __table_args__ = (
        CheckConstraint("amount <> 0 OR fee_amount <> 0", name="card_dispute_movements_move_something"),
        {"comment": "One row means: this balance transaction moved money because of a card dispute."},
    )
    id: UUID = primary_key()
    dispute_id: UUID = reference("card_disputes.id", index=True)
    provider_reference: str = Field(sa_column=Column(String(80), nullable=False, unique=True))
    amount: int = money()
    fee_amount: int = money()
    entry_id: UUID = reference("ledger_entries.id", unique=True)
    created_at: datetime = instant()


# One row means: the provider told us this, signed, and we have it for good.
class WebhookEvent(Table, table=True):
    """An event of the provider as it came; the provider's own id makes sure that it is stored once.

    It ends handled or set aside. `attempts` counts those that failed by a fault of the event's own;
    `retry_at` is when the next one is due. Without it, a worker was told and has five minutes.
    """

    __tablename__ = "webhook_events"
    __table_args__ = (
        Index("webhook_events_to_handle", "received_at", postgresql_where=text("handled_at IS NULL")),
        Index("webhook_events_to_handle_about", "about", postgresql_where=text("handled_at IS NULL")),
        CheckConstraint(
            "(set_aside_at IS NULL) = (set_aside_reason IS NULL)",
            name="webhook_events_set_aside_for_a_reason",
        ),
        CheckConstraint(
            "handled_at IS NULL OR set_aside_at IS NULL", name="webhook_events_handled_or_set_aside"
        ),
        {"comment": "One row means: the provider told us this, signed, and we have it for good."},
    )
    id: str = Field(sa_column=Column(String(80), primary_key=True))
    type: str = _text_column(80)
    about: str | None = Field(default=None, sa_column=Column(String(80), nullable=True))
    payload: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    received_at: datetime = instant()
    handled_at: datetime | None = instant(nullable=True)
    attempts: int = _counter_column()
    retry_at: datetime | None = instant(nullable=True)
    last_error: str | None = _text_column(500, nullable=True)
    set_aside_at: datetime | None = instant(nullable=True)
    set_aside_reason: str | None = _text_column(500, nullable=True)


# One row means: the provider knows this user under that name, or is being told of them.
class StripeCustomer(Table, table=True):
    """A user as the provider's customer."""

    __tablename__ = "stripe_customers"
    __table_args__ = ({"comment": "One row means: the provider knows this user, or is being told of them."},)
    user_id: UUID = Field(
        sa_column=Column(UUID_COLUMN(as_uuid=True), ForeignKey("users.id"), primary_key=True)
    )
    provider_reference: str | None = Field(
        default=None, sa_column=Column(String(80), nullable=True, unique=True)
    )


# One row means: our books were laid beside the provider's for this stretch of time, with this result.
class Reconciliation(Table, table=True):
    """A comparison of books. `unexplained` names every row that one side has and the other has not."""

    __tablename__ = "reconciliations"
    __table_args__ = ({"comment": "One row means: our books were laid beside the provider's."},)
    id: UUID = primary_key()
    since: datetime = instant()
    until: datetime = instant()
    compared: int = _counter_column()
    unexplained: list[dict[str, Any]] = document()
    finished_at: datetime = instant()


forbid_changes(
    ProviderCall,
    except_columns=("state", "attempts", "sent_at", "finished_at", "alerted_at", "response"),
)
forbid_changes(CardDisputeMovement)
forbid_changes(
    WebhookEvent,
    except_columns=("handled_at", "attempts", "retry_at", "last_error", "set_aside_at", "set_aside_reason"),
)
forbid_changes(Reconciliation)
