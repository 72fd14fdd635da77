"""What a search and a provider's word leave behind: a cell, and never a point."""

import pytest
from sqlalchemy import text

from domain.foundation import ids
from tests import cast
from tests.client import Client
from tests.domain.surge.towns import HERE, HOURLY

HAKANIEMI = cast.HAKANIEMI
SEARCH = {"market": "helsinki", "category": HOURLY, "near": "60.17938,24.95152"}


@pytest.fixture
def ellens(client: Client) -> str:
    """The address of Ellen's presence; she is an approved provider."""
    with client.transactions() as session:
        cast.offer(session)
        return f"/provider-profiles/{ids.encode('prv', cast.ellen(session).id)}/presence"


def somebody(client: Client, name: str) -> Client:
    with client.transactions() as session:
        person = cast.user(session, name).id
    return client.sign_in(person)


def rows(client: Client, statement: str) -> list[tuple[object, ...]]:
    with client.transactions() as session:
        return [tuple(row) for row in session.execute(text(statement))]


def test_a_provider_says_where_they_are_and_that_they_left(client: Client, ellens: str):
    ellen = somebody(client, "Ellen")
    assert ellen.put(ellens, HAKANIEMI).status_code == 204
    assert rows(client, "SELECT cell, left_at FROM provider_presences") == [(HERE, None)]
    assert ellen.delete(ellens).status_code == 204
    assert ellen.delete(ellens).status_code == 204
    assert rows(client, "SELECT cell, left_at >= seen_at FROM provider_presences") == [(HERE, True)]
    assert ellen.put(ellens, HAKANIEMI).status_code == 204
    assert rows(client, "SELECT cell, left_at FROM provider_presences") == [(HERE, None)]


def test_nobody_says_where_somebody_else_is(client: Client, ellens: str):
    refused = somebody(client, "Ben").put(ellens, HAKANIEMI)
    assert (refused.status_code, refused.json()["type"]) == (404, "/problems/provider-profile-unknown")
    assert somebody(client, "Ben").delete(ellens).status_code == 404


def test_a_place_that_is_not_on_the_globe_is_refused(client: Client, ellens: str):
    refused = somebody(client, "Ellen").put(ellens, {"latitude": 91, "longitude": 0})
    assert (refused.status_code, refused.json()["field"]) == (422, "latitude")


@pytest.mark.parametrize(
    ("changes", "counts"),
    [({}, 1), ({"near": None}, 0), ({"category": None}, 0), ({"category": "no-such"}, 0)],
)
def test_a_search_is_noticed_with_a_place_and_a_category(
    client: Client, ellens: str, changes: dict, counts: int
):
    query = {name: value for name, value in (SEARCH | changes).items() if value is not None}
    aino = somebody(client, "Aino")
    for _ in range(3):  # looking again within a minute is not even written down
        assert aino.get("/offers", params=query).status_code == 200
    found = rows(client, "SELECT cell, signal FROM demand_signals")
    assert found == [(HERE, "search")] * counts


def test_what_strangers_search_for_is_not_noticed(client: Client, ellens: str):
    assert client.get("/offers", params=SEARCH).status_code == 200
    assert rows(client, "SELECT FROM demand_signals") == []
