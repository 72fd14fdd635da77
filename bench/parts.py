"""The parts of a page, run one after the other; a part without its data says so and is passed over."""

import csv
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

Row = Mapping[str, Any]

# The options that every page of parts has.
Folder = Annotated[
    Path | None,
    typer.Argument(help="Where figures go as CSV and pictures as PNG; nowhere if left out.", file_okay=False),
]
Quick = Annotated[bool, typer.Option("--quick", help="A minute or two in all, with rougher figures.")]


def chosen_from(names: Sequence[str]) -> Any:  # noqa: ANN401 -- as typer's Option
    """The option that names the parts to run."""
    return typer.Option("--part", help=f"Only this part; may be given again. One of {', '.join(names)}.")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: how it is called, what it shows, and the run that answers its rows.

    `lacks` says which file it would need, where that was not given.
    """

    name: str
    title: str
    run: Callable[[], list[dict[str, Any]]]
    lacks: str | None = None


def run(
    page: str, parts: list[Part], folder: Path | None, console: Console, only: Sequence[str] | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Run the parts, write what they found into the folder if there is one, and answer it by part.

    `only` names those to run, all where it names none; refuses names of no part.
    """
    names = [part.name for part in parts]
    for name in only or ():
        if name not in names:
            raise typer.BadParameter(f"{name} is no part; there are {', '.join(names)}.")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[dict[str, Any]]] = {}
    for part in (part for part in parts if part.name in (only or names)):
        console.rule(f"[bold]{part.title}")
        if part.lacks is not None:
            console.print(f"Passed over: it needs {part.lacks}.", highlight=False)
            continue
        began = time.perf_counter()
        found[part.name] = part.run()
        console.print(f"{part.name}: {time.perf_counter() - began:.1f} s", highlight=False)
        if folder is not None:
            _write(folder / f"{page}_{part.name}.csv", found[part.name])
    if folder is not None:
        console.print(f"Figures and pictures are in {folder}.", highlight=False)
    return found


def of(module: str, **how: Any) -> partial[list[dict[str, Any]]]:  # noqa: ANN401 -- what its run takes
    """A part's `run`, imported when its turn comes: who asks for one does not wait for the tools of all."""
    return partial(_run, module, how)


def _run(module: str, how: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = import_module(module).run(**how)
    return found


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    """One CSV for each part; rows need not have the same columns."""
    columns = dict.fromkeys(name for row in rows for name in row)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(columns), restval="")
        writer.writeheader()
        writer.writerows(rows)
