"""A replay in miniature: a few dozen requests, killed midway, goes on, and nothing happens twice."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

REQUESTS = 30
ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(3_600),
    pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc"),
]


@pytest.fixture
def home() -> Iterator[Path]:
    """Below the open temporary folder, because a server started by root runs as another user."""
    with tempfile.TemporaryDirectory(prefix="talkoo-replay-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_replay_that_is_killed_with_all_it_started_goes_on_and_books_nothing_twice(home: Path) -> None:
    """Killed three times over: the replay itself, then its workers, then its API."""
    file = home / "demand.csv"
    file.write_text(demand(REQUESTS))
    with replaying(home, file, "--requests", str(REQUESTS), "--name", "small") as first:
        wait_for(lambda: ended(home) >= REQUESTS // 3, first)
        first.kill()
    begun = ended(home)
    assert 0 < begun < REQUESTS, "the replay was killed in its midst"
    with replaying(home, file, "--requests", str(REQUESTS), "--name", "small") as second:
        wait_for(lambda: ended(home) >= begun + (REQUESTS - begun) // 3, second)
        for program in ("workers all", "api.app:create"):
            os.kill(child(second, program), signal.SIGKILL)
        assert second.wait(timeout=900) == 0, (home / "said.txt").read_text()
    report = told(home, "small")
    assert report["is_sound"], report
    assert sum(report["outcomes"].values()) == REQUESTS
    assert report["outcomes"]["booked and completed"] > REQUESTS // 2
    assert report["strays"] == 0
    assert report["market"]["bookings"] <= REQUESTS * 3


def test_two_thousand_requests_of_a_real_april_come_to_their_end(home: Path) -> None:
    folder = os.environ.get("TALKOO_DATA")
    if folder is None or not (file := Path(folder, "uber_nyc_2014_04_07.csv.gz")).exists():
        pytest.skip("TALKOO_DATA names no folder with uber_nyc_2014_04_07.csv.gz")
    with replaying(home, file, "--requests", "2000", "--name", "april") as process:
        assert process.wait(timeout=3_000) == 0, (home / "said.txt").read_text()
    report = told(home, "april")
    assert report["is_sound"], report
    assert sum(report["outcomes"].values()) == 2_000


@contextmanager
def replaying(home: Path, file: Path, *more: str) -> "Iterator[subprocess.Popen[bytes]]":
    """The command as a person starts it; ended here at the latest, by its own id."""
    with (home / "said.txt").open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "ops.command", "replay", str(file), *more],
            stdout=said,
            stderr=said,
            cwd=ROOT,
            env={**os.environ, "TALKOO_HOME": str(home)},
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def demand(how_many: int) -> str:
    """Requests two minutes apart around Union Square, from a Tuesday morning on."""
    dice = Random(7)
    rows = [
        f"2014-04-01T{8 + number // 30:02}:{number % 30 * 2:02},"
        f"{40.735 + dice.uniform(-0.01, 0.01):.4f},{-73.990 + dice.uniform(-0.01, 0.01):.4f}"
        for number in range(how_many)
    ]
    return "\n".join(["picked_up_at,latitude,longitude", *rows]) + "\n"


def ended(home: Path) -> int:
    """How many requests have come to an end, as the journal tells."""
    found = list(home.glob("replays/*/journal.jsonl"))
    return sum(path.read_bytes().count(b'"ended"') for path in found)


def told(home: Path, name: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((home / "replays" / name / "report.json").read_text())
    return report


def child(process: "subprocess.Popen[bytes]", words: str) -> int:
    """The child of this very process whose command has these words."""
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            is_ours = f"PPid:\t{process.pid}\n" in status.read_text()
            command = (status.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # it ended while we looked
            continue
        if is_ours and words in command:
            return int(status.parent.name)
    raise AssertionError(f"{process.pid} has no child {words}")


def wait_for(so: Any, process: "subprocess.Popen[bytes]", seconds: float = 600) -> None:
    until = time.monotonic() + seconds
    while not so():
        assert process.poll() is None, "the replay ended before its time"
        assert time.monotonic() < until, "it took too long"
        signal.sigtimedwait([], 0.05)
