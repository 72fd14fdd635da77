"""Payments, refunds and the books through the HTTP door, with workers behind it."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from stripe import WebhookSignature

from domain import payments
from domain.foundation import clock, events, ids
from domain.foundation.actors import SYSTEM
from domain.foundation.configuration.settings import settings
from domain.payments import Gateway, Payment
from tests import cast
from tests.client import Client
from tests.conftest import WEBHOOK_SECRET
from tests.domain.payments.payment_harness import distribute
from workers import payments as work_on_payments
from workers.task import Work


def as_(client: Client, who: str) -> Client:
    with client.transactions() as session:
        someone = getattr(cast, who)(session)
    return client.sign_in(getattr(someone, "user_id", someone.id))


@pytest.fixture
def work(client: Client, gateway: Gateway) -> Work:
    return Work(client.transactions, gateway)


@pytest.fixture
def asked(client: Client) -> Payment:
    """A payment of 100 euros that Aino is to make."""
    with client.transactions() as session:
        return payments.create_payment(
            session,
            subject_id=ids.new(),
            market_id=cast.market(session).id,
            customer_id=cast.aino(session).id,
            amount=10_000,
            currency="EUR",
            by=SYSTEM,
            at=clock.now(),
        )


@pytest.fixture
def paid(client: Client, gateway: Gateway, asked: Payment) -> Payment:
    """The same, held on her card."""
    return payments.authorize(
        client.transactions, gateway, asked.id, payment_method="pm_card_visa", at=clock.now()
    )


@pytest.fixture
def taken(paid: Payment, work: Work) -> Payment:
    """The same, captured by a worker after somebody decided to keep it."""
    with work.transactions() as session:
        payments.set_capture_target(session, paid.subject_id, 10_000, by=SYSTEM, at=clock.now())
    let_workers_settle(work, paid)
    return paid


def let_workers_settle(work: Work, payment: Payment) -> None:
    with work.transactions() as session:
        decided = events.subject_history(session, payment.subject_id)[-1]
    assert decided.name in {"payment.target_changed", "payment.refund_planned"}
    work_on_payments.sync_payment(work, decided)


def path(payment: Payment, more: str = "") -> str:
    return f"/payments/{ids.encode('pay', payment.id)}{more}"


REFUND = {"amount": 1_500, "liable": "booking", "reason_code": "complaint", "reason": "The kettle broke."}


def test_a_customer_sees_their_payment(client: Client, paid: Payment) -> None:
    answered = as_(client, "aino").get(path(paid))
    assert answered.status_code == 200, answered.text
    shown = answered.json()
    assert shown["id"] == ids.encode("pay", paid.id)
    assert shown["booking_id"] == ids.encode("bkg", paid.subject_id)
    assert (shown["state"], shown["amount"], shown["currency"]) == ("authorized", 10_000, "EUR")
    assert shown["capture_before"].endswith("Z")
    assert answered.headers["etag"] == f'"{shown["version"]}"'
    assert "provider_reference" not in answered.text
    assert "pi_" not in answered.text


@pytest.mark.parametrize(
    ("who", "status"), [("aino", 200), ("ben", 404), ("ellen", 404), ("mira", 404), ("otto", 200)]
)
def test_who_may_see_a_payment_and_its_refunds(client: Client, paid: Payment, who: str, status: int) -> None:
    someone = as_(client, who)
    assert someone.get(path(paid)).status_code == status
    assert someone.get(path(paid, "/refunds")).status_code == status


def test_what_the_bank_wants_is_shown_to_the_customer_alone(
    client: Client, asked: Payment, gateway: Gateway
) -> None:
    payments.authorize(
        client.transactions,
        gateway,
        asked.id,
        payment_method="pm_card_authenticationRequired",
        at=clock.now(),
    )
    shown = as_(client, "aino").get(path(asked)).json()
    assert shown["state"] == "requires_action"
    assert "_secret_" in shown["next_action"]["client_secret"]
    assert as_(client, "otto").get(path(asked)).json()["next_action"] is None


def test_nobody_unknown_sees_a_payment(client: Client, paid: Payment) -> None:
    assert client.get(path(paid)).status_code == 401
    refused = as_(client, "otto").get(f"/payments/{ids.encode('pay', ids.new())}")
    assert (refused.status_code, refused.json()["type"]) == (404, "/problems/payment-unknown")


@pytest.mark.parametrize("who", ["aino", "ben", "ellen", "mira"])
@pytest.mark.parametrize(
    ("place", "body"),
    [
        ("/refunds", REFUND),
        ("/sync", {}),
    ],
)
def test_only_operators_refund_and_settle(
    client: Client, paid: Payment, who: str, place: str, body: dict[str, Any]
) -> None:
    assert as_(client, who).post(path(paid, place), body).status_code == 403
    assert client.post(path(paid, place), body).status_code == 401


def test_an_operator_refunds_and_a_worker_sends_it(client: Client, taken: Payment, work: Work) -> None:
    otto = as_(client, "otto")
    answered = otto.post(path(taken, "/refunds"), REFUND)
    assert answered.status_code == 201, answered.text
    assert answered.json()["state"] == "planned"
    let_workers_settle(work, taken)
    [refund] = as_(client, "aino").get(path(taken, "/refunds")).json()["items"]
    assert (refund["state"], refund["amount"], refund["liable"]) == ("succeeded", 1_500, "booking")
    assert otto.get(path(taken)).json()["refunded_amount"] == 1_500


def test_a_refund_sent_twice_under_one_key_is_one_refund(client: Client, taken: Payment) -> None:
    otto, key = as_(client, "otto"), {"idempotency-key": "one and the same"}
    first, second = (otto.post(path(taken, "/refunds"), REFUND, headers=key) for _ in range(2))
    assert first.content == second.content
    assert second.headers["idempotent-replayed"] == "true"
    assert len(otto.get(path(taken, "/refunds")).json()["items"]) == 1


def test_a_refund_without_a_key_is_refused(client: Client, taken: Payment) -> None:
    otto = as_(client, "otto")
    answered = otto.app.post(
        path(taken, "/refunds"), json=REFUND, headers={"authorization": f"Bearer {otto.token}"}
    )
    assert answered.status_code in {400, 422, 428}


@pytest.mark.parametrize(
    ("change", "status", "slug"),
    [
        ({"amount": 10_001}, 409, "refund-too-large"),
        ({"liable": "provider"}, 409, "no-payee"),
        ({"amount": 0}, 422, None),
        ({"amount": 15.0}, 422, None),
        ({"amount": "1500"}, 422, None),
        ({"liable": "somebody"}, 422, None),
        ({"reason": ""}, 422, None),
        ({"reason_code": "Not A Code"}, 422, None),
        ({"state": "succeeded"}, 422, None),
        ({"reason": "It was card 4242 4242 4242 4242."}, 422, "card-number-sent"),
    ],
)
def test_a_refund_that_cannot_be_is_refused(
    client: Client, taken: Payment, change: dict[str, Any], status: int, slug: str | None
) -> None:
    answered = as_(client, "otto").post(path(taken, "/refunds"), REFUND | change)
    assert answered.status_code == status, answered.text
    if slug:
        assert answered.json()["type"] == f"/problems/{slug}"
    assert "4242" not in answered.text


def test_what_is_distributed_is_refunded_by_a_named_party(client: Client, taken: Payment) -> None:
    with client.transactions() as session:
        distribute(session, taken, earned=9_000, to=cast.ellen(session).id, at=clock.now())
    otto = as_(client, "otto")
    refused = otto.post(path(taken, "/refunds"), REFUND)
    assert (refused.status_code, refused.json()["held_amount"]) == (409, 0)
    assert otto.post(path(taken, "/refunds"), REFUND | {"liable": "provider"}).status_code == 201


def test_an_operator_settles_now_what_was_given_up(client: Client, paid: Payment, work: Work) -> None:
    with client.transactions() as session:
        kept = payments.set_capture_target(session, paid.subject_id, 2_500, by=SYSTEM, at=clock.now())
        kept.parked_at, kept.due_at = clock.now(), None
    assert work_on_payments.sync_due(work, clock.now()) == 0
    answered = as_(client, "otto").post(path(paid, "/sync"))
    assert answered.status_code == 200, answered.text
    assert (answered.json()["state"], answered.json()["captured_amount"]) == ("captured", 2_500)


def signed(event: dict[str, Any], secret: str = WEBHOOK_SECRET) -> dict[str, Any]:
    raw = json.dumps(event)
    header = WebhookSignature.generate_signature_header(raw, secret, time.time_ns() // 10**9)
    return {"content": raw.encode(), "headers": {"stripe-signature": header}}


def test_the_provider_is_heard_once_and_a_worker_follows(client: Client, paid: Payment, work: Work) -> None:
    with client.transactions() as session:
        reference = payments.get_payment(session, paid.id).provider_reference
    gone = {"id": "evt_gone", "type": "payment_intent.canceled"}
    gone["data"] = {"object": {"object": "payment_intent", "id": reference}}  # type: ignore[assignment]
    work.gateway.cancel(str(reference), key="by hand")
    answers = [client.app.post("/payments/webhook", **signed(gone)) for _ in range(2)]
    assert [answered.status_code for answered in answers] == [200, 200]
    assert [answered.json()["is_new"] for answered in answers] == [True, False]
    assert as_(client, "aino").get(path(paid)).json()["state"] == "authorized"
    assert work_on_payments.apply_waiting_webhooks(work, clock.now() + timedelta(minutes=6)) == 1
    assert as_(client, "aino").get(path(paid)).json()["state"] == "cancelled"


def test_what_the_provider_did_not_sign_is_refused(client: Client) -> None:
    sent = signed({"id": "evt_forged", "type": "x"}) | {"headers": {"stripe-signature": "t=1,v1=00"}}
    answered = client.app.post("/payments/webhook", **sent)
    assert (answered.status_code, answered.json()["type"]) == (401, "/problems/invalid-webhook-signature")
    assert client.app.post("/payments/webhook", content=b"{}").status_code == 401


@pytest.mark.parametrize("secret", ["", " ", "\t", WEBHOOK_SECRET], ids=["none", "a space", "a tab", "ours"])
def test_a_house_without_the_secret_believes_nobody(
    client: Client, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    sent = signed({"id": "evt_forged", "type": "x", "data": {"object": {}}}, secret)
    with monkeypatch.context() as house:
        house.setenv("STRIPE_WEBHOOK_SECRETS", " , ")
        settings.cache_clear()
        answered = client.app.post("/payments/webhook", **sent)
    settings.cache_clear()
    assert (answered.status_code, answered.json()["type"]) == (401, "/problems/invalid-webhook-signature")


def test_a_signed_thing_that_is_no_event_is_refused(client: Client) -> None:
    answered = client.app.post("/payments/webhook", **signed({"neither": "id nor type"}))
    assert (answered.status_code, answered.json()["type"]) == (422, "/problems/invalid-webhook-event")


def test_operators_read_the_books(client: Client, taken: Payment) -> None:
    otto, booking = as_(client, "otto"), ids.encode("bkg", taken.subject_id)
    [held] = otto.get(f"/ledger/accounts?owner_id={booking}").json()["items"]
    assert (held["kind"], held["balance"], held["owner_id"], held["floor"]) == ("held", 10_000, booking, 0)
    [clearing] = otto.get("/ledger/accounts?kind=clearing&unit=EUR").json()["items"]
    assert (clearing["balance"], clearing["grows_by"]) == (9_680, "debit")
    first = otto.get(f"/ledger/entries?booking_id={booking}&limit=1").json()
    assert [entry["kind"] for entry in first["items"]] == ["capture"]
    rest = otto.get(f"/ledger/entries?booking_id={booking}&after={first['next_cursor']}").json()
    assert [entry["kind"] for entry in rest["items"]] == ["processing_fee"]
    of_account = otto.get(f"/ledger/entries?account_id={held['id']}").json()["items"]
    assert [posting["amount"] for entry in of_account for posting in entry["postings"]] == [10_000]


@pytest.mark.parametrize("place", ["/ledger/accounts", "/ledger/entries"])
@pytest.mark.parametrize(("who", "status"), [("aino", 403), ("ellen", 403), ("mira", 403), ("otto", 200)])
def test_who_may_read_the_books(client: Client, place: str, who: str, status: int) -> None:
    assert as_(client, who).get(place).status_code == status
    assert client.get(place).status_code == 401


@pytest.mark.parametrize(
    "query", ["after=nonsense", "owner_id=nobody", "kind=treasure", "unit=euro", "limit=101"]
)
def test_a_question_to_the_books_that_cannot_be_meant_is_refused(client: Client, query: str) -> None:
    assert as_(client, "otto").get(f"/ledger/accounts?{query}").status_code == 422


def test_operators_lay_the_books_beside_the_providers(client: Client, taken: Payment) -> None:
    otto, now = as_(client, "otto"), clock.now()
    body = {"since": (now - timedelta(hours=1)).isoformat(), "until": (now + timedelta(hours=1)).isoformat()}
    answered = otto.post("/reconciliations", body)
    assert answered.status_code == 201, answered.text
    with client.transactions() as session:
        charge = payments.get_payment(session, taken.id).charge_reference
    assert charge not in {row["source"] for row in answered.json()["unexplained"]}
    for since, until in ((1, 0), (0, 0), (-40 * 24, 0)):
        wrong = {"since": now + timedelta(hours=since), "until": now + timedelta(hours=until)}
        refused = otto.post("/reconciliations", {name: moment.isoformat() for name, moment in wrong.items()})
        assert refused.json()["type"] == "/problems/invalid-reconciliation-period"
    assert as_(client, "mira").post("/reconciliations", body).status_code == 403
