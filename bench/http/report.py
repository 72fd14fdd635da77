"""The results as tables for people, and as JSON and CSV for whoever compares them."""

import csv
from dataclasses import asdict
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from bench.http.plan import CPU_GOALS, KINDS, TAIL_GOAL
from bench.http.results import Results
from bench.http.stage import BARE, EMPTY, OURS

_TITLES = {OURS: "ours", BARE: "bare", EMPTY: ""}
_BUSY_GENERATOR = 0.8  # of a core; from here on it may be the generator that is measured
_FIGURES = ("requests_a_second", "app_cpu_ms", "database_cpu_ms", "cpu_ms", "p50_ms", "p99_ms")


def show(results: Results, console: Console) -> None:
    """Print the tables, the machine, and what makes the figures doubtful."""
    told = results.machine
    plan = results.plan
    console.print(
        f"{told['processor']}, {told['cores']} cores, {told['postgres']}, Python {told['python']}; "
        f"{plan.offers:,} offers; medians of {plan.rounds} rounds of {plan.requests} requests; "
        f"{plan.processes} processes, {plan.clients} clients; "
        f"load before the start {told['load_average'][0]}.",
        highlight=False,
    )
    console.print(_costs(results))
    console.print(_tails(results))
    for doubt in doubts(results):
        console.print(doubt, style="yellow", highlight=False)


def write(results: Results, folder: Path) -> None:
    """Everything as JSON, the medians as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "machine": results.machine,
        "plan": asdict(results.plan),
        "goals": {"cpu_times_bare_driver": CPU_GOALS, "p99_over_p50_at_half": TAIL_GOAL},
        "ratios": {kind: results.ratio(kind, OURS, BARE) for kind in KINDS},
        "at_half": [{**asdict(half), "p99_over_p50": half.tail} for half in results.halves],
        "rounds": [{**asdict(each), "cpu_ms": each.cpu_ms} for each in results.measured],
        "statements": results.statements,
    }
    (folder / "http.json").write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    with (folder / "http.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["kind", "who", *_FIGURES])
        for kind, who in _lines():
            rows.writerow([kind, who, *(f"{results.median(kind, who, name):.3f}" for name in _FIGURES)])


def doubts(results: Results) -> list[str]:
    """What a reader should know before believing a figure."""
    failed = sum(each.failures for each in results.measured) + sum(half.failures for half in results.halves)
    busiest = max(each.generator_load for each in results.measured)
    found = []
    if failed:
        found.append(f"{failed} requests were refused or lost.")
    if not results.same_rows:
        found.append("The baseline did not leave the same rows as we did, so it did not do the same.")
    if busiest > _BUSY_GENERATOR:
        found.append(f"The load generator used {busiest:.0%} of a core: rates and latencies are its too.")
    if results.machine["load_average"][0] > results.machine["cores"] / 2:
        found.append("The machine was busy with something else: trust ratios, not rates or latencies.")
    return found


def _costs(results: Results) -> Table:
    table = Table(
        title="A request in milliseconds, at as many requests a second as there could be",
        caption="SQL: statements of ours. App, database, CPU: of processors. p50, p99: latencies.",
    )
    for name in ("", "", "SQL", "req/s", "app", "database", "CPU", "p50", "p99", "× bare", "goal"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for kind, who in _lines():
        figures = {name: results.median(kind, who, name) for name in _FIGURES}
        table.add_row(
            kind if who != BARE else "",
            _TITLES[who],
            str(len(results.statements[kind])) if who == OURS else "",
            f"{figures['requests_a_second']:,.0f}",
            *(f"{figures[name]:.2f}" for name in ("app_cpu_ms", "database_cpu_ms", "cpu_ms")),
            *(f"{figures[name]:.1f}" for name in ("p50_ms", "p99_ms")),
            *(_beside(results.ratio(kind, OURS, BARE), CPU_GOALS[kind]) if who == OURS else ("", "")),
        )
    return table


def _tails(results: Results) -> Table:
    table = Table(title="Latency at half of that rate")
    for name in ("", "req/s", "p50 ms", "p99 ms", "p99 / p50", "goal"):
        table.add_column(name, justify="right" if name else "left")
    for half in results.halves:
        figures = f"{half.requests_a_second:,.0f}", f"{half.p50_ms:.1f}", f"{half.p99_ms:.1f}"
        table.add_row(half.kind, *figures, *_beside(half.tail, TAIL_GOAL))
    return table


def _beside(figure: float, goal: float) -> tuple[str, str]:
    colour = "green" if figure <= goal else "red"
    return f"[{colour}]{figure:.1f}[/]", f"≤ {goal:g}"


def _lines() -> list[tuple[str, str]]:
    return [*((kind, who) for kind in KINDS for who in (OURS, BARE)), (EMPTY, EMPTY)]
