"""What is known of the time of what an offer needs, read in one round trip for one offer as for fifty.

What an offer needs is the resources it names, and where it names none its provider's own time; an option
may need some on top. The statement answers a row for each resource of each offer, with its hours, its
promises and the offer's sessions as small documents, so that ninety days of fifty providers stay one plan.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlmodel import Session

from domain.availability.intervals import Interval
from domain.availability.kinds import ExceptionKind, ResourceKind
from domain.availability.opening_hours.schedules import DatedException, Schedule, WeeklyRule
from domain.availability.slots import slot_query
from domain.availability.slots.slot_rules import Calendar, ScheduledSession, seats_left
from domain.offers import Terms

# A window across midnight, and a zone ahead of or behind UTC, reach a day beyond the range each.
_DAYS_BEYOND: Final = timedelta(days=2)
_ALWAYS_OPEN: Final = tuple(WeeklyRule(weekday, time(0), time(0)) for weekday in range(7))

# Most look at one offer, and say so: for a list the planner reckons with ten, finds its plan for any list
# dearer than one for this list, and plans anew each time, which takes longer than the look itself.
_ONE_OFFER = "SELECT cast(:offer_id AS uuid) AS offer_id, cast(:profile_id AS uuid) AS profile_id"
_SEVERAL_OFFERS = """
    SELECT * FROM unnest(cast(:offer_ids AS uuid[]), cast(:profile_ids AS uuid[]))
                  AS each (offer_id, profile_id)
"""
# A part of a second at either end of a promise counts whole, hence floor and ceil.
_CALENDARS = """
    WITH asked AS (
        {asked}
    ), needed AS (
        SELECT asked.offer_id, offer_resources.resource_id AS id
        FROM asked JOIN offer_resources ON offer_resources.offer_id = asked.offer_id
        WHERE offer_resources.option_id IS NULL
           OR offer_resources.option_id = ANY(cast(:option_ids AS uuid[]))
        UNION
        SELECT asked.offer_id, resources.id
        FROM asked JOIN resources ON resources.profile_id = asked.profile_id AND resources.kind = 'time'
        WHERE NOT EXISTS (
            SELECT FROM offer_resources
            WHERE offer_resources.offer_id = asked.offer_id AND offer_resources.option_id IS NULL)
    )
    SELECT needed.offer_id, resources.number, resources.kind, resources.time_zone,
        (SELECT jsonb_agg(jsonb_build_array(weekday, opens, closes, first_on, last_on))
         FROM schedule_rules WHERE resource_id = resources.id)::text AS weekly,
        (SELECT jsonb_agg(jsonb_build_array(kind, first_on, last_on, opens, closes))
         FROM schedule_exceptions
         WHERE resource_id = resources.id
           AND last_on >= :first_on AND first_on <= :last_on)::text AS exceptions,
        (SELECT jsonb_agg(jsonb_build_array(floor(extract(epoch FROM lower(during)))::bigint,
                                            ceil(extract(epoch FROM upper(during)))::bigint,
                                            group_session_id))
         FROM holds
         WHERE released_at IS NULL AND (expires_at IS NULL OR expires_at > :at)
           AND int8range(resource_number, resource_number, '[]')
               && int8range(resources.number, resources.number, '[]')
           AND during && tstzrange(:start, :end))::text AS busy,
        (SELECT jsonb_agg(jsonb_build_array(floor(extract(epoch FROM lower(during)))::bigint,
                                            ceil(extract(epoch FROM upper(during)))::bigint,
                                            taken - (
                                                SELECT coalesce(sum(seats), 0) FROM seat_claims
                                                WHERE group_session_id = group_sessions.id
                                                  AND released_at IS NULL AND expires_at <= :at), id))
         FROM group_sessions
         WHERE offer_id = needed.offer_id AND released_at IS NULL
           AND lower(during) >= :start AND lower(during) < :end)::text AS sessions
    FROM needed JOIN resources ON resources.id = needed.id
    ORDER BY needed.offer_id, resources.number
"""
_CALENDARS_OF_ONE, _CALENDARS_OF_SEVERAL = (
    text(_CALENDARS.format(asked=_ONE_OFFER)),
    text(_CALENDARS.format(asked=_SEVERAL_OFFERS)),
)


@dataclass(frozen=True, slots=True)
class OfferCalendar:
    """What is known of the time of one offer's resources, and the numbers by which they are promised."""

    numbers: tuple[int, ...]
    calendar: Calendar


