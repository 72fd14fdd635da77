import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.markets import CancellationPolicy, CancellationTier, MarketPolicy
from domain.markets.policy import FULL_BP

shares = st.integers(min_value=0, max_value=FULL_BP)


@st.composite
def tiers(draw: st.DrawFn) -> tuple[CancellationTier, ...]:
    hours = sorted(draw(st.lists(st.integers(0, 2_000), max_size=5, unique=True)), reverse=True)
    refunds = sorted(draw(st.lists(shares, min_size=len(hours), max_size=len(hours))), reverse=True)
    fees = sorted(draw(st.lists(shares, min_size=len(hours), max_size=len(hours))), reverse=True)
    return tuple(
        CancellationTier(hours_before_start=hour, refund_bp=refund, service_fee_refund_bp=fee)
        for hour, refund, fee in zip(hours, refunds, fees, strict=True)
    )


policies = st.builds(
    MarketPolicy,
    service_fee_bp=shares,
    commission_bp=shares,
    hold_minutes=st.integers(1, 1_440),
    cancellation_policies=st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True),
        st.builds(CancellationPolicy, grace_minutes=st.integers(0, 600), tiers=tiers()),
        min_size=1,
        max_size=3,
    ),
)


@given(policies)
def test_a_policy_comes_back_from_its_document_as_it_went_in(policy: MarketPolicy) -> None:
    assert MarketPolicy.model_validate_json(policy.model_dump_json()) == policy


def test_an_empty_document_is_the_policy_every_market_starts_with() -> None:
    assert MarketPolicy.model_validate_json("{}") == MarketPolicy()
    assert set(MarketPolicy().cancellation_policies) == {"flexible", "moderate", "strict"}


@pytest.mark.parametrize(
    "document",
    [
        {"service_fee_bp": FULL_BP + 1},
        {"service_fee_bp": -1},
        {"service_fee_bp": 5.0},
        {"service_fee_bp": "500"},
        {"service_fee": 500},
        {"hold_minutes": 0},
        {"answer_window_hours": 120},
        {"tax": {"rate_bp": 2_550, "applies_to": "everything"}},
        {"cancellation_policies": {}},
        {"cancellation_policies": {"Flexible!": {}}},
        {"segments": ["business", "business"]},
    ],
    ids=str,
)
def test_what_a_policy_cannot_mean_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MarketPolicy.model_validate(document)


@pytest.mark.parametrize(
    ("farther", "nearer"),
    [
        ((24, 5_000, 0), (48, 5_000, 0)),
        ((24, 5_000, 0), (24, 5_000, 0)),
        ((48, 5_000, 0), (24, 5_001, 0)),
        ((48, 5_000, 10), (24, 5_000, 11)),
    ],
)
def test_nobody_gets_back_more_by_cancelling_later(
    farther: tuple[int, int, int], nearer: tuple[int, int, int]
) -> None:
    names = ("hours_before_start", "refund_bp", "service_fee_refund_bp")
    with pytest.raises(ValidationError):
        CancellationPolicy(
            tiers=tuple(
                CancellationTier(**dict(zip(names, values, strict=True))) for values in (farther, nearer)
            )
        )


def test_a_policy_that_is_shared_cannot_be_changed_under_those_who_hold_it() -> None:
    with pytest.raises(ValidationError):
        MarketPolicy().service_fee_bp = 0  # type: ignore[misc]  # the test is that it is frozen
