"""Part 4, the way: from the request that reveals a pair's reviews to a score that everybody sees.

The whole house stands on the embedded database: API, relay, workers, clock. Some clients at once let a
customer review their provider and then the provider their customer, whose request reveals both, and ask for
the provider's reputation until the score counts the review. In turns with that each records an empty fact
through the same door and asks until its reader is through: what relay and workers cost before a score is
counted. Latencies count from the sending of the request.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.fixed_time import START, fixed_time
from bench.http import servers
from bench.http.app import NOTHING
from bench.ratings import saying
from bench.ratings.reveal_town import Pair, built
from domain.foundation import ids
from ops import embedded_postgres, lifeline
from sandbox import server as sandbox

PAIRS, PAIRS_QUICK = 400, 80
CLIENTS: Final = 8
WARM_UP: Final = 16
GOAL_P95_SECONDS: Final = 1.0
BETWEEN_LOOKS: Final = 0.02  # seconds
PATIENCE: Final = 30.0  # seconds for one pair, after which the run is worth nothing
REVEAL, ANSWER, EMPTY = "reveal to visible score", "of it, the answer to the request", "an empty fact"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """One turn: seconds to the answer, to the visible score, and to the empty fact's having been heard."""

    answer: float
    reveal: float
    empty: float


def run(
    path: Path | None = None, labels: Path | None = None, *, folder: Path | None = None, quick: bool = False
) -> list[Row]:
    """Measure and print. Everything is made up: files are not used. Quick: a fifth of the pairs."""
    del path, labels, folder
    began, console = time.perf_counter(), saying.console()
    count = (PAIRS_QUICK if quick else PAIRS) + WARM_UP
    with tempfile.TemporaryDirectory(prefix="talkoo-bench-") as name, ExitStack() as stack:
        port, pairs = _house(stack, Path(name), count)
        _all(port, pairs[:WARM_UP])
        before = os.getloadavg()[0]
        measured = time.perf_counter()
        seen = _all(port, pairs[WARM_UP:])
        seconds = time.perf_counter() - measured
    rows = [
        _row(REVEAL, [each.reveal for each in seen]),
        _row(ANSWER, [each.answer for each in seen]),
        _row(EMPTY, [each.empty for each in seen]),
    ]
    _tell(console, rows, seconds, before)
    console.print(saying.closing(began, "none"))
    return rows


def is_counted(reputation: Row) -> bool:
    """Whether a score that is shown counts a review."""
    return any(ranking["inputs"]["reviews"] for ranking in reputation["ranking"])


def _house(stack: ExitStack, place: Path, count: int) -> tuple[int, list[Pair]]:
    """The database with its pairs, the provider of payments, the API on a port, and the workers."""
    stack.enter_context(fixed_time(place))
    address = embedded_postgres.start_for_tests(place / "postgres")
    stack.callback(embedded_postgres.stop, place / "postgres")
    pairs = built(address, count)
    bank = stack.enter_context(sandbox.start_server(starts_at=START))
    manners = {
        "DATABASE_URL": address.url,
        "STRIPE_API_BASE": bank.base_url,
        "RATE_LIMIT": "1000000/second",
        "LOG_LEVEL": "warning",
    }
    serving = servers.serving(
        "bench.ratings.reveal_house:create",
        "talkoo",
        manners,
        processes=2,
        path="/reviews/methodology",
        log=place / "api.log",
    )
    server = stack.enter_context(serving)
    stack.enter_context(_workers(manners, place / "workers.log"))
    return server.port, pairs


