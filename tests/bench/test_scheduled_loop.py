"""The scheduled loop, small: the optimum is one, and those sold to are those who were counted."""

from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from bench.surge import scheduled_loop, scheduled_report, scheduled_rivals
from bench.surge.scheduled_market import (
    Market,
    hours_left,
    market,
    profile,
    still_to_come,
    without_calling_off,
)
from bench.surge.scheduled_sale import Ours, controlled, planned, sell
from domain import surge

PEOPLE = profile(None)


@pytest.fixture(scope="module")
def selling() -> Market:
    return market(PEOPLE, loads=(1.0,))


@pytest.fixture(scope="module")
def best(selling: Market) -> np.ndarray:
    return scheduled_rivals.optimum(selling)


def test_load_is_how_many_would_come_at_the_base_price_over_the_places(selling: Market):
    assert still_to_come(selling)[0] == pytest.approx(selling.load * selling.capacity)
    assert hours_left(selling)[0] == 24 * 60
    assert hours_left(selling)[-1] < 24
    assert (np.diff(hours_left(selling)) < 0).all()


def test_where_everybody_comes_the_optimum_is_its_closed_form():
    told = scheduled_loop.references(market(without_calling_off(PEOPLE), loads=(1.0,)))
    assert [row["optimum_over_closed_form"] for row in told] == pytest.approx([1.0] * 5, abs=0.002)
    assert all(row["first_come"] < row["clipped"] <= 1 for row in told)
    assert all(0.98 < row["emsrb"] <= 1 for row in told)


def test_nothing_earns_more_than_the_optimum(selling: Market, best: np.ndarray):
    most = scheduled_rivals.value(selling, best)[:, 0]
    for plan in (
        scheduled_rivals.first_come(selling),
        scheduled_rivals.clipped(best),
        best * 1.1,
        best * 0.9,
    ):
        assert (scheduled_rivals.value(selling, plan)[:, 0] <= most + 1e-9).all()


def test_a_sale_earns_what_was_counted(selling: Market, best: np.ndarray):
    """Simulated on many slots, the optimum earns its value, so ours may be measured against it."""
    sold = sell(selling, planned(best), seeds=(0, 1), slots=200)
    most = scheduled_rivals.value(selling, best)[:, 0]
    assert sold.revenue.mean(axis=1) / most == pytest.approx(np.ones(5), abs=0.12)
    assert (sold.came <= selling.capacity).all()


def test_controls_take_the_luck_out_of_a_simulation(selling: Market, best: np.ndarray):
    first, optimum, tenth_off = (
        (
            scheduled_rivals.value(selling, plan)[:, 0],
            sell(selling, planned(plan), seeds=(0,), slots=200).revenue,
        )
        for plan in (scheduled_rivals.first_come(selling), best, best * 0.9)
    )
    exact, simulated = tenth_off
    mean, error = controlled(simulated, [optimum, first])
    assert (np.abs(mean - exact) <= 4 * error).all()
    assert (error < 0.7 * simulated.std(axis=1) / np.sqrt(200)).all()


def test_a_path_that_falls_would_be_counted(selling: Market, monkeypatch: pytest.MonkeyPatch):
    guarded = Ours(selling, surge.ScheduledRules())
    sell(selling, guarded, seeds=(0,), slots=5)
    assert guarded.falls == 0
    monkeypatch.setattr(surge.scheduled, "_never_falling", lambda shown, _, far: (shown, far & False))
    free = Ours(selling, surge.ScheduledRules())
    sell(selling, free, seeds=(0,), slots=5)
    assert free.falls > 0


def test_the_page_shows_and_draws_every_policy(selling: Market, best: np.ndarray, tmp_path: Path):
    field = list(scheduled_loop.contestants(selling, best, beliefs=(1.0,)))
    rows = scheduled_loop.compete(selling, best, field, seeds=(0,), slots=3)
    assert len(rows) == len(field) * 5
    assert {row["path_falls"] for row in rows} == {None, 0}
    told = [row | {"load": load} for load in (1.0, 2.0) for row in scheduled_loop.references(selling)]
    scheduled_report.show(rows, told, Console(quiet=True))
    assert "Price paths that fell: 0." in scheduled_report.verdict(rows)
    path = tmp_path / "loop.png"
    scheduled_report.draw(rows, [("ours", np.arange(3.0), np.ones(3))], path)
    assert path.stat().st_size > 10_000
