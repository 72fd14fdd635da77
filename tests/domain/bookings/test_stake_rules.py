"""What is left of a stake and of credits when a booking ends, as properties over amounts and shares."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.bookings import rules
from domain.bookings.cancellations.final_amounts import (
    Amounts,
    RedeemedCredits,
    RefundShare,
    StakeAmount,
    compute_final_amounts,
)
from domain.bookings.kinds import RefundGround
from domain.bookings.policy_snapshot import PolicySnapshot
from domain.markets import MarketPolicy, TaxBase

WHOLE = 10_000
NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
TERMS = PolicySnapshot.of_policy(MarketPolicy(), 1, cancellation_policy="moderate", notice_minutes=0)

amounts = st.builds(
    Amounts,
    pay_out=st.integers(0, 10**7),
    service_fee=st.integers(0, 10**6),
    commission=st.integers(0, 10**6),
    tax=st.integers(0, 10**6),
    surge=st.integers(0, 10**6),
)
stakes = st.builds(StakeAmount, pay_out=st.integers(0, 10**6), tax=st.integers(0, 10**5))
basis_points = st.integers(0, WHOLE)
tax_bases = st.sampled_from(TaxBase)
shares = st.builds(
    RefundShare, service_bp=basis_points, service_fee_bp=basis_points, ground=st.sampled_from(RefundGround)
)
used = st.builds(RedeemedCredits, fee=st.integers(0, 10**7), surge=st.integers(0, 10**7))


@given(amounts, shares, tax_bases, stakes, stakes)
def test_refund_and_kept_are_what_was_paid_with_the_stake(agreed, share, base, unmet, met):
    stake_amount = (unmet + met).amount
    settled = compute_final_amounts(agreed, share, tax_base=base, stake_amount=stake_amount, unmet=unmet)
    assert settled.refund_amount + settled.kept.pay_in == agreed.pay_in + stake_amount
    assert settled.refund_amount >= 0
    assert settled.returned_stake_amount + settled.kept_stake.amount == stake_amount
    assert met.amount <= settled.returned_stake_amount <= stake_amount


@given(amounts, shares, tax_bases, stakes, stakes)
def test_a_stake_changes_no_other_part_by_a_cent(agreed, share, base, unmet, met):
    without = compute_final_amounts(agreed, share, tax_base=base)
    stake_amount = (unmet + met).amount
    settled = compute_final_amounts(agreed, share, tax_base=base, stake_amount=stake_amount, unmet=unmet)
    kept, stake = settled.kept, settled.kept_stake
    assert Amounts(kept.pay_out - stake.pay_out, *kept.parts[1:3], kept.tax - stake.tax, kept.surge) == (
        without.kept
    )
    assert settled.refund_amount - settled.returned_stake_amount == without.refund_amount


@given(amounts, tax_bases, st.lists(st.tuples(stakes, st.booleans()), max_size=12))
def test_carried_out_the_final_charge_is_the_list_less_the_shares_of_what_was_done(agreed, base, tasks):
    all_of_them = sum((stake for stake, _ in tasks), StakeAmount())
    unmet = sum((stake for stake, done in tasks if not done), StakeAmount())
    done_amount = sum(stake.amount for stake, done in tasks if done)
    share = RefundShare(0, 0, RefundGround.CARRIED_OUT)
    settled = compute_final_amounts(
        agreed, share, tax_base=base, stake_amount=all_of_them.amount, unmet=unmet
    )
    list_amount = agreed.pay_in + all_of_them.amount
    assert settled.kept.pay_in == list_amount - done_amount <= list_amount
    assert settled.refund_amount == done_amount
    assert settled.kept.pay_out == agreed.pay_out + unmet.pay_out


@given(amounts, shares, tax_bases, used)
def test_credits_come_back_as_far_as_what_they_paid_for_and_not_a_thousandth_more(
    agreed, share, base, redeemed
):
    settled = compute_final_amounts(agreed, share, tax_base=base, redeemed=redeemed)
    exact = redeemed.fee * share.service_fee_bp + redeemed.surge * share.service_bp
    assert 0 <= exact - settled.returned_credits * WHOLE < 2 * WHOLE
    assert 0 <= settled.returned_credits <= redeemed.total


@given(amounts, tax_bases, used)
def test_all_credits_come_back_with_everything_and_none_with_nothing(agreed, base, redeemed):
    everything = RefundShare(WHOLE, WHOLE, RefundGround.NEVER_AGREED)
    assert (
        compute_final_amounts(agreed, everything, tax_base=base, redeemed=redeemed).returned_credits
        == redeemed.total
    )
    nothing = RefundShare(0, 0, RefundGround.CARRIED_OUT)
    assert compute_final_amounts(agreed, nothing, tax_base=base, redeemed=redeemed).returned_credits == 0


@given(st.lists(st.integers(-100, 400), max_size=5))
def test_a_booking_is_completed_when_the_last_answer_about_a_task_is_due_and_not_before_its_time(hours):
    answers = [NOON + timedelta(hours=each) for each in hours]
    due = rules.completion_due(NOON, TERMS, answers)
    assert due >= NOON + TERMS.completion
    assert all(due >= answer for answer in answers)
    assert due in {NOON + TERMS.completion, *answers}


def test_a_reminder_is_due_a_day_ahead_and_not_at_all_when_that_is_over():
    assert rules.reminder_due(NOON, TERMS, at=NOON - timedelta(days=2)) == NOON - timedelta(days=1)
    assert rules.reminder_due(NOON, TERMS, at=NOON - timedelta(hours=3)) is None


def test_a_side_may_object_as_long_as_to_a_delivery_and_operators_have_what_the_policy_says():
    assert rules.task_answer_due(NOON, TERMS) == NOON + timedelta(hours=48)
    assert rules.task_decision_due(NOON, TERMS) == NOON + timedelta(hours=72)


def test_what_was_frozen_before_there_were_tasks_is_read_with_what_they_mean_without_a_policy():
    before = TERMS.dump()
    del before["task_reminder_hours"], before["task_dispute_hours"]
    assert PolicySnapshot.load(before) == TERMS
