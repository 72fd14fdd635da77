"""An offer's life, and what each of its states allows. Hidden is no state: it is set from above, beside it.

Nothing here waits for the clock: an offer may stay a draft, or published, for as long as its provider likes.
"""

from collections.abc import Mapping
from enum import StrEnum

from domain.foundation.lifecycle import Lifecycle, Transition
from domain.offers.kinds import OfferState


class Side(StrEnum):
    """Who may move an offer along."""

    PROVIDER = "provider"


class Capability(StrEnum):
    """What an offer's state allows."""

    CHANGE = "change"
    BE_SEEN = "be_seen"
    BE_BOOKED = "be_booked"


CAPABILITIES: Mapping[OfferState, frozenset[Capability]] = {
    OfferState.DRAFT: frozenset({Capability.CHANGE}),
    OfferState.PUBLISHED: frozenset(Capability),
    OfferState.PAUSED: frozenset({Capability.CHANGE, Capability.BE_SEEN}),
    OfferState.ARCHIVED: frozenset(),
}

LIFECYCLE = Lifecycle(
    noun="offer",
    transitions=(
        Transition(
            name="publish",
            actors=frozenset({Side.PROVIDER}),
            sources=frozenset({OfferState.DRAFT, OfferState.PAUSED}),
            target=OfferState.PUBLISHED,
        ),
        Transition(
            name="pause",
            actors=frozenset({Side.PROVIDER}),
            sources=frozenset({OfferState.PUBLISHED}),
            target=OfferState.PAUSED,
        ),
        Transition(
            name="archive",
            actors=frozenset({Side.PROVIDER}),
            sources=frozenset({OfferState.DRAFT, OfferState.PUBLISHED, OfferState.PAUSED}),
            target=OfferState.ARCHIVED,
        ),
    ),
    initial=frozenset({OfferState.DRAFT}),
    final=frozenset({OfferState.ARCHIVED}),
)
