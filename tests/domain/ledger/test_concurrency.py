"""Many who post at once: no more is spent than there is, and nothing happens twice."""

from datetime import datetime
from uuid import UUID

import pytest

from domain import ledger
from domain.foundation import ids
from domain.foundation.persistence.database import Transactions
from domain.ledger import AccountKind, Posting
from tests.domain.ledger.ledger_factory import BOOKING, move, paid_in, violations
from tests.together import together

pytestmark = pytest.mark.usefixtures("the_books_are_in_order")


def test_a_crowd_of_spenders_never_spends_more_than_there_is(
    transactions: Transactions, at: datetime
) -> None:
    with transactions() as session:
        _, held = paid_in(session, 1_000, at)
        owed = [ledger.get_account(session, AccountKind.PAYABLE, "EUR", ids.new()) for _ in range(4)]

    def spend(number: int) -> bool:
        try:
            with transactions() as session:
                one, other = owed[number % 4], owed[(number + 1) % 4]
                move(session, f"{number}", Posting(held, one, 60), Posting(held, other, 40), at=at)
        except ledger.BalanceTooLow:
            return False
        return True

    won = together(spend, 24, threads=8)
    with transactions() as session:
        assert (sum(won), ledger.get_balance(session, held)) == (10, 0)
        assert violations(session) == {}


def test_the_same_entry_posted_by_a_crowd_happens_once(transactions: Transactions, at: datetime) -> None:
    def pay_in(_: int) -> UUID:
        with transactions() as session:
            clearing = ledger.get_account(session, AccountKind.CLEARING, "NOK")
            held = ledger.get_account(session, AccountKind.HELD, "NOK", BOOKING)
            return move(session, "once", Posting(clearing, held, 10), at=at).id

    entries = set(together(pay_in, 16, threads=8))
    with transactions() as session:
        assert len(entries) == 1
        assert ledger.get_balance(session, ledger.get_account(session, AccountKind.CLEARING, "NOK")) == 10
