"""A booking paid at the sandbox through the official library, inside the one session of a test."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from domain import bookings, payments
from domain.bookings import Booking, BookingReasonCode, changes
from domain.bookings.changes import ProposedChange
from domain.ledger import AccountKind
from domain.payments import LiableParty
from tests.domain.bookings.booking_factory import BookingFactory
from tests.domain.bookings.fake_gateway import SingleSessionTransactions
from tests.domain.bookings.task_factory import broken_invariants
from tests.domain.payments.payment_harness import KEY

FAILS, SUCCEEDS = "pm_card_refundFail", "pm_card_visa"  # the first one's refunds fail five days later
PARTS = (AccountKind.GOODWILL, AccountKind.SERVICE_FEES, AccountKind.COMMISSION)


@dataclass
class PaidBooking:
    """A booking of 94.50 between Aino and Ellen, paid at the sandbox, and the time there."""

    play: BookingFactory
    web: httpx.Client
    booking: Booking
    at: datetime

    def advance(self, span: timedelta) -> None:
        self.at += span
        response = self.web.post("/_sandbox/clock", json={"now": int(self.at.timestamp())})
        assert response.status_code == 200, response.text

    def sync(self) -> None:
        """What workers do: the provider's news is followed, what was decided is sent, the books close."""
        transactions, gateway = SingleSessionTransactions(self.play.session), self.play.gateway
        payment_id = self.booking.payment_id
        assert payment_id is not None
        payments.refresh_from_provider(transactions, gateway, payment_id, at=self.at)
        for _ in range(3):
            self.play.sync_payment(self.booking, self.at)

    def refunded(self) -> int:
        """What the customer has back, as the sandbox counts it."""
        return sum(charge["amount_refunded"] for charge in self._charges())

    def captured(self) -> int:
        return sum(charge["amount_captured"] for charge in self._charges())

    def refunded_by(self, action: Callable[[], Any]) -> int:
        """By how much the sandbox's refunds grew with a deed and what workers do after it."""
        before = self.refunded()
        action()
        self.sync()
        return self.refunded() - before

    def goodwill(self, amount: int, liable: LiableParty) -> None:
        payments.create_refund(
            self.play.session,
            self.booking.id,
            amount,
            liable=liable,
            reason_code="not_kept",  # the word that the code itself uses makes no difference
            reason="Sorry for the wait.",
            by=self.play.otto.actor_in(None),
            at=self.at,
        )

    def refund_at_provider(self, amount: int) -> None:
        """Somebody at the provider's dashboard; more than is left is refused there."""
        form = {"payment_intent": self._payment().provider_reference, "amount": amount}
        self.web.post("/v1/refunds", data=form, headers=_AUTHORIZED)

    def cancel(self, who: str) -> None:
        by = getattr(self.play, who)
        bookings.cancel(
            self.play.session, self.booking.id, by=by, at=self.at, reason_code=BookingReasonCode.CHANGED_PLANS
        )

    def preview(self, who: str) -> bookings.FinalAmounts:
        by = getattr(self.play, who)
        return bookings.preview_cancellation(
            self.play.session, self.booking.id, by=by, at=self.at
        ).final_amounts

    def shorten(self) -> None:
        """Half of the time less, agreed by both."""
        half = ProposedChange(units=60)
        line = changes.propose_change(self.play.session, self.booking.id, half, by=self.play.aino, at=self.at)
        changes.accept_proposal(self.play.session, self.booking.id, line.id, by=self.play.ellen, at=self.at)

    def complete(self) -> None:
        session, id_ = self.play.session, self.booking.id
        self.advance(max(timedelta(), self.play.start - self.at))
        bookings.start(session, id_, by=self.play.ellen, at=self.at)
        bookings.deliver(session, id_, by=self.play.ellen, at=self.at)
        bookings.complete(session, id_, by=self.play.aino, at=self.at)

    def balances(self) -> list[int]:
        """Who bears and gets what, apart from fees of the provider."""
        owner = self.booking.profile_id
        return [self.play.balance(AccountKind.PAYABLE, owner), *(self.play.balance(kind) for kind in PARTS)]

    def check(self) -> None:
        assert self.refunded() <= self.captured()
        assert broken_invariants(self.play.session) == []

    def _payment(self) -> payments.Payment:
        return payments.get_payment_of_subject(self.play.session, self.booking.id)

    def _charges(self) -> list[dict[str, Any]]:
        path = f"/v1/charges?payment_intent={self._payment().provider_reference}"
        charges: list[dict[str, Any]] = self.web.get(path, headers=_AUTHORIZED).json()["data"]
        return charges


_AUTHORIZED = {"authorization": f"Bearer {KEY}"}


def make_paid_booking(play: BookingFactory, web: httpx.Client, method: str = SUCCEEDS) -> PaidBooking:
    """A confirmed and captured booking at a sandbox that has just begun."""
    assert web.post("/_sandbox/reset", json={"frozen": True}).status_code == 200
    booking = play.make_requested_booking()
    transactions = SingleSessionTransactions(play.session)
    bookings.pay(transactions, play.gateway, booking.id, payment_method=method, by=play.aino, at=play.at)
    bookings.accept(play.session, booking.id, by=play.ellen, at=play.at)
    paid_booking = PaidBooking(play, web, booking, play.at)
    paid_booking.sync()
    assert paid_booking.captured() == 9_450
    return paid_booking
