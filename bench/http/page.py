"""The page itself: load, rehearse, serve, and let the three take turns."""

import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench import machine
from bench.fixed_time import fixed_time
from bench.http import market, report, requests
from bench.http.plan import KINDS, Plan
from bench.http.results import Half, Measured, Results, quantile
from bench.http.stage import (
    BARE,
    EMPTY,
    OURS,
    Asked,
    Stage,
    Transcripts,
    copy_databases,
    rehearsed,
    same_rows,
    set_up,
)
from domain import registry
from domain.foundation import clock
from domain.foundation.persistence.database import Transactions, build_engine
from ops import embedded_postgres
from ops.embedded_postgres import Address

WIDE = 120  # columns, where nobody's terminal tells: in a file the tables are whole
_STEPS = 5  # loading, asking for quotes, rehearsing, starting, warming up

Tell = Callable[[str], None]


def run(plan: Plan, folder: Path | None) -> Results:
    """Measure, print, and write the results into the folder if there is one."""
    console = Console(width=None if sys.stdout.isatty() else WIDE)
    columns = TextColumn("{task.description:>18}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=_STEPS + plan.rounds + len(KINDS))
        results = measure(plan, lambda words: bar.update(task, advance=1, description=words))
    report.show(results, console)
    if folder is not None:
        report.write(results, folder)
        console.print(f"Written into {folder}.", highlight=False)
    return results


def measure(plan: Plan, tell: Tell) -> Results:
    """All of it, on a database that is made for it and removed again."""
    with tempfile.TemporaryDirectory(prefix="talkoo-bench-") as name, ExitStack() as stack:
        place = Path(name)
        stack.enter_context(fixed_time(place))
        address = embedded_postgres.start_for_tests(place / "postgres")
        stack.callback(embedded_postgres.stop, place / "postgres")
        told = machine.described(_version(address))
        asked, transcripts = _prepared(plan, address, tell)
        tell("starting servers")
        stage = set_up(stack, plan, address, asked, transcripts, place)
        tell("warming up")
        _round(stage, 0, first=0, count=plan.warm_up)
        measured = []
        for number in range(plan.rounds):
            tell(f"round {number + 1}")
            measured += _round(
                stage, number, first=plan.warm_up + number * plan.requests, count=plan.requests
            )
        same = same_rows(address)
        halves = []
        for kind in KINDS:
            tell(f"{kind} at half")
            halves.append(_at_half(stage, kind, measured))
    one = {kind: [statement for statement, _ in transcripts[kind][-1]] for kind in KINDS}
    return Results(told, plan, measured, halves, one | {EMPTY: []}, same)


def _prepared(plan: Plan, address: Address, tell: Tell) -> tuple[Asked, Transcripts]:
    tell("loading offers")
    engine = build_engine(address.url, pool_size=2, name="talkoo bench")
    registry.metadata().create_all(engine)
    transactions = Transactions(engine)
    loaded = market.load(transactions, address.plain_url, count=plan.offers, at=clock.now())
    tell("asking for quotes")
    writes = plan.in_rounds + plan.at_half
    asked = {
        "search": list(requests.searches(loaded)),
        "slots": list(requests.months(loaded)),
        "quote": list(requests.quotes(loaded, writes)),
        "book": list(requests.bookings(transactions, loaded, writes)),
    }
    engine.dispose()
    copy_databases(address)
    tell("rehearsing")
    return asked, rehearsed(plan, address, asked)


def _round(stage: Stage, number: int, *, first: int, count: int) -> list[Measured]:
    """One turn for each of the three; who begins changes from round to round."""
    order = (OURS, BARE) if number % 2 == 0 else (BARE, OURS)
    turns = [*((kind, who) for kind in KINDS for who in order), (EMPTY, EMPTY)]
    return [Measured.of(kind, who, number, stage.turn(who, kind, first, count)) for kind, who in turns]


def _at_half(stage: Stage, kind: str, measured: list[Measured]) -> Half:
    turns = (each for each in measured if (each.kind, each.who) == (kind, OURS))
    rate = max(1.0, median(each.requests_a_second for each in turns) / 2)
    count = min(stage.plan.at_half, int(rate * stage.plan.seconds_at_half) or 1)
    cost = stage.turn(OURS, kind, stage.plan.in_rounds, count, rate)
    p50, p99 = quantile(cost.latencies, 0.50), quantile(cost.latencies, 0.99)
    return Half(kind, rate, len(cost.latencies), cost.failures, p50, p99)


def _version(address: Address) -> str:
    with psycopg.connect(address.plain_url) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    assert row is not None
    return f"PostgreSQL {row[0]}"
