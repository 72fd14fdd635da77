"""A PostgreSQL of the project's own, from a wheel: for development and tests, never for production.

A server belongs to a folder. It listens on a unix socket in that folder and nowhere else, and before anyone
gets its address it has said itself that its data directory is the folder's. A second start finds the
running server; a start after a crash takes over the data; nothing ever deletes them.

`start` leaves a server that outlives its starter, until `stop`. `start_for_tests` and the server of
`talkoo up` (`command`) end with the process that started them, even if it is killed.
As root the server runs as the user `pgserver`, because PostgreSQL refuses to run as root; its folder is then
best kept below folders others may enter (`tempfile`, not pytest's private `tmp_path`).
"""

import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from ops import lifeline, workplace
from ops import postgres_folder as home
from ops import postgres_programs as programs
from ops.postgres_programs import EmbeddedPostgresError, owner

__all__ = [
    "Address",
    "EmbeddedPostgresError",
    "command",
    "default_folder",
    "owner",
    "running",
    "start",
    "start_for_tests",
    "stop",
]

_SOCKET_LINE = 4  # of postmaster.pid, counted from nought
_SECONDS_TO_START = 60  # recovery after a crash on a slow disk
_SECONDS_TO_CLEAR = 15  # backends of a killed postmaster notice within a second and finish what they hold
_DEVELOPMENT = {
    "listen_addresses": "",
    "port": "5432",
    "shared_buffers": "128MB",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",  # start, stop, crashes; refused statements are the application's to log
    "log_checkpoints": "off",
    "max_parallel_workers_per_gather": "0",  # two cores, and containers with 64 MB of /dev/shm
    "jit": "off",
}
_FAST = {  # loses data when the machine stops, which a test's data may
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "1h",
    "io_method": "sync",  # no extra reader processes for each test server
}
_tied: dict[
    Path, subprocess.Popen[bytes]
] = {}  # servers that end with this process, to be reaped when stopped


@dataclass(frozen=True)
class Address:
    """Where a server listens: the folder of its socket."""

    socket: Path

    @property
    def url(self) -> str:
        """For SQLAlchemy, with psycopg 3. The port is said because PGPORT would otherwise speak."""
        return self._text("postgresql+psycopg")

    @property
    def plain_url(self) -> str:
        """For psql, psycopg and whatever else speaks libpq."""
        return self._text("postgresql")

    def _text(self, scheme: str) -> str:
        return (
            f"{scheme}://{home.USER}@/{home.DATABASE}?{urlencode({'host': str(self.socket), 'port': '5432'})}"
        )


def default_folder() -> Path:
    """`.talkoo/postgres` below the working folder; TALKOO_HOME moves `.talkoo`."""
    return workplace.folder() / "postgres"


def start(folder: Path) -> Address:
    """Start the folder's server, or find it running. It outlives us and ends with `stop`."""
    return _start(folder.resolve(), _launch_detached)


def start_for_tests(folder: Path) -> Address:
    """The same without care for the disk, which makes it quick; it ends with this process at the latest."""
    return _start(folder.resolve(), _launch_tied)


def command(folder: Path) -> list[str]:
    """The server's command in the foreground, for a supervisor that wants to see it die; prepares the folder.

    To be run as `owner`. `running` says when it is ready; SIGINT stops it cleanly.
    """
    folder = folder.resolve()
    with home.alone(folder):
        home.prepare(folder)
        _wait_for_orphans(folder)
    return _server(folder, _DEVELOPMENT)


def running(folder: Path) -> Address | None:
    """The address of the folder's server if it answers now."""
    lines = home.postmaster_file(folder.resolve())
    if len(lines) <= _SOCKET_LINE or not lines[_SOCKET_LINE]:  # no server, or one that has not opened yet
        return None
    address = Address(Path(lines[_SOCKET_LINE]))
    return address if _answers(address, folder.resolve()) else None


def stop(folder: Path) -> None:
    """Stop the folder's server cleanly, whoever started it; nothing to do where none runs."""
    folder = folder.resolve()
    with home.alone(folder):
        if running(folder) or home.inhabitants(folder):
            programs.run(
                [programs.program("pg_ctl"), "stop", "-D", str(home.data(folder)), "-m", "fast", "-w"]
            )
    if (process := _tied.pop(folder, None)) is not None:
        process.wait()


def _start(folder: Path, launch: Callable[[Path], None]) -> Address:
    with home.alone(folder):
        if (address := running(folder)) is not None:
            return address
        home.prepare(folder)
        if not _postmaster_lives(folder):
            _wait_for_orphans(folder)
            launch(folder)
        return _wait_until_ready(folder)


def _launch_detached(folder: Path) -> None:
    options = shlex.join(_server(folder, _DEVELOPMENT)[3:])
    where = ("-D", str(home.data(folder)), "-l", str(home.log(folder)))
    programs.run(
        [programs.program("pg_ctl"), "start", *where, "-o", options, "-w", "-t", str(_SECONDS_TO_START)]
    )


def _launch_tied(folder: Path) -> None:
    with home.log(folder).open("ab") as log:
        _tied[folder] = subprocess.Popen(
            lifeline.tied(_server(folder, _DEVELOPMENT | _FAST), ending=signal.SIGINT, owner=owner()),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=programs.environment(),
            start_new_session=True,  # a Ctrl-C in the terminal is for us, not for the server
        )


def _server(folder: Path, settings: dict[str, str]) -> list[str]:
    """`postgres -D …` and its settings; on the command line, so that no file of an older start speaks."""
    told = settings | {
        "unix_socket_directories": str(home.socket_folder(folder)),
        "unix_socket_permissions": "0700",
    }
    words = [word for name, value in told.items() for word in ("-c", f"{name}={value}")]
    return [programs.program("postgres"), "-D", str(home.data(folder)), *words]


def _wait_until_ready(folder: Path) -> Address:
    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until:
        if (address := running(folder)) is not None:
            return address
        if (process := _tied.get(folder)) is not None and process.poll() is not None:
            break
        time.sleep(0.05)
    raise EmbeddedPostgresError(
        f"PostgreSQL does not answer. The end of its log:\n{_last_lines(home.log(folder))}"
    )


def _wait_for_orphans(folder: Path) -> None:
    """Backends of a killed postmaster live on for a moment, and PostgreSQL refuses to start beside them."""
    until = time.monotonic() + _SECONDS_TO_CLEAR
    while not _postmaster_lives(folder) and home.inhabitants(folder):
        if time.monotonic() > until:
            raise EmbeddedPostgresError(
                f"Processes of a dead server still hold {folder}: {home.inhabitants(folder)}"
            )
        time.sleep(0.05)
    if not _postmaster_lives(folder):
        home.forget_dead_postmaster(folder)


def _postmaster_lives(folder: Path) -> bool:
    lines = home.postmaster_file(folder)
    return bool(lines) and int(lines[0]) in home.inhabitants(folder)


def _answers(address: Address, folder: Path) -> bool:
    """Whether a server answers there; that it is another folder's would be a bug, and nobody may use it."""
    try:
        with psycopg.connect(address.plain_url, connect_timeout=5) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
    except psycopg.OperationalError:
        return False
    if row is None or Path(row[0]).resolve() != home.data(folder):
        raise AssertionError(f"The server at {address.socket} works in {row}, not in {home.data(folder)}")
    return True


def _last_lines(path: Path) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-15:])
