"""Who is there when things break: providers with offers, and customers with sessions and quotes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain import availability, pricing
from domain.foundation import clock, ids
from domain.foundation.persistence.database import Transactions
from domain.identity.authentication import sessions
from domain.offers import Offer
from tests import cast

LIVE_QUOTES = 5  # of a customer in one category, as the policy has it


@dataclass(frozen=True)
class Want:
    """Somebody at the door who wants a booking: their token, their quote, and the key of all their tries."""

    token: str
    quote_id: UUID
    key: str

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "idempotency-key": self.key}

    @property
    def body(self) -> dict[str, str]:
        return {"quote_id": ids.encode("quo", self.quote_id)}


class People:
    """Makes people and what they want, on a stack's database."""

    def __init__(self, transactions: Transactions) -> None:
        self.transactions = transactions
        self._customers: list[tuple[UUID, str]] = []
        self._starts = 0

    def provider(self, name: str) -> UUID:
        """An approved provider who is there around the clock. Answers the profile."""
        with self.transactions() as session:
            profile = cast.provider(session, name)
            cast.open_always(session, profile)
            return profile.id

    def offer(self, name: str, **terms: object) -> Offer:
        """An offer of that provider which books at once."""
        with self.transactions() as session:
            return cast.offer(session, provider=cast.provider(session, name), books_instantly=True, **terms)

    def customers(self, count: int) -> list[tuple[UUID, str]]:
        """Customers and their access tokens; the same ones each time, and more if more are needed."""
        at = clock.now()
        with self.transactions() as session:
            for number in range(len(self._customers), count):
                person = cast.user(session, f"Customer{number}")
                token = sessions.start_session(session, person, label="faults", at=at).access
                self._customers.append((person.id, token))
        return self._customers[:count]

    def fresh_start(self) -> datetime:
        """A start that nobody has asked for yet, from the day after tomorrow on, eight a day."""
        day, place = divmod(self._starts, 8)
        self._starts += 1
        midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(days=2 + day, hours=3 * place)

    def wants(
        self,
        count: int,
        offer: Offer,
        start: datetime,
        *,
        units: int | None = 120,
        options: tuple[tuple[UUID, int], ...] = (),
        first: int = 0,
    ) -> list[Want]:
        """So many who want the same, each with a quote of their own."""
        people = self.customers(first + -(-count // LIVE_QUOTES))[first:]
        found = []
        with self.transactions() as session:
            for number in range(count):
                customer_id, token = people[number // LIVE_QUOTES]
                quote = pricing.quote(
                    session,
                    offer_id=offer.id,
                    customer_id=customer_id,
                    start=start,
                    units=units,
                    options=options,
                    at=clock.now(),
                )
                found.append(Want(token, quote.id, str(ids.new())))
        return found

    def thing(self, name: str, what: str) -> UUID:
        """A thing of that provider's that can be promised once at a time."""
        with self.transactions() as session:
            profile = cast.provider(session, name)
            by = cast.actor(cast.user(session, name))
            return availability.add_thing(session, profile.id, name=what, by=by, at=clock.now()).id

    def needs(self, name: str, offer: Offer, things: list[UUID], option_id: UUID | None = None) -> None:
        """From now on the offer, or its option, needs these things."""
        with self.transactions() as session:
            by = cast.actor(cast.user(session, name))
            availability.set_required_resources(
                session, offer.id, things, option_id=option_id, by=by, at=clock.now()
            )
