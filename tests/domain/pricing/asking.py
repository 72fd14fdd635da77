"""What a test of quotes asks for: Aino, about Ellen's offer; and what becomes of the offer meanwhile."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from domain import markets, offers, pricing
from domain.foundation.actors import Actor, ActorKind
from domain.markets import MarketPolicy
from domain.offers import Offer, OptionContent
from domain.pricing import queries
from tests import cast
from tests.domain.offers.owner import by

HELSINKI = ZoneInfo("Europe/Helsinki")
TEN = datetime(2026, 11, 24, 10, 0, tzinfo=HELSINKI)


def published(session: Session, **content: Any) -> Offer:
    """Ellen's offer, at 45.00 an hour unless said otherwise; she is there around the clock."""
    cast.open_always(session, cast.ellen(session))
    return cast.offer(session, **content)


def asked(session: Session, offer: Offer, at: datetime, **more: Any) -> pricing.Quote:
    """Aino's quote for ten o'clock tomorrow, for ninety minutes unless said otherwise."""
    length = {} if {"end", "units"} & more.keys() else {"units": 90}
    wanted = {"start": TEN, "customer_id": cast.aino(session).id, **length, **more}
    return pricing.quote(session, offer_id=offer.id, at=at, **wanted)


def repriced(session: Session, offer: Offer, price_amount: int, at: datetime) -> None:
    content = replace(offers.content_of(offer), price_amount=price_amount)
    offers.edit(session, offer.id, content, by=by(offer), at=at)


def option(session: Session, offer: Offer, at: datetime, **content: Any) -> UUID:
    told = {"title": "Window cleaning", "price_amount": 1_000, "minutes": 30, **content}
    return offers.add_option(session, offer.id, OptionContent(**told), by=by(offer), at=at).id


def stored(session: Session, quote_id: UUID) -> pricing.Quote:
    return queries.quote_of_booking(session, quote_id)


def new_policy(session: Session, policy: MarketPolicy, at: datetime) -> None:
    operator = Actor(ActorKind.OPERATOR, cast.otto(session).id)
    markets.publish_policy(session, cast.market(session).id, rules=policy, by=operator, at=at)
