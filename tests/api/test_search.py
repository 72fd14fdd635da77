"""Finding offers through the HTTP door."""

from datetime import timedelta
from typing import Any

import pytest

from domain.foundation import clock, ids
from tests import cast
from tests.client import Client

HERE = {"market": "helsinki"}


@pytest.fixture
def titles(client: Client) -> list[str]:
    """Ellen's offers, the oldest first; she can be booked around the clock."""
    with client.transactions() as session:
        ellen = cast.ellen(session)
        cast.open_always(session, ellen)
        cast.offer(session, title="Ironing", price_amount=4_500)
        cast.offer(session, title="Garden work", price_amount=6_000, latitude=60.21, longitude=24.66)
        cast.offer(session, title="Finnish", category="lesson", price_amount=2_000, latitude=60.30)
    return ["Ironing", "Garden work", "Finnish"]


def found(client: Client, **wanted: Any) -> list[str]:
    answered = client.get("/offers", params=HERE | wanted)
    assert answered.status_code == 200, answered.text
    return [one["title"] for one in answered.json()["items"]]


def test_anybody_finds_what_is_published_with_its_price_and_distance(
    client: Client, titles: list[str]
) -> None:
    answered = client.get("/offers", params=HERE | {"near": "60.18,24.95", "within": 5_000}).json()
    (ironing,) = answered["items"]
    assert ironing["id"].startswith("ofr_")
    assert ironing["price"] == ironing["from_price"] == {"amount": 4_500, "currency": "EUR"}
    assert 0 <= ironing["distance"] <= 500
    assert answered["next_cursor"] is None
    assert not {"latitude", "longitude"} & set(ironing)


def test_each_thing_asked_for_narrows_what_is_found(client: Client, titles: list[str]) -> None:
    assert set(found(client)) == set(titles)
    assert found(client, words="gard") == ["Garden work"]
    assert found(client, category="lesson") == ["Finnish"]
    assert found(client, price_to=2_000) == ["Finnish"]
    assert found(client, near="60.18,24.95", within=50_000) == ["Ironing", "Finnish", "Garden work"]


def test_pages_follow_one_another(client: Client, titles: list[str]) -> None:
    seen, cursor = [], None
    while True:
        page = client.get(
            "/offers", params=HERE | {"limit": 1} | ({"after": cursor} if cursor else {})
        ).json()
        seen += [one["title"] for one in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert sorted(seen) == sorted(titles)


def test_free_time_is_asked_of_the_calendars(client: Client, titles: list[str]) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    day = {"free_from": tomorrow.isoformat(), "free_to": (tomorrow + timedelta(days=1)).isoformat()}
    assert set(found(client, **day)) == set(titles)
    with client.transactions() as session:
        cast.offer(session, provider=cast.farah(session), title="Never open")
    assert "Never open" in found(client)
    assert "Never open" not in found(client, **day)


@pytest.mark.parametrize(
    ("wanted", "status", "problem", "field"),
    [
        ({"market": "atlantis"}, 404, "market-unknown", None),
        ({"near": "91,0"}, 422, "search-unfit", "near"),
        ({"near": "Helsinki"}, 422, "malformed", "near"),
        ({"within": 0}, 422, "malformed", "within"),
        ({"words": "!?"}, 422, "search-unfit", "words"),
        ({"free_from": "2026-12-01T00:00:00Z"}, 422, "search-unfit", "free_to"),
        (
            {"free_from": "2026-12-02T00:00:00Z", "free_to": "2026-12-01T00:00:00Z"},
            422,
            "search-unfit",
            "free_to",
        ),
        ({"limit": 101}, 422, "malformed", "limit"),
        ({"after": "x"}, 422, "invalid-cursor", "after"),
        ({"colour": "red"}, 422, "malformed", "colour"),
    ],
    ids=str,
)
def test_what_cannot_be_searched_for_is_refused_by_its_field(
    client: Client, wanted: dict[str, Any], status: int, problem: str, field: str | None
) -> None:
    refused = client.get("/offers", params=HERE | wanted)
    assert refused.status_code == status, refused.text
    assert (refused.json()["type"], refused.json().get("field")) == (f"/problems/{problem}", field)


def test_a_cursor_of_another_order_is_refused(client: Client, titles: list[str]) -> None:
    cursor = client.get("/offers", params=HERE | {"limit": 1}).json()["next_cursor"]
    refused = client.get("/offers", params=HERE | {"near": "60.18,24.95", "after": cursor})
    assert refused.json()["type"] == "/problems/invalid-cursor"


def test_an_offer_that_was_found_can_be_read(client: Client, titles: list[str]) -> None:
    one = client.get("/offers", params=HERE | {"limit": 1}).json()["items"][0]
    assert client.get(f"/offers/{one['id']}").json()["title"] == one["title"]
    assert ids.decode("ofr", one["id"])
