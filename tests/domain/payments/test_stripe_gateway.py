"""The one room that knows Stripe: how its library is held, how amounts are counted, how calls end."""

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from domain.foundation import ids
from domain.foundation.money import MonetaryAmount
from domain.payments.provider.gateway import CallNotMadeError, CallOutcomeUnknownError, CallRejectedError
from domain.payments.provider.stripe_gateway import (
    CONNECT_SECONDS,
    READ_SECONDS,
    StripeGateway,
    _fee_from_stripe,
    _from_stripe,
    _to_stripe,
    has_valid_signature,
)
from tests import market_calendar
from tests.domain.payments.payment_harness import KEY, PaymentHarness

NOWHERE = "http://127.0.0.1:9"


def test_the_library_reports_nothing_retries_nothing_and_gives_up_in_time() -> None:
    gateway = StripeGateway(KEY, NOWHERE)
    assert stripe.enable_telemetry is False
    requestor = gateway._stripe._requestor
    assert requestor._options.max_network_retries == 0
    assert requestor._client._timeout == (CONNECT_SECONDS, READ_SECONDS)
    assert CONNECT_SECONDS + READ_SECONDS < 60


def test_a_provider_that_is_away_leaves_the_outcome_unknown() -> None:
    with pytest.raises(CallOutcomeUnknownError) as lost:
        StripeGateway(KEY, NOWHERE).payment("pi_1")
    assert not lost.value.is_final


def test_a_wrong_key_of_ours_means_that_nothing_happened(harness: PaymentHarness) -> None:
    stranger = StripeGateway("sk_of_others", str(harness.web.base_url))
    with pytest.raises(CallNotMadeError):
        stranger.payment("pi_1")


def test_too_many_at_once_means_that_nothing_happened(harness: PaymentHarness) -> None:
    harness.fault("rate_limit", "GET *")
    with pytest.raises(CallNotMadeError):
        harness.gateway.payment("pi_1")


def test_what_does_not_exist_is_refused(harness: PaymentHarness) -> None:
    with pytest.raises(CallRejectedError) as refused:
        harness.gateway.payment("pi_1")
    assert refused.value.code == "resource_missing"


def test_a_remembered_error_is_final_and_a_first_one_is_not(harness: PaymentHarness) -> None:
    harness.fault("error_before", "POST /v1/customers")
    user_id = ids.new()
    finals = []
    for _ in range(2):
        with pytest.raises(CallOutcomeUnknownError) as lost:
            harness.gateway.customer(user_id, key="the same")
        finals.append(lost.value.is_final)
    assert finals == [False, True]


def test_the_same_key_for_something_else_is_never_taken_for_an_answer(harness: PaymentHarness) -> None:
    harness.gateway.customer(ids.new(), key="the same")
    with pytest.raises(CallOutcomeUnknownError):
        harness.gateway.customer(ids.new(), key="the same")


def test_the_provider_learns_nothing_about_a_customer_but_our_id(harness: PaymentHarness) -> None:
    user_id = ids.new()
    reference = harness.gateway.customer(user_id, key="k")
    customer = harness.stripe("GET", f"customers/{reference}")
    assert customer["metadata"] == {"user_id": str(user_id)}
    assert (customer["email"], customer["name"]) == (None, None)


@pytest.mark.parametrize(
    ("amount", "currency", "theirs"),
    [
        (1_234, "EUR", 1_234),
        (1_234, "JPY", 1_234),
        (12_340, "KWD", 12_340),
        (700, "ISK", 70_000),
        (700, "UGX", 70_000),
        (70_000, "MGA", 700),
    ],
)
def test_amounts_are_counted_as_stripe_counts_them(amount: int, currency: str, theirs: int) -> None:
    assert _to_stripe(MonetaryAmount(amount, currency)) == theirs
    assert _from_stripe(theirs, currency) == amount


def test_an_amount_that_stripe_cannot_count_is_refused_before_it_is_asked() -> None:
    with pytest.raises(CallRejectedError):
        _to_stripe(MonetaryAmount(70_050, "MGA"))


@pytest.mark.parametrize(("theirs", "ours"), [(2_060, 21), (2_000, 20), (0, 0), (1, 1)])
def test_a_unit_begun_of_a_fee_is_a_unit_gone(theirs: int, ours: int) -> None:
    assert _fee_from_stripe(theirs, "ISK") == ours


@given(
    header=st.one_of(
        st.none(),
        st.text(),
        st.builds("t={},v1={}".format, st.one_of(st.integers(), st.text()), st.text()),
        st.builds("t={},v1={}".format, st.just(int(market_calendar.machine_time().timestamp())), st.text()),
    ),
    raw=st.binary(max_size=50),
)
def test_whatever_stands_in_the_header_is_a_signature_or_is_not(header: str | None, raw: bytes) -> None:
    assert has_valid_signature(raw, header, "whsec_q8ZrT1vX4mB7nC0pL3kJ") is False
