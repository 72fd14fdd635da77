"""Quotes and tariffs through the HTTP door."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from domain.foundation import clock, ids
from domain.offers import Offer
from tests import cast
from tests.client import Client

HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.fixture
def ironing(client: Client) -> Offer:
    """Ellen irons at 45.00 an hour, around the clock."""
    return _published(client)


def _published(client: Client, **content: Any) -> Offer:
    with client.transactions() as session:
        cast.open_always(session, cast.ellen(session))
        return cast.offer(session, **content)


def _as(client: Client, who: str) -> Client:
    with client.transactions() as session:
        user_id = _user_id(session, who)
    return client.sign_in(user_id)


def _user_id(session: Session, who: str) -> UUID:
    found = getattr(cast, who)(session)
    user_id: UUID = getattr(found, "user_id", found.id)
    return user_id


def _ten() -> datetime:
    """Ten o'clock, two days from now, where Ellen irons."""
    return (clock.now().astimezone(HELSINKI) + timedelta(days=2)).replace(
        hour=10, minute=0, second=0, microsecond=0
    )


def _wanted(offer: Offer, **more: Any) -> dict[str, Any]:
    return {"offer_id": ids.encode("ofr", offer.id), "start": _ten().isoformat(), "units": 90, **more}


def test_a_customer_asks_for_a_price_and_reads_it_again_in_words(client: Client, ironing: Offer) -> None:
    aino = _as(client, "aino")
    answered = aino.post("/quotes", _wanted(ironing))
    assert answered.status_code == 201, answered.text
    quote = answered.json()
    assert quote["id"].startswith("quo_")
    assert quote["pay_in"] == {"amount": 7_088, "currency": "EUR"}
    assert (quote["unit"], quote["units"], quote["counted_in"]) == ("hour", 90, "minute")
    assert quote["surge"] == {
        "multiplier": "1.00",
        "market_multiplier": "1.00",
        "reason": "not_in_force",
        "mode": None,
        "reasons": [],
        "limits": [],
        "bonus": {"amount": 0, "currency": "EUR"},
        "snapshot_id": None,
        "has_personal_data": False,
    }
    assert {line["kind"] for line in quote["lines"]} == {"base", "service_fee", "commission"}
    assert all(line["payer"] != line["payee"] and line["policy_version"] == 1 for line in quote["lines"])
    assert quote["explanation"] is None
    again = aino.get(f"/quotes/{quote['id']}").json()
    assert again["explanation"]["charges"][0].startswith("When you book, €70.88 is reserved")
    assert {name: value for name, value in again.items() if name != "explanation"} == {
        name: value for name, value in quote.items() if name != "explanation"
    }


def test_what_everybody_gets_is_what_the_customer_pays(client: Client, ironing: Offer) -> None:
    quote = _as(client, "aino").post("/quotes", _wanted(ironing, units=77)).json()
    parts = ("pay_out", "service_fee", "commission", "tax", "surge_amount")
    assert quote["pay_in"]["amount"] == sum(quote[part]["amount"] for part in parts)


def test_a_retry_is_answered_with_the_same_quote(client: Client, ironing: Offer) -> None:
    aino, key = _as(client, "aino"), {"idempotency-key": str(ids.new())}
    first, second = (aino.post("/quotes", _wanted(ironing), headers=key) for _ in range(2))
    assert first.content == second.content
    assert second.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(
    ("who", "status"), [(None, 401), ("ben", 404), ("otto", 404), ("ellen", 404), ("aino", 200)]
)
def test_only_the_customer_sees_a_quote(client: Client, ironing: Offer, who: str | None, status: int) -> None:
    quote = _as(client, "aino").post("/quotes", _wanted(ironing)).json()
    reader = _as(client, who) if who else client
    assert reader.get(f"/quotes/{quote['id']}").status_code == status


