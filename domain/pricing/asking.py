"""What a customer asks a price for, and how much of it that is. Pure.

One question has three answers, and they must agree: how many units are billed, how long the service lasts,
and when it ends. The customer gives the least that tells all three; here the rest is found or the length
refused. Whether the offer is given for so long is `availability`'s to say, which knows the clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.foundation.spans import Span
from domain.offers import Terms, Unit
from domain.pricing.errors import LengthUnclear
from domain.pricing.inputs import Credits, Inputs

MINUTES_IN_A_NIGHT = 24 * 60  # the name of a night in an offer's bounds; the clock says how long it lasts
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """How much of the service fee, and of what demand adds, is to be paid with credits at most."""

    fee_discount_amount: int = 0
    surge_shield_amount: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """A start, and whatever else is needed to know how much.

    `units`: minutes of an hourly service, nights of a stay, kilometres of a ride; sessions and tasks are one.
    `end` is that of the service itself, without what options add. An hourly service and a stay take either; a
    ride takes both, since a distance does not say how long it takes. `options`: id and how many times.
    `tasks` are those that the customer takes over.
    """

    start: datetime
    end: datetime | None = None
    units: int | None = None
    seats: int = 1
    options: tuple[tuple[UUID, int], ...] = ()
    tasks: tuple[UUID, ...] = ()
    credits: Wish | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """How much is billed and how long it lasts, options aside; a night counts 1,440 minutes here."""

    units: int
    minutes: int


def measure(terms: Terms, ask: Ask) -> Measure:
    """Units and length of what is asked for; raises `LengthUnclear` with the field that is wrong."""
    match terms.unit:
        case Unit.HOUR:
            return _minutes(ask)
        case Unit.NIGHT:
            return _nights(terms, ask)
        case Unit.KILOMETRE:
            return _kilometres(ask)
        case Unit.SESSION | Unit.TASK:
            return _fixed(terms, ask)


def asked_again(inputs: Inputs, during: Span) -> Ask:
    """The ask that a quote with these inputs and this time answered."""
    is_chosen = inputs.unit in {Unit.HOUR, Unit.NIGHT, Unit.KILOMETRE}
    return Ask(
        start=during.start,
        end=during.end - inputs.option_minutes * _MINUTE if inputs.unit is Unit.KILOMETRE else None,
        units=inputs.units if is_chosen else None,
        seats=inputs.seats,
        options=tuple((option.option_id, option.quantity) for option in inputs.options),
        tasks=tuple(task.task_id for task in inputs.tasks),
        credits=_wished(inputs.credits),
    )


def _wished(credits_used: Credits | None) -> Wish | None:
    if credits_used is None:
        return None
    return Wish(credits_used.fee_discount_amount, credits_used.surge_shield_amount)


def _fixed(terms: Terms, ask: Ask) -> Measure:
    """A session or a task has one length and is one."""
    if ask.units not in {None, 1}:
        raise LengthUnclear("Ask for one; for more, book more.", field="units")
    if ask.end is not None and _elapsed(ask.start, ask.end) != terms.longest_minutes:
        raise LengthUnclear(f"It takes {terms.longest_minutes} minutes.", field="end")
    return Measure(1, terms.longest_minutes)


def _minutes(ask: Ask) -> Measure:
    minutes = _needed(ask) if ask.end is None else _elapsed(ask.start, ask.end)
    if ask.units not in {None, minutes}:
        raise LengthUnclear("Give an end or minutes, not two that differ.", field="units")
    return Measure(minutes, minutes)


def _nights(terms: Terms, ask: Ask) -> Measure:
    if ask.end is None:
        return Measure(_needed(ask), _needed(ask) * MINUTES_IN_A_NIGHT)
    zone = ZoneInfo(terms.time_zone)
    nights = (ask.end.astimezone(zone).date() - ask.start.astimezone(zone).date()).days
    if ask.units not in {None, nights}:
        raise LengthUnclear("Give an end or nights, not two that differ.", field="units")
    if nights < 1:
        raise LengthUnclear("A stay is for one night at least.", field="end")
    return Measure(nights, nights * MINUTES_IN_A_NIGHT)


def _kilometres(ask: Ask) -> Measure:
    if ask.end is None:
        raise LengthUnclear("A ride needs an end besides its kilometres.", field="end")
    return Measure(_needed(ask), _elapsed(ask.start, ask.end))


def _needed(ask: Ask) -> int:
    if ask.units is None:
        raise LengthUnclear("Say how long: give an end or units.", field="units")
    if ask.units < 1:
        raise LengthUnclear("Ask for one at least.", field="units")
    return ask.units


def _elapsed(start: datetime, end: datetime) -> int:
    """Elapsed whole minutes between two instants in UTC, as a stopwatch has them when clocks change."""
    minutes, rest = divmod(end - start, _MINUTE)
    if rest or minutes < 1:
        raise LengthUnclear("Let it end whole minutes after it starts.", field="end")
    return minutes
