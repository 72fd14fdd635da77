"""Reads of offers. Terms are read on every quote, booking and list of slots, so they are one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from domain import identity, providers
from domain.foundation.paging import Page, build_page, decode_cursor
from domain.offers import place, rules
from domain.offers.errors import CategoryUnknown, OfferUnknown, OptionUnknown
from domain.offers.lifecycle import CAPABILITIES, Capability
from domain.offers.models import Category, Offer, OfferOption, OfferTask
from domain.offers.task_queries import savings_of, tasks_of
from domain.offers.term_reading import read_terms
from domain.offers.term_sheet import SavingTerms, Terms

# One document and not forty columns: a driver needs longer to describe a column than to read its value. Each
# name is that of the field of `Terms` that it fills.
_DOCUMENT = """
    json_build_object(
        'offer_id', offers.id, 'version', offers.version, 'profile_id', offers.profile_id,
        'profile_state', provider_profiles.state, 'provider_user_id', offers.provider_user_id,
        'provider_suspended_at', users.suspended_at,
        'segment', provider_profiles.segment, 'market_id', offers.market_id,
        'category_id', offers.category_id, 'category_slug', categories.slug, 'unit', categories.unit,
        'granularity_minutes', categories.granularity_minutes, 'claim', categories.claim,
        'place', categories.place, 'title', offers.title, 'state', offers.state,
        'hidden_at', offers.hidden_at, 'price_amount', offers.price_amount, 'currency', offers.currency,
        'duration_minutes', offers.duration_minutes, 'minimum_minutes', offers.minimum_minutes,
        'maximum_minutes', offers.maximum_minutes, 'buffer_before_minutes', offers.buffer_before_minutes,
        'buffer_after_minutes', offers.buffer_after_minutes, 'notice_minutes', offers.notice_minutes,
        'horizon_days', offers.horizon_days, 'seats', offers.seats,
        'books_instantly', offers.books_instantly, 'cancellation_policy', offers.cancellation_policy,
        'check_in_at', offers.check_in_at, 'check_out_at', offers.check_out_at,
        'time_zone', offers.time_zone, 'latitude', offers.latitude, 'longitude', offers.longitude,
        'cell', offers.cell, 'cell_r7', offers.cell_r7, 'lowest_price_amount', offers.lowest_price_amount,
        'options', (SELECT json_agg(json_build_array(
                offer_options.id, offer_options.title, offer_options.price_amount, offer_options.per,
                offer_options.minutes, offer_options.most, offer_options.position, offer_options.retired_at
            ) ORDER BY offer_options.position, offer_options.id)
            FROM offer_options WHERE offer_options.offer_id = offers.id),
        'tasks', (SELECT json_agg(json_build_array(
                offer_tasks.id, offer_tasks.title, offer_tasks.kind, offer_tasks.position,
                (SELECT json_agg(json_build_array(task_ids, saving_amount))
                 FROM offer_task_savings WHERE offer_task_savings.task_id = offer_tasks.id)
            ) ORDER BY offer_tasks.position, offer_tasks.id)
            FROM offer_tasks WHERE offer_tasks.offer_id = offers.id AND offer_tasks.retired_at IS NULL)
    )::text AS terms
"""
_FROM = """
    FROM offers
    JOIN categories ON categories.id = offers.category_id
    JOIN provider_profiles ON provider_profiles.id = offers.profile_id
    JOIN users ON users.id = provider_profiles.user_id
"""
_OF_OFFERS = f"SELECT {_DOCUMENT} {_FROM}"
# What a quote needs of its offer, to be read together with what else it needs: the document, and whether the
# customer stands behind the offer, by themselves or by an organisation or payout account, and whether they
# may be dealt with. Shares of one row are compared with every profile of theirs: a second profile is no way
# around.
TERMS_FOR = f"""
    SELECT offers.market_id, offers.category_id, {_DOCUMENT},
        offers.provider_user_id = :customer_id OR EXISTS (
            SELECT FROM provider_profiles AS own WHERE own.user_id = :customer_id AND (
                own.id = provider_profiles.id
                OR own.organisation_id = provider_profiles.organisation_id
                OR own.payout_account_id = provider_profiles.payout_account_id)) AS is_theirs,
        EXISTS (SELECT FROM users
                WHERE users.id = :customer_id AND {identity.ACTIVE_ACCOUNT_SQL}) AS customer_is_active
    {_FROM} WHERE offers.id = :offer_id
