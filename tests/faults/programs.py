"""Programs of a test: real processes that it starts, kills and starts again, and that end with it.

Only a process that was started here is ever ended, by its pid. All of them are tied to this process: if it is
killed, the kernel ends them. They are started from the main thread, to which the kernel ties them.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ops import lifeline

_PATIENCE = 180.0  # seconds to become ready on a machine that does much else
_GLANCE = 0.05

Ready = Callable[["Program"], bool]


def pause(seconds: float) -> None:
    """Let real processes work for a moment."""
    threading.Event().wait(seconds)


def start_all(programs: Sequence["Program"]) -> None:
    """Start several side by side, and wait until all are ready."""
    for program in programs:
        program.launch()
    for program in programs:
        program.wait()


def until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until something holds, and fail when it takes longer."""
    for _ in range(int(seconds / _GLANCE)):
        if holds():
            return
        pause(_GLANCE)
    raise AssertionError(f"{what}: not within {seconds:.0f} seconds")


def says(words: str) -> Ready:
    """Ready when the program has said these words."""
    return lambda program: words in program.said()


class Program:
    """A command with its environment, running or not; what it says goes into a file of its own."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        *,
        ready: Ready,
        owner: tuple[int, int] | None = None,
        ending: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name, self.command, self.environment = name, command, environment
        self.ready, self.owner, self.ending = ready, owner, ending
        self.log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> "Program":
        """Start it, and wait until it is ready."""
        self.launch()
        return self.wait()

    def launch(self) -> None:
        """Start it."""
        assert not self.runs, f"{self.name} runs already"
        with self.log.open("wb") as told:
            self._process = subprocess.Popen(
                lifeline.tied(self.command, ending=self.ending, owner=self.owner),
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.environment},
                start_new_session=True,
            )

    def wait(self) -> "Program":
        """Wait until it is ready."""
        until(lambda: not self.runs or self.ready(self), _PATIENCE, f"{self.name} is ready")
        assert self.runs, f"{self.name} ended at once:\n{self.said()[-2_000:]}"
        return self

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """End it as a power cut would: without a word, in the middle of whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """Ask it to end, and end it when it does not."""
        if not self.runs or self._process is None:
            return
        self._process.send_signal(self.ending)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)  # its own session: nobody else's processes are in it
            self._process.wait()

    def workers(self) -> list[int]:
        """The pids of the processes that a server of several has started."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [int(child) for child in children if b"spawn_main" in _command_of(int(child))]


def _command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it ended while we looked
        return b""
