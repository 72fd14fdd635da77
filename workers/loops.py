"""The loops of each part, put together and supervised."""

import os
import sys
from collections.abc import Callable
from threading import Event
from typing import Final

from celery import Celery

from domain.foundation.configuration.settings import Settings
from domain.foundation.jobs.heartbeats import HeartbeatFolder
from domain.foundation.jobs.loops import STALE_AFTER_SECONDS, Loop, Report, Supervisor
from domain.foundation.logging import get_logger
from workers import app as celery_app
from workers.clockwork import Scheduler
from workers.health import LOOPS, SUPERVISOR
from workers.relay import Listener, Relay
from workers.schedule import SCHEDULE
from workers.subscriptions import READERS
from workers.task import Work
from workers.watch import WorkerWatch

STALE_AFTER: Final = {"relay": 120.0}
"""Seconds, where a healthy step may take longer: the relay sends 400 messages in one, to a slow broker."""


def supervised(part: str, app: Celery, work: Callable[[], Work], chosen: Settings) -> Supervisor:
    """The loops of a part, not started yet."""
    report, news = _report(chosen), Event()
    publish = celery_app.publisher(app)
    watch = WorkerWatch(celery_app.counter(app), restart_process)
    if "worker" in LOOPS[part]:
        watch.connect()
    steps = {
        "relay": lambda: Relay(work().transactions, READERS, publish, news).step(),
        "listener": Listener(chosen.database_url, news).step,
        "clock": Scheduler(SCHEDULE, celery_app.asker(app)).step,
        "worker": watch.step,
    }
    loops = [
        Loop(name, steps[name], report=report, stale_after=STALE_AFTER.get(name, STALE_AFTER_SECONDS))
        for name in LOOPS[part]
        if name != SUPERVISOR
    ]
    return Supervisor(loops, restart=restart_process, report=report)


def restart_process(loop: str) -> None:
    """Replace this process by a new one of the same kind: the one state that surely works.

    What it was doing is in PostgreSQL and is sent again.
    """
    get_logger("workers").error("process_restarted", loop=loop)
    os.execv(sys.executable, [sys.executable, "-m", "workers", *sys.argv[1:]])  # noqa: S606 -- this program itself


def _report(chosen: Settings) -> Report:
    if chosen.heartbeat_folder is None:
        return lambda _: None
    return HeartbeatFolder(chosen.heartbeat_folder).write
