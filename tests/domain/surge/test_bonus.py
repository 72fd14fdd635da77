"""The provider's bonus is the same amount for every job, and the pool's to bear."""

import inspect
from random import Random

import pytest

from domain.surge import bonus as room
from domain.surge.bonus import bonus_amount, kappa_bp

SOME = pytest.param(100_000, id="some")
ALL = pytest.param(1_000_000, id="a million", marks=[pytest.mark.long, pytest.mark.timeout(1_200)])


def test_a_job_in_a_busy_hour_brings_its_typical_share() -> None:
    assert bonus_amount(13_000, 6_000, 10_000) == 1_800
    assert bonus_amount(13_000, 6_000, 5_000) == 900


@pytest.mark.parametrize("multiplier", [5_000, 8_500, 10_000])
def test_there_is_none_where_nothing_surges(multiplier: int) -> None:
    assert bonus_amount(multiplier, 6_000, 10_000) == 0


def test_no_length_and_no_price_of_the_job_is_an_input() -> None:
    """So short and long jobs in one cell and window cannot differ."""
    assert list(inspect.signature(bonus_amount).parameters) == [
        "multiplier_bp",
        "typical_amount",
        "kappa_bp",
    ]


def _beyond_what_a_typical_job_brings(count: int) -> int:
    dice, wrong = Random(3), 0
    for _ in range(count):
        multiplier, typical = dice.randint(5_000, 50_000), dice.randint(0, 10**7)
        paid = bonus_amount(multiplier, typical, dice.randint(-20_000, 40_000))
        brought = typical * max(0, multiplier - 10_000) / 10_000
        wrong += not 0 <= paid <= brought + 1
    return wrong


@pytest.mark.parametrize("count", [SOME, ALL])
def test_a_bonus_is_never_more_than_a_typical_job_brings_nor_below_zero(count: int) -> None:
    assert _beyond_what_a_typical_job_brings(count) == 0


def test_without_its_bounds_a_wild_kappa_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "affordable", lambda kappa: kappa)
    assert _beyond_what_a_typical_job_brings(2_000) > 0


@pytest.mark.parametrize(
    ("pool", "given", "kappa"),
    [(0, 10_000, 10_000), (5_000, 0, 10_000), (-2_500, 10_000, 7_500), (-20_000, 10_000, 0), (-1, 0, 0)],
)
def test_an_overdrawn_pool_gives_less(pool: int, given: int, kappa: int) -> None:
    assert kappa_bp(pool, given) == kappa
