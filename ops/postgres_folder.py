"""What lies in an embedded server's folder, and who lives there.

    data/          PostgreSQL's own; made aside and moved here whole, so a broken first start leaves nothing
    socket/        the only way in: a unix socket in a folder that only its owner may enter
    postgres.log   what the server says, which is little
    lock           held while somebody starts or stops the server

Everything is 0700: `trust` on the socket is safe because nobody else reaches the socket. Nothing here deletes
data, not even data that cannot be used.
"""

import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops import postgres_programs as programs

USER = "talkoo"
DATABASE = "talkoo"
_LONGEST_SOCKET_PATH = (
    100  # sun_path holds 104 bytes on macOS and 108 on Linux, with ".lock" for the neighbour
)
_SOCKET_NAME = ".s.PGSQL.5432"


def data(folder: Path) -> Path:
    """PostgreSQL's own folder."""
    return folder / "data"


def log(folder: Path) -> Path:
    """What the server says."""
    return folder / "postgres.log"


def prepare(folder: Path) -> None:
    """Make the folder and, the first time, an empty cluster in it with our user and database."""
    folder.mkdir(parents=True, exist_ok=True)
    programs.let_in(folder)
    log(folder).touch(mode=0o600)
    if (user := programs.owner()) is not None:
        os.chown(log(folder), *user)
    if not data(folder).exists():
        _make_cluster(folder)
    _assert_same_version(data(folder))


def socket_folder(folder: Path) -> Path:
    """Where the socket lives: beside the data, or under the temporary folder where that path is too long.

    The system cuts socket paths at about 100 bytes and libpq reads a comma as the start of another host.
    """
    beside = folder / "socket"
    if len(os.fsencode(beside / _SOCKET_NAME)) > _LONGEST_SOCKET_PATH or "," in str(beside):
        name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        beside = Path(tempfile.gettempdir()).resolve() / f"talkoo-{name}"
    beside.mkdir(mode=0o700, exist_ok=True)
    _assert_nobody_elses(beside)
    programs.let_in(beside)
    return beside


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Only one process at a time starts or stops the server of a folder; the others wait."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def postmaster_file(folder: Path) -> list[str]:
    """The lines of `postmaster.pid` (pid, data, start, port, socket folder, …); empty where there is none."""
    try:
        return (data(folder) / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def inhabitants(folder: Path) -> set[int]:
    """The pids of all PostgreSQL processes that work in this data folder, orphans of a dead postmaster too.

    A pid in a file proves nothing, somebody else may carry it by now; a live process's working folder does.
    Only Linux tells. Elsewhere the answer is empty and PostgreSQL's own check of its pid file has to do.
    """
    if sys.platform != "linux":
        return set()
    home = str(data(folder).resolve())
    return {
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _lives_in(entry, home)
    }


def forget_dead_postmaster(folder: Path) -> None:
    """Remove the pid files of a server that is certainly gone.

    PostgreSQL takes any live pid in them for a running server, though somebody else may carry it by now or
    nobody has collected the dead process.
    """
    lines = postmaster_file(folder)
    if (
        sys.platform == "linux"
        and lines
        and not inhabitants(folder)
        and not _is_postgres(Path("/proc", lines[0]))
    ):
        (socket_folder(folder) / f"{_SOCKET_NAME}.lock").unlink(missing_ok=True)
        (data(folder) / "postmaster.pid").unlink()


def _lives_in(process: Path, home: str) -> bool:
    """Whether the process is a living PostgreSQL with this working folder."""
    try:
        return (process / "cwd").readlink() == Path(home) and _is_postgres(process)
    except OSError:  # it ended while we looked, or is somebody else's
        return False


def _is_postgres(process: Path) -> bool:
    """Whether it is a living PostgreSQL; a killed one stays a zombie where nobody collects the dead."""
    try:
        state = (process / "stat").read_text().partition("(postgres) ")[2][:1]
    except OSError:  # there is no such process
        return False
    return state not in {"", "Z", "X"}


def _make_cluster(folder: Path) -> None:
    """Make the cluster aside and move it into place when whole; leftovers of a broken try never held data.

    The built-in locale sorts the same on every machine and survives upgrades of the system's C library.
    """
    aside = folder / "data.unfinished"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    programs.let_in(aside)
    locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    programs.run([programs.program("initdb"), "-D", str(aside), "-U", USER, "--auth=trust", *locale])
    single = [
        programs.program("postgres"),
        "--single",
        "-D",
        str(aside),
        "-c",
        "log_min_messages=fatal",
        "postgres",
    ]
    programs.run(single, given=f"CREATE DATABASE {DATABASE};\n")
    aside.rename(data(folder))


def _assert_same_version(cluster: Path) -> None:
    """Data of another major version is left alone."""
    made_by = (cluster / "PG_VERSION").read_text().strip()
    if made_by != programs.VERSION:
        raise programs.EmbeddedPostgresError(
            f"The data in {cluster} was made by PostgreSQL {made_by}, this is {programs.VERSION}. "
            "Move the folder away, or bring its data over with pg_dump."
        )


def _assert_nobody_elses(place: Path) -> None:
    """A folder under the temporary one may have been put there by another user to lure us in."""
    expected = {os.geteuid(), (programs.owner() or (os.geteuid(), 0))[0]}
    if place.is_symlink() or place.stat().st_uid not in expected:
        raise programs.EmbeddedPostgresError(
            f"{place} belongs to somebody else; not using it for the socket."
        )
