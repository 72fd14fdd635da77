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
RECONCILIATION_DELAY = timedelta(hours=1)  # what is younger may stand on one side and not yet on the other


@reaches_the_world
def sync_payment(work: Work, event: EventRow) -> None:
    """Bring the provider to what was decided for a payment."""
    payments.sync_to_target(work.transactions, work.gateway, UUID(event.data["payment_id"]), at=clock.now())


@reaches_the_world
def apply_webhook(work: Work, event: EventRow) -> None:
    """Bring our payment up to what the provider says, because it said that something happened."""
    payments.apply_webhook(work.transactions, work.gateway, event.data["webhook_id"], at=clock.now())


def sync_due(work: Work, at: datetime) -> int:
    """Finish the calls whose end is unknown or that were never made, and go on to what was decided."""
    sync_one = partial(payments.sync_to_target, work.transactions, work.gateway, at=at)
    return each_due(work, "payments.sync_due", partial(payments.due_payments, at=at), sync_one, batch=BATCH)


def refresh_stale(work: Work, at: datetime) -> int:
    """Look at payments of which the provider may know more than we do: webhooks get lost."""
    refresh = partial(payments.refresh_from_provider, work.transactions, work.gateway, at=at)
    return each_due(
        work, "payments.refresh_stale", partial(payments.stale_payments, at=at), refresh, batch=BATCH
    )


def sync_unknown_changes(work: Work, at: datetime) -> int:
    """Follow recent refunds and card disputes whose webhooks were lost. Returns how many payments."""
    changed = payments.find_unknown_changes(work.transactions, work.gateway, since=at - 3 * NIGHT, until=at)
    return each(
        changed, lambda payment_id: payments.sync_payment(work.transactions, work.gateway, payment_id, at=at)
    )


def apply_waiting_webhooks(work: Work, at: datetime) -> int:
    """Follow stored events whose turn was missed. The event itself counts its attempts."""
    with work.transactions.read_session() as session:
        waiting = payments.unhandled_webhooks(session, at)
    apply = partial(payments.apply_webhook, work.transactions, work.gateway, at=at)
    return each(waiting, apply)


def alert_overdue_calls(work: Work, at: datetime) -> int:
    """Tell operators of calls whose end nobody has known for too long."""
    with work.transactions() as session:
        alerted = payments.alert_overdue_calls(session, at)
    if alerted:
        get_logger("workers").error("payment_outcomes_overdue", count=alerted)
    return alerted


def reconcile(work: Work, at: datetime) -> int:
    """Lay the last two nights' books beside the provider's. Answers how much stayed unexplained."""
    reconciliation = payments.reconcile(
        work.transactions,
        work.gateway,
        since=at - RECONCILIATION_DELAY - 2 * NIGHT,
        until=at - RECONCILIATION_DELAY,
        by=CLOCK,
        at=at,
    )
    if reconciliation.unexplained:
        get_logger("workers").error(
            "books_differ", reconciliation_id=str(reconciliation.id), rows=reconciliation.unexplained
        )
    return len(reconciliation.unexplained)
