"""Listings become providers and published offers, a batch in a transaction, through the faces of the domain.

Each listing leaves a fact in the audit trail, `offer.imported`, about a subject whose id follows from market
and row alone (UUID version 5). A batch first looks which of its rows have left one, under a lock that lets
one importer at a time into a market. So a row is there once, however often the import was killed, run again
or run twice at once, and no table of its own is needed to know it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from sqlalchemy import text
from sqlmodel import Session

from domain import availability, markets, offers
from domain.foundation import events
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.foundation.errors import DomainError
from domain.foundation.events import DomainEvent
from domain.foundation.persistence.database import Transactions
from domain.markets import Market
from domain.markets.errors import MarketNotFound
from domain.providers import ProviderProfile
from ops import approved
from ops.imports.listings import Listing, Refused

_ROWS = UUID("6f0b7c52-5d0e-5a6e-9a43-3b3e1c7f4a10")  # the name space of imported rows
_STAYS = "stay"
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_KNOWN = text("SELECT subject_id FROM event_subjects WHERE subject_id = ANY(:ids)")


@dataclass(frozen=True)
class OfferImported(DomainEvent):
    """A row of a file became an offer."""

    name: ClassVar[str] = "offer.imported"
    audit_only: ClassVar[bool] = True
    offer_id: UUID
    market_id: UUID
    row_key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The market to plant in, and what it is made with where it is not there yet."""

    slug: str
    name: str
    currency: str
    time_zone: str
    locale: str
    country: str


@dataclass(frozen=True, slots=True)
class Planted:
    """What became of a batch."""

    new: int
    known: int
    refused: Sequence[Refused] = ()


def market_for(session: Session, place: Place, *, at: datetime) -> Market:
    """The market of this slug; opened, with the standard categories, if there was none."""
    session.execute(_LOCK, {"name": f"import/{place.slug}"})
    offers.define_standard_categories(session, at)
    try:
        return markets.get_market_by_slug(session, place.slug)
    except MarketNotFound:
        return markets.create_market(
            session,
            slug=place.slug,
            name=place.name,
            currency=place.currency,
            time_zone=place.time_zone,
            locale=place.locale,
            country=place.country,
            by=SYSTEM,
            at=at,
        )


def plant(
    transactions: Transactions, market: Market, listings: Sequence[Listing], *, at: datetime
) -> Planted:
    """Plant a batch. A row that the domain refuses is named; it does not keep the others from growing."""
    try:
        with transactions() as session:
            return _plant(session, market, listings, at=at)
    except DomainError as refusal:
        if len(listings) == 1:
            return Planted(0, 0, (Refused(listings[0].line, f"was refused: {refusal}"),))
    done = [plant(transactions, market, [each], at=at) for each in listings]
    refused = tuple(each for batch in done for each in batch.refused)
    return Planted(sum(batch.new for batch in done), sum(batch.known for batch in done), refused)


def _plant(session: Session, market: Market, listings: Sequence[Listing], *, at: datetime) -> Planted:
    session.execute(_LOCK, {"name": f"import/{market.slug}"})
    keys = {listing.key: uuid5(_ROWS, f"{market.slug}/{listing.key}") for listing in listings}
    known = set(session.scalars(_KNOWN, {"ids": list(keys.values())}))
    fresh = [listing for listing in listings if keys[listing.key] not in known]
    # Held for the whole batch: a session forgets rows that nobody holds, and asks for them again each time.
    held = [markets.get_market(session, market.id), stay := offers.category_by_slug(session, _STAYS)]
    for listing in fresh:
        # The address is of a domain that cannot exist (RFC 2606): hosts of a file have no password.
        email = f"{listing.host}@{market.slug}.imported.invalid".lower()
        profile = approved.provider(
            session, market, email=email, name=listing.host_name, reason_code="imported", at=at
        )
        held.append(profile)
        offer = _offer(session, profile, stay.id, listing, at=at)
        fact = OfferImported(offer.id, market.id, listing.key)
        events.record_event(session, fact, subject=("import", keys[listing.key]), by=SYSTEM, at=at)
    return Planted(len(fresh), len(listings) - len(fresh))


def _offer(
    session: Session, profile: ProviderProfile, category_id: UUID, listing: Listing, *, at: datetime
) -> offers.Offer:
    """The published offer of a place, which is a thing of the host's: two places of one host are let apart.

    A thing is there around the clock until it is given hours, so its calendar is open.
    """
    by = Actor(ActorKind.USER, profile.user_id)
    drafted = offers.draft(
        session,
        profile_id=profile.id,
        category_id=category_id,
        content=listing.content,
        by=by,
        at=at,
    )
    place = availability.add_thing(session, profile.id, name=listing.content.title, by=by, at=at)
    availability.set_required_resources(session, drafted.id, [place.id], by=by, at=at)
    return offers.publish(session, drafted.id, by=by, at=at)
