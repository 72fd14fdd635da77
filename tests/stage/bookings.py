"""Bookings in every state in which somebody can act, and tasks that a customer took over."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from domain import bookings, markets, payments, pricing
from domain.bookings import Booking, BookingReasonCode, booking_disputes, booking_tasks, changes
from domain.bookings.changes import ProposedChange
from domain.foundation.actors import SYSTEM
from domain.markets import MarketPolicy
from domain.payments import CardDisputeState
from domain.payments.provider.gateway import ProviderCardDispute, ProviderDisputeMovement
from tests.domain.bookings.fake_gateway import SingleSessionTransactions
from tests.stage.names import DAY, HOUR
from tests.stage.stagehand import Stagehand

_PAYMENTS = {"completed": "payment", "called_off": "unsettled"}
_CONFIRMED = ("paid", "accepted")
_DELIVERED = (*_CONFIRMED, "started", "delivered")
_PLAYS: dict[str, tuple[str, ...]] = {
    "pending": (),
    "requested": ("paid",),
    "confirmed": _CONFIRMED,
    "proposed": (*_CONFIRMED, "proposed"),
    "called_off": (*_CONFIRMED, "called off"),
    "starting": _CONFIRMED,
    "running": (*_CONFIRMED, "started"),
    "no_show": (*_CONFIRMED, "absent"),
    "delivered": _DELIVERED,
    "disputed": (*_DELIVERED, "disputed"),
    "answered": (*_DELIVERED, "disputed", "answered"),
    "completed": (*_DELIVERED, "completed"),
    "reviewable": (*_DELIVERED, "completed"),
    "half_reviewed": (*_DELIVERED, "completed"),
    "reviewed": (*_DELIVERED, "completed"),
    "waiting": (*_DELIVERED, "completed"),
}


def book(hand: Stagehand) -> None:
    """Aino's bookings with Ellen, one in every state that anybody can act in; and one of Ben's."""
    hours = {"starting": -1, "running": -5, "no_show": -9, "delivered": -13, "disputed": -17}
    hours |= {"answered": -21, "completed": -25, "pending": 48, "requested": 72, "confirmed": 96}
    hours |= {"proposed": 120, "called_off": 144}
    hours |= {"reviewable": -29, "half_reviewed": -33, "reviewed": -37, "waiting": -41}
    for word, ahead in hours.items():
        booking = _played(hand, word, hand.hour + ahead * HOUR)
        hand.stage.named(word, booking.id)
        if word in _PAYMENTS:
            assert booking.payment_id
            hand.stage.named(_PAYMENTS[word], booking.payment_id)
    _lose_payment_to_the_bank(hand, hand.stage.ids["waiting"])
    bens = hand.booked("ben", hand.hour + 2 * DAY, hand.mending, at=hand.at)
    hand.pay(bens, "ben", at=hand.at)
    hand.stage.named("bens", bens.id)


def _lose_payment_to_the_bank(hand: Stagehand, booking_id: UUID) -> None:
    """Aino's bank took back what she paid, and nobody has said yet who bears it."""
    payment, till = payments.get_payment_of_subject(hand.session, booking_id), hand.stage.till
    assert payment.provider_reference
    moved = ProviderDisputeMovement("txn_lost", -payment.captured_amount, 1_500)
    seen = ProviderCardDispute(
        "du_lost", CardDisputeState.LOST, payment.captured_amount, "fraudulent", hand.at, movements=(moved,)
    )
    till.payments[payment.provider_reference] = replace(
        till.payments[payment.provider_reference], disputes=(seen,)
    )
    payments.refresh_from_provider(SingleSessionTransactions(hand.session), till, payment.id, at=hand.at)
    [dispute] = payments.list_card_disputes(hand.session, payment.id)
    hand.stage.named("disputed_payment", payment.id)
    hand.stage.named("card_dispute", dispute.id)


