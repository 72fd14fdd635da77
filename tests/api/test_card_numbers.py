"""Card numbers are refused where people type, in every spelling of a body, and in headers that are kept."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import text

from api.schemas.common import RequestBody
from domain.foundation import ids
from domain.foundation.persistence.database import Transactions
from tests.api.theatre import Theatre
from tests.client import Client

CARD = "4242424242424242"
ESCAPED = "".join(f"\\u{ord(digit):04x}" for digit in CARD)
BODY = '{"email": "aino@example.org", "password": "a long enough password", "name": "NAME", "locale": "fi"}'


def sign_up(client: Client, body: bytes, **headers: str) -> Response:
    return client.call(
        "POST", "/users", content=body, headers={"content-type": "application/json", **headers}
    )


def slug(answer: Response) -> str:
    return str(answer.json()["type"]).removeprefix("/problems/")


def users(transactions: Transactions) -> int:
    with transactions() as session:
        return int(session.execute(text("SELECT count(*) FROM users")).scalar_one())


@pytest.mark.parametrize(
    "name",
    [
        CARD,
        ESCAPED,
        "4242.4242.4242.4242",
        "４２４２ ４２４２ ４２４２ ４２４２",
        "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢",
        f"me {CARD}",
    ],
)
def test_a_card_number_in_a_body_is_refused_in_every_spelling(
    client: Client, transactions: Transactions, name: str
):
    answer = sign_up(client, BODY.replace("NAME", name).encode())
    assert (answer.status_code, slug(answer)) == (422, "card-number-sent"), answer.text
    assert answer.json()["field"] == "name"
    assert CARD not in answer.text
    assert users(transactions) == 0


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("name", ["Aino", CARD])
def test_a_body_in_another_encoding_than_utf_8_is_refused(
    client: Client, transactions: Transactions, charset: str, name: str
):
    answer = sign_up(client, BODY.replace("NAME", name).encode(charset))
    assert (answer.status_code, slug(answer)) in {(415, "unsupported-encoding"), (422, "card-number-sent")}
    if name != CARD:
        assert answer.status_code == 415
    assert users(transactions) == 0


@pytest.mark.parametrize(
    ("charset", "status"),
    [("utf-8", 202), ("UTF8", 202), ('"utf-8"', 202), ("us-ascii", 202), ("utf-16", 415), ("klingon", 415)],
)
def test_a_body_that_says_it_has_another_encoding_is_refused(client: Client, charset: str, status: int):
    body = BODY.replace("NAME", "Aino").encode()
    answer = sign_up(client, body, **{"content-type": f"application/json; charset={charset}"})
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("key", [CARD, "4242-4242-4242-4242", "4242:4242:4242:4242", f"pay {CARD}"])
def test_an_idempotency_key_that_looks_like_a_card_number_is_refused_and_not_stored(
    client: Client, transactions: Transactions, key: str
):
    answer = sign_up(client, BODY.replace("NAME", "Aino").encode(), **{"idempotency-key": key})
    assert (answer.status_code, slug(answer)) == (422, "invalid-idempotency-key")
    assert key not in answer.text
    with transactions() as session:
        assert session.execute(text("SELECT count(*) FROM idempotency_keys")).scalar_one() == 0


@pytest.mark.parametrize("request_id", [CARD, "4242-4242-4242-4242", "4242.4242.4242.4242", f"req:{CARD}"])
def test_a_request_id_that_looks_like_a_card_number_is_replaced(client: Client, request_id: str):
    answer = client.get("/markets", headers={"x-request-id": request_id})
    assert re.fullmatch(r"req_[0-9a-z]{26}", answer.headers["x-request-id"])
    usual = str(ids.new())
    assert client.get("/markets", headers={"x-request-id": usual}).headers["x-request-id"] == usual


def wires(kind: type[RequestBody] = RequestBody) -> Iterator[type[RequestBody]]:
    for child in kind.__subclasses__():
        yield child
        yield from wires(child)


def test_every_request_body_looks_for_card_numbers(theatre: Theatre):
    known = {child.__name__ for child in wires()}
    document: dict[str, Any] = theatre.app.get("/openapi.json").json()
    bodies = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(_bodies(document))))
    assert bodies
    assert bodies <= known, "a request body is a Wire"


def _bodies(document: dict[str, Any]) -> list[Any]:
    return [
        operation["requestBody"]
        for operations in document["paths"].values()
        for operation in operations.values()
        if "requestBody" in operation
    ]
