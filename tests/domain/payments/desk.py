"""A booking paid at the sandbox through the official library, inside the one session of a test."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from domain import bookings, payments
from domain.bookings import Booking, Change, ReasonCode
from domain.ledger import AccountKind
from domain.payments import Liable
from tests.domain.bookings.bank import OneSession
from tests.domain.bookings.scene import Scene
from tests.domain.bookings.task_scene import broken
from tests.domain.payments.harness import KEY

FAILS, SUCCEEDS = "pm_card_refundFail", "pm_card_visa"  # the first one's refunds fail five days later
PARTS = (AccountKind.GOODWILL, AccountKind.SERVICE_FEES, AccountKind.COMMISSION)


@dataclass
class Desk:
    """A booking of 94.50 between Aino and Ellen, paid at the sandbox, and the time there."""

    play: Scene
    web: httpx.Client
    booking: Booking
    at: datetime

    def later(self, span: timedelta) -> None:
        self.at += span
        answer = self.web.post("/_sandbox/clock", json={"now": int(self.at.timestamp())})
        assert answer.status_code == 200, answer.text

    def settle(self) -> None:
        """What workers do: the provider's news is followed, what was decided is sent, the books close."""
        transactions, gateway = OneSession(self.play.session), self.play.bank
        payment_id = self.booking.payment_id
        assert payment_id is not None
        payments.bring(transactions, gateway, payment_id, at=self.at)
        for _ in range(3):
            self.play.settle(self.booking, self.at)

    def refunded(self) -> int:
        """What the customer has back, as the sandbox counts it."""
        return sum(charge["amount_refunded"] for charge in self._charges())

    def captured(self) -> int:
        return sum(charge["amount_captured"] for charge in self._charges())

    def moved_by(self, deed: Callable[[], Any]) -> int:
        """By how much the sandbox's refunds grew with a deed and what workers do after it."""
        before = self.refunded()
        deed()
        self.settle()
        return self.refunded() - before

    def goodwill(self, amount: int, liable: Liable) -> None:
        payments.refund(
            self.play.session,
            self.booking.id,
            amount,
            liable=liable,
            reason_code="not_kept",  # the word that the code itself uses makes no difference
            reason="Sorry for the wait.",
            by=self.play.otto.actor_in(None),
            at=self.at,
        )

    def by_hand(self, amount: int) -> None:
        """Somebody at the provider's dashboard; more than is left is refused there."""
        form = {"payment_intent": self._payment().provider_reference, "amount": amount}
        self.web.post("/v1/refunds", data=form, headers=_AUTHORIZED)

    def cancel(self, who: str) -> None:
        by = getattr(self.play, who)
        bookings.cancel(
            self.play.session, self.booking.id, by=by, at=self.at, reason_code=ReasonCode.CHANGED_PLANS
        )

    def preview(self, who: str) -> bookings.Settlement:
        by = getattr(self.play, who)
        return bookings.preview(self.play.session, self.booking.id, by=by, at=self.at).settlement

    def shorten(self) -> None:
        """Half of the time less, agreed by both."""
        half = Change(units=60)
        line = bookings.propose(self.play.session, self.booking.id, half, by=self.play.aino, at=self.at)
        bookings.accept_proposal(self.play.session, self.booking.id, line.id, by=self.play.ellen, at=self.at)

    def complete(self) -> None:
        session, id_ = self.play.session, self.booking.id
        self.later(max(timedelta(), self.play.start - self.at))
        bookings.start(session, id_, by=self.play.ellen, at=self.at)
        bookings.deliver(session, id_, by=self.play.ellen, at=self.at)
        bookings.complete(session, id_, by=self.play.aino, at=self.at)

    def balances(self) -> list[int]:
        """Who bears and gets what, apart from fees of the provider."""
        owner = self.booking.profile_id
        return [self.play.balance(AccountKind.PAYABLE, owner), *(self.play.balance(kind) for kind in PARTS)]

    def check(self) -> None:
        assert self.refunded() <= self.captured()
        assert broken(self.play.session) == []

    def _payment(self) -> payments.Payment:
        return payments.of(self.play.session, self.booking.id)

    def _charges(self) -> list[dict[str, Any]]:
        path = f"/v1/charges?payment_intent={self._payment().provider_reference}"
        charges: list[dict[str, Any]] = self.web.get(path, headers=_AUTHORIZED).json()["data"]
        return charges


_AUTHORIZED = {"authorization": f"Bearer {KEY}"}


def open_desk(play: Scene, web: httpx.Client, method: str = SUCCEEDS) -> Desk:
    """A confirmed and captured booking at a sandbox that has just begun."""
    assert web.post("/_sandbox/reset", json={"frozen": True}).status_code == 200
    booking = play.requested()
    transactions = OneSession(play.session)
    bookings.pay(transactions, play.bank, booking.id, payment_method=method, by=play.aino, at=play.at)
    bookings.accept(play.session, booking.id, by=play.ellen, at=play.at)
    desk = Desk(play, web, booking, play.at)
    desk.settle()
    assert desk.captured() == 9_450
    return desk
