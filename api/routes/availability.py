"""When an offer can be booked, and when its provider is there."""

from datetime import date, datetime, timedelta
from typing import Annotated, cast

from fastapi import Query
from sqlmodel import Session

from api.answers import Answer
from api.schemas.availability import (
    AddExceptionRequest,
    BlockTimeRequest,
    HoldView,
    ScheduleExceptionView,
    ScheduleView,
    SetScheduleRequest,
    SlotsView,
)
from api.schemas.common import AfterCursor, Instant, Limit, PageView
from api.transaction import Router
from domain import availability
from domain.availability import opening_hours
from domain.availability.errors import (
    BlockNotFound,
    DurationNotOffered,
    InvalidTimeRange,
    ResourceNotFound,
    ScheduleExceptionNotFound,
    ScheduleTooLong,
    SlotTaken,
)
from domain.foundation.errors import Stale
from domain.foundation.ids import (
    HoldId,
    OfferId,
    OptionId,
    ResourceId,
    ScheduleExceptionId,
)
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.foundation.time_zones import TimeZoneUnknown
from domain.identity import Caller
from domain.offers.errors import OfferUnknown, OptionUnknown

router = Router(tags=["availability"])

Since = Annotated[Instant, Query(alias="from", description="The start of the range, included.")]
Until = Annotated[Instant, Query(alias="to", description="The end of the range, excluded; 93 days at most.")]
Duration = Annotated[
    timedelta | None,
    Query(description="How long, ISO 8601; the shortest length if left out.", examples=["PT90M"]),
]
Nights = Annotated[int | None, Query(ge=1, le=366, description="How many nights, of a stay.")]
Options = Annotated[
    list[OptionId] | None,
    Query(alias="option", max_length=100, description="Each option as often as it is wanted."),
]
Seats = Annotated[int, Query(ge=1, le=1_000, description="How many seats must be left.")]
Explain = Annotated[bool, Query(description="Show refused starts too, each with its reasons.")]
OnOrAfter = Annotated[
    date | None,
    Query(
        alias="from",
        description="Leave out what ends before this date. If left out: yesterday by the clock of the "
        "resource, whose windows may still be open.",
    ),
]


@router.get(
    "/offers/{offer_id}/slots",
    may="availability.read",
    errors=[DurationNotOffered, OfferUnknown, OptionUnknown, InvalidTimeRange],
)
def list_slots(
    offer_id: OfferId,
    session: Session,
    at: datetime,
    since: Since,
    until: Until,
    duration: Duration = None,
    nights: Nights = None,
    option: Options = None,
    seats: Seats = 1,
    *,
    explain: Explain = False,
) -> Answer[SlotsView]:
    """See which starts of an offer can be booked now, and how many seats are left at each.

    Starts lie on the grid of the offer's category, on the clock of its time zone. With `explain=true` refused
    starts are shown too, with all that speaks against them: closed, notice, horizon, buffer, busy, full.
    """
    offer_slots = availability.list_offer_slots(
        session,
        offer_id,
        availability.time_range(since, until),
        find=availability.list_all_slots if explain else availability.list_bookable_slots,
        minutes=availability.duration_minutes(duration, nights),
        option_ids=option or [],
        seats=seats,
        at=at,
    )
    return Answer(cast("SlotsView", SlotsView.render(offer_slots)))  # ready bytes are sent as they are


@router.get("/resources/{resource_id}/schedule", may="availability.manage", errors=[ResourceNotFound])
def read_schedule(resource_id: ResourceId, session: Session, caller: Caller) -> ScheduleView:
    """See the weekly opening hours, in the wall time of their zone."""
    return ScheduleView.of(*opening_hours.get_schedule(session, resource_id, by=caller.actor))


