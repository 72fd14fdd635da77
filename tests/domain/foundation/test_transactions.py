"""Transactions and autocommit sessions, and the state of the database after an error."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import text

from domain import ledger
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.foundation.persistence.database import Transactions, build_engine
from domain.ledger import CREDITS, Account, AccountKind, Posting
from tests.together import eventually

OURS = "tests of transactions"
_STATES = text("SELECT state FROM pg_stat_activity WHERE application_name = :ours ORDER BY state")


@pytest.fixture
def crowd(database_url: str, transactions: Transactions) -> Iterator[Transactions]:
    """Transactions with an engine of their own, whose application name other sessions can query."""
    engine = build_engine(database_url, pool_size=1, name=OURS)
    yield Transactions(engine)
    engine.dispose()


def states(transactions: Transactions) -> list[str]:
    """The states of the crowd's connections, as another session sees them."""
    with transactions.read_session() as session:
        return list(session.execute(_STATES, {"ours": OURS}).scalars())


def opened(transactions: Transactions) -> tuple[Account, Account]:
    """The credits pool, and the credits account of a user."""
    with transactions() as session:
        pool, mine = ledger.get_accounts(
            session,
            [
                (AccountKind.CREDITS_POOL, CREDITS, None),
                (AccountKind.CREDITS, CREDITS, UUID(int=7)),
            ],
        )
    return pool, mine


def spend(session, at, posting: Posting) -> None:
    ledger.post(
        session, key=str(ids.new()), kind="test", subject_id=UUID(int=1), postings=[posting], by=SYSTEM, at=at
    )


def held(transactions: Transactions, account: Account) -> int:
    with transactions.read_session() as session:
        return ledger.get_balance(session, account)


def test_what_is_said_at_once_is_there_when_the_statement_has_answered(
    crowd: Transactions, transactions: Transactions, at
):
    pool, mine = opened(transactions)
    with crowd.autocommit_session() as session:
        spend(session, at, Posting(pool, mine, 30))
        assert held(transactions, mine) == 30
        assert states(transactions) == ["idle"]  # and nothing waits for an end


def test_what_is_begun_is_there_when_it_is_committed(crowd: Transactions, transactions: Transactions, at):
    pool, mine = opened(transactions)
    with crowd() as session:
        spend(session, at, Posting(pool, mine, 30))
        assert held(transactions, mine) == 0
        assert states(transactions) == ["idle in transaction"]
    assert held(transactions, mine) == 30


def test_a_statement_that_is_refused_leaves_nothing_and_the_next_one_works(
    crowd: Transactions, transactions: Transactions, at
):
    pool, mine = opened(transactions)
    with pytest.raises(ledger.BalanceTooLow), crowd.autocommit_session() as session:
        spend(session, at, Posting(mine, pool, 1))
    with crowd.autocommit_session() as session:
        spend(session, at, Posting(pool, mine, 5))
        assert session.execute(text("SELECT count(*) FROM ledger_postings")).scalar_one() == 1


def test_both_kinds_of_connections_end_with_their_engine(crowd: Transactions, transactions: Transactions):
    with crowd() as session, crowd.read_session() as other:
        session.execute(text("SELECT 1"))
        other.execute(text("SELECT 1"))
    assert states(transactions) == ["idle", "idle"]
    crowd.engine.dispose()
    assert eventually(lambda: states(transactions) == [])


def test_who_makes_transactions_anew_takes_the_same_connections(
    crowd: Transactions, transactions: Transactions
):
    for _ in range(5):
        with Transactions(crowd.engine).read_session() as session:
            session.execute(text("SELECT 1"))
    assert states(transactions) == ["idle"]
