"""IANA time zones: their names, and the refusal of what is none."""

from functools import lru_cache
from zoneinfo import available_timezones

from domain.foundation.errors import Unacceptable


class TimeZoneUnknown(Unacceptable):
    """There is no such time zone in the IANA database."""

    slug = "time-zone-unknown"
    title = "There is no such time zone"


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """Every zone there is; read from disk once, since a release brings its own database."""
    return frozenset(available_timezones())


def check(name: str) -> None:
    """Refuse `TimeZoneUnknown` for what is not a name in the IANA database."""
    if name not in names():
        raise TimeZoneUnknown("Time zones are named like Europe/Helsinki.", field="time_zone")
