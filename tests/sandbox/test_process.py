"""The process: it starts, survives being killed, stops when told, and listens to this machine only."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import stripe

from sandbox.server import start_server
from tests.sandbox.sandbox_client import NO_REDIRECTS, SandboxClient, WebhookReceiver
from tests.together import PATIENCE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    running: list[subprocess.Popen[str]] = []
    yield running
    for process in running:
        process.kill()
        process.communicate()


def launch(processes: list[subprocess.Popen[str]], *arguments: str) -> SandboxClient:
    command = [sys.executable, "-m", "sandbox", "--port", "0", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    processes.append(process)
    assert process.stdout is not None
    ready = process.stdout.readline()
    assert ready.startswith("sandbox ready on http://127.0.0.1:")
    return SandboxClient(ready.split()[-1])


def test_a_killed_process_loses_nothing_it_acknowledged(
    processes: list[subprocess.Popen[str]], tmp_path: Path
) -> None:
    state = ("--state", str(tmp_path / "state.db"))
    before = launch(processes, *state)
    request_params = {"amount": 1_000, "currency": "sgd", "payment_method": "pm_card_visa", "confirm": True,
            "automatic_payment_methods": NO_REDIRECTS}  # fmt: skip
    before.control("clock", {"advance": 100})
    before.control("faults", {"action": "after", "endpoint": "POST /v1/payment_intents"})
    with pytest.raises(stripe.APIConnectionError):
        before.stripe.payment_intents.create(request_params, {"idempotency_key": "one"})
    kept = before.payment(2_000)
    processes[0].send_signal(signal.SIGKILL)
    processes[0].wait()
    before.http.close()
    after = launch(processes, *state)
    assert after.stripe.payment_intents.retrieve(kept.id).status == "succeeded"
    again = after.stripe.payment_intents.create(request_params, {"idempotency_key": "one"})
    assert again.last_response.headers["idempotent-replayed"] == "true"
    assert len(after.stripe.payment_intents.list().data) == 2
    assert after.control("clock")["offset"] == 100
    assert after.control("books")["problems"] == []
    after.http.close()


def test_the_process_stops_cleanly_when_told_and_registers_its_webhook_once(
    processes: list[subprocess.Popen[str]], tmp_path: Path, receiver: WebhookReceiver
) -> None:
    options = (
        "--state",
        str(tmp_path / "state.db"),
        "--webhook",
        receiver.url,
        "--webhook-secret",
        "whsec_chosen",
    )
    for _ in range(2):
        running = launch(processes, *options)
        assert len(running.stripe.webhook_endpoints.list().data) == 1
        running.http.close()
        processes[-1].terminate()
        assert processes[-1].wait(PATIENCE) == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.org"])  # noqa: S104  refused, that is the point
def test_another_host_is_refused(host: str) -> None:
    command = [sys.executable, "-m", "sandbox", "--host", host]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, "this machine only" in done.stdout) == (2, True)


def test_a_server_in_a_thread_stops_and_starts_again_on_its_port(tmp_path: Path) -> None:
    state = str(tmp_path / "state.db")
    with start_server(state=state) as server:
        port = int(server.base_url.rsplit(":", 1)[1])
        first = SandboxClient(server.base_url)
        customer = first.stripe.customers.create({"name": "Mei"})
        first.http.close()
    with start_server(port, state) as server:
        second = SandboxClient(server.base_url)
        assert second.stripe.customers.retrieve(customer.id).name == "Mei"
        second.http.close()
