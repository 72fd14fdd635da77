"""Loops survive errors, log them once, write heartbeats, and are restarted when they end or hang."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from domain.foundation.jobs import heartbeats, loops
from domain.foundation.jobs.heartbeats import Heartbeat, HeartbeatFolder
from domain.foundation.jobs.loops import Loop, Supervisor
from tests.together import eventually


class Steps:
    """A step that raises the given errors one after the other, and then works."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors, self.worked = list(errors), 0

    def __call__(self) -> float:
        if self.errors:
            raise self.errors.pop(0)
        self.worked += 1
        return 0.001


@pytest.fixture
def started() -> Iterator[Callable[..., Loop]]:
    """A function that starts loops; they are stopped after the test."""
    running: list[Loop] = []

    def start(step: Callable[[], float], **more: object) -> Loop:
        running.append(Loop("work", step, **more))  # type: ignore[arg-type]
        running[-1].start()
        return running[-1]

    yield start
    for loop in running:
        loop.stop()
        loop.join(5)


@pytest.mark.parametrize(
    "error", [ValueError("odd"), OSError(28, "No space left"), MemoryError(), RecursionError(), KeyError(1)]
)
def test_a_loop_survives_any_exception_of_its_step(started: Callable[..., Loop], error: Exception) -> None:
    steps = Steps(error)
    loop = started(steps)
    assert eventually(lambda: steps.worked)
    assert loop.is_alive
    assert eventually(lambda: loop.heartbeat.failing_since is None)


def test_a_loop_logs_once_that_it_fails_and_once_that_it_works_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "FIRST_PAUSE_SECONDS", 0.001)
    steps = Steps(*[ValueError("odd")] * 4, LookupError("other"), *[ValueError("odd")] * 3)
    with capture_logs() as lines:
        loop = Loop("work", steps)
        loop.start()
        assert eventually(lambda: steps.worked)
        loop.stop()
        loop.join(5)
    entries = [(line["event"], line.get("error"), line.get("failures")) for line in lines]
    assert entries == [
        ("loop_failing", "ValueError", None),
        ("loop_failing", "LookupError", None),
        ("loop_recovered", None, 8),
    ]


def test_a_loop_whose_log_cannot_be_written_goes_on(
    started: Callable[..., Loop], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_room: str) -> object:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(loops, "get_logger", full)
    steps = Steps(ValueError("odd"))
    started(steps)
    assert eventually(lambda: steps.worked)


def test_a_loop_whose_heartbeat_cannot_be_written_goes_on(started: Callable[..., Loop]) -> None:
    def full(_heartbeat: Heartbeat) -> None:
        raise OSError(28, "No space left on device")

    steps = Steps()
    started(steps, report=full)
    assert eventually(lambda: steps.worked)


@pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt(), GeneratorExit()])
def test_a_loop_whose_thread_ends_is_restarted(error: BaseException) -> None:
    steps = Steps(error)
    supervisor = Supervisor([Loop("work", steps)], restart=_never)
    with capture_logs() as lines:
        supervisor.start()
        assert eventually(lambda: steps.worked)
        supervisor.stop(5)
    assert [line["event"] for line in lines] == ["loop_ended", "loop_restarted"]


def test_a_supervisor_survives_even_what_ends_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "CHECK_SECONDS", 0.001)
    loop = Loop("work", Steps(SystemExit(1), SystemExit(1)))
    raised = []

    def start() -> None:
        if not raised:
            raised.append(SystemExit(1))
            raise raised[0]
        Loop.start(loop)

    supervisor = Supervisor([loop], restart=_never)
    supervisor.start()
    monkeypatch.setattr(loop, "start", start)
    assert eventually(lambda: raised and loop.is_alive)
    supervisor.stop(5)


def test_a_loop_that_hangs_is_named_by_health_and_then_the_process_is_restarted(tmp_path: Path) -> None:
    let_go, restarted = Event(), []
    folder = HeartbeatFolder(tmp_path)

    def hang() -> float:
        let_go.wait(60)
        return 0.0

    loop = Loop("work", hang, stale_after=0.05, report=folder.write)
    supervisor = Supervisor([loop], restart=restarted.append)
    loop.start()
    assert eventually(lambda: folder.problems(["work"]))
    assert folder.problems(["work"])[0].startswith("work: hangs or ended: no heartbeat for")
    assert eventually(lambda: supervisor.check() and restarted)
    assert set(restarted) == {"work"}
    let_go.set()
    loop.stop()
    loop.join(5)


def test_a_loop_that_has_failed_for_a_minute_is_named_with_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(heartbeats, "monotonic", lambda: now)
    beat = Heartbeat(
        "relay", 1, beat_at=999.0, stale_after=60, failing_since=990.0, failures=9, error="BrokerAway"
    )
    assert beat.problem() is None
    now = 1_050.1
    assert beat.problem() == "relay: failing for 60 s: BrokerAway"


def test_a_heartbeat_from_before_the_machine_started_counts_as_none(tmp_path: Path) -> None:
    folder = HeartbeatFolder(tmp_path)
    folder.write(Heartbeat("work", 1, beat_at=1e12, stale_after=60))
    assert folder.problems(["work"])[0].startswith("work: hangs or ended")


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"loop": 1, "surplus": 2}', "\x00"])
def test_a_file_that_is_no_heartbeat_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "work.json").write_text(content)
    assert HeartbeatFolder(tmp_path).problems(["work"]) == ["work: no heartbeat"]


def test_a_heartbeat_of_odd_types_counts_as_none(tmp_path: Path) -> None:
    odd = {"loop": "work", "pid": 1, "beat_at": "yesterday", "stale_after": None}
    (tmp_path / "work.json").write_text(json.dumps(odd))
    assert HeartbeatFolder(tmp_path).problems(["work"]) == ["work: no heartbeat"]


@given(st.integers(1, 100_000))
def test_a_pause_grows_is_uneven_and_bounded(failures: int) -> None:
    pause = loops.pause_after(failures)
    assert loops.FIRST_PAUSE_SECONDS / 2 <= pause <= loops.LONGEST_PAUSE_SECONDS
    assert failures < 6 or pause >= loops.LONGEST_PAUSE_SECONDS / 2


def _never(loop: str) -> None:
    raise AssertionError(f"{loop} does not hang")
