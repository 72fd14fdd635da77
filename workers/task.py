"""A task: one event for one reader, or one sweep. It opens what the verb needs and calls the verb.

Attempts are counted before the reader runs, so a reader that kills its process is noticed too; after
`MOST_ATTEMPTS` a delivery is parked for operators to look at. An attempt that fails because the database or
the provider is away is not counted. Waits between attempts are real time, not the
market's: a replay that walks a day in a minute does not make the broker slower.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.foundation import clock, events
from domain.foundation.events import EventRow
from domain.foundation.logging import get_logger
from domain.foundation.persistence.database import Transactions
from domain.foundation.persistence.database_errors import is_transient
from domain.payments import Gateway

MOST_ATTEMPTS = 5  # with the waits below, ten minutes of trying: longer than a restart, shorter than a night
MOST_BATCHES = 50  # of a sweep's rows; what is left is for the next time, and nobody waits for it
FIRST_WAIT_SECONDS = 20  # longer than a healthy reader takes; also how soon a lost message is sent again

_COUNT = text("""
    UPDATE event_deliveries
    SET attempts = attempts + 1,
        due_at = now() + make_interval(secs => :first_wait * power(2, least(attempts, 6))),
        parked_at = CASE WHEN attempts >= :most THEN now() END
    WHERE event_id = :event_id AND reader = :reader AND done_at IS NULL AND parked_at IS NULL
    RETURNING parked_at IS NULL AS is_open
""")
_BLAME = text("""
    UPDATE event_deliveries SET last_error = :error, attempts = attempts - :uncounted
    WHERE event_id = :event_id AND reader = :reader AND done_at IS NULL
""")


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker holds: the way to the database and the way to the world."""

    transactions: Transactions
    gateway: Gateway


class Reader(Protocol):
    """A function that reacts to a fact, in the transaction that notes that it did."""

    __name__: str
    __module__: str

    def __call__(self, session: Session, event: EventRow, /) -> object:
        """React to the event."""


class WorldReader(Protocol):
    """A function that reaches the world for a fact; its own rows make it idempotent."""

    __name__: str
    __module__: str

    def __call__(self, work: Work, event: EventRow, /) -> object:
        """React to the event."""


Sweep = Callable[[Work, datetime], int]
AnyReader = TypeVar("AnyReader", bound=WorldReader)
Item = TypeVar("Item")

_WORLDLY: set[WorldReader] = set()


def reaches_the_world(reader: AnyReader) -> AnyReader:
    """Mark a reader that opens its own transactions around calls to the payment provider."""
    _WORLDLY.add(reader)
    return reader


def name_of(reader: Reader | WorldReader) -> str:
    """How deliveries call a reader: `bookings.confirm`."""
    return f"{reader.__module__.rpartition('.')[2]}.{reader.__name__}"


def deliver(work: Work, reader: Reader | WorldReader, event_id: UUID) -> None:
    """Let a reader handle an event, if it has not yet. A failure is noted and tried again later."""
    name = name_of(reader)
    key = {"event_id": event_id, "reader": name}
    with work.transactions() as session:
        counted = session.execute(
            _COUNT, {**key, "first_wait": FIRST_WAIT_SECONDS, "most": MOST_ATTEMPTS}
        ).first()
        event = events.get_event(session, event_id)
    if counted is not None and not counted.is_open:
        get_logger("workers").error("delivery_parked", reader=name, event_id=str(event_id))
    if counted is None or not counted.is_open or event is None:
        return
    try:
        _handle(work, reader, event)
    except Exception as error:  # noqa: BLE001 -- one bad event must not stop the others; it is noted and told
        uncounted = int(is_transient(error))
        if uncounted:
            get_logger("workers").warning("reader_postponed", reader=name, error=type(error).__name__)
        else:
            get_logger("workers").error("reader_failed", reader=name, event_id=str(event_id), exc_info=error)
        reason = f"{type(error).__name__}: {error}".replace("\0", "")[:2_000]
        with work.transactions() as session:
            session.execute(_BLAME, {**key, "error": reason, "uncounted": uncounted})


def each(items: Iterable[Item], act: Callable[[Item], object]) -> int:
    """Act on each item by itself; one that fails is told and left for the next sweep. Counts the others."""
    return sum(_went(item, act) for item in items)


def until_nothing_is_left(work: Work, sweep: Callable[[Session], int]) -> int:
    """Sweep in small transactions, so that no row is held for long; `sweep` answers how many rows it took."""
    swept = 0
    for _ in range(MOST_BATCHES):
        with work.transactions() as session:
            batch = sweep(session)
        swept += batch
        if not batch:
            break
    return swept


def _handle(work: Work, reader: Reader | WorldReader, event: EventRow) -> None:
    if reader in _WORLDLY:
        reader(work, event)
    with work.transactions() as session:
        if events.mark_handled(session, event.id, name_of(reader), at=clock.now()) and reader not in _WORLDLY:
            reader(session, event)  # type: ignore[arg-type]  # the mark says which of the two it is


def _went(item: Item, act: Callable[[Item], object]) -> bool:
    try:
        return act(item) is not False
    except Exception as error:  # noqa: BLE001 -- one bad row must not stop the others; it is told and tried again
        if is_transient(error):
            get_logger("workers").warning("item_postponed", item=str(item)[:200], error=type(error).__name__)
        else:
            get_logger("workers").error("sweep_left_one", item=str(item)[:200], exc_info=error)
        return False
