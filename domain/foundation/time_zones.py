"""Names of time zones that somebody may choose: places in the IANA database, and UTC.

The list is that of the `tzdata` release we bring, so it is the same on every machine. What a machine has
besides (`localtime`, `posixrules`, `posix/…`, `right/…`) means another time on another machine. Names of the
database that are no places are no choice either: `Factory` says that nobody has chosen, `Etc/GMT+5` is five
hours *behind*, `EST` and `CET` are kept for old programs.
"""

from functools import lru_cache
from importlib.resources import files
from typing import Final

from domain.foundation.errors import Unacceptable

_UTC: Final = frozenset({"UTC", "Etc/UTC"})  # what is offered everywhere has no place; browsers say either


class TimeZoneUnknown(Unacceptable):
    """There is no such time zone in the IANA database."""

    slug = "time-zone-unknown"
    title = "There is no such time zone"


@lru_cache(maxsize=1)
def time_zone_names() -> frozenset[str]:
    """Every name that may be chosen; read once, since a release brings its own database."""
    listed = files("tzdata").joinpath("zones").read_text(encoding="ascii").split()
    places = (name for name in listed if "/" in name and not name.startswith("Etc/"))
    return frozenset(places) | _UTC


def check_time_zone(name: str) -> None:
    """Raise `TimeZoneUnknown` for a name that may not be chosen."""
    if name not in time_zone_names():
        raise TimeZoneUnknown("Time zones are named like Europe/Helsinki.", field="time_zone")
