"""A market with fees in its books, neighbours who gave something, and a clock that walks over periods."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID

from sqlmodel import Session

from domain import bookings, identity, ledger, markets
from domain.bookings import Booking
from domain.contributions import Contribution, ContributionKind, ContributionState, valuation
from domain.contributions.models import ContributionEvidence
from domain.contributions.valuation import credit_settlement, period_close
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.identity import Caller, Grant, User, UserRole
from domain.ledger import AccountKind, Posting
from domain.markets import Market
from tests import cast
from tests.domain.bookings.booking_factory import DAY, HOUR, BookingFactory, make_booking_factory
from tests.domain.contributions.contribution_market import CREDIT, create_market

ANSWER = {
    "base_milli": 5_000,
    "kappa_milli": 10_000,
    "cap_milli": 60_000,
    "most_units_milli": 60_000,
    "verifier": "counterparty",
    "hold_days": 7,
}
KINDS: Mapping[str, Any] = {
    "answer": ANSWER,
    "guide": ANSWER | {"base_milli": 12_000, "verifier": "quorum"},
    "review": ANSWER | {"base_milli": 2_000, "verifier": "system", "funder": "booking_fee"},
    "referral": ANSWER | {"base_milli": 24_000},
    "trial": ANSWER | {"base_milli": 4_000},
    "mentoring": {
        "unit": "hour", "funder": "hours", "most_units_milli": 40_000, "verifier": "counterparty",
    },
    "patience": {"funder": "nobody", "most_units_milli": 10_000, "verifier": "counterparty"},
}  # fmt: skip
CREDITS = CREDIT | {"theta_bp": 2_000}


@dataclass
class ValuationFactory:
    """Helsinki keeps credits worth a euro each, in weeks; `sections` change its policy."""

    session: Session
    at: datetime
    market: Market
    _scene: BookingFactory | None = field(default=None, repr=False)
    _earner: Booking | None = field(default=None, repr=False)
    _days: Iterator[int] = field(default_factory=count, repr=False)

    @property
    def scene(self) -> BookingFactory:
        """Aino books Ellen; made when a test needs it."""
        self._scene = self._scene or make_booking_factory(self.session, self.at)
        return self._scene

    def person(self, name: str) -> User:
        return cast.user(self.session, name)

    def caller(self, name: str) -> Caller:
        someone = self.person(name)
        grants = identity.list_role_grants(self.session, someone.id)
        held = frozenset(Grant(UserRole(grant.role), grant.market_id) for grant in grants)
        return Caller(someone.id, ids.new(), name, held)

    def verified(
        self,
        name: str = "Aino",
        kind: str = "answer",
        *,
        at: datetime | None = None,
        units_milli: int = 1_000,
        quality_milli: int = 1_000,
        state: ContributionState = ContributionState.VERIFIED,
        **fields: Any,
    ) -> Contribution:
        """A contribution that others have confirmed."""
        moment = at or self.at
        version = markets.get_policy_at(self.session, self.market.id, moment)
        contribution = Contribution(
            market_id=self.market.id,
            user_id=self.person(name).id,
            kind=ContributionKind(kind),
            units_milli=units_milli,
            title="Something given",
            evidence_hash=sha256(str(ids.new()).encode()).digest(),
            draw_id=ids.new(),
            policy_version_id=version.id,
            wants_thanks_only=fields.pop("wants_thanks_only", False),
            state=state,
            submitted_at=moment,
            verified_at=moment,
            verified_units_milli=units_milli,
            quality_milli=quality_milli,
            **fields,
        )
        self.session.add(contribution)
        self.session.flush()
        self.session.add(
            ContributionEvidence(contribution_id=contribution.id, document={"statement": "I did."})
        )
        self.session.flush()
        return contribution

    def earn(self, fees: int, at: datetime) -> None:
        """Let a booking of this market bring in so much in service fees."""
        booking = self._earner = self._earner or self.booked()
        held = ledger.get_account(self.session, AccountKind.HELD, "EUR", booking.id)
        clearing = ledger.get_account(self.session, AccountKind.CLEARING, "EUR")
        earned = ledger.get_account(self.session, AccountKind.SERVICE_FEES, "EUR")
        ledger.post(
            self.session,
            key=f"earned:{ids.new()}",
            kind="distribution",
            subject_id=booking.id,
            postings=[Posting(clearing, held, fees), Posting(held, earned, fees)],
            by=SYSTEM,
            at=at,
        )

    def booked(self) -> Booking:
        """A booking that waits for its payment; each on a day of its own."""
        return self.scene.make_requested_booking(start=self.scene.start + next(self._days) * DAY)

    def completed(self) -> Booking:
        """A booking that was carried out and whose books are closed. Two hours of 45.00, fees of 13.50."""
        bookings_factory = self.scene
        start = bookings_factory.start + next(self._days) * DAY
        booking = bookings_factory.make_confirmed_booking(start=start)
        bookings.start(self.session, booking.id, by=bookings_factory.ellen, at=start)
        bookings.deliver(self.session, booking.id, by=bookings_factory.ellen, at=start + 2 * HOUR)
        bookings.complete(self.session, booking.id, by=bookings_factory.aino, at=start + 3 * HOUR)
        bookings_factory.sync_payment(booking, start + 3 * HOUR)
        return booking

    def close(self, at: datetime) -> valuation.ContributionPeriod | None:
        return period_close.close_period(self.session, self.market.id, at=at)

    def close_all(self, until: datetime) -> list[valuation.ContributionPeriod]:
        """Every period that is over by then."""
        rows = []
        while (period := self.close(until)) is not None:
            rows.append(period)
        return rows

    def hold(self, at: datetime) -> int:
        return sum(
            credit_settlement.hold_credits(self.session, item, at=at)
            for item in credit_settlement.list_contributions_to_hold(self.session, limit=1_000)
        )

    def settle(self, at: datetime) -> int:
        due = credit_settlement.list_contributions_to_settle(self.session, at=at, limit=1_000)
        return sum(credit_settlement.settle_credits(self.session, item, at=at) for item in due)

    def close_and_settle(self, at: datetime) -> None:
        """Close what is over, hold what it was worth, and settle it after its week."""
        self.close_all(at)
        self.hold(at)
        self.settle(at + 7 * DAY)

    def wallet(self, name: str) -> ledger.Wallet:
        return ledger.get_wallet(self.session, self.person(name).id)

    def credits_of(self, contribution: Contribution) -> int | None:
        self.session.refresh(contribution)
        return contribution.credits

    def entries(self, subject_id: UUID) -> list[str]:
        page = ledger.list_entries(self.session, subject_id=subject_id, account_id=None, after=None, limit=50)
        return [entry.kind for entry in page.items]


def valuation_factory(session: Session, at: datetime, **sections: Any) -> ValuationFactory:
    document = {"credits": CREDITS, "kinds": dict(KINDS)} | sections
    return ValuationFactory(session, at, create_market(session, **document))
