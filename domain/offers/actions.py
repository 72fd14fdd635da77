"""The life of an offer: drafted, edited, published, paused, archived by its provider; hidden from above."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from domain import markets, providers
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.errors import Forbidden
from domain.foundation.signing import derive_secret
from domain.identity import Caller, actor_for
from domain.markets import Market, MarketPolicy
from domain.offers import payability, queries, rules
from domain.offers.changes import changeable_locked, count, own_locked, tell
from domain.offers.content import Content
from domain.offers.events import (
    OfferArchived,
    OfferDrafted,
    OfferEdited,
    OfferHidden,
    OfferPaused,
    OfferPublished,
    OfferUnhidden,
)
from domain.offers.kinds import OfferState
from domain.offers.lifecycle import LIFECYCLE, Side
from domain.offers.models import Category, Offer
from domain.offers.place import blurred, cells
from domain.offers.tasks import check_saved
from domain.offers.words import store_words
from domain.providers import ProviderCapability
from domain.providers.errors import ProviderProfileNotFound

_MAY_HIDE = frozenset({ActorKind.MODERATOR, ActorKind.OPERATOR, ActorKind.SYSTEM})


def draft(
    session: Session, *, profile_id: UUID, category_id: UUID, content: Content, by: Actor, at: datetime
) -> Offer:
    """Begin an offer in a category; nobody else sees it yet. What publishing needs may still be open.

    Raises `ProfileUnknown` where the profile is not the doer's, `CapabilityMissing`, `CategoryUnknown`, and
    `ContentUnfit` with every field that does not fit.
    """
    profile = providers.get_profile(session, profile_id)
    if profile.user_id != by.user_id:
        raise ProviderProfileNotFound
    providers.require_capability(session, profile, ProviderCapability.DRAFT_OFFERS)
    category, market = queries.category(session, category_id), markets.get_market(session, profile.market_id)
    policy = markets.get_policy_at(session, market.id, at).rules
    rules.check_content(content, category, policy.cancellation_policies)
    payability.check_price(content, market.currency)
    offer = Offer(
        profile_id=profile.id,
        provider_user_id=profile.user_id,
        market_id=market.id,
        category_id=category.id,
        currency=market.currency,
        state=OfferState.DRAFT,
        version=1,
        created_at=at,
        changed_at=at,
        **_columns(content, category, market),
    )
    _place(offer)
    session.add(offer)
    store_words(session, offer)
    return tell(session, offer, OfferDrafted(offer.id, offer.version), by=by, at=at)


def edit(
    session: Session,
    offer_id: UUID,
    content: Content,
    *,
    by: Actor,
    at: datetime,
    if_match: int | None = None,
) -> Offer:
    """Let the offer say `content` from now on; bookings made before keep what they were promised.

    What was published stays complete and payable, and costs what its tasks save at least. Raises
    `OfferUnknown`, `Stale`, `NotNow`, `ContentUnfit`, `OfferIncomplete` and `SavingsUnfit`.
    """
    offer = changeable_locked(session, offer_id, by=by, if_match=if_match)
    category, market = (
        queries.category(session, offer.category_id),
        markets.get_market(session, offer.market_id),
    )
    policy = markets.get_policy_at(session, market.id, at).rules
    rules.check_content(content, category, policy.cancellation_policies)
    payability.check_price(content, offer.currency)
    if offer.published_at is not None:
        _check_publishable(session, offer, content, category, policy)
    moved = (offer.latitude, offer.longitude) != (content.latitude, content.longitude)
    rewritten = (offer.title, offer.description) != (content.title, content.description)
    offer.sqlmodel_update(_columns(content, category, market))
    if moved:
        _place(offer)
    if rewritten:
        store_words(session, offer)
    check_saved(session, offer, field="price_amount")
    return tell(session, offer, OfferEdited(offer.id, count(offer, at)), by=by, at=at)


def publish(
    session: Session, offer_id: UUID, *, by: Actor, at: datetime, if_match: int | None = None
) -> Offer:
    """Let the offer be found and booked, also again after a pause.

    Raises `OfferUnknown`, `Stale`, `NotNow`, `CapabilityMissing`, `ContentUnfit` (the market may have
    changed its policies meanwhile, or no card can pay any booking) and `OfferIncomplete`.
    """
    offer = own_locked(session, offer_id, by=by, if_match=if_match)
    if offer.state is OfferState.PUBLISHED:
        return offer
    state = LIFECYCLE.next_state(offer.state, "publish", Side.PROVIDER)
    providers.require_capability(
        session, providers.get_profile(session, offer.profile_id), ProviderCapability.OFFER
    )
    category, content = queries.category(session, offer.category_id), content_of(offer)
    policy = markets.get_policy_at(session, offer.market_id, at).rules
    rules.check_content(content, category, policy.cancellation_policies)
    payability.check_price(content, offer.currency)
    _check_publishable(session, offer, content, category, policy)
    offer.state, offer.published_at = state, offer.published_at or at
    return tell(session, offer, OfferPublished(offer.id, count(offer, at)), by=by, at=at)


def pause(session: Session, offer_id: UUID, *, by: Actor, at: datetime, if_match: int | None = None) -> Offer:
    """Take no new bookings for a while; those there are go on. Raises `OfferUnknown`, `Stale`, `NotNow`."""
    offer = own_locked(session, offer_id, by=by, if_match=if_match)
    if offer.state is OfferState.PAUSED:
        return offer
    offer.state = LIFECYCLE.next_state(offer.state, "pause", Side.PROVIDER)
    return tell(session, offer, OfferPaused(offer.id, count(offer, at)), by=by, at=at)


def archive(
    session: Session, offer_id: UUID, *, by: Actor, at: datetime, if_match: int | None = None
) -> Offer:
    """End the offer for good; bookings there are go on. Raises `OfferUnknown` and `Stale`."""
    offer = own_locked(session, offer_id, by=by, if_match=if_match)
    if offer.state is OfferState.ARCHIVED:
        return offer
    offer.state = LIFECYCLE.next_state(offer.state, "archive", Side.PROVIDER)
    return tell(session, offer, OfferArchived(offer.id, count(offer, at)), by=by, at=at)


def hide(session: Session, offer_id: UUID, *, reason: str, by: Actor | Caller, at: datetime) -> Offer:
    """Take the offer from sight, whatever its state: a decision from above, whose reason its provider sees.

    `by` moderates or operates the offer's market, or is the system. Raises `OfferUnknown` and `Forbidden`.
    """
    offer = queries.offer_locked(session, offer_id)
    moderator = _moderator(offer, by)
    if offer.hidden_at is not None:
        return offer
    offer.hidden_at, offer.hidden_reason = at, reason
    return tell(session, offer, OfferHidden(offer.id, count(offer, at), reason), by=moderator, at=at)


def unhide(session: Session, offer_id: UUID, *, by: Actor | Caller, at: datetime) -> Offer:
    """Let the offer be seen again; `by` and refusals are as in `hide`."""
    offer = queries.offer_locked(session, offer_id)
    moderator = _moderator(offer, by)
    if offer.hidden_at is None:
        return offer
    offer.hidden_at, offer.hidden_reason = None, None
    return tell(session, offer, OfferUnhidden(offer.id, count(offer, at)), by=moderator, at=at)


def content_of(offer: Offer) -> Content:
    """What the provider wrote, read back from the row."""
    return Content(**{field.name: getattr(offer, field.name) for field in fields(Content)})


def _moderator(offer: Offer, by: Actor | Caller) -> Actor:
    who = actor_for(by, offer.market_id)
    if who.kind not in _MAY_HIDE:
        raise Forbidden("Only a moderator or operator of this market may.", permission="offers.hide")
    return who


def _check_publishable(
    session: Session, offer: Offer, content: Content, category: Category, policy: MarketPolicy
) -> None:
    """Check that people can book what the offer says, and that cards can pay at least one booking of it."""
    rules.check_complete(content, category)
    options = queries.options_of(session, [offer.id])[offer.id]
    payability.check_ever_payable(content, category, options, currency=offer.currency, policy=policy)


def _columns(content: Content, category: Category, market: Market) -> dict[str, Any]:  # a row's values
    """The content, and what follows from it but for the place."""
    return asdict(content) | {
        "time_zone": content.time_zone or market.time_zone,
        "from_amount": rules.from_amount(content.price_amount, category.unit, content.minimum_minutes),
    }


def _place(offer: Offer) -> None:
    """The cells and the shown point; kept where the offer stays, so that a new key moves nothing old."""
    if offer.latitude is None or offer.longitude is None:
        offer.cell = offer.cell_r7 = offer.blurred_latitude = offer.blurred_longitude = None
        return
    offer.cell, offer.cell_r7 = cells(offer.latitude, offer.longitude)
    secret = derive_secret("offers.shown-point", offer.id.bytes)
    offer.blurred_latitude, offer.blurred_longitude = blurred(offer.latitude, offer.longitude, secret)
