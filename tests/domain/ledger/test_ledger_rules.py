"""The pure part of the ledger: kinds, signs, and what a posting can be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.foundation import ids
from domain.ledger import (
    CHART_OF_ACCOUNTS,
    Account,
    AccountKind,
    AccountOwner,
    LedgerSide,
    Posting,
    UnitNotSupported,
)
from domain.ledger.rules import balance_changes, check_account, signed_balance


def an_account(kind: AccountKind, unit: str = "EUR") -> Account:
    return Account(ids.new(), kind, CHART_OF_ACCOUNTS[kind].unit or unit, None, CHART_OF_ACCOUNTS[kind].floor)


def test_every_kind_of_account_has_its_nature() -> None:
    assert set(CHART_OF_ACCOUNTS) == set(AccountKind)


def test_what_we_own_or_spend_grows_by_debits_and_all_else_by_credits() -> None:
    grown_by_debits = {
        kind for kind, nature in CHART_OF_ACCOUNTS.items() if nature.grows_by is LedgerSide.DEBIT
    }
    assert grown_by_debits == {
        AccountKind.CLEARING,
        AccountKind.RECEIVABLE,
        AccountKind.DISPUTES,
        AccountKind.GOODWILL,
        AccountKind.PROCESSING_FEES,
        AccountKind.DISPUTE_FEES,
        AccountKind.CREDITS_POOL,
        AccountKind.CREDITS_OWED,
    }


def test_only_accounts_that_somebody_spends_from_have_a_floor() -> None:
    floored = {kind for kind, nature in CHART_OF_ACCOUNTS.items() if nature.floor is not None}
    assert floored == {
        AccountKind.HELD,
        AccountKind.PAYABLE,
        AccountKind.PAYABLE_HELD,
        AccountKind.CREDITS,
        AccountKind.CREDITS_PENDING,
        AccountKind.CREDITS_OWED,
        AccountKind.COMMUNITY_POT,
        AccountKind.HOURS,
    }
    assert all(CHART_OF_ACCOUNTS[kind].owner is not AccountOwner.PLATFORM for kind in floored)


def test_a_ceiling_stands_in_the_row_of_a_floor() -> None:
    roofed = [kind for kind, nature in CHART_OF_ACCOUNTS.items() if nature.ceiling is not None]
    assert roofed == [AccountKind.HOURS]
    assert all(CHART_OF_ACCOUNTS[kind].floor is not None for kind in roofed)


@pytest.mark.parametrize(
    ("kind", "unit"),
    [
        (AccountKind.CLEARING, "CRD"),
        (AccountKind.CLEARING, "HRS"),
        (AccountKind.CLEARING, "eur"),
        (AccountKind.CLEARING, "XXX"),
        (AccountKind.CREDITS, "EUR"),
        (AccountKind.CREDITS_POOL, "HRS"),
        (AccountKind.HOURS, "CRD"),
    ],
)
def test_a_kind_of_account_refuses_a_unit_it_does_not_count_in(kind: AccountKind, unit: str) -> None:
    owner = ids.new() if CHART_OF_ACCOUNTS[kind].owner is not AccountOwner.PLATFORM else None
    with pytest.raises(UnitNotSupported):
        check_account(kind, unit, owner)


@pytest.mark.parametrize("kind", list(AccountKind))
def test_an_owner_too_many_or_too_few_is_a_bug(kind: AccountKind) -> None:
    owned = CHART_OF_ACCOUNTS[kind].owner is not AccountOwner.PLATFORM
    with pytest.raises(ValueError, match="belongs to"):
        check_account(kind, CHART_OF_ACCOUNTS[kind].unit or "EUR", None if owned else ids.new())


@pytest.mark.parametrize("amount", [0, -1, 1.0, True])
def test_a_posting_moves_a_whole_amount_above_zero(amount: int) -> None:
    with pytest.raises(ValueError, match="above zero"):
        Posting(an_account(AccountKind.CLEARING), an_account(AccountKind.HELD), amount)


def test_a_posting_stays_within_one_unit() -> None:
    with pytest.raises(ValueError, match="against"):
        Posting(an_account(AccountKind.CLEARING), an_account(AccountKind.HELD, "SEK"), 1)


def test_a_posting_goes_from_one_account_to_another() -> None:
    same = an_account(AccountKind.TAX)
    with pytest.raises(ValueError, match="another"):
        Posting(same, same, 1)


@given(kind=st.sampled_from(AccountKind), debits=st.integers(0, 10**12), credits_=st.integers(0, 10**12))
def test_a_balance_is_the_growing_side_less_the_other(kind: AccountKind, debits: int, credits_: int) -> None:
    grown, other = (
        (debits, credits_) if CHART_OF_ACCOUNTS[kind].grows_by is LedgerSide.DEBIT else (credits_, debits)
    )
    assert signed_balance(kind, debits=debits, credits_=credits_) == grown - other


@given(amounts=st.lists(st.integers(1, 10**9), min_size=1, max_size=8))
def test_the_change_of_a_kept_balance_is_the_sum_of_its_postings(amounts: list[int]) -> None:
    held, owed, fees = map(an_account, (AccountKind.HELD, AccountKind.PAYABLE, AccountKind.SERVICE_FEES))
    made = [Posting(held, owed if place % 2 else fees, amount) for place, amount in enumerate(amounts)]
    expected = {held.id: -sum(amounts)}
    if len(amounts) > 1:
        expected[owed.id] = sum(amounts[1::2])
    assert balance_changes(made) == expected
