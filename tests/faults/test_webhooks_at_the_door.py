"""What the payment provider tells, through HTTP and the workers: only its own word, once, in any order."""

import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from stripe import WebhookSignature

from domain.foundation.errors import Unavailable
from domain.foundation.ids import decode
from tests.faults.people import People
from tests.faults.programs import start_all, until
from tests.faults.stack import WEBHOOK_SECRET, Stack, seed
from tests.together import PATIENCE, patiently

Event = dict[str, Any]
AT_THE_BANK = {"payment_method": "pm_card_threeDSecure2Required"}
_KEY = {"authorization": "Bearer sk_sandbox_faults"}
_WAITING = """
    SELECT (SELECT count(*) FROM webhook_events WHERE handled_at IS NULL)
         + (SELECT count(*) FROM events WHERE dispatched_at IS NULL)
         + (SELECT count(*) FROM event_deliveries WHERE done_at IS NULL)
"""
_STATE = """
    SELECT bookings.state, payments.state AS payment_state, payments.authorized_amount,
           payments.captured_amount, payments.refunded_amount,
           (SELECT coalesce(sum(amount), 0) FROM ledger_postings JOIN ledger_accounts
              ON ledger_accounts.id = credit_account_id
            WHERE ledger_accounts.kind = 'held' AND ledger_accounts.owner_id = bookings.id) AS held
    FROM bookings JOIN payments ON payments.id = bookings.payment_id WHERE bookings.id = :id
"""


@dataclass
class Till:
    """The API with its workers, and the provider, which sends nothing by itself: events come by our hand."""

    stack: Stack
    people: People
    web: httpx.Client
    address: str
    sandbox: str

    def ask(self, url: str, **given: Any) -> httpx.Response:
        """The answer to a POST, sent again as long as it is told to come back."""

        def once() -> httpx.Response:
            told = self.web.post(url, **given)
            if told.status_code == 503:
                raise Unavailable
            return told

        return patiently(once)

    def post(self, event: Event | bytes, header: str | None = None) -> httpx.Response:
        raw = event if isinstance(event, bytes) else json.dumps(event).encode()
        given = {} if header is None else {"stripe-signature": header}
        headers = {"content-type": "application/json", **given}
        return self.ask(f"{self.address}/payments/webhook", content=raw, headers=headers)

    def tell(self, event: Event) -> bool:
        """The provider's own word; answers whether it was news."""
        raw = json.dumps(event).encode()
        told = self.post(raw, signed(raw))
        assert told.status_code == 200, told.text
        return bool(told.json()["is_new"])

    def log(self) -> list[Event]:
        """Everything the provider has told so far, in its order."""
        answer = self.web.get(f"{self.sandbox}/v1/events", params={"limit": 100}, headers=_KEY)
        found: list[Event] = answer.json()["data"][::-1]
        return found

    def lived(self) -> tuple[UUID, list[Event]]:
        """A booking whose customer confirms at their bank, which we are not told of; and all its events."""
        before = len(self.log())
        (want,) = self.people.wants(1, self.people.offer("Ellen"), self.people.fresh_start())
        booking = self.ask(f"{self.address}/bookings", json=want.body, headers=want.headers).json()
        paid = self.ask(
            f"{self.address}/bookings/{booking['id']}/payment",
            json=AT_THE_BANK,
            headers={**want.headers, "idempotency-key": f"{want.key}/pay"},
        )
        assert paid.json()["payment_state"] == "requires_action", paid.text
        booking_id = decode("bkg", booking["id"])
        reference = self.value(
            "SELECT provider_reference FROM payments WHERE subject_id = :id", id=booking_id
        )
        told = self.ask(f"{self.sandbox}/_sandbox/payment_intents/{reference}/authenticate", json={})
        assert told.status_code == 200, told.text
        return booking_id, self.log()[before:]

    def state(self, booking_id: UUID) -> dict[str, Any]:
        """What booking, payment and books say once the workers have nothing left to do."""
        until(lambda: self.value(_WAITING) == 0, PATIENCE, "the workers are through")
        with self.stack.transactions() as session:
            return dict(session.execute(text(_STATE), {"id": booking_id}).mappings().one())

    def value(self, query: str, **values: object) -> Any:
        with self.stack.transactions() as session:
            return session.execute(text(query), values).scalar_one()


def signed(raw: bytes, secret: str = WEBHOOK_SECRET, *, age: int = 0) -> str:
    """The header that Stripe's own library makes."""
    return WebhookSignature.generate_signature_header(raw.decode(), secret, time.time_ns() // 10**9 - age)


@pytest.fixture(scope="module")
def till(stack: Stack) -> Iterator[Till]:
    sandbox = stack.sandbox()
    people = People(stack.transactions)
    people.provider("Ellen")
    api, address = stack.api(processes=1)
    workers = stack.workers("all", BROKER_URL="memory://")
    start_all([api, workers])
    with httpx.Client(timeout=PATIENCE, trust_env=False) as web:
        yield Till(stack, people, web, address, sandbox)
    workers.stop()
    api.stop()


EVENT = json.dumps({"id": "evt_forged", "type": "charge.updated", "data": {"object": {}}}).encode()


@pytest.mark.parametrize(
    "header",
    [
        None,
        "nonsense",
        "t=1,v1=",
        signed(EVENT, "whsec_somebody"),
        signed(EVENT, " "),
        signed(EVENT, "\t"),
        signed(EVENT + b" "),
        signed(EVENT).replace("v1=", "v0="),
        signed(EVENT, age=301),
    ],
    ids=[
        "none", "nonsense", "no signature", "another secret", "a blank secret", "another blank secret",
        "another body", "another scheme", "a replay",
    ],
)  # fmt: skip
def test_what_the_provider_did_not_say_is_refused_at_the_door(till: Till, header: str | None):
    told = till.post(EVENT, header)
    assert (told.status_code, told.json()["type"]) == (401, "/problems/invalid-webhook-signature")
    assert till.value("SELECT count(*) FROM webhook_events WHERE id = 'evt_forged'") == 0


@pytest.mark.long
@pytest.mark.parametrize("secret", ["", " ", "whsec_somebody"])
def test_a_house_without_the_secret_believes_nobody(till: Till, secret: str):
    api, address = till.stack.api(processes=1, name="closed", STRIPE_WEBHOOK_SECRETS=" , ")
    api.start()
    closed = replace(till, address=address)
    header = signed(EVENT, secret) if secret else "t=1,v1="
    assert closed.post(EVENT, header).status_code == 401
    api.stop()


def test_a_bookings_events_shuffled_and_doubled_end_in_the_same_state_as_in_their_order(till: Till):
    chance: random.Random = seed()
    in_order, log = till.lived()
    assert log, "the provider has told something"
    assert [till.tell(event) for event in log] == [True] * len(log)
    end = till.state(in_order)
    assert (end["state"], end["payment_state"]) == ("confirmed", "captured")
    assert end["held"] == end["captured_amount"] == end["authorized_amount"] > 0
    for _ in range(2):
        shuffled, log = till.lived()
        log = [*log, *chance.choices(log, k=len(log))]
        chance.shuffle(log)
        news = [till.tell(event) for event in log]
        assert sum(news) == len({event["id"] for event in log})
        assert till.state(shuffled) == end
        late = till.log()
        for event in late:
            till.tell(event)
        assert till.state(shuffled) == end
