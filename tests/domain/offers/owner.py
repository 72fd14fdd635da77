"""Whose offer it is."""

from domain.foundation.actors import Actor, ActorKind
from domain.offers import Offer


def by(offer: Offer) -> Actor:
    """The provider, acting for themselves."""
    return Actor(ActorKind.USER, offer.provider_user_id)
