"""Everything that stands while it is measured: copies of the database, the requests on file, the servers."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import psycopg
from sqlalchemy import make_url

from bench.http import rehearsal, servers
from bench.http.app import NOTHING
from bench.http.bare import Transcript
from bench.http.plan import KINDS, Plan
from bench.http.requests import Request, written
from bench.http.servers import Cost, Desk, Server
from domain.foundation.configuration.settings import settings
from ops.embedded_postgres import Address

OURS: Final = "ours"
BARE: Final = "bare"
EMPTY: Final = "empty"
REHEARSAL: Final = "rehearsal"
SINGLE: Final = frozenset({"search", "slots"})  # a few different ones, asked time and again
_SECONDS_AT_MOST: Final = 60.0  # for one turn; on a machine that needs longer, fewer requests are measured
# The limits count as ever, but refuse nobody; the log is written as in production.
_ENVIRONMENT: Final = {"RATE_LIMIT": "1000000/second", "LOG_LEVEL": "info"}

_WRITTEN: Final = ("quotes", "bookings", "payments", "holds", "events", "idempotency_keys")

Asked = Mapping[str, Sequence[Request]]
Transcripts = Mapping[str, Sequence[Transcript]]


@dataclass(frozen=True, slots=True)
class Stage:
    """The servers by name, and a file of requests for each of them and each kind."""

    plan: Plan
    desk: Desk
    servers: Mapping[str, Server]
    files: Mapping[tuple[str, str], Path]

    def turn(self, who: str, kind: str, first: int, count: int, rate: float | None = None) -> Cost:
        """Let one server answer so many requests of a kind; with a rate, as many a second."""
        order = {
            "requests": str(self.files[who, kind]),
            "first": first,
            "count": count,
            "connections": self.plan.clients,
            "rate": rate,
            "seconds": _SECONDS_AT_MOST,
        }
        return self.desk.measure(self.servers[who], order)


def copy_databases(address: Address) -> None:
    """Three copies of the loaded market: to rehearse in, for us, and for the baseline."""
    with psycopg.connect(_url(address, "postgres", driver="postgresql"), autocommit=True) as connection:
        for name in (REHEARSAL, OURS, BARE):
            connection.execute(f"CREATE DATABASE {name} TEMPLATE talkoo".encode())


def rehearsed(plan: Plan, address: Address, asked: Asked) -> Transcripts:
    """The transcripts of what is asked in the rounds."""
    once = {kind: several if kind in SINGLE else several[: plan.in_rounds] for kind, several in asked.items()}
    with settings_for(DATABASE_URL=_url(address, REHEARSAL), LOG_LEVEL="error"):
        return rehearsal.rehearse(once)


def set_up(
    stack: ExitStack, plan: Plan, address: Address, asked: Asked, transcripts: Transcripts, folder: Path
) -> Stage:
    """Start the servers and the generator; the stack ends them."""
    played = folder / "transcripts"
    rehearsal.keep(transcripts, played)
    ours = servers.serving(
        "bench.http.app:create",
        OURS,
        {**_ENVIRONMENT, "DATABASE_URL": _url(address, OURS)},
        processes=plan.processes,
        path=NOTHING,
        log=folder / "ours.log",
    )
    bare = servers.serving(
        "bench.http.bare:create",
        BARE,
        {
            "BENCH_DATABASE": _url(address, BARE, driver="postgresql"),
            "BENCH_TRANSCRIPTS": str(played),
        },
        processes=plan.processes,
        path="/search/0",
        log=folder / "bare.log",
    )
    running = {OURS: stack.enter_context(ours), BARE: stack.enter_context(bare)}
    desk = stack.enter_context(servers.desk(address.plain_url))
    files = _files(plan, asked, folder)
    return Stage(plan, desk, {**running, EMPTY: running[OURS]}, files)


def same_rows(address: Address) -> bool:
    """Whether our database and the baseline's hold as many rows of what is written."""
    return _counted(address, OURS) == _counted(address, BARE)


def _counted(address: Address, database: str) -> list[object]:
    with psycopg.connect(_url(address, database, driver="postgresql")) as connection:
        counts = (connection.execute(f"SELECT count(*) FROM {table}".encode()) for table in _WRITTEN)  # noqa: S608 -- our own tables
        return [each.fetchone() for each in counts]


def _files(plan: Plan, asked: Asked, folder: Path) -> dict[tuple[str, str], Path]:
    """Reads come again and again until there are enough; what writes is asked once."""
    length = plan.in_rounds + plan.at_half
    wires: dict[tuple[str, str], list[bytes]] = {
        (EMPTY, EMPTY): [written("GET", NOTHING, {}, b"")] * length,
    }
    for kind in KINDS:
        several = asked[kind]
        wires[OURS, kind] = list(islice(cycle([each.wire for each in several]), length))
        numbered = (
            written(each.method, f"/{kind}/{number}", {}, each.body) for number, each in enumerate(several)
        )
        wires[BARE, kind] = list(islice(cycle(numbered), length))
    for (who, kind), wire in wires.items():
        (folder / f"{who}-{kind}.json").write_text(json.dumps([each.decode("latin-1") for each in wire]))
    return {(who, kind): folder / f"{who}-{kind}.json" for who, kind in wires}


def _url(address: Address, database: str, *, driver: str = "postgresql+psycopg") -> str:
    chosen = make_url(address.url).set(database=database, drivername=driver)
    return chosen.render_as_string(hide_password=False)


@contextmanager
def settings_for(**environment: str) -> Iterator[None]:
    """Other settings for as long as the block lasts."""
    before = dict(os.environ)
    os.environ.update(_ENVIRONMENT | environment)
    settings.cache_clear()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()
