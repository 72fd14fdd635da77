"""Errors of the database server by SQLSTATE: each row of the table, raised by a real server."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import errors as server_errors
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from domain.foundation.errors import Unacceptable, Unavailable
from domain.foundation.persistence.database import Transactions, build_engine, is_retryable
from domain.foundation.persistence.database_errors import (
    CONDITIONS,
    DISK_FULL,
    READ_ONLY,
    DatabaseErrorReaction,
    OutcomeUnknownError,
)
from tests.together import eventually

# All codes of these classes that the driver knows, and some single codes.
CLASSES = ("08", "40", "53", "57", "58")
SINGLE = ("25006", "25P03", "55P03")
CODES = sorted(
    {
        kind.sqlstate
        for kind in vars(server_errors).values()
        if isinstance(kind, type)
        and issubclass(kind, psycopg.Error)
        and (kind.sqlstate or "").startswith((*CLASSES, *SINGLE))
        and kind.sqlstate[2:] != "000"
    }
    | {"57P05", "40003", "53100", "53200", "58030"}
)
REPEATED = [code for code in CODES if code.startswith("40") and code != "40003"]
UNKNOWN = ["08007", "40003"]
LATER = [code for code in CODES if code not in {*REPEATED, *UNKNOWN}]
OURS = ["42P01", "22012", "XX000", "P0001", "3D000"]


def raising(code: str) -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION 'a test' USING ERRCODE = '{code}'; END $$"


@pytest.fixture
def own(database_url: str, engine: object) -> Iterator[Transactions]:
    """Transactions with an engine of their own, whose connections the test can break."""
    made = build_engine(database_url, pool_size=2, name="tests of errors")
    yield Transactions(made)
    made.dispose()


WAYS: dict[str, Callable[[Transactions], object]] = {
    "a transaction": lambda transactions: transactions(),
    "a read": lambda transactions: transactions.read_session(),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("code", LATER)
def test_a_condition_of_the_server_is_answered_with_not_now_and_when_to_come_back(
    own: Transactions, code: str, way: str
):
    with pytest.raises(Unavailable) as raised, WAYS[way](own) as session:  # type: ignore[attr-defined]
        session.execute(text(raising(code)))
    assert not isinstance(raised.value, OutcomeUnknownError)
    assert raised.value.extras["retry_after"] >= 1
    with own() as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1


@pytest.mark.parametrize("code", UNKNOWN)
def test_an_unknown_outcome_is_said_to_be_unknown(own: Transactions, code: str):
    with pytest.raises(OutcomeUnknownError) as raised, own() as session:
        session.execute(text(raising(code)))
    assert "same Idempotency-Key" in raised.value.detail
    assert raised.value.extras["retry_after"] >= 1
    assert not is_retryable(raised.value)


@pytest.mark.parametrize("code", REPEATED)
def test_a_transaction_that_was_rolled_back_for_another_one_is_run_once_more(own: Transactions, code: str):
    tries: list[int] = []

    def work(session: Session) -> int:
        tries.append(1)
        if len(tries) == 1:
            session.execute(text(raising(code)))
        return len(tries)

    assert own.run(work) == 2
    with pytest.raises(Unavailable) as raised:
        own.run(lambda session: session.execute(text(raising(code))))
    assert raised.value.extras["retry_after"] >= 1


@pytest.mark.parametrize("code", OURS)
def test_what_has_no_row_stays_a_bug(own: Transactions, code: str):
    with pytest.raises((DBAPIError, Unacceptable)) as raised, own() as session:
        session.execute(text(raising(code)))
    assert not is_retryable(raised.value)


def test_every_row_of_the_table_is_tried_here():
    assert {row.prefix for row in CONDITIONS} <= {*CLASSES, *CODES, "25P04"}
    assert len({row.prefix for row in CONDITIONS}) == len(CONDITIONS)


@pytest.mark.parametrize(("code", "detail", "seconds"), [("53100", DISK_FULL, 30), ("25006", READ_ONLY, 5)])
def test_what_lasts_longer_is_said_in_words_of_its_own(
    own: Transactions, code: str, detail: str, seconds: int
):
    with pytest.raises(Unavailable) as raised, own() as session:
        session.execute(text(raising(code)))
    assert (raised.value.detail, raised.value.extras["retry_after"]) == (detail, seconds)


_END = text("SELECT pg_terminate_backend(:pid)")


def end(others: Transactions, session: Session) -> None:
    """End the session's server process, as a restart does, and wait until it has ended."""
    pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    gone = text("SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = :pid")
    with others.read_session() as other:  # within one transaction, pg_stat_activity would never change
        other.execute(_END, {"pid": pid})
        assert eventually(lambda: bool(other.execute(gone, {"pid": pid}).scalar_one()))


def test_a_connection_that_was_lost_before_the_commit_is_replaced_and_the_work_repeated(
    own: Transactions, transactions: Transactions
):
    tries: list[int] = []

    def work(session: Session) -> int:
        tries.append(1)
        if len(tries) == 1:
            end(transactions, session)
        return int(session.execute(text("SELECT 1")).scalar_one())

    assert own.run(work) == 1
    assert len(tries) == 2


def test_a_connection_that_was_lost_in_the_commit_leaves_the_outcome_unknown(
    own: Transactions, transactions: Transactions
):
    tries: list[int] = []

    def work(session: Session) -> None:
        tries.append(1)
        end(transactions, session)

    with pytest.raises(OutcomeUnknownError):
        own.run(work)
    assert len(tries) == 1, "work with an unknown outcome must not be repeated"


def test_a_single_statement_that_was_lost_leaves_the_outcome_unknown(
    own: Transactions, transactions: Transactions
):
    with pytest.raises(OutcomeUnknownError), own.autocommit_session() as session:  # noqa: PT012 -- the second statement fails
        end(transactions, session)
        session.execute(text("SELECT 1"))


def test_a_read_whose_connection_was_lost_may_be_repeated(own: Transactions, transactions: Transactions):
    with pytest.raises(Unavailable) as raised, own.read_session() as session:  # noqa: PT012 -- the second statement fails
        end(transactions, session)
        session.execute(text("SELECT 1"))
    assert is_retryable(raised.value)


def test_after_a_write_was_refused_as_read_only_reads_use_new_connections_too(own: Transactions):
    pid = text("SELECT pg_backend_pid()")
    with own.read_session() as session:
        before = session.execute(pid).scalar_one()
    with pytest.raises(Unavailable), own() as session:
        session.execute(text(raising("25006")))
    with own.read_session() as session:
        assert session.execute(pid).scalar_one() != before


def test_parameters_of_a_statement_that_failed_are_not_in_the_error(own: Transactions):
    with pytest.raises(DBAPIError) as raised, own() as session:
        session.execute(text("SELECT missing FROM markets WHERE slug = :typed"), {"typed": "a secret"})
    assert "a secret" not in str(raised.value)


def test_reactions_are_all_in_use():
    assert {row.reaction for row in CONDITIONS} == set(DatabaseErrorReaction)
