"""A refund that went well and fails days later, told by the sandbox's webhooks: the money and the told.

Credits that were given back with such a refund stay given back, once, and the money waits where it came from
until it is given back anew.
"""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlmodel import Session

from domain import bookings, ledger, payments
from domain.bookings import ReasonCode
from domain.foundation.actors import CLOCK
from domain.ledger import AccountKind
from domain.payments import RefundState
from domain.pricing import Wish
from tests.client import Client
from tests.domain.bookings.scene import DAY
from tests.domain.payments.harness import Till
from tests.domain.payments.returning import HAD, Story, told

PAY_IN = 9_450 - 225  # credits pay for half of the fee


@pytest.fixture
def story(till: Till, client: Client) -> Iterator[Story]:
    with told(till, client) as begun:
        yield begun


def entries_about(session: Session, subject_id: UUID) -> list[str]:
    page = ledger.entries(session, subject_id=subject_id, account_id=None, after=None, limit=100)
    return [entry.kind for entry in page.items]


def test_credits_given_back_with_a_refund_that_fails_later_stay_given_back_once(story: Story) -> None:
    booking = story.confirmed(Wish(fee_discount_amount=10_000))
    story.called_off(booking)
    assert (story.wallet().available, story.held(booking)) == (HAD, 0)
    story.later(6 * DAY)
    first, again = story.refunds(booking)
    assert (first.state, first.failure_code) == (RefundState.FAILED, "expired_or_canceled_card")
    assert (again.state, again.amount) == (RefundState.SUCCEEDED, PAY_IN)
    assert (story.wallet().available, story.held(booking)) == (HAD, 0)
    entries = story.run(lambda session: entries_about(session, booking.id))
    assert entries.count("redemption_return") == 1


def test_the_customer_reads_that_it_came_back_and_that_it_was_sent_again(story: Story) -> None:
    booking = story.confirmed()
    story.called_off(booking)
    story.later(6 * DAY)
    told = [name for name in story.told(booking) if "refund" in name]
    assert told == ["payment.refunded", "payment.refund_failed", "payment.refunded"]


@pytest.mark.parametrize("times", [3])
def test_the_news_is_followed_once_under_all_its_names(story: Story, times: int) -> None:
    booking = story.confirmed(Wish(fee_discount_amount=10_000))
    story.called_off(booking)
    story.till.later(days=6)
    assert story.hears(times) == ["charge.refund.updated", "refund.updated", "refund.failed"]
    assert story.refunds(booking)[0].state is RefundState.FAILED
    assert story.told(booking).count("payment.refund_failed") == 1
    assert story.wallet().available == HAD


def test_a_card_that_never_takes_it_leaves_the_money_with_the_closed_booking(story: Story) -> None:
    """After five refunds that came back people must look; nobody else can have what is the customer's."""
    booking = story.confirmed(Wish(fee_discount_amount=10_000))
    story.called_off(booking)
    for _ in range(5):
        story.later(6 * DAY)
        assert story.broken() == {}
    assert {refund.state for refund in story.refunds(booking)} == {RefundState.FAILED}
    assert story.told(booking)[-1] == "payment.parked"
    assert (story.held(booking), story.wallet().available) == (PAY_IN, HAD)


def test_what_was_kept_stays_distributed_when_the_rest_comes_back(story: Story) -> None:
    booking = story.confirmed()
    story.walk_to(story.play.start - 2 * DAY)  # half of the service goes back, and nothing of the fee
    why = {"by": story.play.aino, "at": story.till.at, "reason_code": ReasonCode.CHANGED_PLANS}
    story.run(lambda session: bookings.cancel(session, booking.id, **why))
    story.market.follow()
    earned = story.till.balance(AccountKind.PAYABLE, booking.profile_id)
    story.later(6 * DAY)
    assert story.told(booking).count("payment.refund_failed") == 1
    assert story.till.balance(AccountKind.PAYABLE, booking.profile_id) == earned == 4_050


def test_news_that_was_lost_is_named_at_night_and_mended_by_an_operator(story: Story) -> None:
    booking = story.confirmed(Wish(fee_discount_amount=10_000))
    story.called_off(booking)
    till = story.till
    till.later(days=6)
    night = {"since": till.at - 2 * DAY, "until": till.at, "by": CLOCK, "at": till.at}
    compared = payments.reconcile(till.transactions, till.gateway, **night)
    [refund] = story.refunds(booking)
    assert [row["source"] for row in compared.unexplained] == [refund.provider_reference]
    caller, payment_id = story.play.otto, refund.payment_id
    payments.settle_anew(till.transactions, till.gateway, payment_id, caller=caller, at=till.at)
    assert [one.state for one in story.refunds(booking)] == [RefundState.FAILED, RefundState.SUCCEEDED]
    assert story.wallet().available == HAD
