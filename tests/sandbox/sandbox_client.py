"""What every test of the sandbox holds in its hand: the official client, and the control interface."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import httpx
import stripe

from tests.sandbox import contract
from tests.together import PATIENCE

KEY = "sk_sandbox_tests"
NO_REDIRECTS = {"enabled": True, "allow_redirects": "never"}
DAY = 86_400


@dataclass
class SandboxClient:
    """A running sandbox as its users see it."""

    base_url: str
    http: httpx.Client = field(init=False)
    stripe: Any = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.base_url, timeout=PATIENCE)
        self.stripe = self.client()

    def client(self, key: str = KEY, retries: int = 0) -> Any:
        addresses: Any = {"api": self.base_url}
        transport = stripe.RequestsClient(timeout=PATIENCE)
        return stripe.StripeClient(
            key, base_addresses=addresses, max_network_retries=retries, http_client=transport
        ).v1

    def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        method = "GET" if body is None else "POST"
        response = self.http.request(method, f"/_sandbox/{path}", content=json.dumps(body or {}))
        assert response.status_code == 200, response.text
        return response.json()

    def advance(self, seconds: int) -> None:
        self.control("clock", {"advance": seconds})

    def payment(self, amount: int = 10_000, card: str = "pm_card_visa", **more: Any) -> Any:
        """A confirmed payment intent; more parameters overrule."""
        defaults = {"amount": amount, "currency": "sgd", "payment_method": card, "confirm": True,
                 "automatic_payment_methods": NO_REDIRECTS}  # fmt: skip
        return self.stripe.payment_intents.create(defaults | more)

    def account(self, *, onboard: bool = True, interval: str = "manual", **more: Any) -> Any:
        request_params = {"country": "SG", "capabilities": {"transfers": {"requested": True}},
                "settings": {"payouts": {"schedule": {"interval": interval}}}}  # fmt: skip
        account = self.stripe.accounts.create(request_params | more)
        if onboard:
            self.control(f"accounts/{account.id}/onboard", {})
        return account

    def events(self) -> list[str]:
        """The names of all events of the platform, oldest first."""
        return [event.type for event in self.stripe.events.list({"limit": 100}).data][::-1]

    def problems(self) -> list[str]:
        """Where the requests made so far, or what was answered.

        Break the contract with the official library.
        """
        payments: list[str] = []
        for entry in self.control("requests")["requests"]:
            if not entry["cut"] and entry["status"] == 200:
                payments += contract.object_problems(
                    entry["response"], f"{entry['method']} {entry['path']}: "
                )
            if entry["params"] is not None:  # None: refused while reading them, on purpose
                payments += contract.request_problems(entry["method"], entry["path"], entry["params"])
        return payments


class WebhookReceiver:
    """A receiver of webhooks on a loopback port; it answers what `answer` says (200), and keeps what came."""

    def __init__(self) -> None:
        self.deliveries: list[tuple[bytes, str]] = []
        self.answer: Callable[[], int] = lambda: 200
        self._arrived = Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.answer()
                if status == 200:
                    receiver.deliveries.append((body, self.headers["Stripe-Signature"]))
                self.send_response(status)
                self.end_headers()
                receiver._arrived.set()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks"

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for body, _ in self.deliveries]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
