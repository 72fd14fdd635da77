"""The ledger on a real database: what posts, what is refused, and what the database guards itself."""

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session

from domain import ledger
from domain.foundation import ids
from domain.foundation.persistence.database import Transactions
from domain.ledger import AccountKind, Posting
from tests.domain.ledger.ledger_factory import BOOKING, ELLEN, move, paid_in, violations

pytestmark = pytest.mark.usefixtures("the_books_are_in_order")


def test_an_account_is_opened_once(session: Session) -> None:
    first = ledger.get_account(session, AccountKind.CLEARING, "EUR")
    assert ledger.get_account(session, AccountKind.CLEARING, "EUR") == first
    assert ledger.get_account(session, AccountKind.CLEARING, "SEK") != first


def test_money_moves_and_both_sides_grow(session: Session, at: datetime) -> None:
    clearing, held = paid_in(session, 10_000, at)
    assert ledger.get_balance(session, clearing) == 10_000
    assert ledger.get_balance(session, held) == 10_000


def test_the_same_key_posts_once(session: Session, at: datetime) -> None:
    clearing, held = paid_in(session, 10_000, at)
    again = move(session, "pay-in", Posting(clearing, held, 10_000), at=at)
    assert not again.is_new
    assert ledger.get_balance(session, clearing) == 10_000


@pytest.mark.parametrize("amounts", [[9_999], [5_000, 5_000]])
def test_one_key_with_two_stories_is_a_bug(session: Session, at: datetime, amounts: list[int]) -> None:
    clearing, held = paid_in(session, 10_000, at)
    with pytest.raises(ledger.EntryKeyReusedError):
        move(session, "pay-in", *(Posting(clearing, held, amount) for amount in amounts), at=at)


def test_nobody_spends_what_is_not_there(session: Session, at: datetime) -> None:
    _, held = paid_in(session, 10_000, at)
    owed = ledger.get_account(session, AccountKind.PAYABLE, "EUR", ELLEN)
    with pytest.raises(IntegrityError, match="balances_stay_above_their_floor"), session.begin_nested():
        move(session, "too-much", Posting(held, owed, 10_001), at=at)


def test_the_databases_no_is_our_refusal(transactions: Transactions, at: datetime) -> None:
    def spend_too_much(session: Session) -> None:
        _, held = paid_in(session, 10_000, at)
        owed = ledger.get_account(session, AccountKind.PAYABLE, "EUR", ELLEN)
        move(session, "too-much", Posting(held, owed, 10_001), at=at)

    with pytest.raises(ledger.BalanceTooLow):
        transactions.run(spend_too_much)


def test_one_entry_moves_all_or_nothing(session: Session, at: datetime) -> None:
    clearing, held = paid_in(session, 10_000, at)
    fees = ledger.get_account(session, AccountKind.SERVICE_FEES, "EUR")
    owed = ledger.get_account(session, AccountKind.PAYABLE, "EUR", ELLEN)
    with pytest.raises(IntegrityError), session.begin_nested():
        move(session, "split", Posting(held, fees, 1_000), Posting(held, owed, 9_001), at=at)
    assert ledger.get_balance(session, fees) == 0
    move(session, "split", Posting(held, fees, 1_000), Posting(held, owed, 9_000), at=at)
    kept = [ledger.get_balance(session, account) for account in (clearing, held, fees, owed)]
    assert kept == [10_000, 0, 1_000, 9_000]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_postings SET amount = amount + 1",
        "DELETE FROM ledger_postings",
        "UPDATE ledger_entries SET key = 'other'",
        "DELETE FROM ledger_entries",
        "UPDATE ledger_accounts SET unit = 'SEK'",
    ],
)
def test_history_cannot_be_rewritten(session: Session, at: datetime, statement: str) -> None:
    paid_in(session, 10_000, at)
    with pytest.raises(DBAPIError, match="never changed or removed"), session.begin_nested():
        session.execute(text(statement))


def test_the_database_itself_refuses_two_units_in_one_posting(session: Session, at: datetime) -> None:
    clearing, held = paid_in(session, 10_000, at)
    entry = move(session, "pay-in", Posting(clearing, held, 10_000), at=at)
    crowns = ledger.get_account(session, AccountKind.CLEARING, "SEK")
    with pytest.raises(IntegrityError, match="account_of_their_unit"), session.begin_nested():
        session.execute(
            text("INSERT INTO ledger_postings VALUES (:id, :entry, :debit, :credit, 'EUR', 1)"),
            {"id": ids.new(), "entry": entry.id, "debit": crowns.id, "credit": held.id},
        )


def test_a_pools_balance_permits_nothing(session: Session) -> None:
    with pytest.raises(ValueError, match="pool"):
        ledger.lock_balance(session, ledger.get_account(session, AccountKind.CLEARING, "EUR"))


def test_credits_and_hours_have_a_place_of_their_own(session: Session, at: datetime) -> None:
    pool = ledger.get_account(session, AccountKind.CREDITS_POOL, "CRD")
    mine = ledger.get_account(session, AccountKind.CREDITS, "CRD", ELLEN)
    move(session, "thanks", Posting(pool, mine, 1_500), at=at)
    assert (ledger.get_balance(session, pool), ledger.get_balance(session, mine)) == (1_500, 1_500)
    giver = ledger.get_account(session, AccountKind.HOURS, "HRS", ELLEN)
    taker = ledger.get_account(session, AccountKind.HOURS, "HRS", BOOKING)
    move(session, "ten hours", Posting(taker, giver, 600), at=at)
    assert (ledger.get_balance(session, giver), ledger.get_balance(session, taker)) == (600, -600)
    with pytest.raises(IntegrityError), session.begin_nested():
        move(session, "a minute more", Posting(taker, giver, 1), at=at)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 300)).filter(lambda m: m[0] != m[1]),
        max_size=15,
    )
)
def test_whatever_is_tried_value_neither_appears_nor_vanishes(
    session: Session, at: datetime, moves: list[tuple[int, int, int]]
) -> None:
    with session.begin_nested() as undo:
        clearing, held = paid_in(session, 500, at)
        owed = ledger.get_account(session, AccountKind.PAYABLE, "EUR", ELLEN)
        tax = ledger.get_account(session, AccountKind.TAX, "EUR")
        goodwill = ledger.get_account(session, AccountKind.GOODWILL, "EUR")
        places = [clearing, held, owed, tax, goodwill]
        model = [500, 500, 0, 0, 0]
        grows_by_debit = [True, False, False, False, True]
        for number, (source, target, amount) in enumerate(moves):
            after = list(model)
            after[source] += amount if grows_by_debit[source] else -amount
            after[target] += -amount if grows_by_debit[target] else amount
            try:
                with session.begin_nested():
                    move(session, f"{number}", Posting(places[source], places[target], amount), at=at)
            except IntegrityError:
                assert min(after[1], after[2]) < 0
            else:
                model = after
        assert [ledger.get_balance(session, place) for place in places] == model
        assert violations(session) == {}
        undo.rollback()
