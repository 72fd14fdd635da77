"""Names of time zones that users may choose: places in the IANA database, and UTC.

The list comes from the installed `tzdata` package, so it is the same on every machine; names that depend on
the machine (`localtime`, `posix/…`, `right/…`) are not in it. Names that are not places are left out, because
they mislead: `Etc/GMT+5` is five hours *behind* UTC, and `EST` and `CET` exist for old programs only.
"""

from functools import lru_cache
from importlib.resources import files
from typing import Final

from domain.foundation.errors import Unacceptable

_UTC: Final = frozenset({"UTC", "Etc/UTC"})  # for users without a place; browsers send either name


class TimeZoneUnknown(Unacceptable):
    """The name is not a time zone that users may choose."""

    slug = "time-zone-unknown"
    title = "There is no such time zone"


@lru_cache(maxsize=1)
def time_zone_names() -> frozenset[str]:
    """All names that may be chosen, read once from the `tzdata` package."""
    listed = files("tzdata").joinpath("zones").read_text(encoding="ascii").split()
    places = (name for name in listed if "/" in name and not name.startswith("Etc/"))
    return frozenset(places) | _UTC


def check_time_zone(name: str) -> None:
    """Raise `TimeZoneUnknown` unless the name may be chosen."""
    if name not in time_zone_names():
        raise TimeZoneUnknown("Time zones are named like Europe/Helsinki.", field="time_zone")
