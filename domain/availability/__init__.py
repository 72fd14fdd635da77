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

from domain.availability.actions import confirm, move, promise, release, release_expired
from domain.availability.asks import instant, latest_reading, minutes_of, span_between, span_from
from domain.availability.kinds import ExceptionKind, HoldKind, ResourceKind
from domain.availability.looking import (
    Timetable,
    explained_slots,
    free_offers,
    free_then,
    slot,
    slots,
    timetable,
)
from domain.availability.models import Hold, OfferResource, Resource, ScheduleException, ScheduleRule
from domain.availability.opening import (
    add_exception,
    block,
    exceptions,
    promised,
    remove_exception,
    schedule_of,
    set_schedule,
    unblock,
)
from domain.availability.queries import calendar_of
from domain.availability.resources import add_thing, needs, open_calendar, own_resources, require_resources
from domain.availability.rules import Reason, Slot
from domain.availability.schedules import DatedException, WeeklyRule

__all__ = [
    "DatedException",
    "ExceptionKind",
    "Hold",
    "HoldKind",
    "OfferResource",
    "Reason",
    "Resource",
    "ResourceKind",
    "ScheduleException",
    "ScheduleRule",
    "Slot",
    "Timetable",
    "WeeklyRule",
    "add_exception",
    "add_thing",
    "block",
    "calendar_of",
    "confirm",
    "exceptions",
    "explained_slots",
    "free_offers",
    "free_then",
    "instant",
    "latest_reading",
    "minutes_of",
    "move",
    "needs",
    "open_calendar",
    "own_resources",
    "promise",
    "promised",
    "release",
    "release_expired",
    "remove_exception",
    "require_resources",
    "schedule_of",
    "set_schedule",
    "slot",
    "slots",
    "span_between",
    "span_from",
    "timetable",
    "unblock",
]
