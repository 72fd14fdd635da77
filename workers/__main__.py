"""`python -m workers all|worker|relay|clock`: the processes behind the API.

With the in-process broker all three are one process, since what is in memory is seen by nobody else.
`python -m workers.health` says how their loops are.
"""

import argparse
import signal
import sys
import warnings
from contextlib import suppress
from functools import lru_cache
from threading import Event

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import worker_shutting_down

from domain.foundation import logging
from domain.foundation.configuration.settings import settings
from domain.foundation.persistence.database import Transactions, build_engine
from domain.payments.provider.stripe_gateway import StripeGateway
from workers import app as celery_app
from workers import loops
from workers.health import LOOPS
from workers.task import Work

THREADS = 4
SECONDS_BEFORE_STARTING_ANEW = 1.0  # a broker that is away is not asked more often than that


def main(arguments: list[str] | None = None) -> int:
    """Run the part that was asked for until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m workers", description=__doc__)
    parser.add_argument("part", choices=[*LOOPS])
    part = parser.parse_args(arguments).part
    logging.configure_logging(settings().log_level)
    app, stop = celery_app.create(settings()), Event()
    work = lru_cache(maxsize=1)(_work)
    celery_app.serve(app, work)
    supervisor = loops.supervised(part, app, work, settings())
    consumes = "worker" in LOOPS[part]
    if not consumes:
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: stop.set())
    # The warning is about pickle, which we never accept.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    supervisor.start()
    sys.stdout.write("workers ready\n")
    sys.stdout.flush()
    if consumes:
        _consume(app)
    else:
        stop.wait()
    supervisor.stop(timeout=5)
    return 0


def _consume(app: Celery) -> None:
    """Work until told to stop. A worker that loses its broker may end or stay deaf; then it starts again."""
    asked = Event()
    worker_shutting_down.connect(lambda **_: asked.set(), weak=False)
    with suppress(SystemExit, Exception):
        app.worker_main([
            "--quiet", "worker", f"--queues={celery_app.DELIVERIES},{celery_app.SWEEPS}",
            f"--concurrency={THREADS}", "--pool=threads", "--loglevel=warning",
            "--without-gossip", "--without-mingle", "--without-heartbeat",
        ])  # fmt: skip
    if not asked.is_set():
        asked.wait(SECONDS_BEFORE_STARTING_ANEW)
        loops.restart_process("celery")


def _work() -> Work:
    engine = build_engine(settings().database_url, pool_size=THREADS + 2, name="talkoo workers")
    return Work(Transactions(engine), StripeGateway.from_settings(settings()))


if __name__ == "__main__":
    sys.exit(main())
