"""Reads of offers. Terms are read on every quote, booking and list of slots, so they are one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session, col, select

from domain.foundation.paging import Page, decode, page_of
from domain.offers.errors import CategoryUnknown, OfferUnknown, OptionUnknown
from domain.offers.kinds import Claim, OfferState, OptionPer, Place, Unit
from domain.offers.lifecycle import CAPABILITIES, Capability
from domain.offers.models import Category, Offer, OfferOption
from domain.offers.term_sheet import OptionTerms, Terms
from domain.providers import State

# Every column has the name of the field of `Terms` that it fills; the options arrive as one document.
_TERMS = text("""
    SELECT offers.id AS offer_id, offers.version, offers.profile_id, provider_profiles.state AS profile_state,
           offers.provider_user_id, provider_profiles.segment, offers.market_id, offers.category_id,
           categories.slug AS category_slug, categories.unit, categories.granularity_minutes,
           categories.claim, categories.place, offers.title, offers.state, offers.hidden_at,
           offers.price_amount, offers.currency, offers.duration_minutes, offers.minimum_minutes,
           offers.maximum_minutes, offers.buffer_before_minutes, offers.buffer_after_minutes,
           offers.notice_minutes, offers.horizon_days, offers.seats, offers.books_instantly,
           offers.cancellation_policy,
           offers.check_in_at, offers.check_out_at, offers.time_zone, offers.latitude, offers.longitude,
           offers.cell, offers.cell_r7,
           (SELECT jsonb_agg(jsonb_build_array(
                       offer_options.id, offer_options.title, offer_options.price_amount, offer_options.per,
                       offer_options.minutes, offer_options.most, offer_options.position,
                       offer_options.retired_at
                   ) ORDER BY offer_options.position, offer_options.id)
            FROM offer_options WHERE offer_options.offer_id = offers.id) AS options
    FROM offers
    JOIN categories ON categories.id = offers.category_id
    JOIN provider_profiles ON provider_profiles.id = offers.profile_id
    WHERE offers.id = ANY(:offer_ids)
""")

_WITH_CATEGORY = select(Offer, Category).join(Category, col(Category.id) == col(Offer.category_id))


@dataclass(frozen=True, slots=True)
class WholeOffer:
    """An offer with its category and the options that can be chosen, in the provider's order."""

    offer: Offer
    category: Category
    options: tuple[OfferOption, ...]


def terms(session: Session, offer_id: UUID) -> Terms:
    """All that others need to know about the offer, as it stands now; refuses `OfferUnknown`."""
    found = terms_of(session, [offer_id])
    if not found:
        raise OfferUnknown
    return found[offer_id]


def terms_of(session: Session, offer_ids: Sequence[UUID]) -> dict[UUID, Terms]:
    """The terms of many offers in one statement; those that do not exist are left out."""
    rows = session.execute(_TERMS, {"offer_ids": list(offer_ids)})
    return {row.offer_id: _terms(row) for row in rows}


def offer(session: Session, offer_id: UUID) -> Offer:
    """The offer, whoever may see it; refuses `OfferUnknown`."""
    return _known(session.get(Offer, offer_id))


def public_offer(session: Session, offer_id: UUID) -> WholeOffer:
    """The offer, if the world may see it; refuses `OfferUnknown` as if it did not exist."""
    found = _whole(session, offer_id)
    if found.offer.hidden_at is not None or Capability.BE_SEEN not in CAPABILITIES[found.offer.state]:
        raise OfferUnknown
    return found


def own_offer(session: Session, offer_id: UUID, provider_user_id: UUID) -> WholeOffer:
    """The provider's own offer in any state; refuses `OfferUnknown` for everybody else's."""
    found = _whole(session, offer_id)
    if found.offer.provider_user_id != provider_user_id:
        raise OfferUnknown
    return found


