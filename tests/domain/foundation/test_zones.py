import pytest

from domain.foundation import zones
from domain.foundation.zones import TimeZoneUnknown


@pytest.mark.parametrize("name", ["Mars/Olympus", "helsinki", "", "../etc/passwd"])
def test_a_time_zone_is_one_of_the_iana_database(name: str) -> None:
    zones.check("Europe/Helsinki")
    with pytest.raises(TimeZoneUnknown):
        zones.check(name)
