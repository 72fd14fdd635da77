"""Slots, opening hours and promised time on the wire."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Self

import orjson
from pydantic import Field, StringConstraints, model_validator

from api.schemas.common import Instant, RequestBody, TimeRange, View, ZoneName
from api.schemas.durations import WALL_TIME
from domain import availability
from domain.availability import Hold, HoldKind, OfferSlots, Resource, SlotUnavailableReason
from domain.availability.opening_hours import (
    DatedException,
    ExceptionKind,
    ScheduleException,
    ScheduleRule,
    WeeklyRule,
)
from domain.foundation.ids import (
    BookingId,
    HoldId,
    ResourceId,
    ScheduleExceptionId,
)
from domain.foundation.spans import Span
from domain.foundation.text.json_text import NO_NUL
from domain.foundation.text.text_types import TEXT
from domain.offers import Unbookable

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=NO_NUL), TEXT]
Zone = Annotated[str, StringConstraints(max_length=60), Field(examples=["Europe/Helsinki"])]
Weekday = Annotated[int, Field(strict=True, ge=0, le=6, description="Monday is 0.")]
WallTime = Annotated[
    time,
    Field(
        description="A local wall time in whole minutes. A window that closes no later than it opens closes "
        "on the next day; from 00:00 to 00:00 it is the whole day.",
        examples=["09:00"],
        json_schema_extra=WALL_TIME,
    ),
]


class SlotView(View):
    """A start that may be booked, or, with reasons in `reasons`, one that may not."""

    start: Instant
    end: Instant
    seats_left: int
    reasons: list[SlotUnavailableReason]


class SlotsView(View):
    """The slots of an offer; `unbookable` tells why there are none while it takes no bookings at all."""

    time_zone: ZoneName
    unbookable: list[Unbookable]
    items: list[SlotView]

    @staticmethod
    def render(offer_slots: OfferSlots) -> bytes:
        """The timetable as this view's bytes. Views cost ten times as much, and calls twice."""
        instant = datetime.fromtimestamp
        document = {
            "time_zone": offer_slots.time_zone,
            "unbookable": offer_slots.unbookable,
            "items": [
                {
                    "start": instant(start, UTC),
                    "end": instant(end, UTC),
                    "seats_left": left,
                    "reasons": reasons,
                }
                for start, end, left, reasons in offer_slots.slots
            ],
        }
        return orjson.dumps(document, option=orjson.OPT_UTC_Z)


class _Window(RequestBody):
    """What weekly rules and exceptions have in common: wall times in whole minutes, and dates in order."""

    opens: WallTime
    closes: WallTime

    @model_validator(mode="after")
    def _in_whole_minutes(self) -> Self:
        for wall_time in (self.opens, self.closes):
            if wall_time.second or wall_time.microsecond or wall_time.tzinfo is not None:
                raise ValueError("tell wall times in whole minutes and without a zone")
        return self


class WeeklyRuleRequest(_Window):
    """Open at this time of this weekday, every week from `first_on` to `last_on`, both included."""

    weekday: Weekday
    first_on: date | None = None
    last_on: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        _check_order(self.first_on, self.last_on)
        return self


class SetScheduleRequest(RequestBody):
    """All weekly opening hours, and perhaps another zone to read them in."""

    model_config = RequestBody.example(
        {
            "rules": [
                {"weekday": 0, "opens": "09:00", "closes": "17:00"},
                {"weekday": 4, "opens": "20:00", "closes": "02:00", "first_on": "2026-12-01"},
            ],
            "time_zone": "Europe/Helsinki",
        }
    )

    rules: list[WeeklyRuleRequest] = Field(max_length=200)
    time_zone: Zone | None = None

    def weekly(self) -> list[WeeklyRule]:
        """The rules as the domain knows them."""
        return [
            WeeklyRule(rule.weekday, rule.opens, rule.closes, rule.first_on, rule.last_on)
            for rule in self.rules
        ]


class WeeklyRuleView(View):
    """A weekly window in local wall time."""

    weekday: int
    opens: WallTime
    closes: WallTime
    first_on: date | None
    last_on: date | None


class ScheduleView(View):
    """The weekly opening hours of a resource. `version` counts their changes."""

    resource_id: ResourceId
    version: int
    time_zone: ZoneName
    rules: list[WeeklyRuleView]

    @classmethod
    def of(cls, resource: Resource, rules: Sequence[ScheduleRule]) -> Self:
        """The hours, through the week."""
        return cls(
            resource_id=resource.id,
            version=resource.version,
            time_zone=resource.time_zone,
            rules=[WeeklyRuleView.model_validate(rule) for rule in rules],
        )


class AddExceptionRequest(_Window):
    """Be open or closed on these dates, both included, besides the weekly hours. Closed has the last word."""

    model_config = RequestBody.example(
        {"kind": "closed", "first_on": "2026-12-24", "last_on": "2026-12-26", "note": "Christmas"},
        {
            "kind": "open",
            "first_on": "2026-12-12",
            "last_on": "2026-12-12",
            "opens": "10:00",
            "closes": "14:00",
        },
    )

    kind: ExceptionKind
    first_on: date
    last_on: date
    opens: WallTime = time(0)
    closes: WallTime = time(0)
    note: Note = ""

    @model_validator(mode="after")
    def _lasts_two_years_at_most(self) -> Self:
        _check_order(self.first_on, self.last_on)
        if (self.last_on - self.first_on).days > _TWO_YEARS:
            raise ValueError("an exception lasts two years at most")
        return self

    def dates(self) -> DatedException:
        """The window as the domain knows it."""
        return DatedException(self.first_on, self.last_on, self.opens, self.closes)


class ScheduleExceptionView(View):
    """A dated exception."""

    id: ScheduleExceptionId
    kind: ExceptionKind
    first_on: date
    last_on: date
    opens: WallTime
    closes: WallTime
    note: str
    created_at: Instant

    @classmethod
    def of(cls, row: ScheduleException) -> Self:
        """The exception as its provider sees it."""
        return cls.model_validate(row)


class BlockTimeRequest(RequestBody):
    """Time to be kept for something else."""

    model_config = RequestBody.example(
        {"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T11:00:00Z", "note": "Dentist"}
    )

    start: Instant
    end: Instant
    note: Note = ""

    def during(self) -> Span:
        """The time as the domain knows it. Raises `RangeImpossible`."""
        return availability.time_range(self.start, self.end)


class HoldView(View):
    """Promised time, buffers included; provisional while it has an expiry."""

    id: HoldId
    kind: HoldKind
    during: TimeRange
    booking_id: BookingId | None
    note: str
    expires_at: Instant | None

    @classmethod
    def of(cls, row: Hold) -> Self:
        """The hold as the resource's provider sees it."""
        return cls.model_validate(row)


_TWO_YEARS = 730  # days; the table holds no longer ones either


def _check_order(first_on: date | None, last_on: date | None) -> None:
    if first_on is not None and last_on is not None and last_on < first_on:
        raise ValueError("the last date comes after the first")
