"""A booking at a real till whose refunds come back after days, workers that follow, and weeks going by."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import Session

from domain import bookings, ledger, payments
from domain.bookings import Booking, BookingReasonCode
from domain.ledger import AccountKind
from domain.payments import LiableParty, Refund
from domain.pricing import Wish
from tests import cast, market_calendar
from tests.client import Client
from tests.domain.bookings.booking_factory import BookingFactory
from tests.domain.bookings.task_factory import grant_credits, make_task_factory
from tests.domain.contributions.valuation_factory import KINDS
from tests.domain.payments.payment_harness import PaymentHarness
from tests.domain.payments.test_webhooks import deliver, list_provider_events
from tests.journeys.market import Market
from workers.task import Work

CARD = "pm_card_refundFail"  # the provider's own: its refunds succeed, and fail five days later
INITIAL_CREDITS = 30_000  # thousandths of a credit
Result = TypeVar("Result")


@dataclass
class ReturnedRefundScenario:
    """Aino books Ellen at a real till, workers follow, and weeks go by."""

    harness: PaymentHarness
    market: Market
    play: BookingFactory
    last: dict[str, Any] | None = field(default=None)

    def run(self, work: Callable[[Session], Result]) -> Result:
        return self.harness.transactions.run(work)

    def advance_to(self, instant: datetime) -> None:
        """Time passes here, at the provider, and for the workers; the provider tells what happened."""
        self.harness.advance(seconds=(instant - self.harness.at).total_seconds())
        self.market.walk_to(instant)
        self.receive_webhooks()

    def advance(self, span: timedelta) -> None:
        self.advance_to(self.harness.at + span)

    def receive_webhooks(self, times: int = 1) -> list[str]:
        """Everything the provider has told since, each so many times; answers the names."""
        provider_events = list_provider_events(self.harness, self.last)
        self.last = provider_events[-1] if provider_events else self.last
        for _ in range(times):
            for event in provider_events:
                deliver(self.harness, event)
        self.market.follow()
        return [event["type"] for event in provider_events]

    def make_confirmed_booking(self, preference: Wish | None = None) -> Booking:
        play, at = self.play, self.harness.at
        booking = self.run(
            lambda session: bookings.request(session, self._quote(session, preference), by=play.aino, at=at)
        )
        bookings.pay(
            self.harness.transactions,
            self.harness.gateway,
            booking.id,
            payment_method=CARD,
            by=play.aino,
            at=at,
        )
        self.run(lambda session: bookings.accept(session, booking.id, by=play.ellen, at=at))
        self.market.follow()
        self.receive_webhooks()
        return booking

    def cancel_booking(self, booking: Booking) -> None:
        arguments = {"by": self.play.ellen, "at": self.harness.at, "reason_code": BookingReasonCode.ILLNESS}
        self.run(lambda session: bookings.cancel(session, booking.id, **arguments))
        self.market.follow()
        self.receive_webhooks()

    def refunds(self, booking: Booking) -> list[Refund]:
        def read(session: Session) -> list[Refund]:
            return payments.list_refunds(session, payments.get_payment_of_subject(session, booking.id).id)

        return self.run(read)

    def refund_booking(
        self, booking: Booking, amount: int, liable: LiableParty = LiableParty.PLATFORM
    ) -> None:
        """Operators give so much back, and the customer's bank has it."""
        payment = self.run(lambda session: payments.get_payment_of_subject(session, booking.id))
        self.harness.refund(payment, amount, liable)
        self.market.follow()
        self.receive_webhooks()

    def held(self, booking: Booking) -> int:
        return self.harness.balance(AccountKind.HELD, booking.id)

    def wallet(self, name: str = "Aino") -> ledger.Wallet:
        return self.run(lambda session: ledger.get_wallet(session, cast.user(session, name).id))

    def timeline_names(self, booking: Booking) -> list[str]:
        """What the customer reads in the booking's timeline."""
        page = self.run(
            lambda session: bookings.list_timeline(
                session, booking.id, by=self.play.aino, after=None, limit=200
            )
        )
        return [entry.name for entry in page.items]

    def violations(self) -> dict[str, Any]:
        """What does not hold; contributions that nobody had to confirm are the tests' own."""
        violations = self.market.broken()
        violations.pop("nothing is verified without somebody's word", None)
        return violations

    def _quote(self, session: Session, preference: Wish | None) -> UUID:
        self.play.session = session
        return self.play.make_quote(credits=preference, at=self.harness.at).id


@contextmanager
def open_scenario(harness: PaymentHarness, client: Client) -> Iterator[ReturnedRefundScenario]:
    """The story from its beginning; all that must hold is asked for at its end."""
    market_calendar.show(harness.at)
    with harness.transactions() as session:
        contribution_policy = {"credits": {"value_amount": 10, "theta_bp": 2_000}, "kinds": dict(KINDS)}
        play = make_task_factory(
            session, harness.at, policy={"contributions": {"tasks": {}} | contribution_policy}
        )
        grant_credits(play, INITIAL_CREDITS)
    work = Work(harness.transactions, harness.gateway)
    yield (scenario := ReturnedRefundScenario(harness, Market(client, work, harness.at), play))
    assert scenario.violations() == {}
