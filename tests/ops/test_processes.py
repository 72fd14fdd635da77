"""What is started together is watched together and leaves nothing behind, however it ends."""

import io
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

from ops import processes
from ops.processes import Child
from tests.ports import free_port
from tests.together import PATIENCE, eventually

STAYS = (sys.executable, "-c", "import time; print('here', flush=True); time.sleep(600)")
DEAF = (
    sys.executable,
    "-c",
    "import signal as s, time; s.signal(s.SIGTERM, s.SIG_IGN); print('here', flush=True); time.sleep(600)",
)
FAILS = (sys.executable, "-c", "print('no database'); raise SystemExit(3)")


def test_a_child_that_dies_is_started_again_until_it_is_hopeless_and_its_words_are_shown() -> None:
    said = io.StringIO()
    with pytest.raises(processes.ChildError, match="api ended 2 times, now with exit code 3"):
        start_and_watch(Child("api", FAILS, restarts=1), said)
    assert said.getvalue().count("api │ no database") == 2
    assert "starting again in 0.25 s" in said.getvalue()


def test_a_child_that_is_killed_comes_back(tmp_path: Path) -> None:
    lives = tmp_path / "lives"
    code = f"""
    import os, signal, time
    with open({str(lives)!r}, "a") as file:
        file.write("x")
    first_life = os.path.getsize({str(lives)!r}) == 1
    os.kill(os.getpid() if first_life else os.getppid(), signal.SIGKILL if first_life else signal.SIGTERM)
    time.sleep(600)
    """
    with pytest.raises(processes.StopAsked):
        start_and_watch(Child("worker", (sys.executable, "-c", textwrap.dedent(code))))
    assert lives.read_text() == "xx"


def test_a_child_that_ends_before_it_is_ready_is_refused_with_its_reason() -> None:
    with (
        pytest.raises(processes.ChildError, match="ended with exit code 3 before it was ready"),
        crew() as team,
    ):
        team.start(Child("api", FAILS, ready=processes.says("ready")))


def test_a_child_that_never_gets_ready_is_refused_and_stopped() -> None:
    with pytest.raises(processes.ChildError, match="not ready after 1 second"), crew() as team:
        team.start(Child("api", STAYS, ready=lambda _: False, seconds_to_start=1))


def test_a_child_is_ready_when_it_says_so() -> None:
    with crew() as team:
        team.start(Child("stays", STAYS, ready=processes.says("here")))


def test_a_child_is_ready_when_its_address_answers() -> None:
    port = free_port()
    serves = (sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1")
    with crew() as team:
        team.start(Child("site", serves, ready=processes.answers(f"http://127.0.0.1:{port}/")))


def test_a_command_that_runs_to_its_end_is_refused_when_it_fails() -> None:
    with pytest.raises(processes.ChildError, match="migrate failed with exit code 3"), crew() as team:
        team.run(Child("migrate", FAILS))


def test_a_child_that_ignores_the_request_to_stop_is_killed() -> None:
    with crew() as team:
        team.start(Child("deaf", DEAF, ready=processes.says("here"), seconds_to_stop=0.2))


def test_sigterm_stops_all_the_last_one_first(tmp_path: Path) -> None:
    order = tmp_path / "order"
    with supervisor(order) as (process, children):
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        assert order.read_text().split() == ["second", "first"]
        assert not any(is_alive(pid) for pid in children)


def test_kill_9_of_the_parent_leaves_no_child(tmp_path: Path) -> None:
    with supervisor(tmp_path / "order") as (process, children):
        process.kill()
        process.wait()
        assert eventually(lambda: not any(is_alive(pid) for pid in children))


def test_a_signal_to_the_terminals_group_reaches_only_the_parent(tmp_path: Path) -> None:
    with supervisor(tmp_path / "order") as (process, children):
        assert all(os.getpgid(pid) != os.getpgid(process.pid) for pid in children)


def start_and_watch(child: Child, said: io.StringIO | None = None) -> None:
    with crew(said) as team:
        team.start(child)
        team.watch()


@contextmanager
def crew(said: io.StringIO | None = None) -> Iterator[processes.Crew]:
    """A crew whose children are all gone at the end, whatever ended it."""
    started: list[subprocess.Popen[str]] = []
    try:
        with processes.crew(Console(file=said or io.StringIO(), width=200)) as team:
            try:
                yield team
            finally:
                started += [running.process for running in team._running]
    finally:
        assert all(process.returncode is not None for process in started)


@contextmanager
def supervisor(order: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A process of its own that watches two children, which write their names down when they are stopped."""
    child = f"""
    import os, signal, time, sys
    def stop(*_):
        with open({str(order)!r}, "a") as file:
            print(sys.argv[1], file=file)
        os._exit(0)
    signal.signal(signal.SIGTERM, stop)
    print("pid", os.getpid(), flush=True)
    time.sleep(600)
    """
    parent = f"""
    import sys
    from rich.console import Console
    from ops.processes import Child, StopAsked, crew, says
    try:
        with crew(Console(width=200)) as team:
            for name in ("first", "second"):
                command = (sys.executable, "-c", {textwrap.dedent(child)!r}, name)
                team.start(Child(name, command, ready=says("pid")))
            print("ready", flush=True)
            team.watch()
    except StopAsked:
        pass
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(parent)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        children = []
        for line in process.stdout:
            if line == "ready\n":
                break
            children.append(int(line.split("pid ")[1]))
        try:
            yield process, children
        finally:
            process.kill()
            process.wait()
            for pid in filter(is_alive, children):
                os.kill(pid, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    """A zombie that nobody has collected yet is dead."""
    try:
        return Path("/proc", str(pid), "stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_machine_that_cannot_start_a_process_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    launch, refused = processes.Running.launch, []

    def launched(running: processes.Running) -> None:
        if running.deaths and not refused:
            refused.append(OSError(11, "Resource temporarily unavailable"))
            raise refused[0]
        launch(running)

    monkeypatch.setattr(processes.Running, "launch", launched)
    with pytest.raises(processes.ChildError, match="api ended 3 times"):
        start_and_watch(Child("api", FAILS, restarts=2), said)
    assert "ended with no start ([Errno 11] Resource temporarily unavailable)" in said.getvalue()


def test_a_child_whose_terminal_has_gone_is_still_read() -> None:
    gone = []

    def say(line: str) -> None:
        gone.append(line)
        raise BrokenPipeError

    many = (sys.executable, "-c", "print('word ' * 20_000 + '\\n' + 'last')")
    running = processes.Running(Child("api", many), say)
    assert eventually(lambda: running.process.poll() == 0)
    running.bury()
    assert gone[-1] == "last"
