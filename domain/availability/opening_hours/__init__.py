"""Weekly opening hours of resources and their dated exceptions."""

from domain.availability.kinds import ExceptionKind
from domain.availability.models import ScheduleException, ScheduleRule
from domain.availability.opening_hours.actions import (
    add_exception,
    get_schedule,
    list_exceptions,
    remove_exception,
    set_schedule,
)
from domain.availability.opening_hours.schedules import DatedException, WeeklyRule

__all__ = [
    "DatedException",
    "ExceptionKind",
    "ScheduleException",
    "ScheduleRule",
    "WeeklyRule",
    "add_exception",
    "get_schedule",
    "list_exceptions",
    "remove_exception",
    "set_schedule",
]
