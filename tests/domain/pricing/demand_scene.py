"""Ellen irons where prices answer to demand; a test says how much."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from domain import pricing
from domain.offers import Offer
from tests import cast, snapshots

CATEGORY = "hourly-service"
RULES: dict[str, Any] = {"live": {CATEGORY: {}}, "scheduled": {CATEGORY: {}}}
SOON = timedelta(minutes=30)


@dataclass
class DemandScene:
    """An offer of 60.00 an hour, and the market around it at `at`."""

    session: Session
    at: datetime
    offer: Offer

    def market_says(self, multiplier_bp: int, *, at: datetime | None = None, **more: Any) -> UUID:
        """Publish a snapshot with this factor in the offer's cell."""
        assert self.offer.cell_r7 is not None
        told = {"shown_bp": multiplier_bp, "raw_bp": multiplier_bp, "reasons": 1}
        return snapshots.published(
            self.session,
            self.offer.market_id,
            {self.offer.cell_r7: told},
            category=CATEGORY,
            tick_at=at or self.at,
            **{"typical_amount": 10_000, **more},
        )

    def asked(self, *, by: UUID | None = None, at: datetime | None = None, **more: Any) -> pricing.Quote:
        """A quote for an hour that starts soon, Aino's unless said otherwise."""
        wanted = {"start": min(at or self.at, self.at) + SOON, "units": 60} | more
        customer_id = by or cast.aino(self.session).id
        return pricing.quote(
            self.session, offer_id=self.offer.id, customer_id=customer_id, at=at or self.at, **wanted
        )

    def booked(self, *, at: datetime, by: UUID | None = None) -> pricing.Quote:
        """A quote that was taken and agreed to at `at`."""
        quote = self.asked(by=by, at=at)
        taken = pricing.take(self.session, quote.id, customer_id=quote.customer_id, at=at).quote
        pricing.agree(self.session, taken.id, at=at)
        return taken


def demand_scene(session: Session, at: datetime, **content: Any) -> DemandScene:
    """The market's policy and an offer; the provider is there around the clock."""
    ellen = cast.ellen(session)
    cast.open_always(session, ellen)
    told = {"price_amount": 6_000, **content}
    offer = cast.offer(session, provider=ellen, category=CATEGORY, **told)
    long_ago = at - timedelta(days=100)
    snapshots.in_force(session, offer.market_id, RULES, at=long_ago)
    return DemandScene(session, at, offer)
