"""What it takes to build the stage."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from domain import bookings, identity, payments, pricing
from domain.bookings import Booking
from domain.foundation import ids
from domain.identity import Caller, User
from domain.offers import Offer
from domain.providers import ProviderProfile
from tests.domain.bookings.fake_gateway import SingleSessionTransactions
from tests.stage.names import Stage

CARD = "pm_card_visa"


@dataclass
class Stagehand:
    """Whoever builds the stage: what was built so far, and what several chapters of it do."""

    session: Session
    stage: Stage
    users: dict[str, User] = field(default_factory=dict)
    ellen: ProviderProfile = field(init=False)
    farah: ProviderProfile = field(init=False)
    ironing: Offer = field(init=False)
    mending: Offer = field(init=False)

    def __post_init__(self) -> None:
        self.at = self.stage.at
        self.hour = self.at.replace(minute=0, second=0, microsecond=0)

    def caller(self, name: str) -> Caller:
        return Caller(self.users[name].id, ids.new(), name.title())

    def staff(self, name: str, role: identity.UserRole) -> Caller:
        return Caller(self.users[name].id, ids.new(), name.title(), frozenset({identity.Grant(role)}))

    def quote(self, name: str, start: datetime, offer: Offer, *, at: datetime) -> pricing.Quote:
        customer = self.users[name].id
        return pricing.quote(
            self.session, offer_id=offer.id, customer_id=customer, start=start, units=120, at=at
        )

    def booked(self, name: str, start: datetime, offer: Offer, *, at: datetime) -> Booking:
        quote = self.quote(name, start, offer, at=at)
        return bookings.request(self.session, quote.id, by=self.caller(name), at=at)

    def pay(self, booking: Booking, name: str, *, at: datetime) -> None:
        bookings.pay(
            SingleSessionTransactions(self.session),
            self.stage.till,
            booking.id,
            payment_method=CARD,
            by=self.caller(name),
            at=at,
        )

    def accept(self, booking: Booking, *, at: datetime) -> None:
        bookings.accept(self.session, booking.id, by=self.caller("ellen"), at=at)
        payment = payments.get_payment_of_subject(self.session, booking.id)
        payments.sync_to_target(SingleSessionTransactions(self.session), self.stage.till, payment.id, at=at)
        bookings.apply_payment_state(self.session, booking.id, at=at)