@pytest.mark.parametrize(
    ("who", "status", "slug"), [(None, 401, "sign-in-required"), ("ellen", 403, "own-offer")]
)
def test_strangers_and_the_provider_are_not_quoted(
    client: Client, ironing: Offer, who: str | None, status: int, slug: str
) -> None:
    asking = _as(client, who) if who else client
    answered = asking.post("/quotes", _wanted(ironing))
    assert (answered.status_code, answered.json()["type"]) == (status, f"/problems/{slug}")


@pytest.mark.parametrize(
    ("wrong", "status", "slug"),
    [
        ({"units": 7_777}, 422, "duration-not-offered"),
        ({"units": None}, 422, "length-unclear"),
        ({"seats": 2}, 422, "seats-not-offered"),
        ({"options": [{"id": "opt_01jczk3v9hf8gb2h6v1q4nsx7e"}]}, 422, "option-not-offered"),
        ({"offer_id": "ofr_01jczk3v9hf8gb2h6v1q4nsx7e"}, 404, "offer-unknown"),
        ({"start": "2020-01-01T10:00:00Z"}, 409, "start-not-bookable"),
        ({"start": "2026-12-01T10:00:00"}, 422, "malformed"),
        ({"units": 1.5}, 422, "malformed"),
        ({"pay_in_amount": 1}, 422, "malformed"),
        ({"customer_id": "usr_01jczk3v9hf8gb2h6v1q4nsx7e"}, 422, "malformed"),
    ],
)
def test_what_cannot_be_quoted_says_why(
    client: Client, ironing: Offer, wrong: dict[str, Any], status: int, slug: str
) -> None:
    answered = _as(client, "aino").post("/quotes", _wanted(ironing, **wrong))
    assert (answered.status_code, answered.json()["type"]) == (status, f"/problems/{slug}")


EVENINGS = {
    "effects": [{"name": "Mornings", "factor_bp": 9_000, "from_hour": 6, "until_hour": 12}],
    "note": "Quiet hours.",
}


def _tariffs(client: Client) -> str:
    with client.transactions() as session:
        return f"/markets/{ids.encode('mkt', cast.market(session).id)}/tariffs"


def test_an_operator_publishes_a_tariff_that_quotes_follow(client: Client, ironing: Offer) -> None:
    published = _as(client, "otto").post(_tariffs(client), EVENINGS)
    assert published.status_code == 201, published.text
    assert published.headers["etag"] == '"1"'
    quote = _as(client, "aino").post("/quotes", _wanted(ironing)).json()
    assert quote["tariff_version_id"] == published.json()["id"]
    assert [line["amount"] for line in quote["lines"] if line["kind"] == "tariff"] == [-675]
    listed = client.get(_tariffs(client)).json()
    assert [version["number"] for version in listed["items"]] == [1]


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("aino", 403), ("ellen", 403), ("mira", 403)])
def test_nobody_else_publishes_a_tariff(client: Client, who: str | None, status: int) -> None:
    asking = _as(client, who) if who else client
    assert asking.post(_tariffs(client), EVENINGS).status_code == status


@pytest.mark.parametrize(
    ("more", "status", "slug"),
    [
        ({"active_from": "2020-01-01T00:00:00Z"}, 422, "tariff-for-the-past"),
        ({"effects": [{"name": "Robbery", "factor_bp": 20_000}]}, 422, "malformed"),
        ({"effects": 2 * [{"name": "Twice", "factor_bp": 11_000}]}, 422, "malformed"),
    ],
)
def test_a_tariff_that_cannot_be_says_why(
    client: Client, more: dict[str, Any], status: int, slug: str
) -> None:
    answered = _as(client, "otto").post(_tariffs(client), EVENINGS | more)
    assert (answered.status_code, answered.json()["type"]) == (status, f"/problems/{slug}")


def test_who_saw_an_older_tariff_is_told(client: Client) -> None:
    otto = _as(client, "otto")
    for expected in (201, 412):
        assert otto.post(_tariffs(client), EVENINGS, headers={"if-match": '"0"'}).status_code == expected
