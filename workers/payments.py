"""What follows a decision about money, what the provider tells, and what is looked after by the clock."""

from datetime import datetime, timedelta
from uuid import UUID

from domain import payments
from domain.foundation import clock
from domain.foundation.actors import CLOCK
from domain.foundation.events import EventRow
from domain.foundation.logging import log
from workers.task import Work, each, reaches_the_world

NIGHT = timedelta(days=1)
SETTLED_IN = timedelta(hours=1)  # what is younger may stand on one side and not yet on the other


@reaches_the_world
def settle(work: Work, event: EventRow) -> None:
    """Bring the provider to what was decided for a payment."""
    payments.settle(work.transactions, work.gateway, UUID(event.data["payment_id"]), at=clock.now())


@reaches_the_world
def apply_webhook(work: Work, event: EventRow) -> None:
    """Bring our payment up to what the provider says, because it said that something happened."""
    payments.apply_webhook(work.transactions, work.gateway, event.data["webhook_id"], at=clock.now())


def settle_due(work: Work, at: datetime) -> int:
    """Finish the calls whose end is unknown or that were never made, and go on to what was decided."""
    with work.transactions.reading() as session:
        due = payments.due(session, at)
    return each(due, lambda payment_id: payments.settle(work.transactions, work.gateway, payment_id, at=at))


def look_again(work: Work, at: datetime) -> int:
    """Look at payments of which the provider may know more than we do: webhooks get lost."""
    with work.transactions.reading() as session:
        stale = payments.stale(session, at)
    return each(stale, lambda payment_id: payments.bring(work.transactions, work.gateway, payment_id, at=at))


def apply_waiting_webhooks(work: Work, at: datetime) -> int:
    """Follow stored events whose turn was missed."""
    with work.transactions.reading() as session:
        waiting = payments.unhandled(session, at)
    return each(
        waiting, lambda webhook_id: payments.apply_webhook(work.transactions, work.gateway, webhook_id, at=at)
    )


def raise_alarms(work: Work, at: datetime) -> int:
    """Tell operators of calls whose end nobody has known for too long."""
    with work.transactions() as session:
        raised = payments.raise_overdue(session, at)
    if raised:
        log("workers").error("payment_outcomes_overdue", count=raised)
    return raised


def reconcile(work: Work, at: datetime) -> int:
    """Lay the last two nights' books beside the provider's. Answers how much stayed unexplained."""
    compared = payments.reconcile(
        work.transactions,
        work.gateway,
        since=at - SETTLED_IN - 2 * NIGHT,
        until=at - SETTLED_IN,
        by=CLOCK,
        at=at,
    )
    if compared.unexplained:
        log("workers").error("books_differ", reconciliation_id=str(compared.id), rows=compared.unexplained)
    return len(compared.unexplained)
