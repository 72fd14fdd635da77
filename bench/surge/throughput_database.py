"""How long a whole tick of the largest market takes, with database and snapshot, beside the numbers alone.

A made-up region of cells and eight categories on an embedded PostgreSQL: something is usual in every cell,
so every cell is active; people ask and search, providers with hours and promises are free or not. Then
ticks follow one another as a worker makes them, each counted from the first statement to its commit, and the
last is counted again from what it stored. All is assumed, and nothing is real but the work.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import numpy as np
from h3.api.basic_int import grid_disk, latlng_to_cell
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, event, text
from sqlmodel import Session

import migrations
from bench.machine import cpu_seconds
from bench.surge.town_of_offers import Cells, ask, fill
from domain import markets, surge
from domain.foundation.actors import SYSTEM
from domain.foundation.persistence.database import Transactions, build_engine
from domain.markets import MarketPolicy
from domain.surge import FromAbove, grid_of
from ops import embedded_postgres

CATEGORIES: Final = tuple(f"kind-{number}" for number in range(8))
CELLS, QUICK_CELLS = 100_000, 2_000
PROVIDERS_PER_CELL: Final = 0.1  # each offers two categories; a large city has some thousands of them
TICKS: Final = 5
SEED: Final = 20261122
_START: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
_FIVE_MINUTES: Final = timedelta(minutes=5)


def run(folder: Path | None = None, *, quick: bool = False) -> list[dict[str, Any]]:
    """Fill a market, tick it, print a row for each tick. Quick: fewer cells."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    count = QUICK_CELLS if quick else CELLS
    with (
        tempfile.TemporaryDirectory(prefix="talkoo-bench-", dir=folder) as place,
        _database(place) as work,
    ):
        began = time.perf_counter()
        region = _region(count)
        market_id = _market(work, region)
        console.print(
            f"{count:,} cells × {len(CATEGORIES)} kinds, {round(count * PROVIDERS_PER_CELL):,} providers "
            f"and askers, seed {SEED}; filled in {time.perf_counter() - began:.1f} s. All of it is made up."
        )
        servers = _servers(work)
        rows = [_tick(work, market_id, region, number, servers) for number in range(TICKS)]
        rows.append(_recount(work, market_id))
    console.print(_table(rows))
    return rows


def _tick(
    work: Transactions, market_id: UUID, region: Cells, number: int, servers: list[int]
) -> dict[str, Any]:
    """One tick as a worker makes it, and how much of it the database had.

    The processor's seconds say what it costs also where the machine is busy with something else.
    """
    at = _START + number * _FIVE_MINUTES
    people = round(len(region) * PROVIDERS_PER_CELL)
    with work() as session:
        ask(session, market_id, region, len(CATEGORIES), people=people, at=at, seed=SEED + number)
    with _database_seconds() as spent:
        began, ours, theirs = time.perf_counter(), time.process_time(), cpu_seconds(servers)
        with work() as session:
            due = surge.due(session, market_id, at=at)
            assert due is not None
            surge.run_tick(session, due, FromAbove(), at=at)
        whole, ours = time.perf_counter() - began, time.process_time() - ours
        theirs = cpu_seconds(servers) - theirs
    return {
        "tick": number + 1,
        "what": "the first tick of a process" if number == 0 else "a tick",
        "seconds": round(whole, 3),
        "in_statements": round(spent[0], 3),
        "processor_ours": round(ours, 3),
        "processor_database": round(theirs, 3),
        "snapshot_megabytes": round(_megabytes(work, market_id), 1),
    }


def _recount(work: Transactions, market_id: UUID) -> dict[str, Any]:
    """The last snapshot again from what it stored, bit for bit."""
    with work() as session:
        snapshot_id = surge.pointer(session, market_id)
        assert snapshot_id is not None
        began = time.perf_counter()
        counted = surge.recount(session, snapshot_id)
        assert counted.holds, counted.differences
        return {"what": f"{counted.prices:,} prices counted again", "seconds": _since(began)}