@contextmanager
def _workers(environment: dict[str, str], log: Path) -> Iterator[None]:
    """Relay, workers and clock in one process, as on a small machine."""
    command = [sys.executable, "-m", "bench.ratings.reveal_house"]
    with log.open("wb") as told:
        process = subprocess.Popen(
            lifeline.tied(command, ending=signal.SIGTERM),
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            env={**os.environ, **environment},
        )
    try:
        _until(lambda: b"workers ready" in log.read_bytes(), "the workers to be ready")
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _all(port: int, pairs: Sequence[Pair]) -> list[Seen]:
    """Every pair once, some at a time."""
    parts = [pairs[client::CLIENTS] for client in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as clients:
        return [seen for part in clients.map(lambda part: _client(port, part), parts) for seen in part]


def _client(port: int, pairs: Sequence[Pair]) -> list[Seen]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    found = [_pair(connection, pair) for pair in pairs]
    connection.close()
    return found


def _pair(connection: http.client.HTTPConnection, pair: Pair) -> Seen:
    review = f"/bookings/{ids.encode('bkg', pair.booking_id)}/review"
    _ask(connection, "POST", review, pair.customer, {"stars": 5, "locale": "en", "text": "Well done."})
    began = time.perf_counter()
    _ask(connection, "POST", review, pair.provider, {"stars": 4, "locale": "en"})
    answer = time.perf_counter() - began
    reputation = f"/provider-profiles/{ids.encode('prv', pair.profile_id)}/reputation"
    _until(lambda: is_counted(_ask(connection, "GET", reputation)), "a score to count a review")
    reveal = time.perf_counter() - began
    began = time.perf_counter()
    told = _ask(connection, "POST", NOTHING, pair.provider)
    heard = f"{NOTHING}/{told['event_id']}"
    _until(lambda: _ask(connection, "GET", heard)["heard"], "an empty fact to be heard")
    return Seen(answer, reveal, time.perf_counter() - began)


def _ask(
    connection: http.client.HTTPConnection, method: str, path: str, token: str = "", body: Row | None = None
) -> Row:
    headers = {"content-type": "application/json"} if body else {}
    if token:
        headers["authorization"] = f"Bearer {token}"
    if method == "POST":
        headers["idempotency-key"] = ids.new().hex
    connection.request(method, path, json.dumps(body) if body else None, headers)
    answer = connection.getresponse()
    raw = answer.read()
    assert answer.status in {200, 201}, f"{method} {path}: {answer.status} {raw.decode()[:500]}"
    told: Row = json.loads(raw)
    return told


def _until(is_so: Callable[[], bool], what: str) -> None:
    end = time.perf_counter() + PATIENCE
    while not is_so():
        assert time.perf_counter() < end, f"waited {PATIENCE:g} s in vain for {what}"
        time.sleep(BETWEEN_LOOKS)


def _row(what: str, seconds: Sequence[float]) -> Row:
    middle, most, worst = (float(np.quantile(seconds, level)) for level in (0.5, 0.95, 0.99))
    return {"what": what, "times": len(seconds), "p50_ms": middle * 1e3, "p95_ms": most * 1e3,
            "p99_ms": worst * 1e3}  # fmt: skip


def _tell(console: Console, rows: list[Row], seconds: float, load: float) -> None:
    table = Table(title=f"{CLIENTS} pairs at once, milliseconds", title_justify="left")
    table.add_column("what")
    for name in ("times", "p50", "p95", "p99"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(
            row["what"], f"{row['times']:,}", *(f"{row[name]:.0f}" for name in ("p50_ms", "p95_ms", "p99_ms"))
        )
    console.print(table)
    reveal, _, empty = (row["p95_ms"] for row in rows)
    console.print(
        f"{rows[0]['times'] / seconds:.1f} reveals a second with as many empty facts between them, looked "
        f"for every {BETWEEN_LOOKS * 1e3:.0f} ms. Load of the machine before: {load:.1f} on {os.cpu_count()} "
        f"processors, on which the clients run too."
    )
    met = "met" if reveal <= GOAL_P95_SECONDS * 1e3 else "missed"
    console.print(
        f"Goal p95 below {GOAL_P95_SECONDS:g} s: {met}, {reveal:.0f} ms, "
        f"{reveal / empty:.2f} times an empty fact."
    )
