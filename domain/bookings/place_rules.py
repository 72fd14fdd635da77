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

from domain.bookings.kinds import Side, State

# People look up where to go the evening before; earlier than that only somebody curious needs a door number.
EXACT_BEFORE_START: Final = timedelta(hours=24)
# Who left something behind comes back within two days; the objection to a delivery takes as long.
EXACT_AFTER_COMPLETION: Final = timedelta(hours=48)

_GOING_ON: Final = frozenset(
    {State.CONFIRMED, State.IN_PROGRESS, State.DELIVERED, State.NO_SHOW, State.DISPUTED}
)


class Precision(StrEnum):
    """How much of a place is shown: the point itself, or the area that the world sees of the offer."""

    EXACT = "exact"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What the rule looks at. `free_until` is the last instant at which a customer cancels for nothing.

    `start` is the agreed start, `ended_at` when the booking came to its final state.
    """

    state: State
    start: datetime
    confirmed_at: datetime | None
    free_until: datetime
    ended_at: datetime | None


def exact_from(facts: PlaceFacts) -> datetime | None:
    """The instant after which the customer sees the exact place; None before the booking is confirmed."""
    if facts.confirmed_at is None:
        return None
    binding = min(facts.free_until, facts.start)
    return max(facts.confirmed_at, facts.start - EXACT_BEFORE_START, binding)


def precision(facts: PlaceFacts, side: Side, *, at: datetime) -> Precision:
    """How much of the place this side of the booking sees at this instant."""
    if side is Side.PROVIDER or (side is Side.OPERATOR and facts.state in _GOING_ON):
        return Precision.EXACT
    if side is Side.CUSTOMER and _is_shown_to_customer(facts, at):
        return Precision.EXACT
    return Precision.AREA


def _is_shown_to_customer(facts: PlaceFacts, at: datetime) -> bool:
    since = exact_from(facts)
    if since is None or at <= since:
        return False
    if facts.state is State.COMPLETED:
        return facts.ended_at is not None and at < facts.ended_at + EXACT_AFTER_COMPLETION
    return facts.state in _GOING_ON
