"""A booking at a real till whose refunds come back after days, workers that follow, and weeks going by."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import Session

from domain import bookings, ledger, payments
from domain.bookings import Booking, ReasonCode
from domain.ledger import AccountKind
from domain.payments import Liable, Refund
from domain.pricing import Wish
from tests import cast, market_calendar
from tests.client import Client
from tests.domain.bookings.scene import Scene
from tests.domain.bookings.task_scene import given_credits, task_scene
from tests.domain.contributions.harvest import KINDS
from tests.domain.payments.harness import Till
from tests.domain.payments.test_webhooks import log_of, post
from tests.journeys.market import Market
from workers.task import Work

CARD = "pm_card_refundFail"  # the provider's own: its refunds succeed, and fail five days later
HAD = 30_000  # thousandths of a credit
Result = TypeVar("Result")


@dataclass
class Story:
    """Aino books Ellen at a real till, workers follow, and weeks go by."""

    till: Till
    market: Market
    play: Scene
    last: dict[str, Any] | None = field(default=None)

    def run(self, work: Callable[[Session], Result]) -> Result:
        return self.till.transactions.run(work)

    def walk_to(self, instant: datetime) -> None:
        """Time passes here, at the provider, and for the workers; the provider tells what happened."""
        self.till.later(seconds=(instant - self.till.at).total_seconds())
        self.market.walk_to(instant)
        self.hears()

    def later(self, span: timedelta) -> None:
        self.walk_to(self.till.at + span)

    def hears(self, times: int = 1) -> list[str]:
        """Everything the provider has told since, each so many times; answers the names."""
        told = log_of(self.till, self.last)
        self.last = told[-1] if told else self.last
        for _ in range(times):
            for event in told:
                post(self.till, event)
        self.market.follow()
        return [event["type"] for event in told]

    def confirmed(self, wish: Wish | None = None) -> Booking:
        play, at = self.play, self.till.at
        booking = self.run(
            lambda session: bookings.request(session, self._quote(session, wish), by=play.aino, at=at)
        )
        bookings.pay(
            self.till.transactions,
            self.till.gateway,
            booking.id,
            payment_method=CARD,
            by=play.aino,
            at=at,
        )
        self.run(lambda session: bookings.accept(session, booking.id, by=play.ellen, at=at))
        self.market.follow()
        self.hears()
        return booking

    def called_off(self, booking: Booking) -> None:
        why = {"by": self.play.ellen, "at": self.till.at, "reason_code": ReasonCode.ILLNESS}
        self.run(lambda session: bookings.cancel(session, booking.id, **why))
        self.market.follow()
        self.hears()

    def refunds(self, booking: Booking) -> list[Refund]:
        def read(session: Session) -> list[Refund]:
            return payments.refunds(session, payments.of(session, booking.id).id)

        return self.run(read)

    def refunded(self, booking: Booking, amount: int, liable: Liable = Liable.PLATFORM) -> None:
        """Operators give so much back, and the customer's bank has it."""
        payment = self.run(lambda session: payments.of(session, booking.id))
        self.till.refund(payment, amount, liable)
        self.market.follow()
        self.hears()

    def held(self, booking: Booking) -> int:
        return self.till.balance(AccountKind.HELD, booking.id)

    def wallet(self, name: str = "Aino") -> ledger.Wallet:
        return self.run(lambda session: ledger.wallet(session, cast.user(session, name).id))

    def told(self, booking: Booking) -> list[str]:
        """What the customer reads in the booking's timeline."""
        page = self.run(
            lambda session: bookings.timeline(session, booking.id, by=self.play.aino, after=None, limit=200)
        )
        return [entry.name for entry in page.items]

    def broken(self) -> dict[str, Any]:
        """What does not hold; contributions that nobody had to confirm are the tests' own."""
        found = self.market.broken()
        found.pop("nothing is verified without somebody's word", None)
        return found

    def _quote(self, session: Session, wish: Wish | None) -> UUID:
        self.play.session = session
        return self.play.quoted(credits=wish, at=self.till.at).id


@contextmanager
def told(till: Till, client: Client) -> Iterator[Story]:
    """The story from its beginning; all that must hold is asked for at its end."""
    market_calendar.show(till.at)
    with till.transactions() as session:
        given = {"credits": {"value_amount": 10, "theta_bp": 2_000}, "kinds": dict(KINDS)}
        play = task_scene(session, till.at, policy={"contributions": {"tasks": {}} | given})
        given_credits(play, HAD)
    work = Work(till.transactions, till.gateway)
    yield (made := Story(till, Market(client, work, till.at), play))
    assert made.broken() == {}
