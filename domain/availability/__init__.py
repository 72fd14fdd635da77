"""When something can be promised, and the promises on its time.

A **resource** is what can be promised once at a time: a provider's own time, of which there is one, or a
thing of theirs. It has a **schedule** of weekly rules with dated **exceptions**, in the wall time of its
zone. A **hold** is a claim on a resource's time, **buffers** included: provisional while it has an expiry,
firm without one. A **slot** is a start that may be booked; where an offer claims **seats**, those who book
the same start share a **session**.

An offer needs its provider's time, or the resources that were named for it, all or none of them at once.

Invariants, held by the database: no two live holds of one resource overlap (`holds_do_not_overlap`), and no
session has more seats taken than it has (`sessions_are_not_oversold`). What is seen in slots binds nobody;
`promise` decides. Instants within the rules are whole seconds, and nothing is ever added to a wall time.
"""

from domain.availability.actions import (
    confirm_hold,
    hold_time,
    move_hold,
    release_expired_holds,
    release_hold,
)
from domain.availability.kinds import HoldKind, ResourceKind
from domain.availability.models import Hold, OfferResource, Resource
from domain.availability.opening_hours.actions import block_time, list_holds, unblock_time
from domain.availability.queries import get_provider_calendar
from domain.availability.resources import (
    add_thing,
    list_my_resources,
    list_required_resources,
    open_calendar,
    set_required_resources,
)
from domain.availability.slots.slot_query import (
    duration_minutes,
    from_epoch_seconds,
    latest_wall_time,
    service_span,
    time_range,
)
from domain.availability.slots.slot_reads import (
    OfferSlots,
    bookable_offer_ids,
    check_slot,
    free_offer_ids,
    list_all_slots,
    list_bookable_slots,
    list_offer_slots,
)
from domain.availability.slots.slot_rules import Slot, SlotUnavailableReason

__all__ = [
    "Hold",
    "HoldKind",
    "OfferResource",
    "OfferSlots",
    "Resource",
    "ResourceKind",
    "Slot",
    "SlotUnavailableReason",
    "add_thing",
    "block_time",
    "bookable_offer_ids",
    "check_slot",
    "confirm_hold",
    "duration_minutes",
    "free_offer_ids",
    "from_epoch_seconds",
    "get_provider_calendar",
    "hold_time",
    "latest_wall_time",
    "list_all_slots",
    "list_bookable_slots",
    "list_holds",
    "list_my_resources",
    "list_offer_slots",
    "list_required_resources",
    "move_hold",
    "open_calendar",
    "release_expired_holds",
    "release_hold",
    "service_span",
    "set_required_resources",
    "time_range",
    "unblock_time",
]
