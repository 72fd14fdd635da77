"""Who sees the exact place of a booking, and when: one rule for every view (decision 0014). Pure.

The provider sees their own place always. The customer sees it once the booking binds them: from a day before
the start, and not before cancelling would cost them something, so that nobody learns where somebody lives for
free. They see it until two days after the booking was completed, and never once it was called off. Operators
see it while the booking goes on. Everybody else, and everybody at other times, sees the offer's area.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.bookings.kinds import BookingParty, BookingState

# People look up where to go the evening before; earlier than that only somebody curious needs a door number.
EXACT_BEFORE_START: Final = timedelta(hours=24)
# Who left something behind comes back within two days; the objection to a delivery takes as long.
EXACT_AFTER_COMPLETION: Final = timedelta(hours=48)

_ACTIVE: Final = frozenset(
    {
        BookingState.CONFIRMED,
        BookingState.IN_PROGRESS,
        BookingState.DELIVERED,
        BookingState.NO_SHOW,
        BookingState.DISPUTED,
    }
)


class PlacePrecision(StrEnum):
    """How much of a place is shown: the point itself, or the area that the world sees of the offer."""

    EXACT = "exact"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class PlaceVisibilityInput:
    """What the rule looks at. `free_until` is the last instant at which a customer cancels for nothing.

    `start` is the agreed start, `ended_at` when the booking came to its final state.
    """

    state: BookingState
    start: datetime
    confirmed_at: datetime | None
    free_until: datetime
    ended_at: datetime | None


def exact_place_visible_at(facts: PlaceVisibilityInput) -> datetime | None:
    """The instant after which the customer sees the exact place; None before the booking is confirmed."""
    if facts.confirmed_at is None:
        return None
    binding = min(facts.free_until, facts.start)
    return max(facts.confirmed_at, facts.start - EXACT_BEFORE_START, binding)


def place_precision(facts: PlaceVisibilityInput, party: BookingParty, *, at: datetime) -> PlacePrecision:
    """How much of the place this side of the booking sees at this instant."""
    if party is BookingParty.PROVIDER or (party is BookingParty.OPERATOR and facts.state in _ACTIVE):
        return PlacePrecision.EXACT
    if party is BookingParty.CUSTOMER and _is_shown_to_customer(facts, at):
        return PlacePrecision.EXACT
    return PlacePrecision.AREA


def _is_shown_to_customer(facts: PlaceVisibilityInput, at: datetime) -> bool:
    since = exact_place_visible_at(facts)
    if since is None or at <= since:
        return False
    if facts.state is BookingState.COMPLETED:
        return facts.ended_at is not None and at < facts.ended_at + EXACT_AFTER_COMPLETION
    return facts.state in _ACTIVE