def take_over_tasks(hand: Stagehand) -> None:
    """Aino took over both tasks twice: one is left to speak of, one is said undone, one in dispute."""
    rules = MarketPolicy(contributions={"tasks": {}})
    here, since = hand.stage.ids["market"], hand.at - 10 * DAY
    markets.publish_policy(hand.session, here, rules=rules, by=SYSTEM, at=since)
    aino, ellen = hand.caller("aino"), hand.caller("ellen")
    for word, ahead in {"helped": -45, "differed": -49}.items():
        start = hand.hour + ahead * HOUR
        booking = _with_tasks(hand, start)
        hand.stage.named(word, booking.id)
        tasks = bookings.get_booking_details(hand.session, booking.id, by=aino).tasks
        which = booking_tasks.TaskReference(booking.id, tasks[1].id)
        told = {"by": ellen, "at": start + 3 * HOUR, "reason": "There was no soap."}
        booking_tasks.report_task_unmet(hand.session, which, **told)
        if word == "helped":
            hand.stage.named("to_do", tasks[0].id)
            hand.stage.named("undone", tasks[1].id)
        else:
            booking_tasks.object_to_task(
                hand.session, which, by=aino, at=start + 4 * HOUR, statement="It was under the sink."
            )
            hand.stage.named("differing", tasks[1].id)


def _played(hand: Stagehand, word: str, start: datetime) -> Booking:
    """A booking brought as far as its word says, each step at a plausible time."""
    asked_at = min(hand.at, start - DAY)
    booking = hand.booked("aino", start, hand.ironing, at=asked_at)
    steps: dict[str, Callable[[], Any]] = {
        "paid": lambda: hand.pay(booking, "aino", at=asked_at),
        "accepted": lambda: hand.accept(booking, at=asked_at),
        "proposed": lambda: _propose(hand, booking, start + DAY),
        "called off": lambda: bookings.cancel(
            hand.session,
            booking.id,
            reason_code=BookingReasonCode.ILLNESS,
            reason=None,
            by=hand.caller("ellen"),
            at=asked_at,
        ),
        "absent": lambda: bookings.report_no_show(
            hand.session, booking.id, by=hand.caller("ellen"), at=start + HOUR
        ),
        "started": lambda: bookings.start(hand.session, booking.id, by=hand.caller("ellen"), at=start),
        "delivered": lambda: bookings.deliver(
            hand.session, booking.id, by=hand.caller("ellen"), at=start + 2 * HOUR
        ),
        "disputed": lambda: booking_disputes.open_dispute(
            hand.session,
            booking.id,
            reason_code=BookingReasonCode.NOT_AS_AGREED,
            statement="Two shirts were not done.",
            by=hand.caller("aino"),
            at=start + 3 * HOUR,
        ),
        "answered": lambda: booking_disputes.answer_dispute(
            hand.session,
            booking.id,
            statement="They were not there.",
            by=hand.caller("ellen"),
            at=start + 4 * HOUR,
        ),
        "completed": lambda: bookings.complete(
            hand.session, booking.id, by=hand.caller("aino"), at=start + 3 * HOUR
        ),
    }
    for step in _PLAYS[word]:
        steps[step]()
    return booking


def _propose(hand: Stagehand, booking: Booking, start: datetime) -> None:
    made = changes.propose_change(
        hand.session,
        booking.id,
        ProposedChange(start=start),
        by=hand.caller("aino"),
        at=hand.at,
        note="A day later?",
    )
    hand.stage.named("proposal", made.id)


def _with_tasks(hand: Stagehand, start: datetime) -> Booking:
    """A delivered booking whose customer took over all that there was."""
    asked_at, aino, ellen = start - DAY, hand.caller("aino"), hand.caller("ellen")
    quote = pricing.quote(
        hand.session,
        offer_id=hand.ironing.id,
        customer_id=aino.user_id,
        start=start,
        units=120,
        tasks=[hand.stage.ids["clearing"], hand.stage.ids["soap"]],
        at=asked_at,
    )
    booking = bookings.request(hand.session, quote.id, by=aino, at=asked_at)
    hand.pay(booking, "aino", at=asked_at)
    hand.accept(booking, at=asked_at)
    bookings.start(hand.session, booking.id, by=ellen, at=start)
    return bookings.deliver(hand.session, booking.id, by=ellen, at=start + 2 * HOUR)
