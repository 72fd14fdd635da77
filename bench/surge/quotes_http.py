"""A quote through HTTP beside an empty route to somebody who is signed in: same servers, same run, in turns.

The market is that of the page `http`, with a snapshot in which a day's afternoons are busy and all else is
calm. In a busy hour a quote asks one statement more, for what the customer did before.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
import orjson
import psycopg

from bench.fixed_time import fixed_time
from bench.http import market, servers
from bench.http.app import NOTHING
from bench.http.market import Market
from bench.http.rehearsal import rehearse
from bench.http.requests import Request
from bench.http.results import Measured
from bench.http.servers import Server
from bench.http.stage import settings_for
from domain import markets, registry
from domain.foundation import clock, ids
from domain.foundation.actors import SYSTEM
from domain.foundation.persistence.database import Transactions, build_engine
from domain.markets import MarketPolicy
from ops import embedded_postgres
from ops.embedded_postgres import Address

EMPTY: Final = "empty, signed in"
KINDS: Final = (EMPTY, "quote, calm", "quote, busy", "quote, busy, with a key")
_CATEGORY: Final = "hourly-service"
_CALM, _BUSY = timedelta(hours=11), timedelta(hours=13)  # after midnight UTC, when no provider is busy yet
_FIRST_DAY: Final = 2
_DAYS: Final = 60
_FACTOR_BP: Final = 13_000
_OFFERS: Final = 10_000
_SECONDS: Final = 60.0
_ENVIRONMENT: Final = {"RATE_LIMIT": "1000000/second", "LOG_LEVEL": "info"}


@dataclass(frozen=True, slots=True)
class _Size:
    rounds: int
    requests: int
    processes: int = 2
    clients: int = 8
    warm_up: int = 100

    @property
    def in_all(self) -> int:
        return self.warm_up + self.rounds * self.requests


def measured(stack: ExitStack, place: Path, *, quick: bool) -> list[dict[str, Any]]:
    """A row for each kind: medians of the rounds, and how many times the empty route's cost."""
    size = _Size(rounds=3, requests=150) if quick else _Size(rounds=7, requests=400)
    stack.enter_context(fixed_time(place))
    address = embedded_postgres.start_for_tests(place / "postgres")
    stack.callback(embedded_postgres.stop, place / "postgres")
    loaded = _loaded(address)
    asked = {kind: [*_asked(kind, loaded, size.in_all)] for kind in KINDS}
    statements = _statements(address, asked)
    files = _files(asked, place)
    manners = {**_ENVIRONMENT, "DATABASE_URL": address.url}
    serving = servers.serving(
        "bench.http.app:create",
        "talkoo",
        manners,
        processes=size.processes,
        path=NOTHING,
        log=place / "ours.log",
    )
    server = stack.enter_context(serving)
    desk = stack.enter_context(servers.desk(address.plain_url))
    _turns(desk, server, files, size, 0, size.warm_up)
    found: dict[str, list[Measured]] = {kind: [] for kind in KINDS}
    for number in range(size.rounds):
        first = size.warm_up + number * size.requests
        for kind, turn in _turns(desk, server, files, size, first, size.requests, number):
            found[kind].append(turn)
    return [_row(kind, found, statements[kind]) for kind in KINDS]


def _loaded(address: Address) -> Market:
    """The market, its surge rules, and a snapshot of sixty days."""
    engine = build_engine(address.url, pool_size=2, name="talkoo bench")
    registry.metadata().create_all(engine)
    transactions, at = Transactions(engine), clock.now()
    loaded = market.load(transactions, address.plain_url, count=_OFFERS, at=at)
    rules = MarketPolicy(
        quote_minutes=24 * 60,
        live_quotes=100,
        # Fresh all day, for nobody ticks here.
        surge={"scheduled": {_CATEGORY: {"block_hours": 1}}, "stale_after_minutes": 24 * 60},
    )
    with transactions() as session:
        here = markets.get_market_by_slug(session, market.SLUG)
        policy = markets.publish_policy(session, here.id, rules=rules, by=SYSTEM, at=clock.now())
        market_id, policy_id = here.id, policy.id
    engine.dispose()
    with psycopg.connect(address.plain_url, autocommit=True) as connection:
        _publish(connection, loaded, market_id, policy_id)
        connection.execute("VACUUM ANALYZE")
    return loaded


