"""The amounts a card can pay in each currency; the sandbox of the provider has the same limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.foundation import payable_amounts
from domain.foundation.errors import DomainError
from domain.foundation.money import CURRENCIES, CurrencyUnknown, apportion, share
from domain.foundation.payable_amounts import AmountNotPayable
from sandbox.payments import currencies as provider
from sandbox.protocol.errors import ApiError

SUPPORTED = sorted(code for code in CURRENCIES if payable_amounts.payable_bounds(code))


def as_the_provider_counts(amount: int, currency: str) -> int:
    finer, coarser = (
        payable_amounts.FINER_AT_STRIPE.get(currency, 1),
        payable_amounts.COARSER_AT_STRIPE.get(currency, 1),
    )
    whole, rest = divmod(amount * finer, coarser)
    return whole if not rest else -1


def provider_takes(amount: int, currency: str) -> bool:
    counted = as_the_provider_counts(amount, currency)
    try:
        provider.check_payable(counted, currency.lower())
    except ApiError:
        return False
    return True


def test_card_payments_are_taken_in_the_currencies_of_the_provider() -> None:
    assert {code.lower() for code in SUPPORTED} == provider.SUPPORTED - {"bgn"}, (
        "Bulgaria pays in EUR since 2026."
    )


@pytest.mark.parametrize("currency", SUPPORTED)
def test_the_edges_are_the_providers_edges(currency: str) -> None:
    bounds = payable_amounts.payable_bounds(currency)
    assert bounds is not None
    for edge in (bounds.least, bounds.most):
        assert payable_amounts.is_payable(edge, currency)
        assert provider_takes(edge, currency)
    for beyond in (bounds.least - bounds.step, bounds.most + bounds.step):
        assert not provider_takes(beyond, currency)
        assert beyond == 0 or not payable_amounts.is_payable(beyond, currency)


@given(st.sampled_from(SUPPORTED), st.integers(1, 10**13))
def test_what_is_payable_the_provider_takes_and_nothing_else(currency: str, amount: int) -> None:
    assert payable_amounts.is_payable(amount, currency) == provider_takes(amount, currency)


@pytest.mark.parametrize("currency", SUPPORTED)
def test_nothing_is_always_payable(currency: str) -> None:
    payable_amounts.check_payable(0, currency)


CASES = [
    ("EUR", 49, "EUR 0.49 cannot be paid by card: a card pays EUR 0.50 to EUR 999999.99."),
    ("HUF", 17_499, "HUF 174.99 cannot be paid by card: a card pays HUF 175.00 to HUF 99999999.99."),
    ("JPY", 49, "JPY 49 cannot be paid by card: a card pays JPY 50 to JPY 9999999999."),
    ("KWD", 1_005, "KWD 1.005 cannot be paid by card: a card pays KWD 0.010 to KWD 99999.990, in multiples"),
    ("IRR", 5_000, "IRR 50.00 cannot be paid by card: no card pays in IRR."),
]


@pytest.mark.parametrize(("currency", "amount", "detail"), CASES)
def test_what_cannot_be_paid_is_said_in_words(currency: str, amount: int, detail: str) -> None:
    with pytest.raises(AmountNotPayable) as refused:
        payable_amounts.check_payable(amount, currency, advice="Ask for more.", changeable_by=("customer",))
    assert refused.value.detail.startswith(detail)
    assert refused.value.detail.endswith(" Ask for more.")
    assert refused.value.extras["changeable_by"] == ["customer"]
    assert isinstance(refused.value, DomainError)


def test_a_refund_between_two_steps_names_both() -> None:
    with pytest.raises(AmountNotPayable, match=r"multiples of KWD 0\.010\. Ask for KWD 1\.230 or KWD 1\.240"):
        payable_amounts.check_refundable(1_234, "KWD")
    for amount, currency in ((1, "EUR"), (10, "KWD"), (1, "ISK"), (100, "MGA")):
        payable_amounts.check_refundable(amount, currency)


def test_a_currency_that_does_not_exist_is_refused() -> None:
    with pytest.raises(CurrencyUnknown):
        payable_amounts.payable_bounds("XYZ")


steps = st.sampled_from([1, 10, 100])


@given(st.integers(-(10**12), 10**12), st.integers(0, 10_000), st.integers(1, 10_000), steps)
def test_a_share_in_steps_is_the_nearest_multiple(amount: int, part: int, whole: int, step: int) -> None:
    parts = share(amount, part, whole, step)
    assert parts % step == 0
    assert abs(parts * whole - amount * part) * 2 <= step * whole


@given(
    st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=6).filter(any), steps
)
def test_parts_in_steps_sum_to_the_total(total: int, weights: list[int], step: int) -> None:
    for amount in (total, total * step):
        parts = apportion(amount, weights, step)
        assert sum(parts) == amount
        assert all(part * amount >= 0 for part in parts)
    assert all(part % step == 0 for part in apportion(total * step, weights, step))
