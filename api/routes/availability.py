"""When an offer can be booked, and when its provider is there."""

from datetime import date, datetime, timedelta
from typing import Annotated, cast

from fastapi import Query
from sqlmodel import Session

from api.answers import Answer
from api.schemas.availability import (
    BlockRequest,
    ExceptionRequest,
    ExceptionView,
    HoldView,
    ScheduleRequest,
    ScheduleView,
    SlotsView,
)
from api.schemas.common import AfterCursor, Instant, Limit, PageView
from api.transaction import Router
from domain import availability
from domain.availability.errors import (
    BlockUnknown,
    ExceptionUnknown,
    LengthImpossible,
    RangeImpossible,
    ResourceUnknown,
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
Lasting = Annotated[
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
    errors=[LengthImpossible, OfferUnknown, OptionUnknown, RangeImpossible],
)
def list_slots(
    offer_id: OfferId,
    session: Session,
    at: datetime,
    since: Since,
    until: Until,
    duration: Lasting = None,
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
    found = availability.timetable(
        session,
        offer_id,
        availability.span_between(since, until),
        find=availability.explained_slots if explain else availability.slots,
        minutes=availability.minutes_of(duration, nights),
        option_ids=option or [],
        seats=seats,
        at=at,
    )
    return Answer(cast("SlotsView", SlotsView.written(found)))  # ready bytes are sent as they are


@router.get("/resources/{resource_id}/schedule", may="availability.manage", errors=[ResourceUnknown])
def read_schedule(resource_id: ResourceId, session: Session, caller: Caller) -> ScheduleView:
    """See the weekly opening hours, in the wall time of their zone."""
    return ScheduleView.of(*availability.schedule_of(session, resource_id, by=caller.actor))


@router.put(
    "/resources/{resource_id}/schedule",
    may="availability.manage",
    errors=[ResourceUnknown, ScheduleTooLong, Stale, TimeZoneUnknown],
)
def set_schedule(
    resource_id: ResourceId,
    body: ScheduleRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> ScheduleView:
    """Replace the weekly opening hours. What is booked stays booked."""
    by = caller.actor
    availability.set_schedule(
        session, resource_id, body.weekly(), time_zone=body.time_zone, if_match=if_match, by=by, at=at
    )
    return ScheduleView.of(*availability.schedule_of(session, resource_id, by=by))


@router.post(
    "/resources/{resource_id}/exceptions",
    may="availability.manage",
    status_code=201,
    errors=[ResourceUnknown, ScheduleTooLong],
)
def add_exception(
    resource_id: ResourceId, body: ExceptionRequest, session: Session, caller: Caller, at: datetime
) -> ExceptionView:
    """Be open or closed on some dates besides the weekly hours. Closing a day cancels no booking.

    Dates are those on which a window opens: closed from 00:00 to 00:00 takes every window that opens on the
    date, to its end after midnight, and nothing of a window of the day before. Other hours are taken by the
    clock.
    """
    made = availability.add_exception(
        session, resource_id, body.kind, body.dates(), note=body.note, by=caller.actor, at=at
    )
    return ExceptionView.of(made)


@router.get(
    "/resources/{resource_id}/exceptions",
    may="availability.manage",
    errors=[InvalidCursor, ResourceUnknown],
)
def list_exceptions(
    resource_id: ResourceId,
    session: Session,
    caller: Caller,
    at: datetime,
    since: OnOrAfter = None,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[ExceptionView]:
    """See the exceptions that are not over."""
    page = availability.exceptions(
        session, resource_id, since=since, after=after, limit=limit, by=caller.actor, at=at
    )
    return PageView(items=[ExceptionView.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.delete(
    "/resources/{resource_id}/exceptions/{exception_id}",
    may="availability.manage",
    status_code=204,
    errors=[ExceptionUnknown, ResourceUnknown],
)
def remove_exception(
    resource_id: ResourceId,
    exception_id: ScheduleExceptionId,
    session: Session,
    caller: Caller,
    at: datetime,
) -> None:
    """Let the weekly hours hold again on those dates."""
    availability.remove_exception(session, resource_id, exception_id, by=caller.actor, at=at)


@router.get(
    "/resources/{resource_id}/holds",
    may="availability.manage",
    errors=[InvalidCursor, RangeImpossible, ResourceUnknown],
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
    during = availability.span_between(since, until)
    page = availability.promised(
        session, resource_id, during, by=caller.actor, at=at, after=after, limit=limit
    )
    return PageView(items=[HoldView.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.post(
    "/resources/{resource_id}/blocks",
    may="availability.manage",
    status_code=201,
    errors=[RangeImpossible, ResourceUnknown, SlotTaken],
)
def block_time(
    resource_id: ResourceId, body: BlockRequest, session: Session, caller: Caller, at: datetime
) -> HoldView:
    """Keep some time for something else. What is promised cannot be blocked; call the booking off instead."""
    held = availability.block(session, resource_id, body.during(), note=body.note, by=caller.actor, at=at)
    return HoldView.of(held)


@router.delete(
    "/resources/{resource_id}/blocks/{hold_id}",
    may="availability.manage",
    status_code=204,
    errors=[BlockUnknown, ResourceUnknown],
)
def unblock_time(
    resource_id: ResourceId, hold_id: HoldId, session: Session, caller: Caller, at: datetime
) -> None:
    """Give time back that you kept for something else."""
    availability.unblock(session, resource_id, hold_id, by=caller.actor, at=at)
