"""Run the test suite as if it were another day: `python -m tests.any_day --help`.

The whole run, with its databases, brokers and sandboxes, sees a shifted clock (`shifted_clock.c`, built here
with the C compiler of the machine). A test that depends on the date, the hour or the time zone fails here
years before it fails in its own time.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests import market_calendar

ROOT = Path(__file__).parents[1]
SUITE = ("-q", "-n", "2", "-m", "not long and not services")


@dataclass(frozen=True)
class Day:
    """When a run starts, and where: `starts_at` in UTC, `zone` as the environment variable TZ names it."""

    name: str
    starts_at: datetime
    zone: str = "UTC"


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# The runs begin a moment before midnight or the clock change, which then happens in the middle of the run.
FIXED = (
    Day("28-february-leap-year", _utc("2028-02-28T12:00")),
    Day("29-february", _utc("2028-02-29T12:00")),
    Day("new-year", _utc("2027-12-31T23:57")),
    Day("new-year-helsinki", _utc("2027-12-31T21:57"), "Europe/Helsinki"),
    Day("helsinki-spring", _utc("2027-03-28T00:58"), "Europe/Helsinki"),
    Day("helsinki-autumn", _utc("2027-10-31T00:58"), "Europe/Helsinki"),
    Day("new-york-spring", _utc("2027-03-14T06:58"), "America/New_York"),
    Day("new-york-autumn", _utc("2027-11-07T05:58"), "America/New_York"),
    Day("lord-howe-autumn", _utc("2027-04-03T14:58"), "Australia/Lord_Howe"),
    Day("lord-howe-spring", _utc("2027-10-02T15:28"), "Australia/Lord_Howe"),
)
ZONES = (
    "UTC",
    "Europe/Helsinki",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
)
FAR_DAYS, SOONEST_DAYS = 15 * 365, 365


def days() -> list[Day]:
    """All runs: the day of the last commit, the fixed days, and ten years after the last commit."""
    committed_at, _ = _last_commit()
    return [
        Day("last-commit", committed_at),
        *FIXED,
        Day("in-ten-years", committed_at + timedelta(days=3653)),
    ]


def far_day() -> Day:
    """A day one to sixteen years ahead, with hour and zone, that follows from the last commit's hash."""
    committed_at, number = _last_commit()
    ahead = timedelta(days=SOONEST_DAYS + number % FAR_DAYS, minutes=number // FAR_DAYS % (24 * 60))
    return Day("far-day-of-this-commit", committed_at + ahead, ZONES[number % len(ZONES)])


def run(day: Day, arguments: Sequence[str], clock: Path) -> int:
    """Run pytest with these arguments on this day; returns its exit status."""
    environment = os.environ | {
        "LD_PRELOAD": str(clock),
        "CLOCK_SHIFT_SECONDS": str(int((day.starts_at - _unshifted_time()).total_seconds())),
        "TZ": day.zone,
    }
    print(f"== {day.name}: {day.starts_at:%Y-%m-%d %H:%M} UTC, TZ={day.zone}", flush=True)  # noqa: T201 -- a command
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


def build_clock(folder: Path) -> Path:
    """Compile the shifted clock into this folder. Exits with advice if there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise SystemExit("This needs a C compiler named cc. On Debian and Ubuntu: apt install gcc libc6-dev")
    made = folder / "shifted_clock.so"
    options = ("-O2", "-shared", "-fPIC", "-o", str(made))
    subprocess.run([compiler, *options, str(Path(__file__).with_name("shifted_clock.c"))], check=True)
    return made


def _unshifted_time() -> datetime:
    """The machine's time, also where this process itself sees a shifted one."""
    shift = timedelta(seconds=int(os.environ.get("CLOCK_SHIFT_SECONDS", "0")))
    return market_calendar.machine_time() - shift


def _last_commit() -> tuple[datetime, int]:
    """When the last commit was made, and its hash as a number; START and 0 outside a git checkout."""
    command = ("git", "log", "-1", "--format=%ct %H")
    try:
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return market_calendar.START, 0
    seconds, digest = told.split()
    return datetime.fromtimestamp(int(seconds), UTC), int(digest[:12], 16)


def main() -> int:
    """Run the chosen days; returns 1 if one of them failed."""
    names = [day.name for day in days()]
    parser = argparse.ArgumentParser(
        prog="python -m tests.any_day",
        description="Run the test suite as if it were another day.",
        epilog="Arguments after -- go to pytest instead of the usual ones: "
        "python -m tests.any_day --day 29-february -- tests/api -k slots",
    )
    parser.add_argument("--day", choices=names, action="append", help="one of the days; all by default")
    parser.add_argument("--far-day", action="store_true", help="one far day, chosen by the last commit")
    parser.add_argument("--at", type=datetime.fromisoformat, metavar="INSTANT", help="an instant of your own")
    parser.add_argument("pytest", nargs="*", help=argparse.SUPPRESS)
    wish = parser.parse_args()
    chosen = [day for day in days() if wish.day is None or day.name in wish.day]
    if wish.far_day:
        chosen = [far_day()]
    if wish.at is not None:
        chosen = [Day("your-day", wish.at.astimezone(UTC))]
    with tempfile.TemporaryDirectory(prefix="talkoo-clock-") as folder:
        # Everybody may read it: a PostgreSQL started by root runs as another user.
        Path(folder).chmod(0o755)
        clock = build_clock(Path(folder))
        failed = [day.name for day in chosen if run(day, wish.pytest or SUITE, clock) != 0]
    print(f"== failed on: {', '.join(failed)}" if failed else f"== passed on {len(chosen)} days")  # noqa: T201
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