"""  # noqa: S608 -- our own texts
_TERMS = text(f"{_OF_OFFERS} WHERE offers.id = ANY(:offer_ids)")
# The box is for the index, which knows shown points; the cells are what counts. Nobody books with
# themselves, with their organisation, or with whoever is paid to the same account.
_TERMS_AROUND = text(f"""
    {_OF_OFFERS}
    WHERE offers.market_id = :market_id AND offers.category_id = :category_id
      AND offers.state = 'published' AND offers.hidden_at IS NULL
      AND {providers.capability_sql(providers.ProviderCapability.TAKE_BOOKINGS)}
      AND offers.blurred_latitude BETWEEN :south AND :north
      AND offers.blurred_longitude BETWEEN :west AND :east
      AND offers.cell_r7 = ANY(:cells) AND offers.id <> :besides AND offers.provider_user_id <> :customer_id
      AND NOT EXISTS (
          SELECT FROM provider_profiles AS own WHERE own.user_id = :customer_id AND (
              own.organisation_id = provider_profiles.organisation_id
              OR own.payout_account_id = provider_profiles.payout_account_id))
    ORDER BY offers.price_amount, offers.id LIMIT :limit
""")

_WITH_CATEGORY = select(Offer, Category).join(Category, col(Category.id) == col(Offer.category_id))


@dataclass(frozen=True, slots=True)
class WholeOffer:
    """An offer with its category, and the options and tasks that can be chosen, in the provider's order.

    `savings` is what sets of those tasks save the provider.
    """

    offer: Offer
    category: Category
    options: tuple[OfferOption, ...]
    tasks: tuple[OfferTask, ...] = ()
    savings: tuple[SavingTerms, ...] = ()


def terms(session: Session, offer_id: UUID) -> Terms:
    """All that others need to know about the offer, as it stands now; raises `OfferUnknown`."""
    found = terms_of(session, [offer_id])
    if not found:
        raise OfferUnknown
    return found[offer_id]


def terms_of(session: Session, offer_ids: Sequence[UUID]) -> dict[UUID, Terms]:
    """The terms of many offers in one statement; those that do not exist are left out."""
    rows = session.execute(_TERMS, {"offer_ids": list(offer_ids)})
    return {found.offer_id: found for found in map(read_terms, rows.scalars())}


def terms_around(
    session: Session, given: Terms, cells: Sequence[int], *, customer_id: UUID, limit: int
) -> list[Terms]:
    """Other offers like the given one that this customer may book, cheapest first, in one statement.

    They are of its market and category, and lie in these cells of resolution 7.
    """
    wanted = {
        "market_id": given.market_id,
        "category_id": given.category_id,
        "besides": given.offer_id,
        "customer_id": customer_id,
        "cells": list(cells),
        "limit": limit,
    }
    rows = session.execute(_TERMS_AROUND, {**wanted, **place.bounds(cells)._asdict()})
    return [terms for terms in map(read_terms, rows.scalars()) if not rules.bookable(terms)]


def offer(session: Session, offer_id: UUID) -> Offer:
    """The offer, whoever may see it; raises `OfferUnknown`."""
    return _known(session.get(Offer, offer_id))


def public_offer(session: Session, offer_id: UUID) -> WholeOffer:
    """The offer, if the world may see it; raises `OfferUnknown` as if it did not exist."""
    found = _whole(session, offer_id)
    if found.offer.hidden_at is not None or Capability.BE_SEEN not in CAPABILITIES[found.offer.state]:
        raise OfferUnknown
    return found


def own_offer(session: Session, offer_id: UUID, provider_user_id: UUID) -> WholeOffer:
    """The provider's own offer in any state; raises `OfferUnknown` for everybody else's."""
    found = _whole(session, offer_id)
    if found.offer.provider_user_id != provider_user_id:
        raise OfferUnknown
    return found


def offer_locked(session: Session, offer_id: UUID) -> Offer:
    """The offer, kept from every other change until the transaction ends; raises `OfferUnknown`."""
    return _known(session.get(Offer, offer_id, with_for_update=True, populate_existing=True))


def offers_of(session: Session, provider_user_id: UUID, *, after: str | None, limit: int) -> Page[WholeOffer]:
    """A provider's offers in every state, the newest first."""
    wanted = _WITH_CATEGORY.where(Offer.provider_user_id == provider_user_id)
    if after is not None:
        (last,) = decode_cursor(after, [UUID])
        wanted = wanted.where(col(Offer.id) < last)
    rows = session.exec(wanted.order_by(col(Offer.id).desc()).limit(limit + 1)).all()
    return build_page(
        _wholes(session, [(found, category) for found, category in rows]),
        limit,
        lambda whole: [whole.offer.id],
    )