def _publish(connection: psycopg.Connection, loaded: Market, market_id: object, policy_id: object) -> None:
    """A snapshot as a tick writes it: every afternoon is busy, nothing is live."""
    shown = np.full((_DAYS + 5, 24), 10_000, dtype=np.int32)
    shown[:, 15:19] = _FACTOR_BP  # by the local hour
    live = {
        name: np.zeros((0, 0), np.float32) for name in ("raw_bp", "pressure", "rate", "near", "usual_near")
    }
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "cells": np.zeros(0, np.int64),
        "shown_bp": np.zeros((0, 0), np.int32),
        "reasons": np.zeros((0, 0), np.uint16),
        **live,
        f"scheduled/{_CATEGORY}/shown_bp": shown,
        f"scheduled/{_CATEGORY}/raw": (shown / 10_000).astype(np.float32),
        f"scheduled/{_CATEGORY}/reasons": (shown > 10_000).astype(np.uint16),
    }
    header = {
        "categories": [],
        "scheduled": {_CATEGORY: {"first_on": loaded.midnight.date().isoformat(), "block_hours": 1}},
        "time_zone": "Europe/Helsinki",
        "typical_amounts": {_CATEGORY: 9_000},
        "kappa_bp": 10_000,
    }
    snapshot_id, now = ids.new(), clock.now()
    connection.execute(
        "INSERT INTO surge_snapshots VALUES (%s, %s, %s, %s, NULL, %s, '', %s)",
        [snapshot_id, market_id, now, policy_id, orjson.dumps(header).decode(), now],
    )
    for name, array in arrays.items():
        connection.execute(
            "INSERT INTO surge_snapshot_arrays (snapshot_id, name, dtype, shape, encoding, data) "
            "VALUES (%s, %s, %s, %s, 'dense', %s)",
            [snapshot_id, name, array.dtype.str, json.dumps(array.shape), array.tobytes()],
        )
    connection.execute("INSERT INTO surge_pointers VALUES (%s, %s, %s)", [market_id, snapshot_id, now])


def _asked(kind: str, loaded: Market, count: int) -> Iterator[Request]:
    """So many requests of a kind; no two quotes are for the same offer and time."""
    hour = _CALM if "calm" in kind else _BUSY
    for number in range(count):
        _, token = loaded.customers[number % len(loaded.customers)]
        headers = {"authorization": f"Bearer {token}"}
        if kind == EMPTY:
            yield Request("GET", NOTHING, headers)
            continue
        if "key" in kind:
            headers["idempotency-key"] = ids.new().hex
        day = timedelta(days=_FIRST_DAY + number // len(loaded.offers))
        body = {
            "offer_id": ids.encode("ofr", loaded.offers[number % len(loaded.offers)]),
            "start": (loaded.midnight + day + hour).isoformat(),
            "units": 120,
        }
        told = {**headers, "content-type": "application/json"}
        yield Request("POST", "/quotes", told, orjson.dumps(body))


def _statements(address: Address, asked: Mapping[str, Sequence[Request]]) -> dict[str, int]:
    """How many statements one request of each kind is, the second of two: the first fills what is kept."""
    with settings_for(DATABASE_URL=address.url, LOG_LEVEL="error"):
        heard = rehearse({kind: [several[0], several[1]] for kind, several in asked.items() if kind != EMPTY})
    return {EMPTY: 1} | {kind: len(transcripts[-1]) for kind, transcripts in heard.items()}


def _files(asked: Mapping[str, Sequence[Request]], place: Path) -> dict[str, Path]:
    files = {kind: place / f"{number}.json" for number, kind in enumerate(asked)}
    for kind, several in asked.items():
        files[kind].write_text(json.dumps([each.wire.decode("latin-1") for each in several]))
    return files


def _turns(
    desk: servers.Desk,
    server: Server,
    files: Mapping[str, Path],
    size: _Size,
    first: int,
    count: int,
    number: int = 0,
) -> list[tuple[str, Measured]]:
    """One turn for each kind; who begins changes from round to round."""
    order = KINDS if number % 2 == 0 else KINDS[::-1]
    common = {"first": first, "count": count, "connections": size.clients, "rate": None, "seconds": _SECONDS}
    found = []
    for kind in order:
        cost = desk.measure(server, {"requests": str(files[kind]), **common})
        assert not cost.failures, f"{kind}: {cost.failures} requests were refused"
        found.append((kind, Measured.of(kind, "ours", number, cost)))
    return found


def _row(kind: str, found: Mapping[str, Sequence[Measured]], statements: int) -> dict[str, Any]:
    figures = ("requests_a_second", "app_cpu_ms", "database_cpu_ms", "cpu_ms", "p50_ms", "p99_ms")
    row: dict[str, Any] = {"part": "http", "what": kind, "statements": statements}
    row |= {name: median(getattr(each, name) for each in found[kind]) for name in figures}
    pairs = [*zip(found[kind], found[EMPTY], strict=True)]
    row["times_empty_cpu"] = median(one.cpu_ms / (other.cpu_ms or 1.0) for one, other in pairs)
    row["times_empty_p50"] = median(one.p50_ms / other.p50_ms for one, other in pairs)
    return row
