"""Mistakes are mended by an entry that names them, once."""

from datetime import datetime

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from domain import ledger
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.foundation.persistence.database import Transactions
from domain.ledger import AccountKind, Posting
from tests.domain.ledger.ledger_factory import BOOKING, ELLEN, move, paid_in

pytestmark = pytest.mark.usefixtures("the_books_are_in_order")


def test_what_a_booking_brought_whom_can_be_read_off(session: Session, at: datetime) -> None:
    clearing, held = paid_in(session, 10_000, at)
    owed = ledger.get_account(session, AccountKind.PAYABLE, "EUR", ELLEN)
    assert ledger.earnings_by_provider(session, BOOKING) == {}
    move(session, "distribution", Posting(held, owed, 9_000), at=at)
    wrong = move(session, "too much", Posting(held, owed, 500), at=at)
    assert ledger.earnings_by_provider(session, BOOKING) == {ELLEN: 9_500}
    ledger.correct(session, wrong.id, key="mend", by=SYSTEM, at=at)
    spent = move(session, "spent", Posting(owed, clearing, 9_000), at=at)
    assert ledger.earnings_by_provider(session, BOOKING) == {ELLEN: 9_000}
    ledger.correct(session, spent.id, key="not spent", by=SYSTEM, at=at)
    assert ledger.earnings_by_provider(session, BOOKING) == {ELLEN: 9_000}


def test_a_mistake_is_mended_by_an_entry_that_names_it(session: Session, at: datetime) -> None:
    clearing, held = paid_in(session, 10_000, at)
    wrong = move(session, "pay-in", Posting(clearing, held, 10_000), at=at)
    mended = ledger.correct(session, wrong.id, key="mend", by=SYSTEM, at=at)
    assert mended.corrects_id == wrong.id
    assert ledger.get_balance(session, clearing) == 0
    assert not ledger.correct(session, wrong.id, key="mend", by=SYSTEM, at=at).is_new
    with pytest.raises(IntegrityError, match="entries_are_corrected_once"), session.begin_nested():
        ledger.correct(session, wrong.id, key="mend it again", by=SYSTEM, at=at)


def test_a_correction_under_another_key_is_one_too_many(transactions: Transactions, at: datetime) -> None:
    with transactions() as session:
        clearing, held = paid_in(session, 10_000, at)
        wrong = move(session, "twice in", Posting(clearing, held, 10_000), at=at)
        ledger.correct(session, wrong.id, key="mend", by=SYSTEM, at=at)
    with pytest.raises(ledger.EntryAlreadyCorrected):
        transactions.run(
            lambda session: ledger.correct(session, wrong.id, key="mend it again", by=SYSTEM, at=at)
        )


def test_what_does_not_exist_is_not_corrected_or_read(session: Session, at: datetime) -> None:
    with pytest.raises(ledger.EntryNotFound):
        ledger.correct(session, ids.new(), key="mend", by=SYSTEM, at=at)
    with pytest.raises(ledger.AccountNotFound):
        ledger.get_account_by_id(session, ids.new())
