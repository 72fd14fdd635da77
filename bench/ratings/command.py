"""The command of the page: which parts, on which files."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import parts
from bench.parts import Folder, Part, Quick, chosen_from, of

_RATINGS = "a file of ratings: --ratings FILE (rater, ratee, rating, time)"
_LABELS = "ratings and labels: --ratings FILE --labels FILE (user, 1 for fraud)"
NAMES = ("frauds", "next_rating", "robustness", "throughput", "reveal")

Ratings = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Who rated whom, how and when; gzipped or not."),
]
Labels = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="Who is known to be a fraud, and who not.")
]


def ratings(
    folder: Folder = None,
    *,
    ratings: Ratings = None,
    labels: Labels = None,
    part: Annotated[list[str] | None, chosen_from(NAMES)] = None,
    quick: Quick = False,
) -> None:
    """Ratings: finding frauds, the next rating, fakes, throughput, reveals; each beside its rivals.

    A part whose file is not given is passed over.
    """
    how = {"path": ratings, "labels": labels, "folder": folder, "quick": quick}
    without = None if ratings else _RATINGS
    known = [
        Part(
            "frauds",
            "1 Fraud ranking",
            of("bench.ratings.frauds", **how),
            None if ratings and labels else _LABELS,
        ),
        Part("next_rating", "2 Next rating", of("bench.ratings.next_rating", **how), without),
        Part("robustness", "3 Robustness", of("bench.ratings.robustness", **how), without),
        Part("throughput", "4 Throughput", of("bench.ratings.throughput", **how)),
        Part("reveal", "4 Throughput: from a reveal to its score", of("bench.ratings.reveal", **how)),
    ]
    parts.run("ratings", known, folder, Console(), part)
