"""Bars for the steps of a replay, one below the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Self

from rich import progress as bars
from rich.console import Console


class Bar:
    """One step's bar; safe to move from several threads."""

    def __init__(self, shown: bars.Progress, task: bars.TaskID, total: int) -> None:
        self._shown, self._task, self._total = shown, task, total

    def step(self, by: int = 1) -> None:
        """So many more are done."""
        self._shown.advance(self._task, by)

    def left(self, how_many: int, at: datetime) -> None:
        """So many are left, at this time of the market."""
        self._shown.update(
            self._task,
            completed=max(0, self._total - how_many),
            description=f"days go by, {at:%a %d %b %H:%M} UTC",
        )


class Progress:
    """The bars of one replay."""

    def __init__(self, console: Console) -> None:
        self._shown = bars.Progress(
            bars.TextColumn("{task.description}"),
            bars.BarColumn(),
            bars.MofNCompleteColumn(),
            bars.TimeElapsedColumn(),
            console=console,
        )

    def __enter__(self) -> Self:
        self._shown.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._shown.stop()

    @contextmanager
    def of(self, what: str, total: int) -> Iterator[Bar]:
        """The bar of a step, full when the step ends well."""
        task = self._shown.add_task(what, total=total)
        yield Bar(self._shown, task, total)
        self._shown.update(task, completed=total)
