"""The ledger on a real database: what posts, what is refused, and what the database guards itself."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session

from domain import ledger
from domain.foundation import ids
from domain.foundation.actors import CLOCK, SYSTEM
from domain.foundation.database import Transactions
from domain.ledger import AccountKind, Posting
from tests.together import together

BOOKING = UUID("019aa000-0000-7000-8000-000000000001")
ELLEN = UUID("019aa000-0000-7000-8000-000000000002")


def violations(session: Session) -> dict[str, list[object]]:
    found = {name: list(session.execute(text(sql))) for name, sql in ledger.INVARIANTS.items()}
    return {name: rows for name, rows in found.items() if rows}


@pytest.fixture(autouse=True)
def the_books_are_in_order(session: Session) -> Iterator[None]:
    yield
    if session.in_transaction() and session.is_active:
        assert violations(session) == {}


def paid_in(session: Session, amount: int, at: datetime) -> tuple[ledger.Account, ledger.Account]:
    clearing = ledger.account(session, AccountKind.CLEARING, "EUR")
    held = ledger.account(session, AccountKind.HELD, "EUR", BOOKING)
    move(session, "pay-in", Posting(clearing, held, amount), at=at)
    return clearing, held


def move(session: Session, key: str, *postings: Posting, at: datetime) -> ledger.Entry:
    return ledger.post(session, key=key, kind="test", subject_id=BOOKING, postings=postings, by=SYSTEM, at=at)


def test_an_account_is_opened_once(session: Session) -> None:
    first = ledger.account(session, AccountKind.CLEARING, "EUR")
    assert ledger.account(session, AccountKind.CLEARING, "EUR") == first
    assert ledger.account(session, AccountKind.CLEARING, "SEK") != first


def test_money_moves_and_both_sides_grow(session: Session, at: datetime) -> None:
    clearing, held = paid_in(session, 10_000, at)
    assert ledger.balance(session, clearing) == 10_000
    assert ledger.balance(session, held) == 10_000


def test_the_same_key_posts_once(session: Session, at: datetime) -> None:
    clearing, held = paid_in(session, 10_000, at)
    again = move(session, "pay-in", Posting(clearing, held, 10_000), at=at)
    assert not again.is_new
    assert ledger.balance(session, clearing) == 10_000


@pytest.mark.parametrize("amounts", [[9_999], [5_000, 5_000]])
def test_one_key_with_two_stories_is_a_bug(session: Session, at: datetime, amounts: list[int]) -> None:
    clearing, held = paid_in(session, 10_000, at)
    with pytest.raises(ledger.KeyTellsAnotherStoryError):
        move(session, "pay-in", *(Posting(clearing, held, amount) for amount in amounts), at=at)


def test_nobody_spends_what_is_not_there(session: Session, at: datetime) -> None:
    _, held = paid_in(session, 10_000, at)
    owed = ledger.account(session, AccountKind.PAYABLE, "EUR", ELLEN)
    with pytest.raises(IntegrityError, match="balances_stay_above_their_floor"), session.begin_nested():
        move(session, "too-much", Posting(held, owed, 10_001), at=at)


def test_the_databases_no_is_our_refusal(transactions: Transactions, at: datetime) -> None:
    def spend_too_much(session: Session) -> None:
        _, held = paid_in(session, 10_000, at)
        owed = ledger.account(session, AccountKind.PAYABLE, "EUR", ELLEN)
        move(session, "too-much", Posting(held, owed, 10_001), at=at)

    with pytest.raises(ledger.BalanceTooLow):
        transactions.run(spend_too_much)


def test_one_entry_moves_all_or_nothing(session: Session, at: datetime) -> None:
    clearing, held = paid_in(session, 10_000, at)
    fees = ledger.account(session, AccountKind.SERVICE_FEES, "EUR")
    owed = ledger.account(session, AccountKind.PAYABLE, "EUR", ELLEN)
    with pytest.raises(IntegrityError), session.begin_nested():
        move(session, "split", Posting(held, fees, 1_000), Posting(held, owed, 9_001), at=at)
    assert ledger.balance(session, fees) == 0
    move(session, "split", Posting(held, fees, 1_000), Posting(held, owed, 9_000), at=at)
    kept = [ledger.balance(session, account) for account in (clearing, held, fees, owed)]
    assert kept == [10_000, 0, 1_000, 9_000]


def test_what_a_booking_brought_whom_can_be_read_off(session: Session, at: datetime) -> None:
    clearing, held = paid_in(session, 10_000, at)
    owed = ledger.account(session, AccountKind.PAYABLE, "EUR", ELLEN)
    assert ledger.paid_to(session, BOOKING) == {}
    move(session, "distribution", Posting(held, owed, 9_000), at=at)
    wrong = move(session, "too much", Posting(held, owed, 500), at=at)
    assert ledger.paid_to(session, BOOKING) == {ELLEN: 9_500}
    ledger.correct(session, wrong.id, key="mend", by=SYSTEM, at=at)
    spent = move(session, "spent", Posting(owed, clearing, 9_000), at=at)
    assert ledger.paid_to(session, BOOKING) == {ELLEN: 9_000}
    ledger.correct(session, spent.id, key="not spent", by=SYSTEM, at=at)
    assert ledger.paid_to(session, BOOKING) == {ELLEN: 9_000}


def test_a_mistake_is_mended_by_an_entry_that_names_it(session: Session, at: datetime) -> None:
    clearing, held = paid_in(session, 10_000, at)
    wrong = move(session, "pay-in", Posting(clearing, held, 10_000), at=at)
    mended = ledger.correct(session, wrong.id, key="mend", by=SYSTEM, at=at)
    assert mended.corrects_id == wrong.id
    assert ledger.balance(session, clearing) == 0
    assert not ledger.correct(session, wrong.id, key="mend", by=SYSTEM, at=at).is_new
    with pytest.raises(IntegrityError, match="entries_are_corrected_once"), session.begin_nested():
        ledger.correct(session, wrong.id, key="mend it again", by=SYSTEM, at=at)


def test_a_correction_under_another_key_is_one_too_many(transactions: Transactions, at: datetime) -> None:
    with transactions() as session:
        clearing, held = paid_in(session, 10_000, at)
        wrong = move(session, "twice in", Posting(clearing, held, 10_000), at=at)
        ledger.correct(session, wrong.id, key="mend", by=SYSTEM, at=at)
    with pytest.raises(ledger.AlreadyCorrected):
        transactions.run(
            lambda session: ledger.correct(session, wrong.id, key="mend it again", by=SYSTEM, at=at)
        )


def test_what_does_not_exist_is_not_corrected_or_read(session: Session, at: datetime) -> None:
    with pytest.raises(ledger.EntryUnknown):
        ledger.correct(session, ids.new(), key="mend", by=SYSTEM, at=at)
    with pytest.raises(ledger.AccountUnknown):
        ledger.account_by_id(session, ids.new())


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
    crowns = ledger.account(session, AccountKind.CLEARING, "SEK")
    with pytest.raises(IntegrityError, match="account_of_their_unit"), session.begin_nested():
        session.execute(
            text("INSERT INTO ledger_postings VALUES (:id, :entry, :debit, :credit, 'EUR', 1)"),
            {"id": ids.new(), "entry": entry.id, "debit": crowns.id, "credit": held.id},
        )


def test_a_pools_balance_permits_nothing(session: Session) -> None:
    with pytest.raises(ValueError, match="pool"):
        ledger.balance_locked(session, ledger.account(session, AccountKind.CLEARING, "EUR"))


def test_credits_and_hours_have_a_place_of_their_own(session: Session, at: datetime) -> None:
    pool = ledger.account(session, AccountKind.CREDITS_POOL, "CRD")
    mine = ledger.account(session, AccountKind.CREDITS, "CRD", ELLEN)
    move(session, "thanks", Posting(pool, mine, 1_500), at=at)
    assert (ledger.balance(session, pool), ledger.balance(session, mine)) == (1_500, 1_500)
    giver = ledger.account(session, AccountKind.HOURS, "HRS", ELLEN)
    taker = ledger.account(session, AccountKind.HOURS, "HRS", BOOKING)
    move(session, "ten hours", Posting(taker, giver, 600), at=at)
    assert (ledger.balance(session, giver), ledger.balance(session, taker)) == (600, -600)
    with pytest.raises(IntegrityError), session.begin_nested():
        move(session, "a minute more", Posting(taker, giver, 1), at=at)


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
    lines = ledger.accounts(session, kind=None, unit="EUR", owner_id=None, after=None, limit=10)
    assert {line.account: line.balance for line in lines.items} == {clearing: 10_000, held: 10_000}
    [only] = ledger.accounts(
        session, kind=AccountKind.HELD, unit=None, owner_id=BOOKING, after=None, limit=1
    ).items
    assert only.account == held
    [entry] = ledger.entries(session, subject_id=BOOKING, account_id=held.id, after=None, limit=1).items
    assert [(line.debit, line.credit, line.amount) for line in entry.postings] == [
        (AccountKind.CLEARING, AccountKind.HELD, 10_000)
    ]


def test_a_crowd_of_spenders_never_spends_more_than_there_is(
    transactions: Transactions, at: datetime
) -> None:
    with transactions() as session:
        _, held = paid_in(session, 1_000, at)
        owed = [ledger.account(session, AccountKind.PAYABLE, "EUR", ids.new()) for _ in range(4)]

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
        assert (sum(won), ledger.balance(session, held)) == (10, 0)
        assert violations(session) == {}


def test_the_same_entry_posted_by_a_crowd_happens_once(transactions: Transactions, at: datetime) -> None:
    def pay_in(_: int) -> UUID:
        with transactions() as session:
            clearing = ledger.account(session, AccountKind.CLEARING, "NOK")
            held = ledger.account(session, AccountKind.HELD, "NOK", BOOKING)
            return move(session, "once", Posting(clearing, held, 10), at=at).id

    entries = set(together(pay_in, 16, threads=8))
    with transactions() as session:
        assert len(entries) == 1
        assert ledger.balance(session, ledger.account(session, AccountKind.CLEARING, "NOK")) == 10


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
        owed = ledger.account(session, AccountKind.PAYABLE, "EUR", ELLEN)
        tax = ledger.account(session, AccountKind.TAX, "EUR")
        goodwill = ledger.account(session, AccountKind.GOODWILL, "EUR")
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
        assert [ledger.balance(session, place) for place in places] == model
        assert violations(session) == {}
        undo.rollback()


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
    [entry] = ledger.entries(session, subject_id=ELLEN, account_id=None, after=None, limit=5).items
    assert entry.actor_kind is CLOCK.kind


def test_an_audit_turns_pages(session: Session, at: datetime) -> None:
    clearing, held = paid_in(session, 1, at)
    for number in range(4):
        move(session, f"{number}", Posting(clearing, held, 1), at=at)
    seen, after = [], None
    while True:
        page = ledger.entries(session, subject_id=BOOKING, account_id=None, after=after, limit=2)
        seen += [entry.key for entry in page.items]
        if (after := page.next_cursor) is None:
            break
    assert seen == ["pay-in", "0", "1", "2", "3"]
