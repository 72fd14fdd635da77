"""Reads of resources, their hours and what is promised of them. The hot read of slots is in `diaries.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, func, select

from domain.availability.errors import ResourceNotFound
from domain.availability.kinds import ResourceKind
from domain.availability.models import Hold, OfferResource, Resource, ScheduleException, ScheduleRule
from domain.foundation.paging import Page, build_page, decode_cursor
from domain.foundation.spans import Span

_HELD_TIME = text("""
    SELECT during AS held, expires_at, NULL AS service, 0 AS seats, 0 AS taken FROM holds
    WHERE booking_id = :booking_id AND released_at IS NULL
    UNION ALL
    SELECT holds.during, seat_claims.expires_at, group_sessions.during, seat_claims.seats,
           group_sessions.taken
    FROM seat_claims JOIN group_sessions ON group_sessions.id = seat_claims.group_session_id
    JOIN holds ON holds.group_session_id = seat_claims.group_session_id AND holds.released_at IS NULL
    WHERE seat_claims.booking_id = :booking_id AND seat_claims.released_at IS NULL
    LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class HeldTime:
    """What a booking has: its hold, buffers included, and until when it is provisional.

    Of seats in a session: the time of the session, how many seats are the booking's, and how many are taken
    in all.
    """

    held: Span
    expires_at: datetime | None
    service: Span | None = None
    seats: int = 0
    taken: int = 0


def get_held_time(session: Session, booking_id: UUID) -> HeldTime | None:
    """What a booking was promised and has not given back."""
    row = session.execute(_HELD_TIME, {"booking_id": booking_id}).first()
    if row is None:
        return None
    held, service = (span and Span(span.lower, span.upper) for span in (row.held, row.service))
    return HeldTime(held, row.expires_at, service, row.seats, row.taken)


def get_resource(session: Session, resource_id: UUID) -> Resource:
    """The resource of this id, whosever it is. Raises `ResourceUnknown`."""
    return _require_resource(session.get(Resource, resource_id))


def lock_resource(session: Session, resource_id: UUID) -> Resource:
    """The resource, kept from every other change until the transaction ends. Raises `ResourceUnknown`."""
    return _require_resource(session.get(Resource, resource_id, with_for_update=True, populate_existing=True))


def get_provider_calendar(session: Session, profile_id: UUID) -> Resource:
    """The resource that is a provider's own time. Raises `ResourceUnknown` where none was opened."""
    statement = select(Resource).where(Resource.profile_id == profile_id, Resource.kind == ResourceKind.TIME)
    return _require_resource(session.exec(statement).first())


def list_resources(session: Session, profile_id: UUID) -> Sequence[Resource]:
    """All of a provider's own time and things, in the order in which they came."""
    statement = select(Resource).where(Resource.profile_id == profile_id)
    return session.exec(statement.order_by(col(Resource.number))).all()


def list_resources_page(
    session: Session, profile_id: UUID, *, after: str | None, limit: int
) -> Page[Resource]:
    """A provider's own time and things in pages, in the order in which they came."""
    statement = select(Resource).where(Resource.profile_id == profile_id)
    if after is not None:
        (last,) = decode_cursor(after, [int])
        statement = statement.where(col(Resource.number) > last)
    rows = session.exec(statement.order_by(col(Resource.number)).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.number])


def list_required_resources(session: Session, offer_id: UUID) -> Sequence[OfferResource]:
    """The resources that an offer and its options name, those of the offer itself first."""
    statement = select(OfferResource).where(OfferResource.offer_id == offer_id)
    order = col(OfferResource.option_id).nulls_first(), col(OfferResource.resource_id)
    return session.exec(statement.order_by(*order)).all()


def list_weekly_rules(session: Session, resource_id: UUID) -> Sequence[ScheduleRule]:
    """The weekly opening hours, through the week."""
    statement = select(ScheduleRule).where(ScheduleRule.resource_id == resource_id)
    return session.exec(statement.order_by(col(ScheduleRule.weekday), col(ScheduleRule.opens))).all()


def list_exceptions(
    session: Session, resource_id: UUID, *, since: date, after: str | None, limit: int
) -> Page[ScheduleException]:
    """The dated exceptions that are not over before a date, the first to end first."""
    statement = select(ScheduleException).where(
        ScheduleException.resource_id == resource_id, col(ScheduleException.last_on) >= since
    )
    if after is not None:
        (last,) = decode_cursor(after, [UUID])
        statement = statement.where(col(ScheduleException.id) > last)
    rows = session.exec(statement.order_by(col(ScheduleException.id)).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def list_holds(
    session: Session, resource: Resource, during: Span, *, at: datetime, after: str | None, limit: int
) -> Page[Hold]:
    """What is promised of a resource within a time, by its start; what expired by `at` is left out.

    No two of them overlap, so their starts are a key.
    """
    starts = func.lower(col(Hold.during))
    statement = select(Hold).where(
        Hold.resource_number == resource.number,
        col(Hold.released_at).is_(None),
        col(Hold.expires_at).is_(None) | (col(Hold.expires_at) > at),
        col(Hold.during).op("&&")(during),
    )
    if after is not None:
        (last,) = decode_cursor(after, [datetime])
        statement = statement.where(starts > last)
    rows = session.exec(statement.order_by(starts).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.during.start])


def _require_resource(resource: Resource | None) -> Resource:
    if resource is None:
        raise ResourceNotFound
    return resource
