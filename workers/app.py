"""The Celery application: two kinds of messages, and nothing that is known to the broker alone.

`talkoo.deliver` wakes a reader for an event, `talkoo.sweep` wakes a sweep. Messages are acknowledged late
and never retried by Celery: the deliveries in PostgreSQL know what is done, and the relay sends again.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from celery import Celery
from kombu.exceptions import KombuError

from domain.foundation import clock
from domain.foundation.configuration.settings import Settings
from domain.foundation.logging import get_logger
from domain.foundation.persistence.database_errors import is_transient
from workers.relay import BrokerAway, Message
from workers.schedule import SCHEDULE, Entry
from workers.subscriptions import READERS
from workers.task import Work, deliver, name_of

POLLING_SECONDS = 0.02  # of the in-process broker; with the usual second a market of one process feels slow
SECONDS_TO_CONNECT = 2
DELIVERIES, SWEEPS = "deliveries", "sweeps"  # in a rush of facts the clock's messages do not wait at the end


def create(chosen: Settings) -> Celery:
    """The application on the broker that the settings name."""
    app = Celery("talkoo", broker=chosen.broker_url)
    app.conf.update(
        task_acks_late=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=4,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        # Celery's threads reconnect and now and then stay deaf; a worker that lost its broker ends instead,
        # and starts anew (see __main__).
        broker_connection_retry=False,
        broker_transport_options=_transport(chosen.broker_url),
        task_publish_retry=False,
        timezone="UTC",
    )
    return app


def serve(app: Celery, work: Callable[[], Work]) -> None:
    """Teach the application its two tasks. `work` is asked for in the process that does the work."""
    for name, task in tasks(work).items():
        app.task(name=name)(task)


def tasks(work: Callable[[], Work]) -> dict[str, Callable[..., None]]:
    """The two tasks by name. A message whose arguments cannot be meant is dropped."""
    readers = {name_of(reader): reader for several in READERS.values() for reader in several}

    def deliver_one(*arguments: object) -> None:
        message = parse_delivery(arguments)
        if message is None or message.reader not in readers:  # of another release, or of somebody else
            get_logger("workers").warning("message_dropped", task="talkoo.deliver")
            return
        with _noting_failures("talkoo.deliver", message.reader):
            deliver(work(), readers[message.reader], message.event_id)

    def sweep_one(*arguments: object) -> None:
        entry = SCHEDULE.get(arguments[0]) if len(arguments) == 1 and isinstance(arguments[0], str) else None
        if entry is None:
            get_logger("workers").warning("message_dropped", task="talkoo.sweep")
            return
        with _noting_failures("talkoo.sweep", entry.name):
            entry.sweep(work(), clock.now())

    return {"talkoo.deliver": deliver_one, "talkoo.sweep": sweep_one}


@contextmanager
def _noting_failures(task: str, name: str) -> Iterator[None]:
    """Log what fails. The database knows that it is not done, and it is asked for again."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 -- Celery would do the same with an error: log it, and drop the message
        if is_transient(error):
            get_logger("workers").warning("task_postponed", task=task, name=name, error=type(error).__name__)
        else:
            get_logger("workers").error("task_failed", task=task, name=name, exc_info=error)


def parse_delivery(arguments: Sequence[object]) -> Message | None:
    """The arguments of a `talkoo.deliver` message; None where they are not an event's id and a reader."""
    match arguments:
        case [str(event_id), str(reader)]:
            try:
                return Message(UUID(event_id), reader)
            except ValueError:
                return None
        case _:
            return None


def publisher(app: Celery) -> Callable[[Message], None]:
    """Sends a delivery's message, or says that the broker is away."""
    errors = _errors(app)

    def publish(message: Message) -> None:
        _send(
            app,
            "talkoo.deliver",
            [str(message.event_id), message.reader],
            queue=DELIVERIES,
            expires=None,
            errors=errors,
        )

    return publish


def asker(app: Celery) -> Callable[[Entry], None]:
    """Sends a sweep's message; one that waited too long is worth nothing, since another follows."""
    errors = _errors(app)

    def ask(entry: Entry) -> None:
        worthless = max(10.0, 2 * entry.every.total_seconds())
        _send(app, "talkoo.sweep", [entry.name], queue=SWEEPS, expires=worthless, errors=errors)

    return ask


def counter(app: Celery) -> Callable[[], int]:
    """Counts the messages that wait in the broker. Raises BrokerAway while it does not answer."""
    errors = _errors(app)

    def count() -> int:
        try:
            with app.connection_for_read() as connection, connection.channel() as channel:
                return sum(_length(channel, queue) for queue in (DELIVERIES, SWEEPS))
        except errors as error:
            raise BrokerAway(type(error).__name__) from error

    return count


def _length(channel: Any, queue: str) -> int:  # noqa: ANN401 -- kombu has no types
    return int(channel.queue_declare(queue, durable=True, auto_delete=False).message_count)


def _send(
    app: Celery,
    task: str,
    arguments: list[str],
    *,
    queue: str,
    expires: float | None,
    errors: tuple[type[Exception], ...],
) -> None:
    try:
        app.send_task(task, arguments, queue=queue, expires=expires, retry=False, ignore_result=True)
    except errors as error:
        raise BrokerAway(type(error).__name__) from error


def _errors(app: Celery) -> tuple[type[Exception], ...]:
    """All errors by which this broker's transport says that it did not take or answer a message."""
    connection = app.connection_for_write()
    return (KombuError, OSError, *connection.connection_errors, *connection.channel_errors)


def _transport(broker_url: str) -> dict[str, float]:
    if broker_url.startswith("memory:"):
        return {"polling_interval": POLLING_SECONDS}
    if broker_url.startswith("redis"):
        return {"socket_connect_timeout": SECONDS_TO_CONNECT, "socket_timeout": 30, "visibility_timeout": 120}
    return {"connect_timeout": SECONDS_TO_CONNECT}
