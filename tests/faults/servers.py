"""PostgreSQL servers of a test's own on loopback ports: a primary with a standby, or one on a small disk."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from ops import embedded_postgres
from ops import postgres_programs as postgres
from tests.faults.programs import Program
from tests.ports import free_port

DATABASE = "talkoo"
_USER = "postgres"


class Server:
    """One server; its data are below `folder`."""

    def __init__(self, folder: Path, name: str, **settings: str) -> None:
        self.folder, self.data, self.port = folder, folder / name, free_port()
        manners = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "shared_buffers": "32MB",
            "max_connections": "100",
            **settings,
        }
        words = [word for key, value in manners.items() for word in ("-c", f"{key}={value}")]
        command = [postgres.program("postgres"), "-D", str(self.data), *words]
        self.program = Program(
            name, command, postgres.environment(), folder.parent, ready=lambda _: self.answers(),
            owner=embedded_postgres.owner(),
        )  # fmt: skip

    @property
    def plain_url(self) -> str:
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/postgres"

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{_USER}@127.0.0.1:{self.port}/{DATABASE}"

    def initialise(self) -> None:
        """Make an empty cluster."""
        self.data.mkdir(mode=0o700)
        postgres.let_in(self.data)
        terms = ("-U", _USER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--wal-segsize=4")
        postgres.run([postgres.program("initdb"), "-D", str(self.data), *terms])

    def copy(self, primary: "Server") -> None:
        """Become the standby of a primary."""
        self.data.mkdir(mode=0o700)
        postgres.let_in(self.data)
        source = ("-h", "127.0.0.1", "-p", str(primary.port), "-U", _USER)
        terms = ("-D", str(self.data), *source, "-X", "stream", "-R", "-c", "fast")
        postgres.run([postgres.program("pg_basebackup"), *terms])

    def run(self, statement: str) -> None:
        """Run one statement outside a transaction."""
        with psycopg.connect(self.plain_url, autocommit=True) as connection:
            connection.execute(statement)

    def answers(self) -> bool:
        """Whether it answers, and is ours."""
        try:
            with psycopg.connect(self.plain_url, connect_timeout=2) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.Error:
            return False
        assert row is not None
        assert Path(row[0]).resolve() == self.data.resolve(), "somebody else's server has this port"
        return True

    def crash(self) -> None:
        """End it without a checkpoint."""
        self._control("stop", "-m", "immediate")
        self.program.stop()

    def promote(self) -> None:
        """Make the standby the primary."""
        self._control("promote")

    def _control(self, verb: str, *terms: str) -> None:
        postgres.run([postgres.program("pg_ctl"), verb, "-D", str(self.data), "-w", *terms])


@contextmanager
def server_on(folder: Path, name: str = "primary", **settings: str) -> Iterator[Server]:
    """A running server with an empty database."""
    server = Server(folder, name, **settings)
    server.initialise()
    with ExitStack() as stack:
        stack.callback(server.program.stop)
        server.program.start()
        server.run(f"CREATE DATABASE {DATABASE}")
        yield server


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of this size on an empty folder. Skips the test where none may be mounted."""
    folder.mkdir()
    size = f"size={megabytes}m"
    mount = shutil.which("mount")
    made = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if not made or made.returncode != 0:
        pytest.skip(f"no file system may be mounted here: {made.stderr.strip() if made else 'no mount'}")
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
