"""Several programs as one: started in order, watched together, stopped in reverse.

A `Child` says what to run and how to see that it is ready. The `Crew` starts children, prints what they say
under their names, restarts one that dies (with growing pauses, a limited number of times), and on Ctrl-C,
SIGTERM or the end of its block stops all, the last one first. Each child has a session of its own, so
Ctrl-C in a terminal reaches only us and the order of the stop is ours. If we are killed, the kernel stops
the children (see `lifeline`).
"""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TextIO

import httpx
from rich.console import Console
from rich.text import Text

from ops import lifeline

_COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "bright_red")
_FIRST_PAUSE = 0.25  # seconds before the first restart; each further one waits twice as long
_LONGEST_PAUSE = 15.0
_HEALTHY_AFTER = 60.0  # seconds of life after which earlier deaths are forgotten
_GLANCE = 0.1  # seconds between two looks at the children
_FIRST_LINES = 500  # of a child's output are kept, to find the words that say it is ready


class ChildError(RuntimeError):
    """A child did not become ready, or died too often."""


class StopAsked(Exception):  # noqa: N818  not an error but a wish: Ctrl-C or SIGTERM
    """Somebody asked us to stop."""


@dataclass(frozen=True)
class Child:
    """What to run: `ready` answers whether it serves already, `None` means as soon as it runs."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[["Running"], bool] | None = None
    owner: tuple[int, int] | None = None  # user and group it runs as, where not ours
    log: Path | None = None  # where its output goes instead of ours
    seconds_to_start: float = 60.0
    seconds_to_stop: float = 15.0
    stop_signal: signal.Signals = signal.SIGTERM
    restarts: int = 5  # in a row; more often it is not bad luck but a fault that somebody must see


def answers(url: str) -> Callable[["Running"], bool]:
    """Ready when a GET of this address is answered with success. A proxy in the environment is not asked."""

    def ready(_: "Running") -> bool:
        try:
            return httpx.get(url, timeout=2, trust_env=False).is_success
        except httpx.TransportError:
            return False

    return ready


def says(words: str) -> Callable[["Running"], bool]:
    """Ready when a line of the output contains these words."""
    return lambda running: any(words in line for line in running.first_lines)


class Running:
    """A child that was started: its process, what it said first, how often it died."""

    def __init__(self, child: Child, say: Callable[[str], None]) -> None:
        self.child = child
        self.say = say
        self.first_lines: list[str] = []
        self.deaths = 0
        self.restart_at: float | None = None
        self.launch()

    def launch(self) -> None:
        """Start the process. From the main thread alone: the kernel ties the child to the thread."""
        self.restart_at = None
        self.first_lines.clear()
        self.started_at = time.monotonic()
        with contextlib.ExitStack() as stack:
            log = self.child.log and stack.enter_context(self.child.log.open("a"))
            self.process = subprocess.Popen(
                lifeline.tied(self.child.command, ending=self.child.stop_signal, owner=self.child.owner),
                stdin=subprocess.DEVNULL,
                stdout=log or subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.child.environment},
                start_new_session=True,
            )
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def is_ready(self) -> bool:
        """Whether it serves already."""
        return self.child.ready is None or self.child.ready(self)

    def ask_to_stop(self) -> None:
        """Ask the child, which asks whatever it started itself."""
        if self.process.poll() is None:
            self.process.send_signal(self.child.stop_signal)

    def bury(self) -> str:
        """Kill what is left of the child and its group, let the last words be printed; say how it ended."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        self._reader.join(timeout=1)
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def _read(self, lines: TextIO | None) -> None:
        for line in lines or ():
            if len(self.first_lines) < _FIRST_LINES:
                self.first_lines.append(line)
            # A terminal that has gone must not stop the reading: the child would wait for us for ever.
            with contextlib.suppress(OSError, ValueError):
                self.say(line.rstrip("\n"))
        if lines is not None:
            lines.close()


class Crew:
    """The children of this process, in the order in which they were started."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._running: list[Running] = []
        self._asked = 0

    def start(self, *children: Child) -> None:
        """Start children side by side and wait for all; refuses when one dies or takes too long."""
        for running in [self._launch(child) for child in children]:
            self._wait_for(running)

    def run(self, child: Child) -> None:
        """Run a child to its end; refuses when it fails."""
        running = self._launch(child)
        while running.process.poll() is None:
            self._glance()
        self._running.remove(running)
        ended = running.bury()
        if running.process.returncode != 0:
            raise ChildError(f"{child.name} failed with {ended}.")

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Keep the children alive until `until` or until asked to stop; refuses when one dies too often."""
        while not until():
            for running in self._running:
                _keep_alive(running)
            self._glance()

    def stop(self) -> None:
        """Stop all, the last one first; if asked again meanwhile, kill the rest at once."""
        asked_before = self._asked
        while self._running:
            running = self._running.pop()
            until = time.monotonic() + running.child.seconds_to_stop
            running.ask_to_stop()
            while running.process.poll() is None and time.monotonic() < until and self._asked == asked_before:
                time.sleep(_GLANCE / 5)
            running.bury()

    def ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        """The signal handler. It only takes note, so no child is lost between its start and our list."""
        self._asked += 1

    def _wait_for(self, running: Running) -> None:
        child = running.child
        until = time.monotonic() + child.seconds_to_start
        while not running.is_ready():
            if running.process.poll() is not None:
                raise ChildError(f"{child.name} ended with {running.bury()} before it was ready.")
            if time.monotonic() > until:
                raise ChildError(f"{child.name} was not ready after {child.seconds_to_start:.0f} seconds.")
            self._glance()

    def _launch(self, child: Child) -> Running:
        prefix = Text(f"{child.name:>9} │ ", style=_COLOURS[len(self._running) % len(_COLOURS)])

        def say(words: str) -> None:
            self._console.print(prefix + Text.from_ansi(words), soft_wrap=True)

        self._running.append(Running(child, say))
        return self._running[-1]

    def _glance(self) -> None:
        if self._asked:
            raise StopAsked
        time.sleep(_GLANCE)


@contextlib.contextmanager
def crew(console: Console) -> Iterator[Crew]:
    """A crew that is stopped at the end of the block, whatever ended it. From the main thread only.

    Inside the block Ctrl-C and SIGTERM are noted and raised as `StopAsked` by whatever waits for a child.
    """
    people = Crew(console)
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, people.ask_to_stop) for number in numbers}
    try:
        yield people
    finally:
        people.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


def _keep_alive(running: Running) -> None:
    """Notice a death, pause, start again."""
    now = time.monotonic()
    if running.restart_at is not None:
        if now >= running.restart_at:
            _restart(running, now)
    elif running.process.poll() is not None:
        _plan_restart(running, now)
    elif now - running.started_at > _HEALTHY_AFTER:
        running.deaths = 0


def _restart(running: Running, now: float) -> None:
    """Start it again; a machine without a free process or memory is asked again after a longer pause."""
    try:
        running.launch()
    except OSError as failure:
        _plan_pause(running, now, f"no start ({failure})")


def _plan_restart(running: Running, now: float) -> None:
    _plan_pause(running, now, running.bury())


def _plan_pause(running: Running, now: float, ended: str) -> None:
    running.deaths += 1
    if running.deaths > running.child.restarts:
        raise ChildError(f"{running.child.name} ended {running.deaths} times, now with {ended}; giving up.")
    pause = min(_FIRST_PAUSE * 2 ** (running.deaths - 1), _LONGEST_PAUSE)
    running.restart_at = now + pause
    running.say(f"ended with {ended}; starting again in {pause:g} s")
