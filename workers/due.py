"""Scheduled work on rows, each by itself: one that fails holds up no other and is not tried permanently."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from domain.foundation.jobs import job_failures
from domain.foundation.logging import get_logger
from domain.foundation.persistence.database_errors import is_transient
from workers.task import Item, Work

BETWEEN: Final = "/"  # the parts of an item of several ids


def each_due(
    work: Work,
    job: str,
    find: Callable[..., Sequence[Item]],
    act: Callable[[Item], object],
    *,
    batch: int,
) -> int:
    """Act on each row that `find(session, limit=…)` returns; returns how many were acted on.

    A row that fails waits, longer each time, and is set aside after `job_failures.MOST_ATTEMPTS`. It takes no
    place of the batch. While the database or the provider is away nothing is counted.
    """
    with work.transactions.read_session() as session:
        failing = job_failures.load_failing_items(session, job)
        rows = find(session, limit=batch + len(failing))
    ready = [row for row in rows if not _waits(failing, row)][:batch]
    return _act_on_each(work, job, ready, act, failing, most_attempts=job_failures.MOST_ATTEMPTS)


def each_recurring(work: Work, job: str, items: Iterable[Item], act: Callable[[Item], object]) -> int:
    """Act on each item that has its turn again and again, as a market; returns how many were acted on.

    One that fails waits, longer each time up to eleven minutes, and is never set aside.
    """
    with work.transactions.read_session() as session:
        failing = job_failures.load_failing_items(session, job)
    ready = [item for item in items if not _waits(failing, item)]
    return _act_on_each(work, job, ready, act, failing, most_attempts=None)


def name_of_item(item: object) -> str:
    """The item as a failure is remembered under."""
    return BETWEEN.join(map(str, item)) if isinstance(item, tuple) else str(item)


def _waits(failing: dict[str, job_failures.FailingItem], item: object) -> bool:
    known = failing.get(name_of_item(item))
    return known is not None and known.is_waiting


def _act_on_each(
    work: Work,
    job: str,
    items: Sequence[Item],
    act: Callable[[Item], object],
    failing: dict[str, job_failures.FailingItem],
    *,
    most_attempts: int | None,
) -> int:
    done, postponed = 0, 0
    for item in items:
        name = name_of_item(item)
        try:
            done += act(item) is not False
        except Exception as error:  # noqa: BLE001 -- one bad row must not stop the others; it is noted and tried again
            if is_transient(error):
                postponed += 1
            else:
                _note(work, job, name, error, most_attempts)
        else:
            if name in failing:
                work.transactions.run(partial(job_failures.clear_failure, job=job, item=name))
    if postponed:
        get_logger("workers").warning("job_postponed", job=job, items=postponed)
    return done


def _note(work: Work, job: str, item: str, error: Exception, most_attempts: int | None) -> None:
    """Write the failure down, and log the first and the last of a row."""
    noted = work.transactions.run(
        lambda session: job_failures.record_failure(session, job, item, error, most_attempts=most_attempts)
    )
    if noted.is_set_aside:
        get_logger("workers").error("job_item_set_aside", job=job, item=item, error=type(error).__name__)
    elif noted.attempts == 1:
        get_logger("workers").error("job_item_failed", job=job, item=item, exc_info=error)
