"""When a provider is there: weekly hours, exceptions on some days, and time kept for something else.

A chapter of `actions.py`. Nothing here touches what was promised: closing a day cancels no booking, it only
lets nobody book it any more.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, delete, func, select

from domain.availability import holds, queries
from domain.availability.errors import BlockNotFound, ScheduleExceptionNotFound, ScheduleTooLong
from domain.availability.events import (
    ExceptionAdded,
    ExceptionRemoved,
    ScheduleSet,
    TimeBlocked,
    TimeUnblocked,
)
from domain.availability.kinds import ExceptionKind, HoldKind
from domain.availability.models import Hold, Resource, ScheduleException, ScheduleRule
from domain.availability.opening_hours.schedules import DatedException, WeeklyRule
from domain.availability.resources import get_own_resource, lock_own_resource
from domain.availability.wall_time import local_date
from domain.foundation import events, time_zones
from domain.foundation.actors import Actor
from domain.foundation.errors import Stale
from domain.foundation.events import DomainEvent
from domain.foundation.paging import Page
from domain.foundation.spans import Span

MOST_RULES: Final = 200  # more than a window every hour of the week; every look at the slots reads them all
MOST_EXCEPTIONS: Final = 1_000  # single days for almost three years

_BLOCK_KINDS: Final = frozenset({HoldKind.BLOCKED, HoldKind.EXTERNAL})


def set_schedule(
    session: Session,
    resource_id: UUID,
    rules: Sequence[WeeklyRule],
    *,
    by: Actor,
    at: datetime,
    time_zone: str | None = None,
    if_match: int | None = None,
) -> Resource:
    """Replace all weekly hours, and perhaps the zone in which they and the exceptions are read.

    Raises `ResourceUnknown`, `Stale`, `TimeZoneUnknown` and `ScheduleTooLong`.
    """
    resource = lock_own_resource(session, resource_id, by=by)
    if if_match not in {None, resource.version}:
        raise Stale("Read the opening hours again and change those.", version=resource.version)
    if time_zone is not None:
        time_zones.check_time_zone(time_zone)
    if len(rules) > MOST_RULES:
        raise ScheduleTooLong(f"There is room for {MOST_RULES}.", field="rules")
    session.exec(delete(ScheduleRule).where(col(ScheduleRule.resource_id) == resource.id))
    session.add_all(_row(resource, rule) for rule in rules)
    resource.time_zone = time_zone or resource.time_zone
    resource.version += 1
    _record_event(session, resource, ScheduleSet(resource.id, resource.version, len(rules)), by=by, at=at)
    return resource


def add_exception(
    session: Session,
    resource_id: UUID,
    kind: ExceptionKind,
    dates: DatedException,
    *,
    by: Actor,
    at: datetime,
    note: str = "",
) -> ScheduleException:
    """Be open or closed on some dates besides the weekly hours.

    Raises `ResourceUnknown` and `ScheduleTooLong`.
    """
    resource = lock_own_resource(session, resource_id, by=by)
    statement = select(func.count()).where(ScheduleException.resource_id == resource.id)
    if session.exec(statement).one() >= MOST_EXCEPTIONS:
        raise ScheduleTooLong(f"There is room for {MOST_EXCEPTIONS}; remove some that are over.")
    exception = ScheduleException(
        resource_id=resource.id,
        kind=kind,
        first_on=dates.first_on,
        last_on=dates.last_on,
        opens=dates.opens,
        closes=dates.closes,
        note=note,
        created_at=at,
    )
    session.add(exception)
    _record_event(session, resource, ExceptionAdded(resource.id, exception.id, kind), by=by, at=at)
    return exception


def remove_exception(
    session: Session, resource_id: UUID, exception_id: UUID, *, by: Actor, at: datetime
) -> None:
    """Let the weekly hours hold again on those dates. Raises `ResourceUnknown` and `ExceptionUnknown`."""
    resource = lock_own_resource(session, resource_id, by=by)
    exception = session.get(ScheduleException, exception_id)
    if exception is None or exception.resource_id != resource.id:
        raise ScheduleExceptionNotFound
    session.delete(exception)
    _record_event(session, resource, ExceptionRemoved(resource.id, exception_id), by=by, at=at)


def block_time(
    session: Session,
    resource_id: UUID,
    during: Span,
    *,
    by: Actor,
    at: datetime,
    note: str = "",
    kind: HoldKind = HoldKind.BLOCKED,
) -> Hold:
    """Keep some time for something else. Raises `ResourceUnknown`, and `SlotTaken` where it is promised."""
    resource = get_own_resource(session, resource_id, by=by)
    (hold_id,) = holds.acquire_holds(session, [resource.number], during, kind, note=note, at=at)
    _record_event(
        session, resource, TimeBlocked(resource.id, hold_id, during.start, during.end), by=by, at=at
    )
    return session.get_one(Hold, hold_id)


def unblock_time(session: Session, resource_id: UUID, hold_id: UUID, *, by: Actor, at: datetime) -> None:
    """Give back time that was kept; what was promised to bookings stays. Raises `BlockUnknown`."""
    resource = get_own_resource(session, resource_id, by=by)
    hold = session.get(Hold, hold_id, with_for_update=True, populate_existing=True)
    if hold is None or hold.resource_number != resource.number or hold.kind not in _BLOCK_KINDS:
        raise BlockNotFound
    if hold.released_at is not None:
        return
    hold.released_at = at
    _record_event(session, resource, TimeUnblocked(resource.id, hold.id), by=by, at=at)


def get_schedule(
    session: Session, resource_id: UUID, *, by: Actor
) -> tuple[Resource, Sequence[ScheduleRule]]:
    """One's own resource with its weekly hours. Raises `ResourceUnknown`."""
    resource = get_own_resource(session, resource_id, by=by)
    return resource, queries.list_weekly_rules(session, resource.id)


def list_exceptions(
    session: Session,
    resource_id: UUID,
    *,
    by: Actor,
    at: datetime,
    since: date | None = None,
    after: str | None,
    limit: int,
) -> Page[ScheduleException]:
    """The exceptions of one's own resource whose last date is not before `since`.

    Without `since`, those that may still matter: from yesterday on by the resource's clock, because a window
    that opened yesterday may close today. Raises `ResourceUnknown`.
    """
    resource = get_own_resource(session, resource_id, by=by)
    if since is None:
        since = local_date(resource.time_zone, at) - timedelta(days=1)
    return queries.list_exceptions(session, resource.id, since=since, after=after, limit=limit)


def list_holds(
    session: Session,
    resource_id: UUID,
    during: Span,
    *,
    by: Actor,
    at: datetime,
    after: str | None,
    limit: int,
) -> Page[Hold]:
    """What is promised of one's own resource within a time. Raises `ResourceUnknown`."""
    resource = get_own_resource(session, resource_id, by=by)
    return queries.list_holds(session, resource, during, at=at, after=after, limit=limit)


def _row(resource: Resource, rule: WeeklyRule) -> ScheduleRule:
    return ScheduleRule(
        resource_id=resource.id,
        weekday=rule.weekday,
        opens=rule.opens,
        closes=rule.closes,
        first_on=rule.first_on,
        last_on=rule.last_on,
    )


def _record_event(
    session: Session, resource: Resource, event: DomainEvent, *, by: Actor, at: datetime
) -> None:
    events.record_event(session, event, subject=("resource", resource.id), by=by, at=at)