def load_calendars(
    session: Session,
    offer_terms: Iterable[Terms],
    during: Interval,
    *,
    at: datetime,
    option_ids: Sequence[UUID] = (),
) -> dict[UUID, OfferCalendar]:
    """The diary of each offer with all that meets `during`; what expired by `at` no longer counts.

    An offer whose provider never opened a calendar is left out.
    """
    terms_of = {terms.offer_id: terms for terms in offer_terms}
    offers = {offer_id: terms.profile_id for offer_id, terms in terms_of.items()}
    start, end = slot_query.from_epoch_seconds(during[0]), slot_query.from_epoch_seconds(during[1])
    params = {
        **_offer_params(offers),
        "option_ids": list(option_ids),
        "first_on": start.date() - _DAYS_BEYOND,
        "last_on": end.date() + _DAYS_BEYOND,
        "start": start,
        "end": end,
        "at": at,
    }
    rows: dict[UUID, list[Row[Any]]] = {}
    for row in session.execute(_CALENDARS_OF_ONE if len(offers) == 1 else _CALENDARS_OF_SEVERAL, params):
        rows.setdefault(row.offer_id, []).append(row)
    return {
        offer_id: _offer_calendar(offer_rows, terms_of[offer_id]) for offer_id, offer_rows in rows.items()
    }


def _offer_params(offers: Mapping[UUID, UUID]) -> dict[str, object]:
    """The parameters that name offers with their providers' profiles."""
    if len(offers) == 1:
        ((offer_id, profile_id),) = offers.items()
        return {"offer_id": offer_id, "profile_id": profile_id}
    return {"offer_ids": list(offers), "profile_ids": list(offers.values())}


def _offer_calendar(rows: Sequence[Row[Any]], terms: Terms) -> OfferCalendar:
    """The diary of an offer. What its own sessions hold stands with them, all else is in everybody's way."""
    session_rows = _parse_document(rows[0].sessions)
    held: dict[str | None, list[Interval]] = {session_id: [] for *_, session_id in session_rows}
    busy: list[Interval] = []
    for row in rows:
        for start, end, session_id in _parse_document(row.busy):
            held.get(session_id, busy).append((start, end))
    sessions = [
        ScheduledSession(start, end, seats_left(terms.seats, taken), tuple(held[session_id]))
        for start, end, taken, session_id in session_rows
    ]
    schedules = [_schedule(row) for row in rows]
    return OfferCalendar(tuple(row.number for row in rows), Calendar(schedules, busy, sessions))


def _schedule(row: Row[Any]) -> Schedule:
    """A thing that was given no hours is there around the clock; a person without hours is never there."""
    weekly = _weekly(row.weekly)
    if not weekly and row.kind == ResourceKind.THING:
        weekly = _ALWAYS_OPEN
    exceptions = _exceptions(row.exceptions)
    return Schedule(row.time_zone, weekly, exceptions[ExceptionKind.OPEN], exceptions[ExceptionKind.CLOSED])


# Hours change seldom and are asked for often; the documents themselves are the keys, so nothing goes stale.
@lru_cache(maxsize=4096)
def _weekly(document: str | None) -> tuple[WeeklyRule, ...]:
    return tuple(
        WeeklyRule(
            weekday,
            time.fromisoformat(opens),
            time.fromisoformat(closes),
            _parse_date(first),
            _parse_date(last),
        )
        for weekday, opens, closes, first, last in _parse_document(document)
    )


@lru_cache(maxsize=4096)
def _exceptions(document: str | None) -> Mapping[ExceptionKind, tuple[DatedException, ...]]:
    exceptions: dict[ExceptionKind, tuple[DatedException, ...]] = dict.fromkeys(ExceptionKind, ())
    for kind, first, last, opens, closes in _parse_document(document):
        window = time.fromisoformat(opens), time.fromisoformat(closes)
        exception = DatedException(date.fromisoformat(first), date.fromisoformat(last), *window)
        exceptions[ExceptionKind(kind)] += (exception,)
    return exceptions


def _parse_date(document: str | None) -> date | None:
    return None if document is None else date.fromisoformat(document)


def _parse_document(document: str | None) -> list[Any]:
    return orjson.loads(document) if document else []
