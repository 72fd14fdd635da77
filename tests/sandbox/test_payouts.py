"""Payouts: to the bank, and sometimes back."""

import pytest
import stripe

from tests.sandbox.sandbox_client import DAY, SandboxClient


def make_earnings(sandbox: SandboxClient, amount: int = 1_000, **more: object) -> str:
    """An account that was passed this much; answers its id."""
    sandbox.payment(10_000, card="pm_card_bypassPending")
    account = sandbox.account(**more)
    sandbox.stripe.transfers.create({"amount": amount, "currency": "sgd", "destination": account.id})
    return str(account.id)


def test_a_payout_is_paid_when_it_arrives(sandbox: SandboxClient) -> None:
    own = {"stripe_account": make_earnings(sandbox)}
    payout = sandbox.stripe.payouts.create({"amount": 600, "currency": "sgd"}, own)
    assert (payout.status, payout.arrival_date - payout.created) == ("pending", 2 * DAY)
    sandbox.advance(2 * DAY)
    assert sandbox.stripe.payouts.retrieve(payout.id, {}, own).status == "paid"
    assert sandbox.stripe.balance.retrieve({}, own).available[0].amount == 400


def test_no_more_is_paid_out_than_is_available(sandbox: SandboxClient) -> None:
    own = {"stripe_account": make_earnings(sandbox)}
    with pytest.raises(stripe.InvalidRequestError) as exc_info:
        sandbox.stripe.payouts.create({"amount": 1_001, "currency": "sgd"}, own)
    assert exc_info.value.code == "balance_insufficient"


def test_a_closed_bank_account_sends_the_money_back(sandbox: SandboxClient) -> None:
    own = {
        "stripe_account": make_earnings(
            sandbox, country="US", external_account="btok_us_verified_accountClosed", default_currency="sgd"
        )
    }
    payout = sandbox.stripe.payouts.create({"amount": 600, "currency": "sgd"}, own)
    sandbox.advance(2 * DAY)
    failed = sandbox.stripe.payouts.retrieve(payout.id, {"expand": ["failure_balance_transaction"]}, own)
    assert (failed.status, failed.failure_code) == ("failed", "account_closed")
    assert failed.failure_balance_transaction.amount == 600
    assert sandbox.stripe.balance.retrieve({}, own).available[0].amount == 1_000


def test_a_paid_payout_can_still_fail_later_and_only_once(sandbox: SandboxClient) -> None:
    own = {"stripe_account": make_earnings(sandbox)}
    payout = sandbox.stripe.payouts.create({"amount": 600, "currency": "sgd"}, own)
    sandbox.advance(2 * DAY)
    sandbox.control(f"payouts/{payout.id}/fail", {"code": "no_account"})
    assert sandbox.http.post(f"/_sandbox/payouts/{payout.id}/fail").status_code == 400
    assert sandbox.stripe.payouts.retrieve(payout.id, {}, own).failure_code == "no_account"


def test_a_daily_schedule_pays_out_everything_at_midnight(sandbox: SandboxClient) -> None:
    own = {"stripe_account": make_earnings(sandbox, interval="daily")}
    sandbox.advance(DAY)
    payouts = sandbox.stripe.payouts.list({}, own).data
    assert [(item.amount, item.automatic) for item in payouts] == [(1_000, True)]


def test_a_pending_payout_is_cancelled_and_a_paid_one_is_not(sandbox: SandboxClient) -> None:
    own = {"stripe_account": make_earnings(sandbox)}
    first = sandbox.stripe.payouts.create({"amount": 600, "currency": "sgd"}, own)
    assert sandbox.stripe.payouts.cancel(first.id, {}, own).status == "canceled"
    second = sandbox.stripe.payouts.create({"amount": 1_000, "currency": "sgd"}, own)
    sandbox.advance(2 * DAY)
    with pytest.raises(stripe.InvalidRequestError):
        sandbox.stripe.payouts.cancel(second.id, {}, own)


def test_the_platform_pays_out_to_its_own_bank(sandbox: SandboxClient) -> None:
    sandbox.payment(10_000, card="pm_card_bypassPending")
    assert sandbox.stripe.payouts.create({"amount": 9_680, "currency": "sgd"}).status == "pending"
    assert sandbox.stripe.balance.retrieve().available[0].amount == 0
