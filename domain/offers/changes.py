"""What changes of an offer have in common: it is locked, its provider's, of the version they saw; it counts.

Whoever is not the provider is told that there is no such offer to change.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.foundation.actors import Actor
from domain.foundation.errors import Stale
from domain.foundation.events import record_event
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.offers import queries, rules
from domain.offers.errors import OfferUnknown
from domain.offers.events import OfferFact
from domain.offers.lifecycle import LIFECYCLE, Capability, Side
from domain.offers.models import Offer


def own_locked(session: Session, offer_id: UUID, *, by: Actor, if_match: int | None) -> Offer:
    """The doer's own offer, locked. Raises `OfferUnknown`, and `Stale` where the version is another one."""
    offer = queries.offer_locked(session, offer_id)
    if offer.provider_user_id != by.user_id:
        raise OfferUnknown
    if if_match not in {None, offer.version}:
        raise Stale("Read the offer again and change that.", version=offer.version)
    return offer


def changeable_locked(session: Session, offer_id: UUID, *, by: Actor, if_match: int | None) -> Offer:
    """As `own_locked`, and in a state in which what it says can change; raises `NotNow`."""
    offer = own_locked(session, offer_id, by=by, if_match=if_match)
    if not rules.allows(offer.state, Capability.CHANGE):
        raise TransitionNotAllowed(
            f"An offer that is {offer.state} stays as it is.",
            state=str(offer.state),
            allowed=LIFECYCLE.allowed_transitions(offer.state, Side.PROVIDER),
        )
    return offer


def count(offer: Offer, at: datetime) -> int:
    """The version that the offer has from now on."""
    offer.version, offer.changed_at = offer.version + 1, at
    return offer.version


def tell(session: Session, offer: Offer, fact: OfferFact, *, by: Actor, at: datetime) -> Offer:
    """Record the fact beside the change."""
    record_event(session, fact, subject=("offer", offer.id), by=by, at=at)
    return offer
