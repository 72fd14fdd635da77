"""A booking whose payment the card holder's bank disputes: nobody is paid before that has ended."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from domain import bookings, payments
from domain.bookings import Booking, ReasonCode, State
from domain.ledger import AccountKind
from domain.payments import CardDisputeState, Liable
from domain.payments.gateway import CardDisputeSeen, DisputeMovementSeen
from tests.domain.bookings.bank import Bank, OneSession
from tests.domain.bookings.scene import DAY, HOUR, Scene, scene
from tests.domain.bookings.task_scene import broken

WITHDRAWN = DisputeMovementSeen("txn_out", -9_450, 1_500)
REINSTATED = DisputeMovementSeen("txn_in", 9_450, 0)


@pytest.fixture
def play(session: Session, at: datetime) -> Scene:
    return scene(session, at)


def dispute_is(
    play: Scene, booking: Booking, state: CardDisputeState, *moved: DisputeMovementSeen, at: datetime
) -> None:
    """The provider shows a dispute in this state, with these movements, and workers hear of it."""
    bank: Bank = play.bank
    [reference] = [name for name, seen in bank.kept.items() if seen.payment_id == booking.payment_id]
    seen = CardDisputeSeen("du_1", state, 9_450, "fraudulent", at, movements=moved)
    bank.kept[reference] = replace(bank.kept[reference], disputes=(seen,))
    assert booking.payment_id is not None
    payments.bring(OneSession(play.session), bank, booking.payment_id, at=at)
    play.settle(booking, at)


def clock_acts(play: Scene, booking: Booking) -> datetime:
    assert booking.due_at is not None
    when = booking.due_at
    assert bookings.act(play.session, booking.id, at=when)
    play.settle(booking, when)
    return when


def test_the_clock_completes_nothing_while_a_dispute_is_open_and_goes_on_after_a_win(play: Scene) -> None:
    booking = play.delivered()
    opened_at = play.start + 3 * HOUR
    dispute_is(play, booking, CardDisputeState.NEEDS_RESPONSE, WITHDRAWN, at=opened_at)
    assert booking.distribution_stopped_at == opened_at
    for _ in range(3):
        when = clock_acts(play, booking)
        assert (booking.state, booking.due_at) == (State.DELIVERED, when + timedelta(hours=6))
    assert play.balance(AccountKind.PAYABLE, booking.profile_id) == 0
    dispute_is(play, booking, CardDisputeState.WON, WITHDRAWN, REINSTATED, at=when)
    assert booking.distribution_stopped_at is None
    clock_acts(play, booking)
    assert booking.state is State.COMPLETED
    assert play.balance(AccountKind.PAYABLE, booking.profile_id) == 8_100
    assert play.balance(AccountKind.DISPUTES) == 0
    assert broken(play.session) == []


@pytest.mark.parametrize("ends", ["complete", "resolve", "cancel", "no_show"])
def test_however_a_booking_ends_nothing_is_distributed_while_a_dispute_is_open(
    play: Scene, ends: str
) -> None:
    booking = _ended(play, ends)
    assert booking.books_closed_at is None
    assert play.balance(AccountKind.PAYABLE, booking.profile_id) == 0
    assert play.balance(AccountKind.HELD, booking.id) == 9_450
    when = play.start + 20 * DAY
    dispute_is(play, booking, CardDisputeState.WON, WITHDRAWN, REINSTATED, at=when)
    assert booking.books_closed_at == when
    assert play.balance(AccountKind.HELD, booking.id) == 0
    assert broken(play.session) == []


def _ended(play: Scene, ends: str) -> Booking:
    """A booking that ended in this way with a dispute open since its confirmation."""
    session, day = play.session, play.start + 3 * HOUR
    booking = play.confirmed() if ends in {"cancel", "no_show"} else play.delivered()
    dispute_is(play, booking, CardDisputeState.NEEDS_RESPONSE, WITHDRAWN, at=play.start - 2 * DAY)
    why: dict[str, Any] = {"reason_code": ReasonCode.OTHER}
    if ends == "complete":
        bookings.complete(session, booking.id, by=play.aino, at=day)
    elif ends == "cancel":
        bookings.cancel(session, booking.id, by=play.aino, at=play.start - 2 * DAY, **why)
    elif ends == "no_show":
        bookings.report_no_show(session, booking.id, by=play.ellen, at=play.start + HOUR)
        clock_acts(play, booking)
    else:
        bookings.dispute(session, booking.id, by=play.aino, at=day, statement="No.", **why)
        told = {"outcome": State.COMPLETED, "refund_bp": 2_500, "decision": "A part."}
        bookings.resolve(session, booking.id, by=play.otto, at=day, **told)
    play.settle(booking, day)
    return booking


@pytest.mark.parametrize(
    ("liable", "earned", "borne"), [(Liable.PLATFORM, 8_100, 9_450), (Liable.BOOKING, 0, 0)]
)
def test_after_a_loss_the_money_waits_for_a_decision_and_follows_it(
    play: Scene, liable: Liable, earned: int, borne: int
) -> None:
    booking = play.delivered()
    when = play.start + 3 * HOUR
    dispute_is(play, booking, CardDisputeState.LOST, WITHDRAWN, at=when)
    bookings.complete(play.session, booking.id, by=play.aino, at=when)
    play.settle(booking, when)
    assert booking.books_closed_at is None
    [dispute] = payments.disputes(play.session, payments.of(play.session, booking.id).id)
    payments.resolve_dispute(
        play.session,
        dispute.payment_id,
        dispute.id,
        liable=liable,
        reason="The service was delivered.",
        by=play.otto.actor_in(None),
        at=when + DAY,
    )
    play.settle(booking, when + DAY)
    assert booking.books_closed_at == when + DAY
    assert play.balance(AccountKind.PAYABLE, booking.profile_id) == earned
    assert play.balance(AccountKind.GOODWILL) == borne
    assert play.balance(AccountKind.DISPUTES) == play.balance(AccountKind.HELD, booking.id) == 0
    settled = bookings.settlement_of(booking)
    assert settled is not None
    assert settled.kept.pay_out == earned
    assert broken(play.session) == []


def test_both_parties_and_operators_read_of_the_dispute_in_the_timeline(play: Scene) -> None:
    booking = play.delivered()
    dispute_is(play, booking, CardDisputeState.NEEDS_RESPONSE, WITHDRAWN, at=play.start + 3 * HOUR)
    for side in (play.aino, play.ellen, play.otto):
        page = bookings.timeline(play.session, booking.id, by=side, after=None, limit=100)
        [entry] = [one for one in page.items if one.name == "payment.disputed"]
        assert (entry.data["amount"], entry.data["reason_code"]) == (9_450, "fraudulent")


def test_a_preview_counts_what_the_bank_has_withdrawn(play: Scene) -> None:
    """Two days ahead 45.00 would go back; the customer's bank has given them 94.50 already."""
    booking, when = play.confirmed(), play.start - 2 * DAY
    dispute_is(play, booking, CardDisputeState.NEEDS_RESPONSE, WITHDRAWN, at=when)
    seen = bookings.preview(play.session, booking.id, by=play.aino, at=when).settlement
    assert (seen.refund_amount, seen.already_back_amount) == (0, 4_500)
    bookings.cancel(play.session, booking.id, by=play.aino, at=when, reason_code=ReasonCode.OTHER)
    play.settle(booking, when)
    assert payments.of(play.session, booking.id).refunded_amount == 0
    dispute_is(play, booking, CardDisputeState.WON, WITHDRAWN, REINSTATED, at=when + DAY)
    assert payments.of(play.session, booking.id).refunded_amount == 4_500
    assert play.balance(AccountKind.PAYABLE, booking.profile_id) == 4_050
