"""Lengths of time and times of day on the wire: ISO 8601 durations, and readings of the wall."""

from datetime import time, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def _as_text(value: object) -> object:
    """A bare number, or "10:30", is refused: nobody could tell whether it meant minutes or seconds."""
    if not isinstance(value, timedelta) and not (isinstance(value, str) and value.startswith("P")):
        raise ValueError('write a duration as ISO 8601, "PT90M" for example')
    return value


def _whole_units(unit: timedelta) -> AfterValidator:
    def check(value: timedelta) -> timedelta:
        if value % unit:
            raise ValueError(f"say it in whole {'days' if unit == DAY else 'minutes'}")
        return value

    return AfterValidator(check)


Duration = Annotated[
    timedelta,
    BeforeValidator(_as_text),
    _whole_units(MINUTE),
    Field(description="ISO 8601, in whole minutes.", examples=["PT1H30M"]),
]
Days = Annotated[
    timedelta,
    BeforeValidator(_as_text),
    _whole_units(DAY),
    Field(description="ISO 8601, in whole days.", examples=["P90D"]),
]


def _check_wall_time(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("a time on the wall has no offset; the offer has a time zone")
    return value


# JSON Schema's own format `time` has an offset (RFC 3339), which a time on the wall has not.
WALL_TIME = {"format": "wall-time", "pattern": r"^\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$"}
WallTime = Annotated[
    time,
    AfterValidator(_check_wall_time),
    Field(
        description="On the clock of the offer's time zone.",
        examples=["15:00:00"],
        json_schema_extra=WALL_TIME,
    ),
]
