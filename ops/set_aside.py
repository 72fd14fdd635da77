"""`talkoo set-aside`: what could not be done and waits for an operator, and how to let it be tried again."""

from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from domain import payments
from domain.foundation import clock, events
from domain.foundation.actors import SYSTEM
from domain.foundation.jobs import job_failures
from ops import database
from ops.failures import MendableError

MOST_SHOWN: Final = 200
WEBHOOK, DELIVERY, JOB = "webhook", "delivery", "job"

app = typer.Typer(no_args_is_help=True, help="Look at what could not be done, and let it be tried again.")


class NotSetAsideError(MendableError):
    """Nothing of this name is set aside."""


@dataclass(frozen=True, slots=True)
class Row:
    """Something set aside: its kind, its name for `retry`, and why."""

    kind: str
    name: str
    reason: str


@app.command("list")
def list_rows() -> None:
    """Webhooks, deliveries of events and rows of scheduled jobs that are not tried again, with the reason."""
    with database.address() as url, database.transactions_on(url) as transactions:
        rows = transactions.run(set_aside)
    table = Table("kind", "name", "reason")
    for row in rows:
        table.add_row(row.kind, row.name, row.reason)
    Console().print(table if rows else "Nothing is set aside.")


@app.command()
def retry(
    kind: Annotated[str, typer.Argument(help="webhook, delivery or job, as `list` shows it.")],
    name: Annotated[str, typer.Argument(help="The name that `list` shows.")],
) -> None:
    """Let one thing be tried again, as often as at first."""
    with database.address() as url, database.transactions_on(url) as transactions:
        retried = transactions.run(lambda session: try_again(session, kind, name))
    if not retried:
        raise NotSetAsideError(f"No {kind} called {name} is set aside; see `talkoo set-aside list`.")
    typer.echo(f"The {kind} {name} is tried again.")


def set_aside(session: Session) -> list[Row]:
    """Everything that is set aside, up to two hundred of each kind, the oldest first."""
    webhooks = payments.list_set_aside_webhooks(session, limit=MOST_SHOWN)
    deliveries = events.list_parked_deliveries(session, limit=MOST_SHOWN)
    rows = job_failures.list_set_aside(session, limit=MOST_SHOWN)
    return [
        *(Row(WEBHOOK, webhook.id, webhook.set_aside_reason or "") for webhook in webhooks),
        *(Row(DELIVERY, f"{row.event_id} {row.reader}", row.last_error or "") for row in deliveries),
        *(Row(JOB, f"{row.job} {row.item}", row.last_error) for row in rows),
    ]


def try_again(session: Session, kind: str, name: str) -> bool:
    """Let one thing be tried again; returns whether it was set aside."""
    first, _, second = name.partition(" ")
    if kind == WEBHOOK:
        return payments.retry_webhook(session, name, by=SYSTEM, at=clock.now())
    if kind == DELIVERY:
        return _is_id(first) and events.retry_delivery(session, UUID(first), second)
    return kind == JOB and job_failures.clear_failure(session, first, second)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
