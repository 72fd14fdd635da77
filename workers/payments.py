"""What follows a decision about money, what the provider tells, and what is looked after by the clock."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from domain import payments
from domain.foundation import clock
from domain.foundation.actors import CLOCK
from domain.foundation.events import EventRow
from domain.foundation.logging import get_logger
from workers.due import each_due
from workers.task import Work, each, reaches_the_world

BATCH = 100  # payments of a job: at a second a call they are done before the next run
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
    settle_one = partial(payments.settle, work.transactions, work.gateway, at=at)
    return each_due(work, "payments.settle_due", partial(payments.due, at=at), settle_one, batch=BATCH)


def look_again(work: Work, at: datetime) -> int:
    """Look at payments of which the provider may know more than we do: webhooks get lost."""
    look = partial(payments.bring, work.transactions, work.gateway, at=at)
    return each_due(work, "payments.look_again", partial(payments.stale, at=at), look, batch=BATCH)


def sync_unknown_changes(work: Work, at: datetime) -> int:
    """Follow recent refunds and card disputes whose webhooks were lost. Returns how many payments."""
    changed = payments.unknown_changes(work.transactions, work.gateway, since=at - 3 * NIGHT, until=at)
    return each(changed, lambda payment_id: payments.sync(work.transactions, work.gateway, payment_id, at=at))


def apply_waiting_webhooks(work: Work, at: datetime) -> int:
    """Follow stored events whose turn was missed. The event itself counts its attempts."""
    with work.transactions.read_session() as session:
        waiting = payments.unhandled(session, at)
    apply = partial(payments.apply_webhook, work.transactions, work.gateway, at=at)
    return each(waiting, apply)


def raise_alarms(work: Work, at: datetime) -> int:
    """Tell operators of calls whose end nobody has known for too long."""
    with work.transactions() as session:
        raised = payments.raise_overdue(session, at)
    if raised:
        get_logger("workers").error("payment_outcomes_overdue", count=raised)
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
        get_logger("workers").error(
            "books_differ", reconciliation_id=str(compared.id), rows=compared.unexplained
        )
    return len(compared.unexplained)
