"""What an audit reads, and what it would see of books that were spoilt."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import ledger
from domain.foundation.actors import CLOCK
from domain.ledger import AccountKind, Posting
from tests.domain.ledger.ledger_factory import BOOKING, ELLEN, move, paid_in, violations

pytestmark = pytest.mark.usefixtures("the_books_are_in_order")


def test_a_broken_balance_is_named_by_an_invariant(session: Session, at: datetime) -> None:
    _, held = paid_in(session, 10_000, at)
    with session.begin_nested() as undo:
        session.execute(
            text("UPDATE ledger_balances SET balance = 9999 WHERE account_id = :id"), {"id": held.id}
        )
        assert set(violations(session)) == {"a kept balance equals its postings"}
        undo.rollback()


def test_a_lost_posting_is_named_by_an_invariant(session: Session, at: datetime) -> None:
    paid_in(session, 10_000, at)
    with session.begin_nested() as undo:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("DELETE FROM ledger_postings"))
        assert set(violations(session)) == {
            "a kept balance equals its postings",
            "every entry moves something",
        }
        undo.rollback()


def test_an_audit_reads_accounts_and_entries(session: Session, at: datetime) -> None:
    clearing, held = paid_in(session, 10_000, at)
    lines = ledger.list_accounts(session, kind=None, unit="EUR", owner_id=None, after=None, limit=10)
    assert {line.account: line.balance for line in lines.items} == {clearing: 10_000, held: 10_000}
    [only] = ledger.list_accounts(
        session, kind=AccountKind.HELD, unit=None, owner_id=BOOKING, after=None, limit=1
    ).items
    assert only.account == held
    [entry] = ledger.list_entries(session, subject_id=BOOKING, account_id=held.id, after=None, limit=1).items
    assert [(line.debit, line.credit, line.amount) for line in entry.postings] == [
        (AccountKind.CLEARING, AccountKind.HELD, 10_000)
    ]


def test_who_recorded_an_entry_stands_in_it(session: Session, at: datetime) -> None:
    clearing, held = paid_in(session, 1, at)
    ledger.post(
        session,
        key="by the clock",
        kind="test",
        subject_id=ELLEN,
        postings=[Posting(clearing, held, 2)],
        by=CLOCK,
        at=at,
    )
    [entry] = ledger.list_entries(session, subject_id=ELLEN, account_id=None, after=None, limit=5).items
    assert entry.actor_kind is CLOCK.kind


def test_an_audit_turns_pages(session: Session, at: datetime) -> None:
    clearing, held = paid_in(session, 1, at)
    for number in range(4):
        move(session, f"{number}", Posting(clearing, held, 1), at=at)
    seen, after = [], None
    while True:
        page = ledger.list_entries(session, subject_id=BOOKING, account_id=None, after=after, limit=2)
        seen += [entry.key for entry in page.items]
        if (after := page.next_cursor) is None:
            break
    assert seen == ["pay-in", "0", "1", "2", "3"]
