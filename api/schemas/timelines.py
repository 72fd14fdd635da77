"""A booking's timeline on the wire."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from api.schemas.common import Instant, View, named_enum
from domain.bookings import BookingTimelineEntry
from domain.foundation import ids
from domain.foundation.ids import EventId

# What a fact names, and the wire's prefix for its id. Ids of other things stay inside.
_PREFIXES = {
    "booking_id": "bkg",
    "offer_id": "ofr",
    "quote_id": "quo",
    "payment_id": "pay",
    "refund_id": "ref",
    "dispute_id": "cdp",
    "proposal_id": "prp",
}


class TimelineEntryView(View):
    """Something that happened to a booking: by which side, or by the clock, the payment or staff."""

    id: EventId
    name: Annotated[str, named_enum("EventName")] = Field(examples=["booking.confirmed"])
    occurred_at: Instant
    by: str = Field(examples=["customer"])
    data: dict[str, Any]

    @classmethod
    def of(cls, entry: BookingTimelineEntry) -> Self:
        """An entry, with ids as the wire writes them."""
        data = {
            name: ids.encode(_PREFIXES[name], UUID(value)) if name in _PREFIXES else value
            for name, value in entry.data.items()
            if name in _PREFIXES or not name.endswith(("_id", "_ids"))
        }
        return cls(id=entry.id, name=entry.name, occurred_at=entry.occurred_at, by=entry.by, data=data)
