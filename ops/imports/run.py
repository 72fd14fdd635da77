"""The way of a file into a market: read, decide, plant, tell."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

import migrations
from domain.foundation import clock
from domain.foundation.persistence.database import Transactions
from domain.markets import Market
from ops import database
from ops.imports import listings, planting, reading
from ops.imports.listings import Listing, Refused, RowRefused, Usual
from ops.imports.planting import Place, Planted

BATCH = 50  # listings in a transaction: half a second of work, so that is what a kill costs


def run(file: Path, place: Place, *, until: int | None) -> None:
    """Plant the file in the database at hand, and tell what became of every row."""
    console = Console()
    whole = read(file, until)
    with database.address() as url:
        migrations.upgrade(url)
        with database.transactions_on(url) as transactions:
            bring(console, transactions, file.name, whole, place)


def bring(
    console: Console,
    transactions: Transactions,
    name: str,
    rows: list[reading.Row | reading.Misfit],
    place: Place,
) -> None:
    """Plant the rows of a file of this name; tells the progress, and what became of every row."""
    typical = listings.usual(rows)
    if typical is None:
        raise reading.FileUnreadableError(f"No row of {name} has a place and a price.")
    with transactions() as session:
        market = planting.market_for(session, place, at=clock.now())
    if market.currency != place.currency:
        raise reading.FileUnreadableError(
            f"The market {market.slug} counts in {market.currency}, and the file in {place.currency}: "
            f"say --currency {market.currency} if that is wrong."
        )
    total = Tally()
    with _progress(console) as progress:
        bar = progress.add_task(f"{name} → {market.slug}", total=len(rows))
        for taken, batch, refused in _batches(rows, typical, market):
            total.add(planting.plant(transactions, market, batch, at=clock.now()), refused)
            progress.advance(bar, taken)
    _tell(console, total, market)


def read(file: Path, until: int | None) -> list[reading.Row | reading.Misfit]:
    """All rows of a file up to a line, before anything is planted: one that is broken is refused whole."""
    return [row for row in reading.rows(file, listings.NEEDED) if until is None or row.line <= until]


class Tally:
    """What became of the rows so far."""

    def __init__(self) -> None:
        self.new = self.known = 0
        self.refused: list[Refused] = []

    def add(self, planted: Planted, refused: list[Refused]) -> None:
        """Count a batch and the rows that were refused before it."""
        self.new += planted.new
        self.known += planted.known
        self.refused += [*refused, *planted.refused]


def _batches(
    rows: list[reading.Row | reading.Misfit], typical: Usual, market: Market
) -> Iterator[tuple[int, list[Listing], list[Refused]]]:
    """So many rows at a time: how many, what they tell of, and which of them were refused."""
    seen: dict[str, int] = {}
    waiting = iter(rows)
    while some := list(islice(waiting, BATCH)):
        read = [_read(row, typical, market, seen) for row in some]
        yield (
            len(some),
            [each for each in read if isinstance(each, Listing)],
            [each for each in read if isinstance(each, Refused)],
        )


def _read(
    row: reading.Row | reading.Misfit, typical: Usual, market: Market, seen: dict[str, int]
) -> Listing | Refused:
    if isinstance(row, reading.Misfit):
        return Refused(row.line, row.reason)
    try:
        found = listings.listing(row, typical, market.currency)
    except RowRefused as refusal:
        return Refused(row.line, str(refusal))
    first = seen.setdefault(found.key, row.line)
    return found if first == row.line else Refused(row.line, f"repeats the id of line {first}")


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _tell(console: Console, total: Tally, market: Market) -> None:
    for refused in sorted(total.refused, key=lambda each: each.line):
        console.print(f"[red]line {refused.line}[/red] {refused.reason}", highlight=False, soft_wrap=True)
    known = f", {total.known:,} were there already" if total.known else ""
    console.print(
        f"[bold]{total.new:,}[/bold] offers are new in {market.name}{known}, "
        f"rows refused: {len(total.refused):,}.",
        highlight=False,
    )
