"""A booking between Aino and Ellen, played from its quote as far as a test wants."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from domain import bookings, ledger, payments, pricing
from domain.bookings import Booking, BookingState
from domain.foundation import events, ids
from domain.identity import Caller, Grant, UserRole
from domain.ledger import AccountKind
from domain.offers import Offer
from tests import cast
from tests.domain.bookings.fake_gateway import FakeGateway, SingleSessionTransactions

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class BookingFactory:
    """Who is there, and what they do. `start` is noon of the Monday a week after the tests' Monday."""

    session: Session
    at: datetime
    gateway: FakeGateway
    offer: Offer
    aino: Caller
    ben: Caller
    ellen: Caller
    farah: Caller
    otto: Caller

    @property
    def start(self) -> datetime:
        return self.at + 7 * DAY + timedelta(hours=3)

    def make_quote(
        self, *, by: Caller | None = None, at: datetime | None = None, **more: Any
    ) -> pricing.Quote:
        content = {"start": self.start, "units": 120} | more
        customer = (by or self.aino).user_id
        return pricing.quote(
            self.session, offer_id=self.offer.id, customer_id=customer, at=at or self.at, **content
        )

    def make_requested_booking(self, *, by: Caller | None = None, **more: Any) -> Booking:
        """A booking that waits for its payment."""
        quote = self.make_quote(by=by, **more)
        return bookings.request(self.session, quote.id, by=by or self.aino, at=self.at)

    def make_paid_booking(self, **more: Any) -> Booking:
        """A booking that waits for the provider, or is confirmed when the offer books instantly."""
        booking = self.make_requested_booking(**more)
        self.pay(booking.id)
        return booking

    def make_confirmed_booking(self, **more: Any) -> Booking:
        booking = self.make_paid_booking(**more)
        if booking.state is BookingState.REQUESTED:
            bookings.accept(self.session, booking.id, by=self.ellen, at=self.at)
        self.sync_payment(booking, self.at)
        return booking

    def make_delivered_booking(self, **more: Any) -> Booking:
        booking = self.make_confirmed_booking(**more)
        bookings.start(self.session, booking.id, by=self.ellen, at=self.start)
        bookings.deliver(self.session, booking.id, by=self.ellen, at=self.start + 2 * HOUR)
        return booking

    def pay(self, booking_id: UUID, *, at: datetime | None = None) -> bookings.BookingPayment:
        return bookings.pay(
            SingleSessionTransactions(self.session),
            self.gateway,
            booking_id,
            payment_method="pm_card_visa",
            by=self.aino,
            at=at or self.at,
        )

    def sync_payment(self, booking: Booking, at: datetime) -> None:
        """What workers do when a payment's target changed: the bank is brought there, the booking follows."""
        payment = payments.get_payment_of_subject(self.session, booking.id)
        payments.sync_to_target(SingleSessionTransactions(self.session), self.gateway, payment.id, at=at)
        bookings.apply_payment_state(self.session, booking.id, at=at)

    def balance(self, kind: AccountKind, owner_id: UUID | None = None) -> int:
        account = ledger.get_account(self.session, kind, "EUR", owner_id)
        return ledger.get_balance(self.session, account)

    def event_names(self, booking: Booking) -> list[str]:
        rows = events.subject_history(self.session, booking.id)
        return [row.name for row in rows if row.name.startswith("booking.")]


def make_booking_factory(session: Session, at: datetime, **content: Any) -> BookingFactory:
    """Ellen irons for 45.00 an hour, around the clock, moderately strict; `content` changes the offer."""
    ellen = cast.ellen(session)
    cast.open_always(session, ellen)
    everywhere = frozenset({Grant(UserRole.OPERATOR)})
    return BookingFactory(
        session=session,
        at=at,
        gateway=FakeGateway(at),
        offer=cast.offer(session, provider=ellen, **content),
        aino=_caller(cast.aino(session)),
        ben=_caller(cast.ben(session)),
        ellen=Caller(ellen.user_id, ids.new(), "Ellen"),
        farah=Caller(cast.farah(session).user_id, ids.new(), "Farah"),
        otto=_caller(cast.otto(session), everywhere),
    )


def _caller(user: Any, grants: frozenset[Grant] = frozenset()) -> Caller:
    return Caller(user.id, ids.new(), user.name, grants)
