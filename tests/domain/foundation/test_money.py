"""Money is divided in integers, without a lost unit, and deterministically."""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from domain.foundation.money import (
    CURRENCIES,
    CurrencyUnknown,
    MonetaryAmount,
    apportion,
    exponent,
    portion,
    share,
)

amounts = st.integers(-(10**15), 10**15)
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=12).filter(any)


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [("EUR", 2), ("USD", 2), ("MGA", 2), ("JPY", 0), ("ISK", 0), ("UGX", 0), ("KWD", 3), ("IQD", 3)],
)
def test_a_currency_has_the_decimals_of_iso_4217(currency: str, decimals: int) -> None:
    assert exponent(currency) == decimals


@pytest.mark.parametrize("code", ["XXX", "eur", "", "XAU", "CLF", "CRD", "HRS", "EURO"])
def test_what_nobody_pays_with_is_refused(code: str) -> None:
    with pytest.raises(CurrencyUnknown):
        exponent(code)


def test_every_currency_has_three_capitals_and_at_most_three_decimals() -> None:
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)
    assert {exponent(code) for code in CURRENCIES} == {0, 2, 3}


def test_whatever_is_legal_tender_somewhere_is_known() -> None:
    tender = {
        code
        for currencies in get_global("territory_currencies").values()
        for code, _, until, is_tender in currencies
        if is_tender and until is None
    }
    assert tender - CURRENCIES <= {"BGN"}  # Bulgaria pays in euro since 2026; Babel's tables are older


@given(amounts, st.integers(0, 100_000))
def test_a_portion_is_the_exact_share_rounded_half_to_even(amount: int, basis_points: int) -> None:
    exact = Decimal(amount) * basis_points / 10_000
    assert portion(amount, basis_points) == int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))


@pytest.mark.parametrize(
    ("amount", "half"), [(1, 0), (3, 2), (5, 2), (7, 4), (-1, 0), (-3, -2), (-5, -2), (0, 0)]
)
def test_a_half_goes_to_the_even_neighbour(amount: int, half: int) -> None:
    assert portion(amount, 5_000) == half


@given(amounts, st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_share_given_back_is_the_share_that_was_taken(amount: int, part: int, whole: int) -> None:
    assert share(-amount, part, whole) == -share(amount, part, whole)
    assert abs(share(amount, part, whole) - Fraction(amount * part, whole)) <= Fraction(1, 2)


def test_a_share_of_nothing_is_no_question() -> None:
    with pytest.raises(ValueError, match="above zero"):
        share(1, 1, 0)


@given(amounts, weights)
def test_parts_sum_to_the_total_and_stay_within_one_unit_of_their_due(total: int, weights: list[int]) -> None:
    parts = apportion(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1
        assert weight or part == 0


@given(st.integers(0, 10**9), weights)
def test_no_part_of_a_total_is_below_zero(total: int, weights: list[int]) -> None:
    assert min(apportion(total, weights)) >= 0


def test_equal_claims_on_the_last_unit_go_to_the_first() -> None:
    assert apportion(100, [1, 1, 1]) == [34, 33, 33]
    assert apportion(2, [1, 1, 1]) == [1, 1, 0]
    assert apportion(-100, [1, 1, 1]) == [-34, -33, -33]


def test_the_largest_remainder_goes_first() -> None:
    assert apportion(10, [33, 33, 34]) == [3, 3, 4]
    assert apportion(1, [1, 2]) == [0, 1]


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_there_is_no_splitting_without_weights(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        apportion(10, weights)


def test_money_of_one_currency_adds_up() -> None:
    assert MonetaryAmount(250, "EUR") + MonetaryAmount(50, "EUR") - MonetaryAmount(
        1, "EUR"
    ) == MonetaryAmount(299, "EUR")
    assert -MonetaryAmount(250, "EUR") == MonetaryAmount(-250, "EUR")


def test_two_currencies_never_mix() -> None:
    with pytest.raises(ValueError, match="counted"):
        MonetaryAmount(1, "EUR") + MonetaryAmount(1, "JPY")


@pytest.mark.parametrize("amount", [1.0, True, "1", Decimal(1)])
def test_an_amount_is_an_integer(amount: object) -> None:
    with pytest.raises(TypeError):
        MonetaryAmount(amount, "EUR")  # type: ignore[arg-type]  # the mistake under test


@pytest.mark.parametrize(
    ("money", "decimal"),
    [
        (MonetaryAmount(1234, "EUR"), "12.34"),
        (MonetaryAmount(1234, "JPY"), "1234"),
        (MonetaryAmount(1234, "KWD"), "1.234"),
    ],
)
def test_money_is_shown_with_its_currencys_decimals(money: MonetaryAmount, decimal: str) -> None:
    assert str(money.decimal) == decimal
