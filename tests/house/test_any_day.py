"""The run on other days sees what a date-dependent test is, and nothing else."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests import any_day

PLANTED = """
from datetime import datetime
import subprocess
import time

def test_the_year_is_known():
    assert datetime.now().year < {year}

def test_other_programs_see_the_same_day():
    told = subprocess.run(["date", "+%Y"], capture_output=True, text=True, check=True).stdout
    assert int(told) == datetime.now().year

def test_waiting_takes_its_time():
    began = time.perf_counter()
    time.sleep(0.05)
    assert 0.05 <= time.perf_counter() - began < 30
"""


@pytest.mark.parametrize(
    ("day", "status", "outcome"),
    [("2033-07-09T23:58:00+00:00", 0, "3 passed"), ("2036-01-01T00:00:00+00:00", 1, "1 failed, 2 passed")],
)
def test_a_test_that_depends_on_the_date_fails_on_a_day_that_is_far_enough(
    tmp_path: Path, day: str, status: int, outcome: str
):
    planted = tmp_path / "test_planted.py"
    planted.write_text(PLANTED.format(year=2036))
    command = [sys.executable, "-m", "tests.any_day", "--at", day, "--", "-q", "--noconftest", str(planted)]
    ended = subprocess.run(command, cwd=any_day.ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, outcome in ended.stdout) == (status, True), ended.stdout + ended.stderr


def test_the_far_day_of_a_commit_is_a_year_ahead_at_least_and_always_the_same():
    day = any_day.far_day()
    assert day == any_day.far_day()
    committed_at = any_day.days()[0].starts_at
    assert timedelta(days=365) <= day.starts_at - committed_at <= timedelta(days=17 * 365)
