"""What an offer's terms ask of a calendar: the one place where minutes and days become seconds.

The horizon is so many times 24 elapsed hours, buffers and notice are elapsed minutes, and a night is written
as 1,440 minutes wherever a length is chosen, however long the clock makes it.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Final

from domain.availability.errors import DurationNotOffered, InvalidTimeRange
from domain.availability.intervals import Interval
from domain.availability.slots.durations import FixedDuration, ServiceDuration, Stay
from domain.availability.slots.slot_rules import SlotQuery
from domain.availability.wall_time import DAY, WallClock, wall_time
from domain.foundation.spans import Span
from domain.offers import Claim, Terms, Unit

_MINUTE: Final = 60
_MINUTES_A_NIGHT: Final = 1440
_MIDNIGHT: Final = time(0)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
_MICROSECOND: Final = timedelta(microseconds=1)
# Zones have no rules worth the name beyond these, and days before and after must be dates too.
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)


def query_for_length(terms: Terms, *, minutes: int | None = None, extra_minutes: int = 0) -> SlotQuery:
    """What is asked for so many minutes (the shortest length if none are named) and what options add.

    Raises `LengthImpossible` for a length the offer is not given for.
    """
    chosen = terms.shortest_minutes if minutes is None else minutes
    if not terms.shortest_minutes <= chosen <= terms.longest_minutes:
        raise DurationNotOffered(
            "Ask for something between the shortest and the longest length.",
            field="duration",
            shortest_minutes=terms.shortest_minutes,
            longest_minutes=terms.longest_minutes,
        )
    return _build_query(terms, _build_duration(terms, chosen, extra_minutes))


def query_for_span(terms: Terms, during: Span) -> SlotQuery:
    """What is asked for exactly this time, however its length came about."""
    start, end = to_interval(during)
    if terms.unit is not Unit.NIGHT:
        return _build_query(terms, FixedDuration(end - start, terms.granularity_minutes * _MINUTE))
    return _build_query(terms, _stay_during(terms, (start, end)))


def time_range(start: datetime, end: datetime) -> Span:
    """The span between two instants that somebody sent. Raises `RangeImpossible`."""
    if to_epoch_seconds(end) <= to_epoch_seconds(start):
        raise InvalidTimeRange("A range ends after it starts.", field="to")
    return Span(start, end)


def service_span(
    terms: Terms, start: datetime, *, minutes: int | None = None, extra_minutes: int = 0
) -> Span:
    """The time that a service or a stay takes which starts then: to check-out by the clock, else elapsed.

    Raises `LengthImpossible`. Whether it may start then is another question.
    """
    query = query_for_length(terms, minutes=minutes, extra_minutes=extra_minutes)
    begins = to_epoch_seconds(start)
    wall = WallClock(query.zone, (begins, begins + query.length.longest))
    return Span(start, from_epoch_seconds(query.length.end(wall, begins)))


def duration_minutes(duration: timedelta | None, nights: int | None) -> int | None:
    """A length as an offer's bounds tell it: elapsed minutes, or 1,440 for each night.

    Raises `LengthImpossible` for both at once, and for parts of a minute.
    """
    if nights is not None:
        if duration is not None:
            raise DurationNotOffered("Tell nights or a duration, not both.", field="nights")
        return nights * _MINUTES_A_NIGHT
    if duration is None:
        return None
    minutes, rest = divmod(duration, timedelta(minutes=1))
    if rest:
        raise DurationNotOffered("Tell whole minutes.", field="duration")
    return minutes


def stay_between(terms: Terms, during: Span) -> tuple[int, SlotQuery]:
    """Check-in on the first local date of `during`, and what the stay until its last one asks for.

    Raises `LengthImpossible` for fewer or more nights than the offer is given for.
    """
    wall = WallClock(terms.time_zone, to_interval(during))
    arriving, leaving = (wall.wall_time_at(end) // DAY for end in to_interval(during))
    query = query_for_length(terms, minutes=(leaving - arriving) * _MINUTES_A_NIGHT)
    return wall.first_instant(wall_time(arriving, _check_in_and_out(terms)[0])), query


def to_interval(span: Span) -> Interval:
    """A span as whole seconds; a second that it touches at either end counts whole."""
    return to_epoch_seconds(span.start), to_epoch_seconds(span.end + _SECOND - _MICROSECOND)


def to_epoch_seconds(moment: datetime) -> int:
    """An instant as whole seconds since 1970, rounded down. Raises `RangeImpossible` far from our time."""
    if not _EARLIEST <= moment < _LATEST:
        raise InvalidTimeRange(f"Stay between {_EARLIEST:%Y} and {_LATEST:%Y}.")
    return (moment - _EPOCH) // _SECOND


def from_epoch_seconds(since_1970: int) -> datetime:
    """Whole seconds since 1970 as an instant in UTC."""
    return datetime.fromtimestamp(since_1970, UTC)


def latest_wall_time(zone: str, at: datetime) -> datetime:
    """The latest wall time that the clock of a zone has shown by an instant, as a reading without a zone.

    A window of the opening hours is open from the instant at which this is no earlier than its opening to
    the one at which it is no earlier than its closing, on the days of a clock change too.
    """
    now = to_epoch_seconds(at)
    return from_epoch_seconds(WallClock(zone, (now, now + 1)).latest_wall_time(now)).replace(tzinfo=None)


def _build_duration(terms: Terms, minutes: int, extra_minutes: int) -> ServiceDuration:
    if terms.unit is not Unit.NIGHT:
        return FixedDuration((minutes + extra_minutes) * _MINUTE, terms.granularity_minutes * _MINUTE)
    nights, rest = divmod(minutes, _MINUTES_A_NIGHT)
    if rest or not nights:
        raise DurationNotOffered("A stay is for whole nights.", field="duration")
    return Stay(nights, *_check_in_and_out(terms), extra_seconds=extra_minutes * _MINUTE)


def _stay_during(terms: Terms, during: Interval) -> Stay:
    """The stay of most nights that ends by then, and what an option must have added to it."""
    wall = WallClock(terms.time_zone, during)
    check_in, check_out = _check_in_and_out(terms)
    latest = wall.wall_time_at(during[1]) // DAY
    leaving = latest if wall.first_instant(wall_time(latest, check_out)) <= during[1] else latest - 1
    nights = leaving - wall.wall_time_at(during[0]) // DAY
    if nights < 1:
        raise DurationNotOffered("A stay is for one night at least.", field="end")
    return Stay(
        nights,
        check_in,
        check_out,
        extra_seconds=during[1] - wall.first_instant(wall_time(leaving, check_out)),
    )


def _check_in_and_out(terms: Terms) -> tuple[time, time]:
    """Check-in and check-out; an offer by the night that was never given any is by the whole day."""
    return terms.check_in_at or _MIDNIGHT, terms.check_out_at or _MIDNIGHT


def _build_query(terms: Terms, length: ServiceDuration) -> SlotQuery:
    return SlotQuery(
        length=length,
        zone=terms.time_zone,
        horizon=terms.horizon_days * DAY,
        notice=terms.notice_minutes * _MINUTE,
        buffer_before=terms.buffer_before_minutes * _MINUTE,
        buffer_after=terms.buffer_after_minutes * _MINUTE,
        seats=terms.seats if terms.claim is Claim.SEATS else 1,
    )
