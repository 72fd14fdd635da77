"""A booking between Aino and Ellen, played from its quote as far as a test wants."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from domain import bookings, ledger, payments, pricing
from domain.bookings import Booking, State
from domain.foundation import events, ids
from domain.identity import Caller, Grant, UserRole
from domain.ledger import AccountKind
from domain.offers import Offer
from tests import cast
from tests.domain.bookings.bank import Bank, OneSession

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Scene:
    """Who is there, and what they do. `start` is noon of the Monday a week after the tests' Monday."""

    session: Session
    at: datetime
    bank: Bank
    offer: Offer
    aino: Caller
    ben: Caller
    ellen: Caller
    farah: Caller
    otto: Caller

    @property
    def start(self) -> datetime:
        return self.at + 7 * DAY + timedelta(hours=3)

    def quoted(self, *, by: Caller | None = None, at: datetime | None = None, **more: Any) -> pricing.Quote:
        wanted = {"start": self.start, "units": 120} | more
        customer = (by or self.aino).user_id
        return pricing.quote(
            self.session, offer_id=self.offer.id, customer_id=customer, at=at or self.at, **wanted
        )

    def requested(self, *, by: Caller | None = None, **more: Any) -> Booking:
        """A booking that waits for its payment."""
        quote = self.quoted(by=by, **more)
        return bookings.request(self.session, quote.id, by=by or self.aino, at=self.at)

    def paid(self, **more: Any) -> Booking:
        """A booking that waits for the provider, or is confirmed when the offer books instantly."""
        booking = self.requested(**more)
        self.pay(booking.id)
        return booking

    def confirmed(self, **more: Any) -> Booking:
        booking = self.paid(**more)
        if booking.state is State.REQUESTED:
            bookings.accept(self.session, booking.id, by=self.ellen, at=self.at)
        self.settle(booking, self.at)
        return booking

    def delivered(self, **more: Any) -> Booking:
        booking = self.confirmed(**more)
        bookings.start(self.session, booking.id, by=self.ellen, at=self.start)
        bookings.deliver(self.session, booking.id, by=self.ellen, at=self.start + 2 * HOUR)
        return booking

    def pay(self, booking_id: UUID, *, at: datetime | None = None) -> bookings.Paid:
        return bookings.pay(
            OneSession(self.session),
            self.bank,
            booking_id,
            payment_method="pm_card_visa",
            by=self.aino,
            at=at or self.at,
        )

    def settle(self, booking: Booking, at: datetime) -> None:
        """What workers do when a payment's target changed: the bank is brought there, the booking follows."""
        payment = payments.of(self.session, booking.id)
        payments.settle(OneSession(self.session), self.bank, payment.id, at=at)
        bookings.follow_payment(self.session, booking.id, at=at)

    def balance(self, kind: AccountKind, owner_id: UUID | None = None) -> int:
        account = ledger.account(self.session, kind, "EUR", owner_id)
        return ledger.balance(self.session, account)

    def facts(self, booking: Booking) -> list[str]:
        rows = events.subject_history(self.session, booking.id)
        return [row.name for row in rows if row.name.startswith("booking.")]


def scene(session: Session, at: datetime, **content: Any) -> Scene:
    """Ellen irons for 45.00 an hour, around the clock, moderately strict; `content` changes the offer."""
    ellen = cast.ellen(session)
    cast.open_always(session, ellen)
    everywhere = frozenset({Grant(UserRole.OPERATOR)})
    return Scene(
        session=session,
        at=at,
        bank=Bank(at),
        offer=cast.offer(session, provider=ellen, **content),
        aino=_caller(cast.aino(session)),
        ben=_caller(cast.ben(session)),
        ellen=Caller(ellen.user_id, ids.new(), "Ellen"),
        farah=Caller(cast.farah(session).user_id, ids.new(), "Farah"),
        otto=_caller(cast.otto(session), everywhere),
    )


def _caller(user: Any, grants: frozenset[Grant] = frozenset()) -> Caller:
    return Caller(user.id, ids.new(), user.name, grants)