@contextmanager
def _database(place: str) -> Iterator[Transactions]:
    """A cluster of its own, migrated; gone afterwards."""
    folder = Path(place) / "postgres"
    url = embedded_postgres.start(folder).url
    try:
        migrations.upgrade(url)
        engine = build_engine(url, pool_size=4, name="bench")
        yield Transactions(engine)
        engine.dispose()
    finally:
        embedded_postgres.stop(folder)


@contextmanager
def _database_seconds() -> Iterator[list[float]]:
    """How long statements took, from their sending to their first row."""
    spent, began = [0.0], [0.0]

    def before(*_: object) -> None:
        began[0] = time.perf_counter()

    def after(*_: object) -> None:
        spent[0] += time.perf_counter() - began[0]

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "after_cursor_execute", after)
    yield spent
    event.remove(Engine, "before_cursor_execute", before)
    event.remove(Engine, "after_cursor_execute", after)


def _region(count: int) -> Cells:
    """So many cells around Helsinki."""
    radius = int(np.sqrt(count / 3)) + 1  # a disk of radius k holds 3k(k+1)+1 cells
    around = grid_disk(latlng_to_cell(60.2, 24.9, 7), radius)
    return np.sort(np.array(around[:count], dtype=np.int64))


def _market(work: Transactions, region: Cells) -> UUID:
    """A market where something is usual in every cell."""
    rules: dict[str, Any] = {"live": {slug: {} for slug in CATEGORIES}}
    long_ago = _START - timedelta(days=100)
    with work() as session:
        market = markets.create_market(
            session, slug="region", name="Region", currency="EUR", time_zone="Europe/Helsinki",
            locale="fi-FI", country="FI", by=SYSTEM, at=long_ago, rules=MarketPolicy(surge=rules),
        )  # fmt: skip
        count = round(len(region) * PROVIDERS_PER_CELL)
        fill(session, market.id, region, list(CATEGORIES), providers=count, at=_START)
        _usual(session, market.id, region)
        session.execute(text("ANALYZE"))  # as autovacuum has long done where rows came one by one
        return market.id


def _usual(session: Session, market_id: UUID, region: Cells) -> None:
    """The three hours of the week that ticks from noon to one read."""
    chance = np.random.default_rng(SEED)
    shape = (len(region), len(CATEGORIES))
    for slot in (13, 14, 15):
        row = surge.usually.Learned(
            slot=slot,
            grid=grid_of(region),
            demand=chance.gamma(0.5, 0.6, shape).astype(np.float32),
            idle=chance.poisson(0.2, shape).astype(np.float32),
            usual=chance.gamma(0.5, 0.5, shape).astype(np.float32),
            events=chance.gamma(0.5, 80.0, shape).astype(np.float32),
            updates=8,
            learned_until=_START - timedelta(hours=1),
        )
        surge.usually.write(session, market_id, CATEGORIES, row)


def _megabytes(work: Transactions, market_id: UUID) -> float:
    with work() as session:
        size = text("""
            SELECT sum(length(data)) FROM surge_snapshot_arrays
            JOIN surge_pointers USING (snapshot_id) WHERE market_id = :market_id
        """)
        return float(session.execute(size, {"market_id": market_id}).scalar_one()) / 1e6


def _servers(work: Transactions) -> list[int]:
    """The processes of the connections that ticks use."""
    with work() as session:
        return [int(session.execute(text("SELECT pg_backend_pid()")).scalar_one())]


def _since(began: float) -> float:
    return round(time.perf_counter() - began, 3)


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(title="A whole tick, from its first statement to its commit")
    columns = (
        "what", "seconds", "in_statements", "processor_ours", "processor_database", "snapshot_megabytes"
    )  # fmt: skip
    for name in columns:
        table.add_column(name.replace("_", " "), justify="left" if name == "what" else "right")
    for row in rows:
        table.add_row(*(str(row.get(name, "")) for name in columns))
    return table
