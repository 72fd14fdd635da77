"""A worker that lives and works no more is noticed; health reads the heartbeats of a part's loops."""

from pathlib import Path
from time import monotonic

import pytest

from domain.foundation.configuration.settings import Settings
from domain.foundation.jobs.heartbeats import Heartbeat, HeartbeatFolder
from workers import app as celery_app
from workers import health, watch
from workers.app import DELIVERIES
from workers.watch import WorkerWatch


@pytest.fixture
def restarted() -> list[str]:
    return []


def silent(restarted: list[str], *, waiting: int) -> WorkerWatch:
    """A watch on a worker in which nothing has happened for longer than it may."""
    made = WorkerWatch(lambda: waiting, restarted.append)
    made._active_at = monotonic() - watch.SILENT_SECONDS - 1
    return made


def test_a_worker_that_takes_no_message_although_some_wait_is_restarted(restarted: list[str]) -> None:
    silent(restarted, waiting=3).step()
    assert restarted == ["worker"]


def test_a_worker_that_has_nothing_to_do_is_well(restarted: list[str]) -> None:
    idle = silent(restarted, waiting=0)
    idle.step()
    idle._waiting = lambda: 3
    idle.step()
    assert restarted == []


def test_a_worker_that_began_or_ended_a_task_is_well(restarted: list[str]) -> None:
    busy = silent(restarted, waiting=3)
    busy.note_activity(task_id="1")
    busy.step()
    assert restarted == []


def test_the_messages_that_wait_are_counted() -> None:
    app = celery_app.create(Settings(broker_url="memory://counted"))
    count = celery_app.counter(app)
    before = count()
    celery_app.asker(app)(next(iter(celery_app.SCHEDULE.values())))
    assert count() == before + 1
    with app.connection_for_write() as connection, connection.channel() as channel:
        channel.queue_purge(DELIVERIES)
        channel.queue_purge(celery_app.SWEEPS)


def test_health_names_the_loop_that_is_not_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(health, "settings", lambda: Settings(heartbeat_folder=tmp_path))
    folder, now = HeartbeatFolder(tmp_path), monotonic()
    for name in health.LOOPS["relay"]:
        folder.write(Heartbeat(name, 1, beat_at=now, stale_after=60))
    assert health.main(["relay"]) == 0
    failing = {"failing_since": now - 100, "failures": 40, "error": "OperationalError"}
    folder.write(Heartbeat("relay", 1, beat_at=now, stale_after=60, **failing))  # type: ignore[arg-type]
    capsys.readouterr()
    assert health.main(["relay"]) == 1
    assert capsys.readouterr().out == "relay: failing for 100 s: OperationalError\n"
    assert health.main(["clock"]) == 1
    assert "clock: no heartbeat" in capsys.readouterr().out


def test_health_without_a_folder_says_what_is_missing() -> None:
    assert health.problems("all", Settings(heartbeat_folder=None)) == [
        "HEARTBEAT_FOLDER is not set, so nobody knows how the loops are."
    ]
