"""Options: add-ons of an offer. A retired one can no longer be chosen; the bookings that have it keep it."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.foundation.actors import Actor
from domain.offers import payability, queries, rules
from domain.offers.changes import changeable_locked, count, tell
from domain.offers.content import OptionContent
from domain.offers.errors import TooManyOptions
from domain.offers.events import OptionAdded, OptionEdited, OptionRetired
from domain.offers.models import OfferOption


def add_option(
    session: Session,
    offer_id: UUID,
    content: OptionContent,
    *,
    by: Actor,
    at: datetime,
    if_match: int | None = None,
) -> OfferOption:
    """Let customers add this. Raises `OfferUnknown`, `Stale`, `NotNow`, `ContentUnfit`, `TooManyOptions`."""
    offer = changeable_locked(session, offer_id, by=by, if_match=if_match)
    rules.check_option(content)
    payability.check_option_price(content, offer.currency)
    if len(queries.options_of(session, [offer.id])[offer.id]) >= rules.MOST_OPTIONS:
        raise TooManyOptions(f"{rules.MOST_OPTIONS} is the most; retire one first.")
    option = OfferOption(offer_id=offer.id, created_at=at, **asdict(content))
    session.add(option)
    tell(session, offer, OptionAdded(offer.id, count(offer, at), option.id), by=by, at=at)
    return option


def edit_option(
    session: Session,
    offer_id: UUID,
    option_id: UUID,
    content: OptionContent,
    *,
    by: Actor,
    at: datetime,
    if_match: int | None = None,
) -> OfferOption:
    """Let the option be this from now on; quotes and bookings keep what they were promised.

    Raises `OfferUnknown`, `OptionUnknown`, `Stale`, `NotNow`, `ContentUnfit`.
    """
    offer = changeable_locked(session, offer_id, by=by, if_match=if_match)
    option = queries.option(session, offer.id, option_id)
    rules.check_option(content)
    payability.check_option_price(content, offer.currency)
    for name, value in asdict(content).items():
        setattr(option, name, value)
    tell(session, offer, OptionEdited(offer.id, count(offer, at), option.id), by=by, at=at)
    return option


def retire_option(
    session: Session,
    offer_id: UUID,
    option_id: UUID,
    *,
    by: Actor,
    at: datetime,
    if_match: int | None = None,
) -> None:
    """Let nobody choose the option any more. Raises `OfferUnknown`, `OptionUnknown`, `Stale`, `NotNow`."""
    offer = changeable_locked(session, offer_id, by=by, if_match=if_match)
    option = queries.option(session, offer.id, option_id)
    option.retired_at = at
    tell(session, offer, OptionRetired(offer.id, count(offer, at), option.id), by=by, at=at)
