"""The courier lives on whatever happens: one bad timer or delivery holds up no other."""

import pytest

from sandbox import timers
from sandbox.store import SandboxStore
from sandbox.webhooks.webhook_sender import WebhookSender
from tests.together import eventually


@pytest.fixture
def store() -> SandboxStore:
    return SandboxStore(":memory:")


def timer(store: SandboxStore, action: str) -> None:
    store.rows("INSERT INTO timers (due_at, action, subject, account) VALUES (1, ?, 'nobody', '')", action)


def test_a_timer_that_fails_is_set_aside_and_the_next_has_its_turn(store: SandboxStore) -> None:
    timer(store, "no_such_action")
    timer(store, "make_available")
    assert timers.run_due_timers(store, 2) == 1
    assert timers.run_due_timers(store, 2) == 0
    assert store.rows("SELECT action FROM timers_set_aside") == [("no_such_action",)]


def delivery(store: SandboxStore, endpoint: str, url: object, rank: int) -> None:
    store.insert({"id": endpoint, "object": "webhook_endpoint", "url": url}, hidden={"secret": "whsec_x"})
    store.insert({"id": f"evt_{endpoint}", "object": "event", "pending_webhooks": 1})
    store.rows(
        "INSERT INTO deliveries (event, endpoint, due_at, rank) VALUES (?, ?, 1, ?)",
        f"evt_{endpoint}", endpoint, rank,
    )  # fmt: skip


@pytest.mark.parametrize("url", ["http://127.0.0.1:port", "http://[", "http://\x00", None, 7, {}], ids=repr)
def test_a_delivery_that_cannot_be_attempted_waits_and_the_next_has_its_turn(
    store: SandboxStore, url: object
) -> None:
    delivery(store, "we_odd", url, rank=1)
    delivery(store, "we_gone", "http://127.0.0.1:1", rank=2)
    assert WebhookSender(store, lambda: 1).deliver_due() == 2
    assert store.rows("SELECT attempts, due_at > 1 FROM deliveries") == [(1, 1), (1, 1)]


def test_a_courier_survives_a_store_that_fails(store: SandboxStore, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = [OSError(28, "No space left on device"), MemoryError(), SystemExit(1)]
    run = timers.run_due_timers

    def broken(store: SandboxStore, now: int) -> int:
        if faults:
            raise faults.pop(0)
        return run(store, now)

    monkeypatch.setattr(timers, "run_due_timers", broken)
    timer(store, "make_available")
    sender = WebhookSender(store, lambda: 2)
    sender.start()
    assert eventually(lambda: not store.rows("SELECT seq FROM timers"))
    sender.stop()
