"""What a replay remembers between two lives: its plan, what it was about to do, and how things ended.

    plan.json      what is replayed: written once; another plan in the same folder is refused
    journal.jsonl  one line for each attempt before it is made, and one for each request when it ended

A request that had ended is not sent again. One that had not is sent again as it was, to the same driver and
under the same idempotency keys, so the market answers what it answered before and nothing happens twice.
What one `write` has handed to the kernel survives every kill of the process; a line cut short does not count.
"""

import json
import os
from collections import defaultdict
from pathlib import Path
from threading import Lock
from typing import Any, Self

from ops.failures import MendableError

Line = dict[str, Any]


class OtherPlanError(MendableError):
    """The folder belongs to another replay."""


class Journal:
    """The folder's journal, open for more."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self.begun: dict[int, list[Line]] = defaultdict(list)
        self.ended: dict[int, Line] = {}
        for line in _lines(path):
            self._note(line)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        _close_cut_line(path, self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def begin(self, number: int, attempt: int, **what: object) -> None:
        """Note an attempt that is about to be made."""
        self._write({"request": number, "attempt": attempt, **what})

    def refuse(self, number: int, attempt: int, problem: str) -> None:
        """Note that the market refused an attempt."""
        self._write({"request": number, "attempt": attempt, "problem": problem})

    def end(self, number: int, **how: object) -> None:
        """Note how a request ended."""
        self._write({"request": number, "ended": how})

    def _write(self, line: Line) -> None:
        with self._lock:
            os.write(self._file, json.dumps(line).encode() + b"\n")
            self._note(line)

    def _note(self, line: Line) -> None:
        number = line["request"]
        if "ended" in line:
            self.ended[number] = line["ended"]
        elif "problem" in line:
            self.begun[number][line["attempt"]]["problem"] = line["problem"]
        elif line["attempt"] == len(self.begun[number]):  # one that is made again stands here already
            self.begun[number].append({**line})


def plan(folder: Path, wanted: Line, drawn: Line) -> Line:
    """The folder's plan. `wanted` must be what it was; `drawn` (days, ports, secrets) stays as it was."""
    path = folder / "plan.json"
    if not path.exists():
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(wanted | drawn, indent=1))
        unfinished.chmod(0o600)
        unfinished.replace(path)
    found: Line = json.loads(path.read_text())
    for name, value in wanted.items():
        if found.get(name) != value:
            raise OtherPlanError(
                f"The replay in {folder} has {name} {found.get(name)}, not {value}: give this one a --name."
            )
    return found


def _lines(path: Path) -> list[Line]:
    if not path.exists():
        return []
    whole = path.read_bytes().rpartition(b"\n")[0]
    return [json.loads(line) for line in whole.splitlines() if line]


def _close_cut_line(path: Path, file: int) -> None:
    """Take a line that a kill cut short away, so that the next one stands on its own."""
    content = path.read_bytes()
    if content and not content.endswith(b"\n"):
        os.ftruncate(file, content.rfind(b"\n") + 1)
