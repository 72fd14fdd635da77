"""The booking curve on a file made up here: what was known when, and that the page says what it found."""

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from bench.surge import booking_curve, hotel

FIRST = date(2024, 1, 1)
COLUMNS = ["booked_on", "arrives_on", "outcome", "outcome_on"]


@pytest.fixture
def small_file(tmp_path: Path) -> Path:
    """Two hundred days; more on Saturdays, a third called off."""
    random = np.random.default_rng(3)
    path = tmp_path / "bookings.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for day in range(200):
            arrives = FIRST + timedelta(days=day)
            for _ in range(random.poisson(20 if arrives.weekday() == 5 else 8)):
                lead = int(random.exponential(20))
                gone = random.random() < 0.33
                outcome_on = arrives - timedelta(days=int(random.integers(0, lead + 1)) if gone else 0)
                rows.writerow(
                    [arrives - timedelta(days=lead), arrives, "Canceled" if gone else "Check-Out", outcome_on]
                )
    return path


def test_what_was_known_is_counted_by_the_dates_of_booking_and_calling_off(tmp_path: Path):
    path = tmp_path / "three.csv"
    path.write_text(
        "booked_on,arrives_on,outcome,outcome_on\n"
        "2024-01-01,2024-01-03,Check-Out,2024-01-04\n"
        "2023-12-20,2024-01-03,Canceled,2024-01-02\n"
        "2024-01-03,2024-01-03,No-Show,2024-01-03\n"
        "2024-01-01,2024-01-01,Check-Out,2024-01-02\n"
    )
    bookings = hotel.read(path)
    assert (bookings.days, bookings.first_on) == (3, FIRST)
    known, _ = booking_curve.learn(bookings, Console(quiet=True))
    assert known.final.tolist() == [1, 0, 1]
    # In the evening of the day itself, the day before (it was called off by then), two days and three before.
    assert known.on_the_books[2, :4].tolist() == [1, 1, 2, 1]


def test_no_forecast_uses_what_came_after_it(small_file: Path):
    bookings = hotel.read(small_file)
    lead, today = 7, 150
    late = bookings.arrives - bookings.booked > today
    blind = hotel.Bookings(
        digest="",
        first_on=bookings.first_on,
        arrives=bookings.arrives,
        booked=np.where(late, -1.0, bookings.booked),  # as if nobody had booked after today
        gone=np.where(late, 0.0, bookings.gone),
    )
    whole, cut = (booking_curve.learn(each, Console(quiet=True)) for each in (bookings, blind))
    day = today + lead
    assert whole[1][day, lead] == cut[1][day, lead]
    assert whole[0].on_the_books[day, lead] == cut[0].on_the_books[day, lead]
    for name, expected in booking_curve.rivals(lead, whole[0]).items():
        assert expected[day] == booking_curve.rivals(lead, cut[0])[name][day], name


def test_the_page_answers_a_row_for_each_lead_and_method_and_draws_them(small_file: Path, tmp_path: Path):
    rows = booking_curve.run(small_file, folder=tmp_path / "out", quick=True)
    assert {row["method"] for row in rows} == set(booking_curve.METHODS)
    assert {row["lead_days"] for row in rows} == set(booking_curve.SHOWN)
    assert all(0 <= row["wmape"] < 5 for row in rows)
    assert (tmp_path / "out" / "surge_booking_curve.png").stat().st_size > 10_000
    assert "additive" in booking_curve.verdict(rows)


def test_without_a_file_there_is_no_curve():
    with pytest.raises(ValueError, match="needs a file"):
        booking_curve.run(None)
