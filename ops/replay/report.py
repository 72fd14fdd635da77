"""What happened to every request of a replay, and whether the market's books hold what it shows.

Each request is counted once, so the counts add up to the requests that were sent; a test of the counting is
that they do, and the report refuses to be written when they do not.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from domain import ledger, payments
from domain.foundation.actors import SYSTEM
from domain.foundation.ids import decode
from domain.foundation.persistence.database import Transactions
from domain.ledger import AccountKind
from domain.payments import Gateway
from ops.imports.listings import Refused
from ops.replay import ride
from workers.invariants import INVARIANTS, violations

_CURRENCY: Final = "USD"
_STATES: Final = text("SELECT id, state FROM bookings WHERE id = ANY(:ids)")
_COUNTS: Final = text("""
    SELECT (SELECT count(*) FROM bookings) AS bookings,
           (SELECT count(*) FROM events) AS events,
           (SELECT count(*) FROM event_deliveries WHERE done_at IS NOT NULL) AS deliveries,
           (SELECT count(*) FROM event_deliveries WHERE parked_at IS NOT NULL) AS parked,
           (SELECT coalesce(sum(pay_in_amount), 0) FROM bookings WHERE state = 'completed') AS pay_in,
           (SELECT coalesce(sum(pay_out_amount), 0) FROM bookings WHERE state = 'completed') AS pay_out
""")
_STRAYS: Final = text("""
    SELECT count(*) FROM bookings
    WHERE state NOT IN ('expired', 'declined', 'cancelled') AND NOT id = ANY(:ids)
""")


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one route took to answer, in milliseconds."""

    route: str
    calls: int
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """All of it."""

    requests: int
    outcomes: dict[str, int]
    refused_rows: list[dict[str, Any]]
    drivers_tried: dict[str, int]
    refusals: dict[str, int]
    market: dict[str, int]
    strays: int
    broken_invariants: dict[str, Any]
    compared: int
    unexplained: int
    our_clearing: int
    their_balance: int
    their_books_balanced: bool
    seconds: dict[str, float]
    calls_per_second: float
    asked_again: int
    latencies: list[Latency] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether everything holds and agrees to the cent."""
        agree = self.our_clearing == self.their_balance and self.their_books_balanced
        wrong = self.broken_invariants or self.unexplained or self.market["parked"] or self.strays
        return agree and not wrong


def outcomes(
    transactions: Transactions, requests: int, ended: Mapping[int, Mapping[str, Any]]
) -> Counter[str]:
    """How many requests came to which end; the sum is the number of requests."""
    booked = _booked(ended)
    with transactions.read_session() as session:
        found = dict(session.execute(_STATES, {"ids": list(booked.values())}).tuples().all())
    states = {name: str(found.get(key)) for name, key in booked.items()}
    counted = Counter(_ending(line, states) for line in ended.values())
    if counted.total() != requests:
        raise AssertionError(f"{counted.total()} requests are accounted for, and {requests} were sent")
    return counted


def strays(transactions: Transactions, ended: Mapping[int, Mapping[str, Any]]) -> int:
    """Bookings that were carried out though no request ended with them: what happened twice would be here."""
    with transactions.read_session() as session:
        return int(session.execute(_STRAYS, {"ids": list(_booked(ended).values())}).scalar_one())


def _booked(ended: Mapping[int, Mapping[str, Any]]) -> dict[str, UUID]:
    """The bookings that requests ended with, by their names on the wire."""
    names = [line["booking"] for line in ended.values() if line["how"] == ride.BOOKED]
    return {name: decode("bkg", name) for name in names}


def _ending(line: Mapping[str, Any], states: Mapping[str, str]) -> str:
    match line["how"]:
        case ride.BOOKED:
            return f"booked and {states[line['booking']]}"
        case ride.REFUSED:
            return f"refused: {line['problem']}"
        case _:
            return "unserved: nobody near was free"


def books(
    transactions: Transactions, gateway: Gateway, sandbox_url: str, *, since: datetime, at: datetime
) -> dict[str, Any]:
    """Our books beside the payment provider's: movement by movement, and what is there in the end."""
    found = payments.reconcile(
        transactions, gateway, since=since, until=at + timedelta(hours=1), by=SYSTEM, at=at
    )
    with transactions() as session:
        clearing = ledger.get_balance(session, ledger.get_account(session, AccountKind.CLEARING, _CURRENCY))
    theirs = httpx.get(f"{sandbox_url}/_sandbox/books", timeout=60, trust_env=False).raise_for_status().json()
    return {
        "compared": found.compared,
        "unexplained": len(found.unexplained),
        "our_clearing": clearing,
        "their_balance": sum(
            row["amount"] for row in theirs["accounts"] if row["account"] in {"pending:", "available:"}
        ),
        "their_books_balanced": theirs["balanced"],
    }


