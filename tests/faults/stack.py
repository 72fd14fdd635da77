"""The product as it really runs, on this machine and for this test: processes, sockets, a database.

The database is a fresh one on the server of all tests. A test that kills PostgreSQL has a cluster of its own
with a disk it trusts (what is acknowledged is on it), in a temporary folder, reached by a unix socket; before
the first statement it says itself that its data directory is ours.
"""

import os
import random
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psycopg
from sqlalchemy import make_url

from domain import registry
from domain.foundation.persistence.database import Transactions, build_engine
from ops import embedded_postgres, postgres_folder, services
from ops import postgres_programs as postgres
from tests.faults.programs import Program, says
from tests.ports import free_port

WEBHOOK_SECRET = "whsec_faults"
_UNLIMITED = {
    "RATE_LIMIT": "1000000/second",
    "RATE_LIMIT_SIGN_IN": "1000000/second",
    "RATE_LIMIT_ACCOUNT": "1000000/second",
    "LOG_LEVEL": "warning",
}


class Stack:
    """Everything that runs. Programs are started by those who need them, and all stopped at the end."""

    def __init__(self, folder: Path, stack: ExitStack, server: Program | None, database_url: str) -> None:
        self.folder, self.server, self.database_url = folder, server, database_url
        self._stack = stack
        engine = build_engine(database_url, pool_size=8, name="faults")
        self.transactions = Transactions(engine)
        stack.callback(engine.dispose)
        registry.metadata().create_all(engine)
        self.environment = {
            **_UNLIMITED,
            "DATABASE_URL": database_url,
            "STRIPE_SECRET_KEY": "sk_sandbox_faults",
            "STRIPE_WEBHOOK_SECRETS": WEBHOOK_SECRET,
        }

    def api(self, *, processes: int, name: str = "api", **environment: str) -> tuple[Program, str]:
        """The API as `talkoo up` starts it, and its address."""
        port = free_port()
        command = services.api_command("127.0.0.1", port, processes)
        address = f"http://127.0.0.1:{port}"
        program = self._program(name, command, environment, ready=_all_answer(address, processes))
        return program, address

    def workers(self, part: str, **environment: str) -> Program:
        """Relay, worker or clock, or all in one."""
        command = (sys.executable, "-m", "workers", part)
        return self._program(part, command, environment, ready=says("workers ready"))

    def sandbox(self) -> str:
        """The payment sandbox, one for the whole stack, since it knows our customers. Its address."""
        if (known := self.environment.get("STRIPE_API_BASE")) is not None:
            return known
        port = free_port()
        command = (sys.executable, "-m", "sandbox", "--port", str(port))
        self._program("sandbox", command, {}, ready=says("sandbox ready")).start()
        self.environment["STRIPE_API_BASE"] = f"http://127.0.0.1:{port}"
        return self.environment["STRIPE_API_BASE"]

    def redis(self) -> tuple[Program, str]:
        """A Redis of our own that keeps nothing, and its address."""
        program = shutil.which("redis-server")
        assert program is not None
        port = free_port()
        manners = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self.folder))
        command = (program, "--port", str(port), *manners)
        ready = says("Ready to accept connections")
        return self._program("redis", command, {}, ready=ready), f"redis://127.0.0.1:{port}/0"

    def plain_url(self) -> str:
        """The database's address for the bare driver."""
        return make_url(self.database_url).set(drivername="postgresql").render_as_string(hide_password=False)

    def cut_the_power(self) -> None:
        """End PostgreSQL at once, without a checkpoint, and start it again when told to."""
        assert self.server is not None, "only a server of our own is ever killed"
        data = str(postgres_folder.data(self.folder / "postgres"))
        postgres.run([postgres.program("pg_ctl"), "stop", "-D", data, "-m", "immediate", "-w"])
        self.server.stop()

    def _program(self, name: str, command: object, environment: dict[str, str], **more: object) -> Program:
        program = Program(name, command, self.environment | environment, self.folder, **more)  # type: ignore[arg-type]
        self._stack.callback(program.stop)
        return program


@contextmanager
def standing(folder: Path, database_url: str) -> Iterator[Stack]:
    """A stack on this database; the rest is started by whoever needs it."""
    with ExitStack() as stack:
        yield Stack(folder, stack, None, database_url)


@contextmanager
def killable(folder: Path) -> Iterator[Stack]:
    """The same with a PostgreSQL of its own."""
    with ExitStack() as stack:
        server = _postgres(folder)
        stack.callback(server.stop)
        server.start()
        address = embedded_postgres.running(folder / "postgres")
        assert address is not None
        _assert_ours(address.plain_url, folder / "postgres")
        yield Stack(folder, stack, server, address.url)


def seed() -> random.Random:
    """Chance, with its seed in the output of a test that fails; TEST_SEED repeats it."""
    chosen = int(os.environ.get("TEST_SEED", random.SystemRandom().randrange(10**9)))
    print(f"TEST_SEED={chosen}")  # noqa: T201 -- pytest shows it where a test fails
    return random.Random(chosen)


def _postgres(folder: Path) -> Program:
    place = folder / "postgres"
    return Program(
        "postgres",
        embedded_postgres.command(place),
        {},
        folder,
        ready=lambda _: embedded_postgres.running(place) is not None,
        owner=embedded_postgres.owner(),
        ending=signal.SIGINT,
    )


def _assert_ours(url: str, folder: Path) -> None:
    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    assert Path(row[0]).resolve() == postgres_folder.data(folder).resolve()


def _all_answer(address: str, processes: int) -> object:
    """Ready when it answers and, of several processes, all have come up."""

    def ready(program: Program) -> bool:
        try:
            up = httpx.get(f"{address}/health/ready", timeout=5, trust_env=False).is_success
        except httpx.TransportError:
            return False
        return up and (processes == 1 or len(program.workers()) == processes)

    return ready
