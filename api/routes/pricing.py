"""Quotes, and the tariffs they follow."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.pricing import QuoteRequest, QuoteView, TariffRequest, TariffView
from api.transaction import Router
from domain import identity, markets, offers, pricing
from domain.availability.errors import DurationNotOffered, StartNotBookable
from domain.foundation.errors import Stale
from domain.foundation.ids import MarketId, QuoteId
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.foundation.payable_amounts import AmountNotPayable
from domain.identity import Caller
from domain.markets.errors import MarketNotFound, PolicyNotFound
from domain.offers.errors import OfferUnknown
from domain.pricing.errors import (
    AmountTooLarge,
    CreditsNotTaken,
    LengthUnclear,
    OfferTakesNoBookings,
    OptionNotOffered,
    OwnOffer,
    PolicyTakesTooMuch,
    QuoteNotLive,
    QuoteUnknown,
    QuoteUnlike,
    SeatsNotOffered,
    TariffForThePast,
    TariffPublishedMeanwhile,
    TaskNotOffered,
)

router = Router(tags=["pricing"])


@router.post(
    "/quotes",
    may="quotes.create",
    status_code=201,
    errors=[
        AmountNotPayable,
        AmountTooLarge,
        CreditsNotTaken,
        DurationNotOffered,
        LengthUnclear,
        StartNotBookable,
        OfferTakesNoBookings,
        OfferUnknown,
        OptionNotOffered,
        OwnOffer,
        PolicyTakesTooMuch,
        PolicyNotFound,
        QuoteNotLive,
        QuoteUnknown,
        QuoteUnlike,
        SeatsNotOffered,
        TaskNotOffered,
    ],
)
def ask_for_quote(body: QuoteRequest, session: Session, caller: Caller, at: datetime) -> QuoteView:
    """Ask what something costs, and have the price promised for a while.

    The answer is immutable and signed: every line says who owes whom how much, by which rule and from which
    inputs. Where prices answer to demand, one near in time holds ten minutes; what is promised is never
    raised, and whoever books pays less if the price fell meanwhile. Tasks that you take over and credits that
    you redeem make it less; without any it is the list price, and nobody asks why. A customer holds a few
    live quotes in each category (five, unless the market's policy says otherwise); one more lets the oldest
    give way.

    What no card can pay is not promised: the refusal says what cards pay in the currency and what can be
    changed by whom. Credits pay for no more than leaves what a card can pay, and nothing to pay is fine.
    """
    return QuoteView.of(
        pricing.quote(
            session,
            offer_id=body.offer_id,
            customer_id=caller.user_id,
            start=body.start,
            end=body.end,
            units=body.units,
            seats=body.seats,
            options=[(option.id, option.quantity) for option in body.options],
            tasks=body.tasks,
            credits=body.credits.wish() if body.credits else None,
            instead_of=body.instead_of,
            at=at,
        )
    )


@router.get("/quotes/{quote_id}", may="quotes.read", errors=[QuoteUnknown])
def read_quote(quote_id: QuoteId, session: Session, caller: Caller) -> QuoteView:
    """See one of your quotes, with an explanation in plain words: what will be charged when, and why."""
    quote = pricing.own_quote(session, quote_id, customer_id=caller.user_id)
    explanation = pricing.explain(
        quote,
        terms=offers.terms(session, quote.offer_id),
        policy=markets.get_policy_version(session, quote.policy_version_id).rules,
        locale=identity.get_user(session, caller.user_id).locale,
    )
    return QuoteView.of(quote, explanation)


@router.post(
    "/markets/{market_id}/tariffs",
    may="tariffs.publish",
    status_code=201,
    errors=[MarketNotFound, Stale, TariffForThePast, TariffPublishedMeanwhile],
)
def publish_tariff(
    market_id: MarketId,
    body: TariffRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> TariffView:
    """Publish the next version of a market's tariff, in force now or later; quotes already given stay."""
    version = pricing.publish_tariff(
        session,
        market_id,
        tariff=pricing.Tariff(effects=body.effects),
        active_from=body.active_from,
        note=body.note,
        if_match=if_match,
        by=caller.actor_in(market_id),
        at=at,
    )
    return TariffView.of(version)


@router.get("/markets/{market_id}/tariffs", may="tariffs.read", errors=[InvalidCursor, MarketNotFound])
def list_tariffs(
    market_id: MarketId, session: Session, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[TariffView]:
    """See a market's tariff versions, the newest first, announced ones among them."""
    markets.get_market(session, market_id)
    page = pricing.tariffs(session, market_id, after=after, limit=limit)
    return PageView(items=[TariffView.of(row) for row in page.items], next_cursor=page.next_cursor)
