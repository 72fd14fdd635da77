"""The tariff: named seasonal effects, published in advance, that make a time dearer or cheaper for everybody.

An **effect** holds where all its conditions do: days of the week, hours on the wall clock, months, dates (a
holiday), categories. What is not said is not asked. Where several hold, their differences from one are
*added* and the sum is clipped once: Friday evening +10 % in December +5 % is +15 %. Adding and not
multiplying, because then the order of effects cannot matter, nothing is rounded in between, and people can
check the sum in their heads. Time is read on the clock of the offer's zone:

- an hourly service is cut where its effects change, and every minute is billed by its own;
- each night of a stay by the date of its evening, and never by hours, of which a night has all;
- anything else by its start, because a session or a ride is agreed on as one thing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.foundation.money import BASIS_POINTS
from domain.foundation.text.json_text import NO_NUL
from domain.foundation.text.text_types import LINE
from domain.offers import Unit
from domain.pricing.inputs import Factor, Piece

# The bounds of the whole tariff, in basis points: wide enough to move people to quieter times, too narrow for
# anybody to feel robbed on a holiday. What is rarer than a season is the live factor's business.
LOWEST_BP = 8_500
HIGHEST_BP = 13_000
MOST_EFFECTS = 200  # a tariff is read by people

_HOUR = 60
_DAY = timedelta(days=1)

Weekday = Annotated[int, Field(ge=0, le=6, strict=True)]
Month = Annotated[int, Field(ge=1, le=12, strict=True)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class Effect(BaseModel):
    """A name people understand, a factor, and when it holds.

    `weekdays` count from Monday = 0. Hours run from `from_hour` up to `until_hour`, over midnight when the
    second is not the later one. Weekdays, months and dates are those on which the hours begin (decision
    0015): Friday from 22 to 2 lasts until Saturday at 2.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[
        str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True, pattern=NO_NUL), LINE
    ]
    factor_bp: Annotated[int, Field(ge=LOWEST_BP, le=HIGHEST_BP, strict=True)]
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ()
    from_hour: Annotated[int, Field(ge=0, le=23, strict=True)] | None = None
    until_hour: Annotated[int, Field(ge=1, le=24, strict=True)] | None = None
    months: Annotated[tuple[Month, ...], Field(max_length=12)] = ()
    dates: Annotated[tuple[date, ...], Field(max_length=366)] = ()
    categories: Annotated[tuple[Slug, ...], Field(max_length=100)] = ()

    @model_validator(mode="after")
    def _refuse_half_a_window(self) -> Self:
        if (self.from_hour is None) is not (self.until_hour is None):
            raise ValueError("from_hour and until_hour come together")
        if self.from_hour is not None and self.from_hour == self.until_hour:
            raise ValueError("hours that end where they begin are none; leave both out for the whole day")
        return self

    @property
    def by_the_hour(self) -> bool:
        """Whether it asks for the hour at all."""
        return self.from_hour is not None

    def holds(self, local: datetime) -> bool:
        """Whether it holds at this wall time."""
        begun_on = local.date() - _DAY if self._began_yesterday(local.hour) else local.date()
        return (
            (not self.weekdays or begun_on.weekday() in self.weekdays)
            and (not self.months or begun_on.month in self.months)
            and (not self.dates or begun_on in self.dates)
            and self._within_hours(local.hour)
        )

    def _began_yesterday(self, hour: int) -> bool:
        """Whether the hour lies after midnight in hours that run over it."""
        if self.from_hour is None or self.until_hour is None:
            return False
        return hour < self.until_hour < self.from_hour

    def _within_hours(self, hour: int) -> bool:
        if self.from_hour is None or self.until_hour is None:
            return True
        if self.from_hour < self.until_hour:
            return self.from_hour <= hour < self.until_hour
        return hour >= self.from_hour or hour < self.until_hour


class Tariff(BaseModel):
    """All effects of a market at one time, each named once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    effects: Annotated[tuple[Effect, ...], Field(max_length=MOST_EFFECTS)] = ()

    @model_validator(mode="after")
    def _refuse_one_name_for_two(self) -> Self:
        if len({effect.name for effect in self.effects}) != len(self.effects):
            raise ValueError("each effect has a name of its own")
        return self


@dataclass(frozen=True, slots=True)
class TariffInForce:
    """A version of a market's tariff, ready to be asked."""

    id: UUID
    number: int
    tariff: Tariff


def clipped(factors: Iterable[int]) -> int:
    """Several factors as one, in basis points, within the tariff's bounds; no factors are one whole."""
    combined = BASIS_POINTS + sum(factor - BASIS_POINTS for factor in factors)
    return max(LOWEST_BP, min(HIGHEST_BP, combined))


def pieces(
    tariff: Tariff | None,
    *,
    category: str,
    unit: Unit,
    units: int,
    start: datetime,
    time_zone: str,
) -> tuple[Piece, ...]:
    """The units from `start` on by the effects that hold over them, in order of their first moment."""
    asked = _asked(tariff, category, unit)
    if not asked:
        return (Piece(units=units),)
    zone = ZoneInfo(time_zone)
    found: dict[tuple[Factor, ...], int] = {}
    for share, local in _moments(unit, units, start.astimezone(zone)):
        holding = tuple(factor for effect, factor in asked if effect.holds(local))
        found[holding] = found.get(holding, 0) + share
    return tuple(Piece(units=share, effects=holding) for holding, share in found.items())


def _asked(tariff: Tariff | None, category: str, unit: Unit) -> Sequence[tuple[Effect, Factor]]:
    return [
        (effect, Factor(name=effect.name, factor_bp=effect.factor_bp))
        for effect in (tariff.effects if tariff else ())
        if (not effect.categories or category in effect.categories)
        and not (effect.by_the_hour and unit is Unit.NIGHT)
    ]


def _moments(unit: Unit, units: int, local: datetime) -> Iterator[tuple[int, datetime]]:
    """So many units each, and the wall time that decides about them."""
    if unit is Unit.HOUR:
        yield from _minutes(local, units)
    elif unit is Unit.NIGHT:
        # Dates are counted here and no time passes: the same reading, so many evenings later.
        yield from ((1, local + timedelta(days=night)) for night in range(units))
    else:
        yield units, local


def _minutes(local: datetime, left: int) -> Iterator[tuple[int, datetime]]:
    """So many elapsed minutes from a wall time on, cut wherever an hour or a date may begin on the wall.

    Steps lead to the next full hour while the offset stays the same, and over its change minute by minute,
    because clocks have been changed a minute past midnight too.
    """
    while left > 0:
        step = min(left, _HOUR - local.minute)
        ahead = _later(local, step)
        if ahead.utcoffset() != local.utcoffset():
            step, ahead = 1, _later(local, 1)
        yield step, local
        local, left = ahead, left - step


def _later(local: datetime, minutes: int) -> datetime:
    """The wall time after so many elapsed minutes; adding to a wall time would ignore a change of clocks."""
    return (local.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(local.tzinfo)
