"""Cancellation as properties over generated policies, amounts and instants, and as examples."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bookings.cancellations.final_amounts import (
    Amounts,
    CancellationTerms,
    RefundShare,
    compute_final_amounts,
    refund_share,
    refund_unchanged_until,
)
from domain.bookings.kinds import BookingParty, RefundGround
from domain.markets import CancellationPolicy, CancellationTier, TaxBase

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
WHOLE = 10_000

amounts = st.builds(
    Amounts,
    pay_out=st.integers(0, 10**9),
    service_fee=st.integers(0, 10**8),
    commission=st.integers(0, 10**8),
    tax=st.integers(0, 10**8),
)
basis_points = st.integers(0, WHOLE)
tax_bases = st.sampled_from(TaxBase)
instants = st.integers(-60 * 24 * 60, 60 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))


@st.composite
def policies(draw):
    hours = sorted(draw(st.sets(st.integers(0, 24 * 30), max_size=4)), reverse=True)
    shares = sorted((draw(basis_points) for _ in hours), reverse=True)
    fees = sorted((draw(basis_points) for _ in hours), reverse=True)
    tiers = tuple(
        CancellationTier(hours_before_start=hour, refund_bp=share, service_fee_refund_bp=fee)
        for hour, share, fee in zip(hours, shares, fees, strict=True)
    )
    return CancellationPolicy(grace_minutes=draw(st.integers(0, 600)), tiers=tiers)


deadlines = st.builds(CancellationTerms, policy=policies(), booked_at=instants, start=instants)


def _refund(terms, agreed, base, at, by=BookingParty.CUSTOMER):
    return compute_final_amounts(agreed, refund_share(terms, by=by, at=at), tax_base=base).refund_amount


@given(
    deadlines,
    amounts,
    tax_bases,
    instants,
    st.sampled_from([BookingParty.CUSTOMER, BookingParty.PROVIDER, BookingParty.OPERATOR]),
)
def test_refund_and_what_is_kept_are_what_was_paid_and_no_part_grows(terms, agreed, base, at, by):
    settled = compute_final_amounts(agreed, refund_share(terms, by=by, at=at), tax_base=base)
    assert settled.refund_amount + settled.kept.pay_in == agreed.pay_in
    assert 0 <= settled.refund_amount <= agreed.pay_in
    assert 0 <= settled.kept.pay_out <= agreed.pay_out
    assert 0 <= settled.kept.service_fee <= agreed.service_fee
    assert 0 <= settled.kept.commission <= agreed.commission
    assert 0 <= settled.kept.tax <= agreed.tax


@given(deadlines, amounts, tax_bases, instants, instants)
def test_waiting_never_raises_a_refund(terms, agreed, base, one, two):
    earlier, later = sorted((one, two))
    assert _refund(terms, agreed, base, earlier) >= _refund(terms, agreed, base, later)


@given(policies(), instants, instants, instants, amounts, tax_bases, instants)
def test_reschedule_then_cancel_never_beats_the_original_deadline(
    policy, booked_at, start, moved_to, agreed, base, at
):
    original = CancellationTerms(policy, booked_at, start)
    moved = CancellationTerms(policy, booked_at, min(start, moved_to))
    assert _refund(moved, agreed, base, at) <= _refund(original, agreed, base, at)


@given(
    deadlines,
    amounts,
    tax_bases,
    instants,
    st.sampled_from([BookingParty.PROVIDER, BookingParty.OPERATOR, BookingParty.PAYMENT]),
)
def test_whoever_else_calls_it_off_the_customer_gets_everything(terms, agreed, base, at, by):
    assert _refund(terms, agreed, base, at, by=by) == agreed.pay_in


@given(deadlines, amounts, tax_bases, instants)
def test_what_is_previewed_holds_to_the_cent_until_the_instant_the_preview_names(terms, agreed, base, at):
    until = refund_unchanged_until(terms, at=at)
    previewed = compute_final_amounts(
        agreed, refund_share(terms, by=BookingParty.CUSTOMER, at=at), tax_base=base
    )
    if until is None:
        until = max(at, terms.start) + timedelta(days=400)
    for executed_at in (at + (until - at) / 2, until):
        executed = compute_final_amounts(
            agreed, refund_share(terms, by=BookingParty.CUSTOMER, at=executed_at), tax_base=base
        )
        assert (executed.refund_amount, executed.kept) == (previewed.refund_amount, previewed.kept)


@given(deadlines, instants)
def test_the_instant_a_preview_names_is_the_last_one(terms, at):
    until = refund_unchanged_until(terms, at=at)
    if until is not None:
        now = refund_share(terms, by=BookingParty.CUSTOMER, at=at)
        after = refund_share(terms, by=BookingParty.CUSTOMER, at=until + timedelta(microseconds=1))
        assert (after.service_bp, after.service_fee_bp) < (now.service_bp, now.service_fee_bp)


@given(amounts, basis_points, basis_points, tax_bases)
def test_a_dispute_is_settled_by_the_same_arithmetic(agreed, one, two, base):
    less, more = sorted((one, two))
    small = compute_final_amounts(agreed, RefundShare(less, less, RefundGround.DISPUTE), tax_base=base)
    large = compute_final_amounts(agreed, RefundShare(more, more, RefundGround.DISPUTE), tax_base=base)
    assert small.refund_amount <= large.refund_amount


MODERATE = CancellationPolicy(
    grace_minutes=60,
    tiers=(
        CancellationTier(hours_before_start=120, refund_bp=WHOLE, service_fee_refund_bp=WHOLE),
        CancellationTier(hours_before_start=24, refund_bp=5_000),
    ),
)
AGREED = Amounts(pay_out=9_000, service_fee=500, commission=1_000, tax=120)


@pytest.mark.parametrize(
    ("before_start", "refund", "ground"),
    [
        (timedelta(hours=121), 10_620, RefundGround.TIER),
        (timedelta(hours=120), 10_620, RefundGround.TIER),
        (timedelta(hours=119, minutes=59), 5_000, RefundGround.TIER),
        (timedelta(hours=24), 5_000, RefundGround.TIER),
        (timedelta(hours=23, minutes=59), 0, RefundGround.TOO_LATE),
        (timedelta(0), 0, RefundGround.TOO_LATE),
        (timedelta(minutes=-1), 0, RefundGround.TOO_LATE),
    ],
)
def test_moderate_gives_all_back_five_days_ahead_half_the_service_a_day_ahead_then_nothing(
    before_start, refund, ground
):
    terms = CancellationTerms(MODERATE, booked_at=NOON - timedelta(days=30), start=NOON)
    share = refund_share(terms, by=BookingParty.CUSTOMER, at=NOON - before_start)
    assert compute_final_amounts(AGREED, share, tax_base=TaxBase.SERVICE_FEE).refund_amount == refund
    assert share.ground is ground


def test_half_the_service_back_leaves_provider_and_commission_half_each():
    terms = CancellationTerms(MODERATE, booked_at=NOON - timedelta(days=30), start=NOON)
    share = refund_share(terms, by=BookingParty.CUSTOMER, at=NOON - timedelta(hours=30))
    kept = compute_final_amounts(AGREED, share, tax_base=TaxBase.SERVICE_FEE).kept
    assert kept == Amounts(pay_out=4_500, service_fee=500, commission=500, tax=120)


def test_within_the_grace_period_everything_goes_back_but_not_once_it_has_started():
    terms = CancellationTerms(MODERATE, booked_at=NOON - timedelta(minutes=30), start=NOON)
    within = refund_share(terms, by=BookingParty.CUSTOMER, at=NOON - timedelta(minutes=1))
    started = refund_share(terms, by=BookingParty.CUSTOMER, at=NOON + timedelta(seconds=1))
    assert (within.service_bp, within.service_fee_bp, within.ground) == (
        WHOLE,
        WHOLE,
        RefundGround.GRACE_PERIOD,
    )
    assert started.ground is RefundGround.TOO_LATE


def test_a_booking_moved_a_month_ahead_keeps_the_deadline_it_had():
    """Booked for noon tomorrow, moved by a month and called off: as late as if it had stayed."""
    booked_at = NOON - timedelta(days=10)
    strictest = min(NOON, NOON + timedelta(days=30))
    share = refund_share(
        CancellationTerms(MODERATE, booked_at, strictest),
        by=BookingParty.CUSTOMER,
        at=NOON - timedelta(hours=23),
    )
    assert share.ground is RefundGround.TOO_LATE