def options_of(session: Session, offer_ids: Sequence[UUID]) -> dict[UUID, tuple[OfferOption, ...]]:
    """The options that can be chosen, by offer and in the provider's order."""
    chosen = select(OfferOption).where(
        col(OfferOption.offer_id).in_(offer_ids), col(OfferOption.retired_at).is_(None)
    )
    found = session.exec(chosen.order_by(col(OfferOption.position), col(OfferOption.id))).all()
    return {key: tuple(option for option in found if option.offer_id == key) for key in offer_ids}


def option(session: Session, offer_id: UUID, option_id: UUID) -> OfferOption:
    """An option of this offer that is not retired; raises `OptionUnknown`."""
    found = session.get(OfferOption, option_id)
    if found is None or found.offer_id != offer_id or found.retired_at is not None:
        raise OptionUnknown
    return found


def category(session: Session, category_id: UUID) -> Category:
    """The category of this id; raises `CategoryUnknown`."""
    found = session.get(Category, category_id)
    if found is None:
        raise CategoryUnknown
    return found


def category_by_slug(session: Session, slug: str) -> Category:
    """The category of this slug; raises `CategoryUnknown`."""
    found = session.exec(select(Category).where(Category.slug == slug)).first()
    if found is None:
        raise CategoryUnknown
    return found


def categories(session: Session, *, after: str | None, limit: int) -> Page[Category]:
    """All categories by slug."""
    wanted = select(Category).order_by(Category.slug).limit(limit + 1)
    if after is not None:
        (slug,) = decode_cursor(after, [str])
        wanted = wanted.where(Category.slug > str(slug))
    return build_page(session.exec(wanted).all(), limit, lambda row: [row.slug])


def _whole(session: Session, offer_id: UUID) -> WholeOffer:
    row = session.exec(_WITH_CATEGORY.where(Offer.id == offer_id)).first()
    if row is None:
        raise OfferUnknown
    return _wholes(session, [(row[0], row[1])])[0]


def _wholes(session: Session, found: Sequence[tuple[Offer, Category]]) -> list[WholeOffer]:
    """The offers with all that hangs on them; what tasks save is asked for only where there are some."""
    offer_ids = [offer.id for offer, _ in found]
    options, tasks = options_of(session, offer_ids), tasks_of(session, offer_ids)
    savings = savings_of(session, [task for each in tasks.values() for task in each])
    first = {task.id: key for key, each in tasks.items() for task in each}
    return [
        WholeOffer(
            offer,
            category,
            options[offer.id],
            tasks[offer.id],
            tuple(saving for saving in savings if first[saving.task_ids[0]] == offer.id),
        )
        for offer, category in found
    ]


def _known(found: Offer | None) -> Offer:
    if found is None:
        raise OfferUnknown
    return found
