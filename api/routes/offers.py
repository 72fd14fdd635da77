"""Categories, and the offers and options in them."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.categories import CategoryDefinition, CategoryView
from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.offers import Hiding, OfferDraft, OfferEdit, OfferView, OwnOfferView
from api.schemas.options import OptionDraft
from api.transaction import Router
from domain import offers, pricing
from domain.foundation.errors import Forbidden
from domain.foundation.ids import CategoryId, OfferId, OptionId
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.foundation.text.normalization import InvalidText
from domain.identity import Caller
from domain.markets.errors import PolicyNotFound
from domain.offers.errors import (
    CategorySlugTaken,
    CategoryUnknown,
    ContentUnfit,
    GridUnfit,
    OfferIncomplete,
    OfferUnknown,
    OptionUnknown,
    SavingsUnfit,
    SchemaUnfit,
    TooManyOptions,
)
from domain.providers.errors import CapabilityMissing, ProviderProfileNotFound

router = Router(tags=["offers"])


@router.post(
    "/categories",
    may="categories.define",
    status_code=201,
    errors=[CategorySlugTaken, GridUnfit, SchemaUnfit],
)
def define_category(body: CategoryDefinition, session: Session, caller: Caller, at: datetime) -> CategoryView:
    """Define a kind of service; from now on offers can be made, found and booked in it."""
    category = offers.define_category(session, body.content(), by=caller.actor_in(None), at=at)
    return CategoryView.of(category)


@router.get("/categories", may="categories.read", errors=[InvalidCursor])
def list_categories(
    session: Session, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[CategoryView]:
    """See the kinds of services there are, by slug."""
    page = offers.categories(session, after=after, limit=limit)
    return PageView(
        items=[CategoryView.of(category) for category in page.items], next_cursor=page.next_cursor
    )


@router.get("/categories/{category_id}", may="categories.read", errors=[CategoryUnknown])
def read_category(category_id: CategoryId, session: Session) -> CategoryView:
    """See one kind of service, with the schema of what its offers tell."""
    return CategoryView.of(offers.category(session, category_id))


@router.post(
    "/offers",
    may="offers.draft",
    status_code=201,
    errors=[CapabilityMissing, CategoryUnknown, ContentUnfit, PolicyNotFound, ProviderProfileNotFound],
)
def draft_offer(body: OfferDraft, session: Session, caller: Caller, at: datetime) -> OwnOfferView:
    """Begin an offer that nobody else sees yet; what publishing needs may still be open."""
    offer = offers.draft(
        session,
        profile_id=body.profile_id,
        category_id=body.category_id,
        content=body.content(),
        by=caller.actor,
        at=at,
    )
    return _own(session, offer.id, caller, at)


@router.get("/offers/{offer_id}", may="offers.read", errors=[OfferUnknown])
def read_offer(offer_id: OfferId, session: Session, at: datetime) -> OfferView:
    """See an offer that is published or paused. Where exactly it is, a confirmed booking tells."""
    whole = offers.public_offer(session, offer_id)
    return OfferView.of(whole, pricing.customer_savings(session, [whole], at))


@router.get("/me/offers", may="offers.change", errors=[InvalidCursor])
def list_own_offers(
    session: Session, caller: Caller, at: datetime, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[OwnOfferView]:
    """See your own offers in every state, the newest first."""
    page = offers.offers_of(session, caller.user_id, after=after, limit=limit)
    saves = pricing.customer_savings(session, page.items, at)
    problems = pricing.price_problems(session, page.items, at)
    items = [OwnOfferView.own(whole, saves, problems[whole.offer.id]) for whole in page.items]
    return PageView(items=items, next_cursor=page.next_cursor)


@router.get("/me/offers/{offer_id}", may="offers.change", errors=[OfferUnknown])
def read_own_offer(offer_id: OfferId, session: Session, caller: Caller, at: datetime) -> OwnOfferView:
    """See your own offer in any state, with its true place."""
    return _own(session, offer_id, caller, at)


@router.put(
    "/offers/{offer_id}",
    may="offers.change",
    if_match="required",
    errors=[ContentUnfit, TransitionNotAllowed, OfferIncomplete, OfferUnknown, PolicyNotFound, SavingsUnfit],
)
def edit_offer(
    offer_id: OfferId,
    body: OfferEdit,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> OwnOfferView:
    """Replace all that your offer says; quotes and bookings keep what they were promised."""
    offers.edit(session, offer_id, body.content(), by=caller.actor, at=at, if_match=if_match)
    return _own(session, offer_id, caller, at)


@router.post(
    "/offers/{offer_id}/publication",
    may="offers.publish",
    errors=[
        CapabilityMissing,
        ContentUnfit,
        TransitionNotAllowed,
        OfferIncomplete,
        OfferUnknown,
        PolicyNotFound,
        InvalidText,
    ],
)
def publish_offer(
    offer_id: OfferId, session: Session, caller: Caller, at: datetime, if_match: int | None
) -> OwnOfferView:
    """Let your offer be found and booked, also again after a pause."""
    offers.publish(session, offer_id, by=caller.actor, at=at, if_match=if_match)
    return _own(session, offer_id, caller, at)


@router.post("/offers/{offer_id}/pause", may="offers.publish", errors=[TransitionNotAllowed, OfferUnknown])
def pause_offer(
    offer_id: OfferId, session: Session, caller: Caller, at: datetime, if_match: int | None
) -> OwnOfferView:
    """Take no new bookings for a while; those there are go on."""
    offers.pause(session, offer_id, by=caller.actor, at=at, if_match=if_match)
    return _own(session, offer_id, caller, at)


@router.post("/offers/{offer_id}/archival", may="offers.publish", errors=[TransitionNotAllowed, OfferUnknown])
def archive_offer(
    offer_id: OfferId, session: Session, caller: Caller, at: datetime, if_match: int | None
) -> OwnOfferView:
    """End your offer for good; bookings there are go on."""
    offers.archive(session, offer_id, by=caller.actor, at=at, if_match=if_match)
    return _own(session, offer_id, caller, at)


@router.post(
    "/offers/{offer_id}/options",
    may="offers.change",
    status_code=201,
    errors=[ContentUnfit, TransitionNotAllowed, OfferUnknown, TooManyOptions],
)
def add_option(
    offer_id: OfferId,
    body: OptionDraft,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> OwnOfferView:
    """Let customers add something to your offer."""
    offers.add_option(session, offer_id, body.content(), by=caller.actor, at=at, if_match=if_match)
    return _own(session, offer_id, caller, at)


@router.put(
    "/offers/{offer_id}/options/{option_id}",
    may="offers.change",
    errors=[ContentUnfit, TransitionNotAllowed, OfferUnknown, OptionUnknown],
)
def edit_option(
    offer_id: OfferId,
    option_id: OptionId,
    body: OptionDraft,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> OwnOfferView:
    """Replace all that an option says; quotes and bookings keep what they were promised."""
    offers.edit_option(
        session, offer_id, option_id, body.content(), by=caller.actor, at=at, if_match=if_match
    )
    return _own(session, offer_id, caller, at)


@router.delete(
    "/offers/{offer_id}/options/{option_id}",
    may="offers.change",
    errors=[TransitionNotAllowed, OfferUnknown, OptionUnknown],
)
def retire_option(
    offer_id: OfferId,
    option_id: OptionId,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> OwnOfferView:
    """Let nobody choose the option any more; bookings that have it keep it."""
    offers.retire_option(session, offer_id, option_id, by=caller.actor, at=at, if_match=if_match)
    return _own(session, offer_id, caller, at)


@router.post(
    "/offers/{offer_id}/hiding", may="offers.hide", status_code=204, errors=[Forbidden, OfferUnknown]
)
def hide_offer(offer_id: OfferId, body: Hiding, session: Session, caller: Caller, at: datetime) -> None:
    """Take an offer of your market from sight, whatever its provider wants; bookings there are go on."""
    offers.hide(session, offer_id, reason=body.reason, by=caller, at=at)


@router.delete(
    "/offers/{offer_id}/hiding", may="offers.hide", status_code=204, errors=[Forbidden, OfferUnknown]
)
def unhide_offer(offer_id: OfferId, session: Session, caller: Caller, at: datetime) -> None:
    """Let a hidden offer of your market be seen again."""
    offers.unhide(session, offer_id, by=caller, at=at)


def _own(session: Session, offer_id: OfferId, caller: Caller, at: datetime) -> OwnOfferView:
    whole = offers.own_offer(session, offer_id, caller.user_id)
    problems = pricing.price_problems(session, [whole], at)[whole.offer.id]
    return OwnOfferView.own(whole, pricing.customer_savings(session, [whole], at), problems)
