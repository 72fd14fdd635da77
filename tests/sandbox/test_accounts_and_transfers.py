"""Connected accounts, money passed on to them, and money taken back."""

import pytest
import stripe

from tests.sandbox.sandbox_client import DAY, SandboxClient


def funds(sandbox: SandboxClient, amount: int = 10_000) -> str:
    """Puts money into the available balance, and answers the charge it came from."""
    return str(sandbox.payment(amount, card="pm_card_bypassPending").latest_charge)


def test_an_account_becomes_able_by_following_its_link(sandbox: SandboxClient) -> None:
    account = sandbox.account(onboard=False, email="ravi@example.org")
    link = sandbox.stripe.account_links.create(
        {"account": account.id, "type": "account_onboarding", "refresh_url": "http://127.0.0.1/again",
         "return_url": "http://127.0.0.1/done"}
    )  # fmt: skip
    assert account.payouts_enabled is False
    assert sandbox.http.get(link.url).headers["location"] == "http://127.0.0.1/done"
    able = sandbox.stripe.accounts.retrieve(account.id)
    assert (able.payouts_enabled, able.details_submitted, able.capabilities.transfers) == (
        True,
        True,
        "active",
    )


def test_a_link_is_stale_after_minutes(sandbox: SandboxClient) -> None:
    account = sandbox.account(onboard=False)
    link = sandbox.stripe.account_links.create(
        {"account": account.id, "type": "account_onboarding", "refresh_url": "http://127.0.0.1/again"}
    )
    sandbox.advance(301)
    assert sandbox.http.get(link.url).headers["location"] == "http://127.0.0.1/again"


def test_an_account_without_the_capability_receives_nothing(sandbox: SandboxClient) -> None:
    funds(sandbox)
    account = sandbox.account(onboard=False)
    with pytest.raises(stripe.InvalidRequestError) as exc_info:
        sandbox.stripe.transfers.create({"amount": 100, "currency": "sgd", "destination": account.id})
    assert exc_info.value.code == "insufficient_capabilities_for_transfer"


def test_only_what_is_available_is_transferred(sandbox: SandboxClient) -> None:
    account = sandbox.account()
    sandbox.payment(10_000)
    request_params = {
        "amount": 5_000,
        "currency": "sgd",
        "destination": account.id,
        "transfer_group": "booking",
    }
    with pytest.raises(stripe.InvalidRequestError) as exc_info:
        sandbox.stripe.transfers.create(request_params)
    assert exc_info.value.code == "balance_insufficient"
    sandbox.advance(2 * DAY)
    assert sandbox.stripe.transfers.create(request_params).amount == 5_000
    theirs = sandbox.stripe.balance.retrieve({}, {"stripe_account": account.id})
    assert theirs.available[0].amount == 5_000


def test_a_transfer_out_of_a_charge_runs_ahead_but_not_beyond_it(sandbox: SandboxClient) -> None:
    account = sandbox.account()
    charge = sandbox.payment(1_000).latest_charge
    request_params = {"currency": "sgd", "destination": account.id, "source_transaction": charge}
    sandbox.stripe.transfers.create(request_params | {"amount": 900})
    with pytest.raises(stripe.InvalidRequestError):
        sandbox.stripe.transfers.create(request_params | {"amount": 101})
    theirs = sandbox.stripe.balance.retrieve({}, {"stripe_account": account.id})
    assert [item.amount for item in theirs.pending] == [900]


def test_reversals_stop_exactly_at_what_was_transferred(sandbox: SandboxClient) -> None:
    funds(sandbox)
    account = sandbox.account()
    transfer = sandbox.stripe.transfers.create(
        {"amount": 1_000, "currency": "sgd", "destination": account.id}
    )
    sandbox.stripe.transfers.reversals.create(transfer.id, {"amount": 400, "metadata": {"case": "1"}})
    with pytest.raises(stripe.InvalidRequestError):
        sandbox.stripe.transfers.reversals.create(transfer.id, {"amount": 601})
    sandbox.stripe.transfers.reversals.create(transfer.id)
    done = sandbox.stripe.transfers.retrieve(transfer.id)
    assert (done.amount_reversed, done.reversed, len(done.reversals.data)) == (1_000, True, 2)
    assert len(sandbox.stripe.transfers.reversals.list(transfer.id).data) == 2


def test_what_the_account_has_paid_out_cannot_be_reversed(sandbox: SandboxClient) -> None:
    funds(sandbox)
    account = sandbox.account()
    transfer = sandbox.stripe.transfers.create(
        {"amount": 1_000, "currency": "sgd", "destination": account.id}
    )
    sandbox.stripe.payouts.create({"amount": 700, "currency": "sgd"}, {"stripe_account": account.id})
    with pytest.raises(stripe.InvalidRequestError) as exc_info:
        sandbox.stripe.transfers.reversals.create(transfer.id, {"amount": 301})
    assert exc_info.value.code == "balance_insufficient"
    assert sandbox.stripe.transfers.reversals.create(transfer.id, {"amount": 300}).amount == 300


def test_the_account_sees_a_payment_and_its_own_balance_transactions_only(sandbox: SandboxClient) -> None:
    funds(sandbox)
    account = sandbox.account()
    transfer = sandbox.stripe.transfers.create(
        {"amount": 1_000, "currency": "sgd", "destination": account.id}
    )
    own = {"stripe_account": account.id}
    entries = sandbox.stripe.balance_transactions.list({}, own).data
    assert [(item.type, item.amount, item.source) for item in entries] == [
        ("payment", 1_000, transfer.destination_payment)
    ]
    assert (
        sandbox.stripe.charges.retrieve(transfer.destination_payment, {}, own).source_transfer == transfer.id
    )
    with pytest.raises(stripe.InvalidRequestError) as exc_info:
        sandbox.stripe.charges.retrieve(transfer.destination_payment)
    assert exc_info.value.http_status == 404


def test_a_stranger_account_is_no_account(sandbox: SandboxClient) -> None:
    with pytest.raises(stripe.PermissionError) as exc_info:
        sandbox.stripe.balance.retrieve({}, {"stripe_account": "acct_nobody"})
    assert exc_info.value.error is not None
    assert exc_info.value.error.code == "account_invalid"


def test_an_account_with_money_is_not_deleted(sandbox: SandboxClient) -> None:
    funds(sandbox)
    account, empty = sandbox.account(), sandbox.account()
    sandbox.stripe.transfers.create({"amount": 1_000, "currency": "sgd", "destination": account.id})
    with pytest.raises(stripe.InvalidRequestError):
        sandbox.stripe.accounts.delete(account.id)
    assert sandbox.stripe.accounts.delete(empty.id).deleted is True


def test_an_account_changes_its_schedule_and_its_bank(sandbox: SandboxClient) -> None:
    account = sandbox.account(controller={"stripe_dashboard": {"type": "express"}})
    bank = sandbox.stripe.accounts.external_accounts.create(
        account.id, {"external_account": "btok_us_verified", "default_for_currency": True}
    )
    changed = sandbox.stripe.accounts.update(
        account.id, {"settings": {"payouts": {"schedule": {"interval": "weekly"}}}, "metadata": {"user": "1"}}
    )
    assert changed.settings.payouts.schedule.interval == "weekly"
    assert len(sandbox.stripe.accounts.external_accounts.list(account.id).data) == 2
    assert [item.id for item in changed.external_accounts.data if item.default_for_currency] == [bank.id]
