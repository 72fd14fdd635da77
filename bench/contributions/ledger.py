"""Part 1, the ledger: many random operations by 16 writers, some of them killed, and every one accounted for.

Writers are threads with a connection each, four to a process as the API's and the workers' are; now and then
a process is killed with SIGKILL in the middle of its work and another takes over, which does again whatever
nobody heard the end of. Afterwards the books are held against the writers' diaries: what was told as posted
is there once, what was refused is not there at all, a repeated key has changed nothing, per unit the sum is
zero, and no balance stands below its floor or above its ceiling.

An entry is one statement, and here that statement is the whole transaction. Beside it: the same where the
entry has company in its transaction, and so waits for a BEGIN and a COMMIT too; and two other designs, a
pool with a kept balance of its own, and spending that is permitted by a sum.
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

import migrations
from bench.contributions import ledger_rivals
from bench.contributions.ledger_checks import Checked, checked
from bench.contributions.ledger_work import Books, endowed, opened, write
from bench.machine import cpu_seconds, family
from domain.foundation import ids
from domain.foundation.persistence.database import Transactions, build_engine
from ops import embedded_postgres

OPERATIONS, QUICK_OPERATIONS = 1_000_000, 20_000
BEGUN_PART: Final = 10  # a tenth as many, in transactions that are begun and committed
PROCESSES: Final = 4
THREADS: Final = 4  # of a process, as `request_threads` has it
WRITERS: Final = PROCESSES * THREADS
USERS: Final = 2_000
KILLS_A_MINUTE: Final = 12
GOAL_A_SECOND, GOAL_P95_MS = 2_000, 20.0
SEED: Final = 20261122
_FORKED = get_context("fork")

Row = dict[str, Any]


def run(folder: Path | None = None, *, quick: bool = False, operations: int | None = None) -> list[Row]:
    """Measure, check and print. Quick: a fiftieth of the operations."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    count = operations or (QUICK_OPERATIONS if quick else OPERATIONS)
    with tempfile.TemporaryDirectory(prefix="talkoo-bench-", dir=folder) as place, _database(place) as url:
        engine = build_engine(url, pool_size=4, name="bench")
        users = [ids.new() for _ in range(USERS)]
        books = opened(Transactions(engine), users)
        endowed(Transactions(engine), books)
        console.print(
            f"{count:,} operations by {WRITERS} writers, {USERS:,} users, seed {SEED}; "
            f"load {os.getloadavg()[0]:.1f} before it began."
        )
        work = Work(Path(place), url, engine, books)
        ours, found = _ours(work, "ours: what is spent is a locked row, pools are summed", count)
        begun, _ = _ours(work, "the same, begun and committed", count // BEGUN_PART, at_once=False)
        rivals = ledger_rivals.measure(url, WRITERS, seconds=5.0 if quick else 20.0)
        engine.dispose()
    rows = [ours, begun, *rivals]
    console.print(_table(rows))
    console.print(_verdict(ours, found))
    return rows


@dataclass(frozen=True, slots=True)
class Work:
    """Where the writers work, and on which books."""

    place: Path
    url: str
    engine: Engine
    books: Books

    def told(self, count: int, *, at_once: bool) -> list[dict[str, Any]]:
        """What each writer is told; those who begin and commit have numbers, and so keys, of their own."""
        first = 0 if at_once else WRITERS
        return [
            {
                "url": self.url,
                "seed": SEED,
                "writer": first + number,
                "count": count // WRITERS + (number < count % WRITERS),
                "at_once": at_once,
                "diary": str(self.place / f"diary{first + number}"),
                "times": str(self.place / f"times{first + number}"),
            }
            for number in range(WRITERS)
        ]


def _ours(work: Work, name: str, count: int, *, at_once: bool = True) -> tuple[Row, Checked]:
    """The run, the kills and the check."""
    told, engine = work.told(count, at_once=at_once), work.engine
    began, servers = time.perf_counter(), _database_seconds(engine)
    clients = os.times()
    kills = _write(told, work.books)
    seconds = time.perf_counter() - began
    after, served = os.times(), _database_seconds(engine) - servers
    spent = np.concatenate([_times(Path(one["times"])) for one in told])
    found = checked(engine, work.books, told, SEED)
    row = {
        "what": name,
        "operations": count,
        "postings": found.postings,
        "seconds": seconds,
        "a_second": found.postings / seconds,
        "p50_ms": float(np.quantile(spent, 0.5) * 1_000),
        "p95_ms": float(np.quantile(spent, 0.95) * 1_000),
        "processor_clients": after.children_user + after.children_system - clients[2] - clients[3],
        "processor_database": served,
        "kills": kills * THREADS,
        "mismatches": found.mismatches,
    }
    return row, found


def _write(told: list[dict[str, Any]], books: Books) -> int:
    """All writers to the end of their streams; now and then a process dies and is followed by another."""
    chance, kills = random.Random(SEED), 0
    crews = [told[first : first + THREADS] for first in range(0, len(told), THREADS)]
    living = {number: _started(crew, books) for number, crew in enumerate(crews)}
    next_kill = time.perf_counter() + 60 / KILLS_A_MINUTE
    while living:
        time.sleep(0.02)
        for number, process in list(living.items()):
            if process.exitcode == 0:
                del living[number]
            elif process.exitcode is not None:
                raise RuntimeError(f"the writers of process {number} failed with {process.exitcode}")
        if living and time.perf_counter() >= next_kill:
            victim = chance.choice(list(living))
            living[victim].kill()
            living[victim].join()
            living[victim] = _started(crews[victim], books)
            kills += 1
            next_kill += 60 / KILLS_A_MINUTE
    return kills


def _started(crew: list[dict[str, Any]], books: Books) -> ForkProcess:
    """Some writers in a child of this process, so that a new one is there at once."""
    process = _FORKED.Process(target=write, args=(crew, books))
    process.start()
    return process


def _times(path: Path) -> np.ndarray:
    """Seconds of each operation; the last line of a killed writer may be cut short."""
    lines = path.read_text().split("\n")
    return np.array([float(line) for line in lines if len(line) >= len("0.000000")])


def _database_seconds(engine: Engine) -> float:
    """What the server and all its processes, those that have ended too, have used of processors."""
    with engine.connect() as connection:
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    status = Path(f"/proc/{backend}/status").read_text()
    parent = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("PPid"))
    ended = Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()[13:15]  # cutime and cstime
    return cpu_seconds(family(parent)) + sum(map(int, ended)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _database(place: str) -> Iterator[str]:
    """A cluster of its own, migrated; gone afterwards."""
    folder = Path(place) / "postgres"
    url = embedded_postgres.start(folder).url
    try:
        migrations.upgrade(url)
        yield url
    finally:
        embedded_postgres.stop(folder)


def _table(rows: list[Row]) -> Table:
    table = Table(title=f"{WRITERS} writers, one transaction an operation", title_justify="left")
    table.add_column("design")
    for name in ("postings", "postings/s", "p50 ms", "p95 ms", "mismatches"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(
            row["what"],
            f"{row['postings']:,}",
            f"{row['a_second']:,.0f}",
            f"{row['p50_ms']:.1f}",
            f"{row['p95_ms']:.1f}",
            f"{row['mismatches']:,}",
        )
    return table


def _verdict(ours: Row, found: Checked) -> str:
    """Whether the goals are met, and what the check looked at."""
    quick = "met" if ours["a_second"] >= GOAL_A_SECOND else "missed"
    short = "met" if ours["p95_ms"] <= GOAL_P95_MS else "missed"
    sound = "met" if not found.mismatches else "missed"
    processor = ours["processor_clients"] + ours["processor_database"]
    return (
        f"Goal {GOAL_A_SECOND:,} postings/s: {quick}. p95 ≤ {GOAL_P95_MS:g} ms: {short}. "
        f"Zero mismatches: {sound}.\n"
        f"{found.posted:,} posted, {found.refused:,} refused, {found.repeated:,} heard of only by asking "
        f"again, {ours['kills']} writers killed. "
        f"{1_000 * processor / max(1, found.postings):.2f} ms of processor a posting "
        f"({ours['processor_clients']:.0f} s writers, {ours['processor_database']:.0f} s database): "
        f"{2 * found.postings / processor:,.0f} postings/s on two cores that do nothing else."
    )
