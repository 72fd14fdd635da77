"""A refund that went well and fails days later, told by the sandbox's webhooks: the money and the told.

Credits that were given back with such a refund stay given back, once, and the money waits where it came from
until it is given back anew.
"""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlmodel import Session

from domain import bookings, ledger, payments
from domain.bookings import BookingReasonCode
from domain.foundation.actors import CLOCK
from domain.ledger import AccountKind
from domain.payments import RefundState
from domain.pricing import Wish
from tests.client import Client
from tests.domain.bookings.booking_factory import DAY
from tests.domain.payments.payment_harness import PaymentHarness
from tests.domain.payments.returned_refunds import INITIAL_CREDITS, ReturnedRefundScenario, open_scenario

PAY_IN = 9_450 - 225  # credits pay for half of the fee


@pytest.fixture
def scenario(harness: PaymentHarness, client: Client) -> Iterator[ReturnedRefundScenario]:
    with open_scenario(harness, client) as scenario:
        yield scenario


def entries_about(session: Session, subject_id: UUID) -> list[str]:
    page = ledger.list_entries(session, subject_id=subject_id, account_id=None, after=None, limit=100)
    return [entry.kind for entry in page.items]


def test_credits_given_back_with_a_refund_that_fails_later_stay_given_back_once(
    scenario: ReturnedRefundScenario,
) -> None:
    booking = scenario.make_confirmed_booking(Wish(fee_discount_amount=10_000))
    scenario.cancel_booking(booking)
    assert (scenario.wallet().available, scenario.held(booking)) == (INITIAL_CREDITS, 0)
    scenario.advance(6 * DAY)
    first, again = scenario.refunds(booking)
    assert (first.state, first.failure_code) == (RefundState.FAILED, "expired_or_canceled_card")
    assert (again.state, again.amount) == (RefundState.SUCCEEDED, PAY_IN)
    assert (scenario.wallet().available, scenario.held(booking)) == (INITIAL_CREDITS, 0)
    entries = scenario.run(lambda session: entries_about(session, booking.id))
    assert entries.count("redemption_return") == 1


def test_the_customer_reads_that_it_came_back_and_that_it_was_sent_again(
    scenario: ReturnedRefundScenario,
) -> None:
    booking = scenario.make_confirmed_booking()
    scenario.cancel_booking(booking)
    scenario.advance(6 * DAY)
    event_names = [name for name in scenario.timeline_names(booking) if "refund" in name]
    assert event_names == ["payment.refunded", "payment.refund_failed", "payment.refunded"]


@pytest.mark.parametrize("times", [3])
def test_the_news_is_followed_once_under_all_its_names(scenario: ReturnedRefundScenario, times: int) -> None:
    booking = scenario.make_confirmed_booking(Wish(fee_discount_amount=10_000))
    scenario.cancel_booking(booking)
    scenario.harness.advance(days=6)
    assert scenario.receive_webhooks(times) == ["charge.refund.updated", "refund.updated", "refund.failed"]
    assert scenario.refunds(booking)[0].state is RefundState.FAILED
    assert scenario.timeline_names(booking).count("payment.refund_failed") == 1
    assert scenario.wallet().available == INITIAL_CREDITS


def test_a_card_that_never_takes_it_leaves_the_money_with_the_closed_booking(
    scenario: ReturnedRefundScenario,
) -> None:
    """After five refunds that came back people must look; nobody else can have what is the customer's."""
    booking = scenario.make_confirmed_booking(Wish(fee_discount_amount=10_000))
    scenario.cancel_booking(booking)
    for _ in range(5):
        scenario.advance(6 * DAY)
        assert scenario.violations() == {}
    assert {refund.state for refund in scenario.refunds(booking)} == {RefundState.FAILED}
    assert scenario.timeline_names(booking)[-1] == "payment.parked"
    assert (scenario.held(booking), scenario.wallet().available) == (PAY_IN, INITIAL_CREDITS)


def test_what_was_kept_stays_distributed_when_the_rest_comes_back(scenario: ReturnedRefundScenario) -> None:
    booking = scenario.make_confirmed_booking()
    scenario.advance_to(
        scenario.play.start - 2 * DAY
    )  # half of the service goes back, and nothing of the fee
    why = {
        "by": scenario.play.aino,
        "at": scenario.harness.at,
        "reason_code": BookingReasonCode.CHANGED_PLANS,
    }
    scenario.run(lambda session: bookings.cancel(session, booking.id, **why))
    scenario.market.follow()
    earned = scenario.harness.balance(AccountKind.PAYABLE, booking.profile_id)
    scenario.advance(6 * DAY)
    assert scenario.timeline_names(booking).count("payment.refund_failed") == 1
    assert scenario.harness.balance(AccountKind.PAYABLE, booking.profile_id) == earned == 4_050


def test_news_that_was_lost_is_named_at_night_and_mended_by_an_operator(
    scenario: ReturnedRefundScenario,
) -> None:
    booking = scenario.make_confirmed_booking(Wish(fee_discount_amount=10_000))
    scenario.cancel_booking(booking)
    harness = scenario.harness
    harness.advance(days=6)
    night = {"since": harness.at - 2 * DAY, "until": harness.at, "by": CLOCK, "at": harness.at}
    compared = payments.reconcile(harness.transactions, harness.gateway, **night)
    [refund] = scenario.refunds(booking)
    assert [row["source"] for row in compared.unexplained] == [refund.provider_reference]
    caller, payment_id = scenario.play.otto, refund.payment_id
    payments.retry_sync(harness.transactions, harness.gateway, payment_id, caller=caller, at=harness.at)
    assert [one.state for one in scenario.refunds(booking)] == [RefundState.FAILED, RefundState.SUCCEEDED]
    assert scenario.wallet().available == INITIAL_CREDITS