def offer_locked(session: Session, offer_id: UUID) -> Offer:
    """The offer, kept from every other change until the transaction ends; refuses `OfferUnknown`."""
    return _known(session.get(Offer, offer_id, with_for_update=True, populate_existing=True))


def offers_of(session: Session, provider_user_id: UUID, *, after: str | None, limit: int) -> Page[WholeOffer]:
    """A provider's offers in every state, the newest first."""
    wanted = _WITH_CATEGORY.where(Offer.provider_user_id == provider_user_id)
    if after is not None:
        (last,) = decode(after, [UUID])
        wanted = wanted.where(col(Offer.id) < last)
    rows = session.exec(wanted.order_by(col(Offer.id).desc()).limit(limit + 1)).all()
    options = options_of(session, [found.id for found, _ in rows])
    wholes = [WholeOffer(found, category, options[found.id]) for found, category in rows]
    return page_of(wholes, limit, lambda whole: [whole.offer.id])


def options_of(session: Session, offer_ids: Sequence[UUID]) -> dict[UUID, tuple[OfferOption, ...]]:
    """The options that can be chosen, by offer and in the provider's order."""
    chosen = select(OfferOption).where(
        col(OfferOption.offer_id).in_(offer_ids), col(OfferOption.retired_at).is_(None)
    )
    found = session.exec(chosen.order_by(col(OfferOption.position), col(OfferOption.id))).all()
    return {key: tuple(option for option in found if option.offer_id == key) for key in offer_ids}


def option(session: Session, offer_id: UUID, option_id: UUID) -> OfferOption:
    """An option of this offer that is not retired; refuses `OptionUnknown`."""
    found = session.get(OfferOption, option_id)
    if found is None or found.offer_id != offer_id or found.retired_at is not None:
        raise OptionUnknown
    return found


def category(session: Session, category_id: UUID) -> Category:
    """The category of this id; refuses `CategoryUnknown`."""
    found = session.get(Category, category_id)
    if found is None:
        raise CategoryUnknown
    return found


def category_by_slug(session: Session, slug: str) -> Category:
    """The category of this slug; refuses `CategoryUnknown`."""
    found = session.exec(select(Category).where(Category.slug == slug)).first()
    if found is None:
        raise CategoryUnknown
    return found


def categories(session: Session, *, after: str | None, limit: int) -> Page[Category]:
    """All categories by slug."""
    wanted = select(Category).order_by(Category.slug).limit(limit + 1)
    if after is not None:
        (slug,) = decode(after, [str])
        wanted = wanted.where(Category.slug > str(slug))
    return page_of(session.exec(wanted).all(), limit, lambda row: [row.slug])


def _whole(session: Session, offer_id: UUID) -> WholeOffer:
    row = session.exec(_WITH_CATEGORY.where(Offer.id == offer_id)).first()
    if row is None:
        raise OfferUnknown
    found, category = row
    return WholeOffer(found, category, options_of(session, [offer_id])[offer_id])


def _known(found: Offer | None) -> Offer:
    if found is None:
        raise OfferUnknown
    return found


def _terms(row: Row[Any]) -> Terms:
    fields: dict[str, Any] = row._asdict()
    options = [_option(values) for values in fields["options"] or ()]
    return Terms(
        **{
            **fields,
            "unit": Unit(fields["unit"]),
            "claim": Claim(fields["claim"]),
            "place": Place(fields["place"]),
            "state": OfferState(fields["state"]),
            "profile_state": State(fields["profile_state"]),
            "options": tuple(option for option in options if option.retired_at is None),
            "retired_options": tuple(option for option in options if option.retired_at is not None),
        }
    )


def _option(values: list[Any]) -> OptionTerms:
    """An option from its place in the document, where JSON knows neither ids nor instants."""
    option_id, title, price_amount, per, minutes, most, position, retired_at = values
    return OptionTerms(
        UUID(option_id),
        title,
        price_amount,
        OptionPer(per),
        minutes,
        most,
        position,
        retired_at and datetime.fromisoformat(retired_at),
    )
