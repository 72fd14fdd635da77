"""Which of the cheaper starts are told, and as what."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.pricing.alternatives import SHOWN, Way, picked

HELSINKI = ZoneInfo("Europe/Helsinki")
OWN = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # a Tuesday, 17:00 in Helsinki
HOUR = timedelta(hours=1)


def _told(cheaper: dict[float, int], live_until: float | None = None) -> list[tuple[Way, float]]:
    """The starts as hours from the own one."""
    found = picked(
        {OWN + hours * HOUR: weight for hours, weight in cheaper.items()},
        OWN,
        zone=HELSINKI,
        live_until=None if live_until is None else OWN + live_until * HOUR,
    )
    return [(way, (start - OWN) / HOUR) for way, start in found]


def test_a_little_earlier_or_later_the_same_day_is_flexible_the_nearest_first() -> None:
    assert _told({-3: 1, -0.5: 2, 1: 3, 2: 1}) == [(Way.FLEXIBLE, -0.5), (Way.FLEXIBLE, 1)]


def test_midnight_ends_the_day_on_the_clock_of_the_place() -> None:
    late = OWN + 6 * HOUR  # 23:00
    found = picked({late + HOUR: 1, late - HOUR: 1}, late, zone=HELSINKI, live_until=None)
    assert found == [(Way.FLEXIBLE, late - HOUR), (Way.LATER, late + HOUR)]


def test_later_is_the_next_one_and_the_cheapest_of_another_day() -> None:
    assert _told({24: 3, 25: 1, 48: 2, 72: 1, 96: 1}) == [(Way.LATER, 24), (Way.LATER, 72)]
    assert _told({4: 1, 4.5: 1, 24: 2}) == [(Way.LATER, 4), (Way.LATER, 24)]


def test_waiting_is_the_first_start_that_the_live_factor_does_not_reach() -> None:
    assert _told({0.5: 1, 1.0: 1, 1.5: 1}, live_until=1.0) == [
        (Way.WAIT, 1.5),
        (Way.FLEXIBLE, 0.5),
        (Way.FLEXIBLE, 1.0),
    ]


def test_the_own_start_is_no_alternative() -> None:
    assert _told({0: 1}) == []


@pytest.mark.parametrize("live_until", [None, 1.0])
def test_each_start_is_told_once_and_each_way_a_few_times(live_until: float | None) -> None:
    found = _told({hours / 2: hours % 7 for hours in range(-8, 300)}, live_until)
    assert len({start for _, start in found}) == len(found)
    assert all(sum(way is each for way, _ in found) <= SHOWN for each in Way)
