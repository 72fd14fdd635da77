"""The relay: from the outbox to the readers. Killed anywhere, it loses nothing and doubles nothing.

First transaction: take events that were not dispatched (`FOR UPDATE SKIP LOCKED`, never "id greater than the
last one seen": ids are drawn before the commit that shows them), write one delivery row for each reader,
mark the event. Only after that commit the messages go out, so no reader hears of rows it cannot see. What is
not sent then, or is lost by the broker, stays due and is sent again, each time after twice the wait: in a
rush the messages of a long queue are late and not lost, and sending them again only makes it longer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from uuid import UUID

import psycopg
from sqlalchemy import make_url, text

from domain.foundation.events import CHANNEL
from domain.foundation.persistence.database import Transactions
from workers.task import FIRST_WAIT_SECONDS, Reader, WorldReader, name_of

BATCH = 200  # rows locked at once: enough to keep the broker busy, few enough to commit in milliseconds
LONGEST_NAP_SECONDS = 1.0  # a notification ends it sooner; this bounds what a lost notification costs

SECONDS_TO_CONNECT = 5
LISTENER = "talkoo listener"  # the name of its connection in pg_stat_activity

Readers = Mapping[str, Sequence[Reader | WorldReader]]


@dataclass(frozen=True, slots=True)
class Message:
    """Wake this reader for this event."""

    event_id: UUID
    reader: str


Publish = Callable[[Message], None]

_TAKE = text("""
    SELECT id, name FROM events WHERE dispatched_at IS NULL ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED
""")
_PLAN = text("""
    INSERT INTO event_deliveries (event_id, reader, sent, attempts, due_at)
    SELECT event_id, reader, 1, 0, now() + make_interval(secs => :wait)
    FROM unnest(cast(:events AS uuid[]), cast(:readers AS text[])) AS planned (event_id, reader)
    ON CONFLICT DO NOTHING
""")
_MARK = text("UPDATE events SET dispatched_at = now() WHERE id = ANY(:ids)")
_OVERDUE = text("""
    UPDATE event_deliveries
    SET sent = sent + 1, due_at = now() + make_interval(secs => :wait * power(2, least(sent, 6)))
    WHERE (event_id, reader) IN (
        SELECT event_id, reader FROM event_deliveries
        WHERE done_at IS NULL AND parked_at IS NULL AND due_at <= now()
        ORDER BY due_at LIMIT :batch FOR UPDATE SKIP LOCKED)
    RETURNING event_id, reader
""")


_NOT_SENT = text("""
    UPDATE event_deliveries SET sent = sent - 1, due_at = now()
    WHERE (event_id, reader) IN (
        SELECT * FROM unnest(cast(:events AS uuid[]), cast(:readers AS text[])))
""")


def dispatch(transactions: Transactions, readers: Readers, publish: Publish) -> int:
    """Plan the deliveries of events that are new, then send their messages. Returns how many were sent."""
    with transactions() as session:
        rows = session.execute(_TAKE, {"batch": BATCH}).all()
        messages = [Message(row.id, name_of(reader)) for row in rows for reader in readers.get(row.name, ())]
        if messages:
            session.execute(_PLAN, {**_columns(messages), "wait": FIRST_WAIT_SECONDS})
        if rows:
            session.execute(_MARK, {"ids": [row.id for row in rows]})
    return _send(transactions, messages, publish)


def send_again(transactions: Transactions, publish: Publish) -> int:
    """Send messages of deliveries that are overdue: lost by the broker, or failed and worth another try."""
    with transactions() as session:
        rows = session.execute(_OVERDUE, {"batch": BATCH, "wait": FIRST_WAIT_SECONDS}).all()
    return _send(transactions, [Message(row.event_id, row.reader) for row in rows], publish)


class Relay:
    """The step of the relay's loop. `news` is set by the listener when an event was recorded."""

    def __init__(self, transactions: Transactions, readers: Readers, publish: Publish, news: Event) -> None:
        self._transactions, self._readers, self._publish, self._news = transactions, readers, publish, news

    def step(self) -> float:
        """Dispatch what is new and what is overdue; wait for news when there was nothing to do."""
        self._news.clear()
        busy = dispatch(self._transactions, self._readers, self._publish)
        busy += send_again(self._transactions, self._publish)
        if not busy:
            self._news.wait(LONGEST_NAP_SECONDS)
        return 0.0


class Listener:
    """The step of a loop that tells the relay at once when an event was recorded.

    It is a loop of its own: without it (no connection left, a pooler that does not pass LISTEN on) the relay
    still looks once a second.
    """

    def __init__(self, database_url: str, news: Event) -> None:
        self._url, self._news = _plain(database_url), news
        self._connection: psycopg.Connection | None = None

    def step(self) -> float:
        """Wait for a notification for at most a second, and pass it on."""
        connection = self._listening()
        for _ in connection.notifies(timeout=LONGEST_NAP_SECONDS, stop_after=1):
            self._news.set()
        return 0.0

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()

    def _listening(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed or self._connection.broken:
            self.close()
            self._connection = psycopg.connect(
                self._url, autocommit=True, connect_timeout=SECONDS_TO_CONNECT, application_name=LISTENER
            )
            self._connection.execute(f"LISTEN {CHANNEL}")
            self._news.set()  # what was recorded while nobody listened
        return self._connection


class BrokerAway(Exception):  # noqa: N818 -- it says what is so
    """The broker took no message. The deliveries stay due."""


def _send(transactions: Transactions, messages: Sequence[Message], publish: Publish) -> int:
    """Send what was planned. What the broker does not take is due again at once, and was not sent."""
    for place, message in enumerate(messages):
        try:
            publish(message)
        except BrokerAway:
            with transactions() as session:
                session.execute(_NOT_SENT, _columns(messages[place:]))
            raise
    return len(messages)


def _columns(messages: Sequence[Message]) -> dict[str, list[UUID] | list[str]]:
    return {
        "events": [message.event_id for message in messages],
        "readers": [message.reader for message in messages],
    }


def _plain(database_url: str) -> str:
    return make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
