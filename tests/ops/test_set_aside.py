"""An operator sees what could not be done, and lets it be tried again."""

from datetime import datetime

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from domain import payments
from domain.foundation import events, ids
from domain.foundation.actors import CLOCK
from domain.foundation.jobs import job_failures
from domain.foundation.persistence.database import Transactions
from domain.payments.events import WebhookRetried
from ops.command import app
from tests.conftest import WEBHOOK_SECRET
from tests.domain.payments.test_webhooks import sign

ODD = b'{"id": "evt_odd", "type": "charge.updated", "data": {"object": {"metadata": [1]}}}'


@pytest.fixture
def aside(transactions: Transactions, at: datetime) -> str:
    """One of each kind that is set aside. Returns the event whose delivery is."""
    with transactions() as session:
        payments.receive_webhook(session, ODD, sign(ODD), secrets=["whsec_newest", WEBHOOK_SECRET], at=at)
        fact, subject = WebhookRetried("evt_0"), ("webhook", ids.new())
        event_id = events.record_event(session, fact, subject=subject, by=CLOCK, at=at)
        session.execute(
            text(
                "INSERT INTO event_deliveries (event_id, reader, attempts, due_at, parked_at, last_error)"
                " VALUES (:id, 'payments.sync_payment', 6, now(), now(), 'KeyError: odd')"
            ),
            {"id": event_id},
        )
        job_failures.record_failure(
            session, "bookings.run_due_transitions", "b 1", LookupError("odd"), most_attempts=1
        )
        job_failures.record_failure(
            session, "bookings.run_due_transitions", "b 1", LookupError("odd"), most_attempts=1
        )
    return str(event_id)


def talkoo(*words: str) -> tuple[int, str]:
    done = CliRunner(env={"COLUMNS": "300"}).invoke(app, ["set-aside", *words])
    return done.exit_code, done.output + str(done.exception or "")


def test_what_is_set_aside_is_listed_with_its_reason_and_tried_again(aside: str) -> None:
    rows = {
        "webhook": ("evt_odd", "metadata is not an object"),
        "delivery": (f"{aside} payments.sync_payment", "KeyError: odd"),
        "job": ("bookings.run_due_transitions b 1", "LookupError: odd"),
    }
    listed = talkoo("list")[1]
    assert all(part in listed for row in rows.values() for part in row)
    for kind, (name, _) in rows.items():
        assert talkoo("retry", kind, name)[0] == 0
        code, output = talkoo("retry", kind, name)
        assert (code, f"No {kind} called {name} is set aside" in output) == (1, True)
    assert "Nothing is set aside." in talkoo("list")[1]


@pytest.mark.parametrize(
    "words", [("delivery", "no-id x"), ("webhook", ""), ("planet", "mars"), ("job", "a")]
)
def test_what_is_not_set_aside_cannot_be_retried(transactions: Transactions, words: tuple[str, str]) -> None:
    code, output = talkoo("retry", *words)
    assert (code, "is set aside; see" in output) == (1, True)
