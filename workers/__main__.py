"""`python -m workers all|worker|relay|clock`: the processes behind the API.

With the in-process broker all three are one process, since what is in memory is seen by nobody else.
"""

import argparse
import os
import signal
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from threading import Event, Thread

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import worker_shutting_down

from domain.foundation import logging
from domain.foundation.database import Transactions, engine_for
from domain.foundation.logging import log
from domain.foundation.settings import settings
from domain.payments.stripe_gateway import StripeGateway
from workers import app as celery_app
from workers import clockwork, relay
from workers.schedule import SCHEDULE
from workers.subscriptions import READERS
from workers.task import Work

THREADS = 4
SECONDS_BEFORE_STARTING_ANEW = 1.0  # a broker that is away is not asked more often than that


def main(arguments: list[str] | None = None) -> int:
    """Run the parts that were asked for until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m workers", description=__doc__)
    parser.add_argument("part", choices=["all", "worker", "relay", "clock"])
    part = parser.parse_args(arguments).part
    logging.configure(settings().log_level)
    app, stop = celery_app.create(settings()), Event()
    work = lru_cache(maxsize=1)(_work)
    celery_app.serve(app, work)
    loops = [loop for name, loop in _loops(app, work, stop).items() if part in {name, "all"}]
    if part in {"all", "worker"}:
        # The warning is about pickle, which we never accept.
        warnings.filterwarnings("ignore", category=SecurityWarning)
        for loop in loops:
            loop.start()
        sys.stdout.write("workers ready\n")
        sys.stdout.flush()
        _consume(app)
    else:
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: stop.set())
        for loop in loops:
            loop.start()
        sys.stdout.write("workers ready\n")
        sys.stdout.flush()
        stop.wait()
    stop.set()
    for loop in loops:
        loop.join(timeout=5)
    return 0


def _consume(app: Celery) -> None:
    """Work until told to stop. A worker that loses its broker may end or lose its ears; then it starts anew.

    A new process is the one state that surely hears: what it was at is in PostgreSQL and is sent again.
    """
    asked = Event()
    worker_shutting_down.connect(lambda **_: asked.set(), weak=False)
    with suppress(SystemExit, Exception):
        app.worker_main([
            "--quiet", "worker", f"--queues={celery_app.DELIVERIES},{celery_app.SWEEPS}",
            f"--concurrency={THREADS}", "--pool=threads", "--loglevel=warning",
            "--without-gossip", "--without-mingle", "--without-heartbeat",
        ])  # fmt: skip
    if not asked.is_set():
        log("workers").warning("starting_anew")
        asked.wait(SECONDS_BEFORE_STARTING_ANEW)
        os.execv(sys.executable, [sys.executable, "-m", "workers", *sys.argv[1:]])  # noqa: S606 -- ourselves


def _loops(app: Celery, work: Callable[[], Work], stop: Event) -> dict[str, Thread]:
    publish, ask = celery_app.publisher(app), celery_app.asker(app)
    return {
        "relay": Thread(
            target=lambda: relay.run(settings().database_url, work().transactions, READERS, publish, stop),
            name="relay",
            daemon=True,
        ),
        "clock": Thread(target=lambda: clockwork.run(SCHEDULE, ask, stop), name="clock", daemon=True),
    }


def _work() -> Work:
    engine = engine_for(settings().database_url, pool_size=THREADS + 2, name="talkoo workers")
    return Work(Transactions(engine), StripeGateway.from_settings(settings()))


if __name__ == "__main__":
    sys.exit(main())
