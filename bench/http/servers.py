"""The servers under measurement, the generator that asks them, and what their requests cost."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench.machine import cpu_seconds, family
from ops import lifeline, steps

_FIRST_PORT = 18_400
_SECONDS_TO_START = 60.0
_SECONDS_TO_STOP = 15.0
_REFUSED = 400  # statuses from here on are no answers
_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: its port, its first process, its database."""

    port: int
    pid: int
    database: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What some requests took: latencies in milliseconds, all else in seconds."""

    latencies: list[float]
    seconds: float
    app_cpu: float
    database_cpu: float
    generator_cpu: float
    failures: int


class Desk:
    """Sends orders to the generator and looks at what everybody used meanwhile."""

    def __init__(self, generator: "subprocess.Popen[str]", observer: psycopg.Connection) -> None:
        self._generator, self._observer = generator, observer

    def measure(self, server: Server, order: Mapping[str, Any]) -> Cost:
        """Carry out one order against a server."""
        before = self._used(server)
        told = self._ask({"port": server.port, **order})
        after = self._used(server)
        return Cost(
            latencies=told["latencies"],
            seconds=told["seconds"],
            app_cpu=after[0] - before[0],
            database_cpu=after[1] - before[1],
            generator_cpu=told["cpu_seconds"],
            failures=told["lost"]
            + sum(count for status, count in told["statuses"].items() if int(status) >= _REFUSED),
        )

    def _used(self, server: Server) -> tuple[float, float]:
        backends = [pid for (pid,) in self._observer.execute(_BACKENDS, [server.database])]
        return cpu_seconds(family(server.pid)), cpu_seconds(backends)

    def _ask(self, order: Mapping[str, Any]) -> dict[str, Any]:
        assert self._generator.stdin is not None
        assert self._generator.stdout is not None
        self._generator.stdin.write(json.dumps(order) + "\n")
        self._generator.stdin.flush()
        line = self._generator.stdout.readline()
        assert line, "the load generator has ended"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def desk(plain_url: str) -> Iterator[Desk]:
    """A generator in a process of its own, and a connection to look from."""
    generator = subprocess.Popen(
        lifeline.tied([sys.executable, "-m", "bench.generator"], ending=signal.SIGTERM),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        with psycopg.connect(plain_url, autocommit=True) as observer:
            yield Desk(generator, observer)
    finally:
        _end(generator)


@contextmanager
def serving(
    factory: str, database: str, environment: Mapping[str, str], *, processes: int, path: str, log: Path
) -> Iterator[Server]:
    """A server of so many processes, as production runs it, that answers on `path`."""
    port = steps.free_port("127.0.0.1", _FIRST_PORT)
    several = ["--workers", str(processes)] if processes > 1 else []  # one needs no second one above it
    manners = [*several, "--no-server-header", "--no-access-log", "--log-level", "error"]
    command = ["uvicorn", factory, "--factory", "--host", "127.0.0.1", "--port", str(port), *manners]
    with log.open("wb") as told:
        process = subprocess.Popen(
            lifeline.tied([sys.executable, "-m", *command], ending=signal.SIGTERM),
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            env={**os.environ, **environment},
        )
    try:
        _wait(process, port, path, log)
        yield Server(port, process.pid, database)
    finally:
        _end(process)


def _wait(process: "subprocess.Popen[bytes]", port: int, path: str, log: Path) -> None:
    until = time.monotonic() + _SECONDS_TO_START
    while not _answers(port, path):
        assert process.poll() is None, f"a server ended before it answered:\n{log.read_text()[-2_000:]}"
        assert time.monotonic() < until, f"a server did not answer in time:\n{log.read_text()[-2_000:]}"
        time.sleep(0.05)


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < _REFUSED
    except OSError:
        return False
    finally:
        connection.close()


def _end(process: "subprocess.Popen[Any]") -> None:
    process.terminate()
    try:
        process.communicate(timeout=_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
