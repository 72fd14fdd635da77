"""Slots, explanations and the answer for a single start, held to the walk over every minute."""

from datetime import date, timedelta
from random import Random
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.availability.slots.slot_rules import (
    SlotUnavailableReason,
    bookable_slots,
    evaluate_slot,
    explain_slots,
    has_slots,
)
from tests.domain.availability.cases import Case, a_case, changes_of
from tests.domain.availability.oracle import Minutes, all_slots, minutes_around

SEED = 20261121
# Two whole-hour zones, one that shifts by half an hour, two that change with the moon and back after years,
# two that change at midnight, one at the date line, and one that never changes.
ZONES = [
    "Europe/Helsinki",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Africa/Cairo",
    "America/Santiago",
    "Asia/Beirut",
    "Pacific/Apia",
    "Asia/Singapore",
]
# 2027 is an ordinary year to come; the days were chosen without looking.
ORDINARY_DAYS = [date(2027, 1, 1) + timedelta(days=37 * step) for step in range(10)]


def check(case: Case, minutes: Minutes) -> None:
    expected = all_slots(minutes, case.calendar, case.query, case.during, at=case.at, seats=case.seats)
    bookable = [slot for slot in expected if not slot.reasons]
    asked = (case.calendar, case.query)
    assert explain_slots(*asked, case.during, at=case.at, seats=case.seats) == expected
    assert bookable_slots(*asked, case.during, at=case.at, seats=case.seats) == bookable
    if case.seats == 1:
        assert has_slots(*asked, case.during, at=case.at) == bool(bookable)
    for slot in expected[::17]:
        assert evaluate_slot(*asked, slot.start, at=case.at, seats=case.seats) == slot


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(ZONES), st.sampled_from(ORDINARY_DAYS))
def test_a_shrinkable_case_equals_the_oracle(chance: Random, zone: str, around: date) -> None:
    check(a_case(chance, zone, around), minutes_around(zone, around))


@pytest.mark.parametrize("zone", ZONES)
def test_slots_equal_the_oracle_around_every_clock_change_and_on_ordinary_days(zone: str) -> None:
    """At least 1,120 cases for each of nine zones: more than 10,000 in all."""
    chance = Random(f"{SEED} {zone}")
    days = [*changes_of(zone), *ORDINARY_DAYS]
    cases_a_day = -(-1120 // len(days))
    for around in days:
        minutes = minutes_around(zone, around)
        another_zone = "Asia/Kathmandu" if around in ORDINARY_DAYS else None
        for _ in range(cases_a_day):
            check(a_case(chance, zone, around, another_zone), minutes)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_slots_equal_the_oracle_around_every_clock_change_of_every_zone() -> None:
    chance = Random(SEED)
    for zone in sorted(available_timezones()):
        for around in changes_of(zone):
            minutes = minutes_around(zone, around)
            for _ in range(4):
                check(a_case(chance, zone, around), minutes)


def test_every_reason_and_every_emptiness_is_met_by_the_cases() -> None:
    """A generator that never refuses for a reason would prove nothing about it."""
    chance, around = Random(SEED), date(2027, 3, 28)
    met = {
        slot.reasons
        for _ in range(300)
        for case in [a_case(chance, "Europe/Helsinki", around)]
        for slot in explain_slots(case.calendar, case.query, case.during, at=case.at, seats=case.seats)
    }
    alone = {reasons[0] for reasons in met if len(reasons) == 1}
    assert () in met
    assert alone == set(SlotUnavailableReason)