@router.put(
    "/resources/{resource_id}/schedule",
    may="availability.manage",
    errors=[ResourceNotFound, ScheduleTooLong, Stale, TimeZoneUnknown],
)
def set_schedule(
    resource_id: ResourceId,
    body: SetScheduleRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> ScheduleView:
    """Replace the weekly opening hours. What is booked stays booked."""
    by = caller.actor
    opening_hours.set_schedule(
        session, resource_id, body.weekly(), time_zone=body.time_zone, if_match=if_match, by=by, at=at
    )
    return ScheduleView.of(*opening_hours.get_schedule(session, resource_id, by=by))


@router.post(
    "/resources/{resource_id}/exceptions",
    may="availability.manage",
    status_code=201,
    errors=[ResourceNotFound, ScheduleTooLong],
)
def add_exception(
    resource_id: ResourceId, body: AddExceptionRequest, session: Session, caller: Caller, at: datetime
) -> ScheduleExceptionView:
    """Be open or closed on some dates besides the weekly hours. Closing a day cancels no booking.

    Dates are those on which a window opens: closed from 00:00 to 00:00 takes every window that opens on the
    date, to its end after midnight, and nothing of a window of the day before. Other hours are taken by the
    clock.
    """
    made = opening_hours.add_exception(
        session, resource_id, body.kind, body.dates(), note=body.note, by=caller.actor, at=at
    )
    return ScheduleExceptionView.of(made)


@router.get(
    "/resources/{resource_id}/exceptions",
    may="availability.manage",
    errors=[InvalidCursor, ResourceNotFound],
)
def list_exceptions(
    resource_id: ResourceId,
    session: Session,
    caller: Caller,
    at: datetime,
    since: OnOrAfter = None,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[ScheduleExceptionView]:
    """See the exceptions that are not over."""
    page = opening_hours.list_exceptions(
        session, resource_id, since=since, after=after, limit=limit, by=caller.actor, at=at
    )
    return PageView(items=[ScheduleExceptionView.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.delete(
    "/resources/{resource_id}/exceptions/{exception_id}",
    may="availability.manage",
    status_code=204,
    errors=[ScheduleExceptionNotFound, ResourceNotFound],
)
def remove_exception(
    resource_id: ResourceId,
    exception_id: ScheduleExceptionId,
    session: Session,
    caller: Caller,
    at: datetime,
) -> None:
    """Let the weekly hours hold again on those dates."""
    opening_hours.remove_exception(session, resource_id, exception_id, by=caller.actor, at=at)


@router.get(
    "/resources/{resource_id}/holds",
    may="availability.manage",
    errors=[InvalidCursor, InvalidTimeRange, ResourceNotFound],
)
def list_holds(
    resource_id: ResourceId,
    session: Session,
    caller: Caller,
    at: datetime,
    since: Since,
    until: Until,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[HoldView]:
    """See what is promised: bookings, sessions, and the time you keep for something else."""
    during = availability.time_range(since, until)
    page = availability.list_holds(
        session, resource_id, during, by=caller.actor, at=at, after=after, limit=limit
    )
    return PageView(items=[HoldView.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.post(
    "/resources/{resource_id}/blocks",
    may="availability.manage",
    status_code=201,
    errors=[InvalidTimeRange, ResourceNotFound, SlotTaken],
)
def block_time(
    resource_id: ResourceId, body: BlockTimeRequest, session: Session, caller: Caller, at: datetime
) -> HoldView:
    """Keep some time for something else. What is promised cannot be blocked; call the booking off instead."""
    held = availability.block_time(
        session, resource_id, body.during(), note=body.note, by=caller.actor, at=at
    )
    return HoldView.of(held)


@router.delete(
    "/resources/{resource_id}/blocks/{hold_id}",
    may="availability.manage",
    status_code=204,
    errors=[BlockNotFound, ResourceNotFound],
)
def unblock_time(
    resource_id: ResourceId, hold_id: HoldId, session: Session, caller: Caller, at: datetime
) -> None:
    """Give time back that you kept for something else."""
    availability.unblock_time(session, resource_id, hold_id, by=caller.actor, at=at)
