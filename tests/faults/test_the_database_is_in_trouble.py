"""A full disk, a read-only server, a fail-over: no acknowledged booking is lost, the only error is 503."""

import errno
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from domain.foundation.ids import decode
from tests.faults.people import People, Want
from tests.faults.programs import Program, pause, until
from tests.faults.servers import DATABASE, Server, server_on, small_disk
from tests.faults.shoppers import Shoppers
from tests.faults.stack import Stack
from tests.together import PATIENCE

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

WANTED = 40
DISK_MEGABYTES = 220
SECONDS_TO_RECOVER = 60.0


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="talkoo-trouble-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@contextmanager
def market(folder: Path, url: str) -> Iterator[tuple[Stack, str, list[Want]]]:
    """An API of two processes on this database, and people who want bookings."""
    with ExitStack() as programs:
        stack = Stack(folder, programs, None, url)
        people = People(stack.transactions)
        people.provider("Ellen")
        offer = people.offer("Ellen")
        wants = [people.wants(1, offer, people.fresh_start(), first=number)[0] for number in range(WANTED)]
        api, address = stack.api(processes=2)
        api.start()
        yield stack, address, wants


def check_nothing_is_lost(stack: Stack, shoppers: Shoppers) -> None:
    assert shoppers.surprises == [], "nothing but 503 was said"
    assert len(shoppers.booked) == WANTED
    assert all(wait.isdigit() and int(wait) >= 1 for wait in shoppers.waits)
    stack.transactions.engine.dispose()
    with stack.transactions() as session:
        kept = set(session.execute(text("SELECT id FROM bookings")).scalars())
    assert kept == {decode("bkg", booking) for booking in shoppers.booked}


def booked(shoppers: Shoppers, count: int) -> Callable[[], bool]:
    return lambda: len(shoppers.booked) >= count


def is_ready(address: str) -> bool:
    return httpx.get(f"{address}/health/ready", timeout=30, trust_env=False).status_code == 204


def get(address: str, path: str) -> int:
    return httpx.get(f"{address}{path}", timeout=30, trust_env=False).status_code


def test_on_a_read_only_server_reads_go_on_writes_are_refused_and_it_is_not_ready(folder: Path):
    (folder / "postgres").mkdir()
    with server_on(folder / "postgres") as server, market(folder, server.url) as (stack, address, wants):
        assert is_ready(address)
        with Shoppers(address, wants, pays=False).shopping() as shoppers:
            until(booked(shoppers, WANTED // 4), PATIENCE, "people book")
            server.run("ALTER SYSTEM SET default_transaction_read_only = on")
            server.run("SELECT pg_reload_conf()")
            until(lambda: not is_ready(address), SECONDS_TO_RECOVER, "it is not ready")
            assert get(address, "/markets") == 200
            pause(1.0)
            with_read_only = len(shoppers.booked)
            pause(1.0)
            assert len(shoppers.booked) == with_read_only
            # ALTER SYSTEM is allowed in a read-only transaction.
            server.run("ALTER SYSTEM RESET default_transaction_read_only")
            server.run("SELECT pg_reload_conf()")
            until(lambda: is_ready(address), SECONDS_TO_RECOVER, "it is ready again")
        assert "5" in shoppers.waits
        check_nothing_is_lost(stack, shoppers)


def test_on_a_full_disk_nothing_acknowledged_is_lost_and_it_recovers_when_there_is_room(folder: Path):
    with small_disk(folder / "disk", DISK_MEGABYTES) as disk:
        wal = {"min_wal_size": "16MB", "max_wal_size": "32MB"}
        with server_on(disk, **wal) as server, market(folder, server.url) as (stack, address, wants):
            with Shoppers(address, wants, pays=False).shopping() as shoppers:
                until(booked(shoppers, WANTED // 4), PATIENCE, "people book")
                ballast = fill(disk)
                until(lambda: len(shoppers.waits) >= 5, PATIENCE, "somebody is sent away")
                pause(3.0)
                assert get(address, "/health/live") == 204
                assert get(address, "/markets") in {200, 503}
                ballast.unlink()
                restart(server.program)
            check_nothing_is_lost(stack, shoppers)
            print(f"waits told: {sorted(set(shoppers.waits))}, {len(shoppers.waits)} times")  # noqa: T201 -- figures


def fill(disk: Path) -> Path:
    """A file that takes all the room that is left."""
    ballast = disk / "ballast"
    block = b"x" * 65_536
    descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    try:
        with suppress_no_space():
            while True:
                os.write(descriptor, block)
    finally:
        os.close(descriptor)
    return ballast


@contextmanager
def suppress_no_space() -> Iterator[None]:
    """Until the file system is full."""
    try:
        yield
    except OSError as full:
        if full.errno != errno.ENOSPC:
            raise


def restart(program: Program) -> None:
    """Start the server again if it has given up."""
    if not program.runs:
        program.start()


def test_after_a_fail_over_the_api_finds_the_new_primary_by_itself(folder: Path):
    place = folder / "postgres"
    place.mkdir()
    with server_on(place) as primary, ExitStack() as programs:
        standby = Server(place, "standby")
        hosts = f"host=127.0.0.1,127.0.0.1&port={primary.port},{standby.port}"
        url = f"postgresql+psycopg://postgres@/{DATABASE}?{hosts}&target_session_attrs=read-write"
        with market(folder, url) as (stack, address, wants):
            standby.copy(primary)
            programs.callback(standby.program.stop)
            standby.program.start()
            # From now on a commit is acknowledged when the standby has it.
            primary.run("ALTER SYSTEM SET synchronous_standby_names = '*'")
            primary.run("SELECT pg_reload_conf()")
            with Shoppers(address, wants, pays=False).shopping() as shoppers:
                until(booked(shoppers, WANTED // 4), PATIENCE, "people book")
                primary.crash()
                standby.promote()
                began = time.monotonic()
                enough = len(shoppers.booked) + 1
                until(booked(shoppers, enough), SECONDS_TO_RECOVER, "people book again")
                print(f"first booking {time.monotonic() - began:.2f} s after the promotion")  # noqa: T201 -- figures
            check_nothing_is_lost(stack, shoppers)
            assert is_ready(address)
