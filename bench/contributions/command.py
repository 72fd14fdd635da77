"""The command of the page: which parts, on which files."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import parts
from bench.parts import Folder, Part, Quick, chosen_from, of
from bench.ratings.command import Ratings

_COMMUNITY = (
    "a community: --events FILE (event_id,day,kind,beneficiary_id,post_id,points) "
    "--users FILE (user_id,published_reputation)"
)
_RATINGS = "a trust graph: --ratings FILE (rater, ratee, rating, time)"
NAMES = ("ledger", "pools", "replay", "rings", "selfdealing")

Events = Annotated[
    Path | None,
    typer.Option("--events", exists=True, dir_okay=False, help="What happened to whose reputation, as CSV."),
]
Users = Annotated[
    Path | None, typer.Option("--users", exists=True, dir_okay=False, help="Published reputations, as CSV.")
]


def contributions(
    folder: Folder = None,
    *,
    events: Events = None,
    users: Users = None,
    ratings: Ratings = None,
    part: Annotated[list[str] | None, chosen_from(NAMES)] = None,
    quick: Quick = False,
) -> None:
    """Contributions: the ledger, pools, a real community replayed, rings in a real trust graph, self-dealing.

    A part whose file is not given is passed over.
    """
    how = {"folder": folder, "quick": quick}
    known = [
        Part("ledger", "1 Ledger", of("bench.contributions.ledger", **how)),
        Part("pools", "2 Pools and shares", of("bench.contributions.pools", **how)),
        Part(
            "replay",
            "3 A real community",
            of("bench.contributions.replay", events=events, users=users, **how),
            None if events and users else _COMMUNITY,
        ),
        Part(
            "rings",
            "4a Rings",
            of("bench.contributions.rings", path=ratings, **how),
            None if ratings else _RATINGS,
        ),
        Part("selfdealing", "4b Self-dealing", of("bench.contributions.selfdealing", **how)),
    ]
    parts.run("contributions", known, folder, Console(), part)
