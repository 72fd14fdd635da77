"""Scheduled jobs work row by row: one that fails holds up no other, and is not tried for ever."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from structlog.testing import capture_logs

from domain.foundation import ids
from domain.foundation.errors import Unavailable
from domain.foundation.jobs import job_failures
from domain.foundation.persistence.database import Transactions
from workers.due import each_due, each_recurring, name_of_item
from workers.invariants import OF_BACKGROUND_WORK
from workers.schedule import SCHEDULE
from workers.task import Work

JOB = "lanterns.light"


@pytest.fixture(autouse=True)
def _wait_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits does not become due by itself, however slow the machine is."""
    monkeypatch.setattr(job_failures, "FIRST_WAIT_SECONDS", 1_000)


@pytest.fixture
def work(transactions: Transactions) -> Work:
    return Work(transactions, gateway=None)  # type: ignore[arg-type]  # nothing here reaches the provider


class Rows:
    """Rows that are due until they were acted on; those of `bad` fail with `error`."""

    def __init__(self, count: int, bad: int, error: Exception | None = None) -> None:
        self.due = [ids.new() for _ in range(count)]
        self.bad, self.error = set(self.due[:bad]), error or LookupError("poisoned \x00")
        self.tried: list[Any] = []

    def find(self, _session: Session, *, limit: int) -> list[Any]:
        return self.due[:limit]

    def act(self, row: Any) -> None:
        self.tried.append(row)
        if row in self.bad:
            raise self.error
        self.due.remove(row)


def run(work: Work, rows: Rows, *, batch: int = 10) -> int:
    return each_due(work, JOB, rows.find, rows.act, batch=batch)


def make_due(work: Work) -> None:
    with work.transactions() as session:
        session.execute(text("UPDATE job_failures SET due_at = now() - interval '1 second'"))


def test_as_many_poisoned_rows_as_a_batch_holds_do_not_keep_the_others_from_their_turn(work: Work) -> None:
    rows = Rows(25, bad=12)
    acted = [run(work, rows) for _ in range(3)]
    assert sum(acted) == 13
    assert set(rows.due) == rows.bad


def test_a_poisoned_row_is_tried_a_bounded_number_of_times_and_told_of_twice(work: Work) -> None:
    rows = Rows(1, bad=1)
    with capture_logs() as lines:
        for _ in range(30):
            run(work, rows)
            make_due(work)
    assert len(rows.tried) == job_failures.MOST_ATTEMPTS
    assert [line["event"] for line in lines] == ["job_item_failed", "job_item_set_aside"]
    with work.transactions() as session:
        [aside] = job_failures.list_set_aside(session, limit=10)
        assert (aside.job, aside.item, aside.last_error) == (JOB, str(rows.due[0]), "LookupError: poisoned ")
        assert list(session.execute(text(OF_BACKGROUND_WORK["no row of a scheduled job is set aside"])))


def test_a_row_waits_longer_after_each_failure(work: Work) -> None:
    rows, waits = Rows(1, bad=1), []
    for _ in range(4):
        run(work, rows)
        assert run(work, rows) == 0
        with work.transactions() as session:
            left = text("SELECT extract(epoch FROM due_at - now()) FROM job_failures")
            waits.append(round(session.execute(left).scalar_one() / job_failures.FIRST_WAIT_SECONDS))
        make_due(work)
    assert waits == [1, 2, 4, 8]
    assert len(rows.tried) == 4


def test_an_operator_lets_a_row_be_tried_again(work: Work) -> None:
    rows = Rows(1, bad=1)
    for _ in range(job_failures.MOST_ATTEMPTS):
        run(work, rows)
        make_due(work)
    rows.bad.clear()
    assert run(work, rows) == 0
    with work.transactions() as session:
        assert job_failures.clear_failure(session, JOB, str(rows.due[0]))
        assert not job_failures.clear_failure(session, JOB, "nothing")
    assert run(work, rows) == 1


def test_a_row_that_succeeds_after_failures_is_forgotten(work: Work) -> None:
    rows = Rows(1, bad=1)
    run(work, rows)
    make_due(work)
    rows.bad.clear()
    assert run(work, rows) == 1
    with work.transactions() as session:
        assert job_failures.load_failing_items(session, JOB) == {}


@pytest.mark.parametrize(
    "error",
    [Unavailable("away"), OperationalError("SELECT 1", {}, Exception("gone")), ConnectionResetError()],
    ids=lambda error: type(error).__name__,
)
def test_what_passes_by_itself_is_not_counted(work: Work, error: Exception) -> None:
    rows = Rows(2, bad=1, error=error)
    for _ in range(3 * job_failures.MOST_ATTEMPTS):
        run(work, rows)
    with work.transactions() as session:
        assert job_failures.load_failing_items(session, JOB) == {}
    assert set(rows.due) == rows.bad


def test_what_recurs_is_never_set_aside_and_still_waits(work: Work) -> None:
    rows = Rows(2, bad=1)
    bad, good = rows.due
    act: Callable[[Any], object] = lambda row: rows.act(row) if row == bad else None  # noqa: E731
    acted = [each_recurring(work, JOB, [bad, good], act) for _ in range(2)]
    assert (acted, rows.tried) == ([1, 1], [bad])
    for _ in range(20):
        make_due(work)
        each_recurring(work, JOB, [bad, good], act)
    assert len(rows.tried) == 21
    with work.transactions() as session:
        assert job_failures.list_set_aside(session, limit=10) == []


def test_old_failures_are_forgotten_and_what_is_set_aside_stays(work: Work) -> None:
    with work.transactions() as session:
        for item, most in (("old", None), ("aside", 1), ("fresh", None)):
            for _ in range(2):
                job_failures.record_failure(session, JOB, item, LookupError(), most_attempts=most)
        old = "UPDATE job_failures SET due_at = now() - interval '8 days' WHERE item <> 'fresh'"
        session.execute(text(old))
    with work.transactions() as session:
        assert job_failures.delete_old_failures(session) == 1
        assert set(job_failures.load_failing_items(session, JOB)) == {"aside", "fresh"}


def test_an_item_of_several_ids_is_remembered_under_all_of_them() -> None:
    assert name_of_item(("a", 1)) == "a/1"


def test_each_job_is_remembered_under_its_name_in_the_schedule(work: Work, at: Any) -> None:
    names: list[str] = []
    failing = partial(_noting, names)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job_failures, "load_failing_items", failing)
        for name in (
            "bookings.run_due_transitions",
            "ratings.reveal_due",
            "hours.lapse_hours",
            "surge.tick",
        ):
            SCHEDULE[name].sweep(work, at)
    assert names == [
        "bookings.run_due_transitions",
        "ratings.reveal_due",
        "hours.lapse_hours",
        "surge.tick",
    ]


def _noting(names: list[str], _session: Session, job: str) -> dict[str, Any]:
    names.append(job)
    return {}
