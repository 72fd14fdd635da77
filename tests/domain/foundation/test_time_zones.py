from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from domain.foundation import time_zones
from domain.foundation.errors import DomainError
from domain.foundation.time_zones import TimeZoneUnknown
from domain.markets.rules import check_place


@pytest.mark.parametrize("name", ["Mars/Olympus", "helsinki", "", "../etc/passwd"])
def test_a_time_zone_is_one_of_the_iana_database(name: str) -> None:
    time_zones.check_time_zone("Europe/Helsinki")
    with pytest.raises(TimeZoneUnknown):
        time_zones.check_time_zone(name)


NO_PLACES = [
    "localtime",
    "Factory",
    "posixrules",
    "posix/Europe/Helsinki",
    "right/UTC",
    "EST",
    "CET",
    "Etc/GMT+5",
]
ENTRANCES: dict[str, Callable[[str], None]] = {
    "a user or a schedule": time_zones.check_time_zone,
    "a market": lambda name: check_place(currency="EUR", time_zone=name, locale="fi-FI", country="FI"),
}


@pytest.mark.parametrize("entrance", ENTRANCES)
@pytest.mark.parametrize(
    "name", [*NO_PLACES, "", "europe/helsinki", "../../etc/localtime", "Europe/Helsinki\x00"]
)
def test_what_is_no_place_is_no_time_zone_wherever_one_enters(entrance: str, name: str) -> None:
    with pytest.raises(DomainError):
        ENTRANCES[entrance](name)


@pytest.mark.parametrize(
    "name", ["Europe/Kyiv", "Europe/Kiev", "Asia/Calcutta", "America/Argentina/Ushuaia", "UTC"]
)
def test_places_may_be_named_by_their_old_names_too(name: str) -> None:
    for enter in ENTRANCES.values():
        enter(name)


def test_every_name_that_may_be_chosen_can_be_read() -> None:
    assert all(ZoneInfo(name).key == name for name in time_zones.time_zone_names())
    assert len(time_zones.time_zone_names()) > 400