def market(transactions: Transactions) -> tuple[dict[str, int], dict[str, Any]]:
    """What is in the market now, and which invariants do not hold."""
    with transactions.read_session() as session:
        counts = session.execute(_COUNTS).mappings().one()
        broken = violations(session, INVARIANTS)
    return {name: int(count) for name, count in counts.items()}, broken


def latencies(seconds: Mapping[str, Sequence[float]]) -> list[Latency]:
    """Percentiles for each route, the most called first."""
    rows = [
        Latency(route, len(times), *(_percentile(sorted(times), part) for part in (0.5, 0.95, 0.99)))
        for route, times in seconds.items()
        if times
    ]
    return sorted(rows, key=lambda row: -row.calls)


def _percentile(times: Sequence[float], part: float) -> float:
    return round(1_000 * times[min(len(times) - 1, int(part * len(times)))], 1)


def write(report: Report, path: Path) -> None:
    """As JSON, for whoever compares two replays."""
    path.write_text(json.dumps(asdict(report) | {"is_sound": report.is_sound}, indent=1, default=str) + "\n")


def show(report: Report, console: Console, refused: Sequence[Refused]) -> None:
    """For the person at the screen."""
    for row in refused:
        console.print(f"[red]line {row.line}[/red] {row.reason}", highlight=False, soft_wrap=True)
    console.print(_table("What became of the requests", "requests", report.outcomes, total=report.requests))
    if report.refusals:
        console.print(_table("Refusals on the way (the next driver was tried)", "times", report.refusals))
    console.print(_speed(report))
    counts = report.market
    console.print(
        f"{counts['bookings']:,} bookings, {counts['events']:,} events, {counts['deliveries']:,} deliveries, "
        f"{counts['parked']:,} parked; customers paid {counts['pay_in'] / 100:,.2f} {_CURRENCY}, "
        f"drivers are owed {counts['pay_out'] / 100:,.2f}.",
        highlight=False,
    )
    console.print(f"Carried out without a request, or twice: {report.strays}.", highlight=False)
    console.print(
        f"Invariants broken: {len(report.broken_invariants)} of {len(INVARIANTS)}. "
        f"Movements compared with the payment provider: {report.compared:,}, unexplained: "
        f"{report.unexplained:,}. Ours: {report.our_clearing / 100:,.2f}, theirs: "
        f"{report.their_balance / 100:,.2f} {_CURRENCY}.",
        highlight=False,
    )
    sound = "[bold green]Everything holds and agrees to the cent.[/]"
    console.print(sound if report.is_sound else "[bold red]Something does not hold; see the JSON.[/]")


def _table(title: str, what: str, counts: Mapping[str, int], total: int | None = None) -> Table:
    table = Table(title=title, show_footer=total is not None)
    table.add_column("", footer="together")
    table.add_column(what, justify="right", footer="" if total is None else f"{total:,}")
    for name, count in sorted(counts.items(), key=lambda row: -row[1]):
        table.add_row(name, f"{count:,}")
    return table


def _speed(report: Report) -> Table:
    table = Table(title=f"Answers in this life, {report.calls_per_second:.1f} a second while driving (ms)")
    for name in ("", "calls", "p50", "p95", "p99"):
        table.add_column(name, justify="right" if name else "left")
    for row in report.latencies:
        table.add_row(row.route, f"{row.calls:,}", f"{row.p50:,.1f}", f"{row.p95:,.1f}", f"{row.p99:,.1f}")
    return table
