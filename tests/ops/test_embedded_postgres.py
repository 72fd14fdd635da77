"""A developer's data survive whatever happens to the server, and nothing is left running behind."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ops import embedded_postgres, postgres_folder
from tests.together import eventually


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    """A folder as the first start makes it, for the tests to copy: `initdb` takes a second."""
    with tempfile.TemporaryDirectory(prefix="talkoo-test-") as above:
        place = Path(above, "postgres")
        embedded_postgres.start(place)
        embedded_postgres.stop(place)
        yield place


@pytest.fixture
def empty() -> Iterator[Path]:
    """Below the open temporary folder, because a server started by root runs as another user."""
    with tempfile.TemporaryDirectory(prefix="talkoo-test-") as above:
        place = Path(above, "postgres")
        yield place
        embedded_postgres.stop(place)


@pytest.fixture
def folder(cluster: Path, empty: Path) -> Path:
    subprocess.run(["cp", "-a", cluster, empty], check=True)
    return empty


def test_the_data_survive_a_stop_and_a_second_start(folder: Path) -> None:
    write(embedded_postgres.start(folder), "kept")
    embedded_postgres.stop(folder)
    assert embedded_postgres.running(folder) is None
    assert read(embedded_postgres.start(folder)) == "kept"


def test_a_second_start_finds_the_running_server(folder: Path) -> None:
    first = embedded_postgres.start_for_tests(folder)
    before = postmaster(folder)
    assert embedded_postgres.start_for_tests(folder) == first == embedded_postgres.running(folder)
    assert postmaster(folder) == before


def test_a_start_after_kill_9_takes_over_with_the_data(folder: Path) -> None:
    write(embedded_postgres.start(folder), "survived")
    killed = postmaster(folder)
    os.kill(killed, signal.SIGKILL)
    wait_until_gone(killed)
    assert read(embedded_postgres.start(folder)) == "survived"
    assert postmaster(folder) != killed


def test_a_pid_file_whose_pid_went_to_somebody_else_does_not_block_the_start(folder: Path) -> None:
    write(embedded_postgres.start(folder), "still here")
    pid_file = postgres_folder.data(folder) / "postmaster.pid"
    ours = pid_file.read_text().replace(str(postmaster(folder)), str(os.getpid()), 1)
    embedded_postgres.stop(folder)
    pid_file.write_text(ours)
    assert read(embedded_postgres.start(folder)) == "still here"


def test_a_broken_first_start_leaves_nothing_that_blocks_the_next(empty: Path) -> None:
    (empty / "data.unfinished" / "base").mkdir(parents=True)
    write(embedded_postgres.start_for_tests(empty), "fine")


def test_a_folder_with_a_very_long_or_odd_path_gets_a_socket_all_the_same(folder: Path) -> None:
    odd = folder.rename(folder.parent / ("a folder, named at length & 100% odd " * 3))
    try:
        write(embedded_postgres.start_for_tests(odd), "reachable")
    finally:
        embedded_postgres.stop(odd)


def test_nobody_gets_the_address_of_a_server_that_works_in_another_folder(folder: Path) -> None:
    embedded_postgres.start_for_tests(folder)
    stranger = folder.parent / "stranger"
    postgres_folder.data(stranger).mkdir(parents=True)
    pid_file = (postgres_folder.data(folder) / "postmaster.pid").read_text()
    (postgres_folder.data(stranger) / "postmaster.pid").write_text(pid_file)
    with pytest.raises(AssertionError, match="works in"):
        embedded_postgres.running(stranger)


def test_a_test_server_ends_with_the_process_that_started_it_even_if_that_is_killed(folder: Path) -> None:
    code = f"""
import os, signal
from pathlib import Path
from ops import embedded_postgres
embedded_postgres.start_for_tests(Path({str(folder)!r}))
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert eventually(lambda: not postgres_folder.inhabitants(folder))


def test_data_of_another_major_version_are_left_alone(empty: Path) -> None:
    version = postgres_folder.data(empty) / "PG_VERSION"
    version.parent.mkdir(parents=True)
    version.write_text("15\n")
    with pytest.raises(embedded_postgres.EmbeddedPostgresError, match="made by PostgreSQL 15"):
        embedded_postgres.start(empty)
    assert version.read_text() == "15\n"


def write(address: embedded_postgres.Address, word: str) -> None:
    with psycopg.connect(address.plain_url) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [word])


def read(address: embedded_postgres.Address) -> str:
    with psycopg.connect(address.plain_url) as connection:
        row = connection.execute("SELECT word FROM kept").fetchone()
    assert row is not None
    return str(row[0])


def postmaster(folder: Path) -> int:
    return int(postgres_folder.postmaster_file(folder)[0])


def wait_until_gone(pid: int) -> None:
    assert eventually(lambda: not Path("/proc", str(pid), "cwd").exists())
