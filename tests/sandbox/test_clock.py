"""Time: it only goes forward, and things end when their hour comes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.server import start_server
from tests.sandbox.sandbox_client import DAY, SandboxClient


def test_an_uncaptured_authorization_ends_at_capture_before(sandbox: SandboxClient) -> None:
    sandbox.control("clock", {"frozen": True})
    held = sandbox.payment(capture_method="manual", expand=["latest_charge"])
    ends = held.latest_charge.payment_method_details.card.capture_before
    sandbox.control("clock", {"now": ends - 1})
    assert sandbox.stripe.payment_intents.retrieve(held.id).status == "requires_capture"
    sandbox.control("clock", {"now": ends})
    gone = sandbox.stripe.payment_intents.retrieve(held.id, {"expand": ["latest_charge.refunds"]})
    assert (gone.status, gone.cancellation_reason, gone.canceled_at) == ("canceled", "automatic", ends)
    assert gone.latest_charge.refunds.data[0].reason == "expired_uncaptured_charge"
    assert sandbox.events()[-1] == "payment_intent.canceled"


def test_a_captured_payment_does_not_expire(sandbox: SandboxClient) -> None:
    held = sandbox.payment(capture_method="manual")
    sandbox.stripe.payment_intents.capture(held.id)
    sandbox.advance(8 * DAY)
    assert sandbox.stripe.payment_intents.retrieve(held.id).status == "succeeded"


def test_money_moves_from_pending_to_available_after_two_days(sandbox: SandboxClient) -> None:
    sandbox.control("clock", {"frozen": True})
    sandbox.payment(10_000)
    sandbox.advance(2 * DAY - 1)
    balance = sandbox.stripe.balance.retrieve()
    assert ([item.amount for item in balance.pending], balance.available) == ([9_680], [])
    sandbox.advance(1)
    balance = sandbox.stripe.balance.retrieve()
    assert ([item.amount for item in balance.pending], balance.available[0].amount) == ([0], 9_680)
    assert sandbox.stripe.balance_transactions.list().data[0].status == "available"


def test_a_far_jump_lets_everything_happen_at_its_own_hour(sandbox: SandboxClient) -> None:
    sandbox.control("clock", {"frozen": True})
    account = sandbox.account(interval="daily")
    sandbox.payment(10_000, card="pm_card_bypassPending")
    sandbox.stripe.transfers.create({"amount": 5_000, "currency": "sgd", "destination": account.id})
    held = sandbox.payment(capture_method="manual")
    began = sandbox.control("clock")["now"]
    sandbox.advance(30 * DAY)
    payout = sandbox.stripe.payouts.list({}, {"stripe_account": account.id}).data[0]
    assert payout.status == "paid"
    assert payout.created <= began + DAY
    assert sandbox.stripe.payment_intents.retrieve(held.id).canceled_at == began + 7 * DAY


@pytest.mark.parametrize("request_params", [{"advance": -1}, {"now": 1}])
def test_the_clock_does_not_go_back(sandbox: SandboxClient, request_params: dict[str, int]) -> None:
    assert sandbox.http.post("/_sandbox/clock", json=request_params).status_code == 400


def test_a_frozen_clock_thaws_and_goes_on_from_where_it_stood(sandbox: SandboxClient) -> None:
    stood = sandbox.control("clock", {"frozen": True, "advance": 1_000})["now"]
    thawed = sandbox.control("clock", {"frozen": False})
    assert (thawed["frozen"], stood <= thawed["now"] <= stood + 2) == (False, True)


def test_fees_and_settling_are_set(sandbox: SandboxClient) -> None:
    sandbox.control("settings", {"fees": {"basis_points": 0, "fixed": 0}, "settling_days": 0})
    sandbox.payment(10_000)
    assert [item.amount for item in sandbox.stripe.balance.retrieve().available] == [10_000]


def test_whoever_starts_the_sandbox_says_where_its_clock_starts(tmp_path: Path) -> None:
    first = datetime(2031, 2, 3, 4, 5, tzinfo=UTC)
    state = str(tmp_path / "state.db")
    with start_server(state=state, starts_at=first) as server:
        running = SandboxClient(server.base_url)
        began = datetime.fromtimestamp(running.control("clock")["now"], UTC)
        assert first <= began < first + timedelta(minutes=5)
        day_before = int((first - timedelta(days=1)).timestamp())
        assert running.http.post("/_sandbox/clock", json={"now": day_before}).status_code == 400
        running.advance(30 * DAY)
        running.http.close()
    with start_server(state=state, starts_at=first) as server:
        running = SandboxClient(server.base_url)
        assert running.control("clock")["now"] >= first.timestamp() + 30 * DAY
        running.control("reset", {})
        assert running.control("clock")["now"] < first.timestamp() + DAY
        running.control("reset", {"frozen": True})
        clock = running.control("clock")
        assert (clock["now"], clock["frozen"]) == (int(first.timestamp()), True)
        running.http.close()
