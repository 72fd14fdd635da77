"""Prices shown and explained: curves for everybody, and a quote's explanation for whoever asked for it."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from sqlmodel import Session

from api.answers import Answer
from api.schemas.prices import CurveQuery, CurveView, QuoteExplanationView
from api.transaction import Router
from domain import identity, markets, offers, pricing, surge
from domain.availability.errors import InvalidTimeRange
from domain.foundation.ids import QuoteId
from domain.identity import Caller
from domain.markets.errors import MarketNotFound, PolicyNotFound
from domain.offers.errors import CategoryUnknown, OfferUnknown
from domain.pricing import Curve
from domain.pricing.errors import CurveUnfit, QuoteUnknown

router = Router(tags=["pricing"])
# A curve is the same for everybody until the next tick; a minute later it is soon enough to ask again.
_FOR_A_MINUTE = {"cache-control": "public, max-age=60"}


@router.get("/quotes/{quote_id}/explanation", may="quotes.read", errors=[QuoteUnknown])
def explain_quote(quote_id: QuoteId, session: Session, caller: Caller, at: datetime) -> QuoteExplanationView:
    """See why one of your quotes costs what it costs, and what would cost less.

    Every reason has a code and a sentence; counts of people are told in ranges. The alternatives are free
    now, and each can be booked for `pay_in` at most until this quote expires: post its `ask` to `/quotes`.
    """
    quote = pricing.own_quote(session, quote_id, customer_id=caller.user_id)
    terms, locale = offers.terms(session, quote.offer_id), identity.get_user(session, caller.user_id).locale
    policy = markets.get_policy_version(session, quote.policy_version_id).rules
    words = pricing.explain(quote, terms=terms, policy=policy, locale=locale)
    told = pricing.surge_told(session, quote, terms, locale=locale)
    found = pricing.alternatives(session, quote, terms, at=at)
    return QuoteExplanationView.of(quote, words, told, found)


@router.get(
    "/prices/curve",
    may="prices.read",
    errors=[CategoryUnknown, CurveUnfit, MarketNotFound, OfferUnknown, PolicyNotFound, InvalidTimeRange],
)
def draw_curve(query: Annotated[CurveQuery, Query()], session: Session, at: datetime) -> Answer[CurveView]:
    """See what a service costs at which time: the tariff's factor and demand's, and both together.

    With `offer_id` each start that can be booked, with its price. With `market` and `category` every hour,
    around `near` if it is given. Anybody sees the same: a curve tells the market's price, never a person's.
    """
    if (query.offer_id is None) is (query.market is None or query.category is None):
        raise CurveUnfit("Name an offer, or a market and a category.", field="offer_id")
    return Answer(CurveView.of(_curve(query, session, at)), _FOR_A_MINUTE)


def _curve(query: CurveQuery, session: Session, at: datetime) -> Curve:
    during = query.during(at)
    if query.offer_id is not None:
        return pricing.curve_of_offer(session, query.offer_id, during=during, at=at)
    market, point = markets.get_market_by_slug(session, query.market or ""), query.point()
    cell = surge.cell_at(*point) if point else None
    return pricing.curve_of_category(session, market, query.category or "", cell=cell, during=during, at=at)
