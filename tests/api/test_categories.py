"""Categories through the HTTP door: who defines them, and that a new one is data alone."""

from typing import Any

import pytest

from tests import cast
from tests.api.neighbours import arrives, under_ellens_profile
from tests.client import Client

BERTH: dict[str, Any] = {
    "slug": "berth",
    "name": "A berth for a boat",
    "unit": "night",
    "granularity": "P1D",
    "claim": "exclusive",
    "place": "provider",
    "attributes_schema": {
        "type": "object",
        "properties": {"metres": {"type": "number", "exclusiveMinimum": 0}},
        "required": ["metres"],
        "additionalProperties": False,
    },
}


@pytest.fixture
def ellen(client: Client) -> Client:
    """An approved provider."""
    return arrives(client, "ellen")


@pytest.fixture
def under(client: Client) -> dict[str, str]:
    return under_ellens_profile(client)


@pytest.mark.parametrize(("who", "status"), [("nobody", 401), ("aino", 403), ("mira", 403), ("otto", 201)])
def test_who_may_define_a_category(client: Client, who: str, status: int) -> None:
    assert arrives(client, who).post("/categories", BERTH).status_code == status


@pytest.mark.parametrize(
    ("changes", "status", "problem"),
    [
        ({"granularity": "PT7M"}, 422, "grid-unfit"),
        ({"attributes_schema": {"type": "array"}}, 422, "attributes-schema-unfit"),
        ({"slug": "stay"}, 409, "category-slug-taken"),
        ({"unit": "fortnight"}, 422, "malformed"),
    ],
)
def test_a_category_that_cannot_be_is_refused(
    client: Client, under: dict[str, str], changes: dict[str, Any], status: int, problem: str
) -> None:
    refused = arrives(client, "otto").post("/categories", BERTH | changes)
    assert (refused.status_code, refused.json()["type"]) == (status, f"/problems/{problem}")


def test_categories_are_there_for_all_to_see(client: Client, under: dict[str, str]) -> None:
    slugs = [found["slug"] for found in client.get("/categories").json()["items"]]
    assert slugs == sorted(cast.CONTENTS)
    hourly = client.get(f"/categories/{under['category_id']}").json()
    assert (hourly["unit"], hourly["granularity"]) == ("hour", "PT30M")


def test_a_sixth_kind_of_service_goes_from_definition_to_search_as_data_alone(
    client: Client, ellen: Client, under: dict[str, str]
) -> None:
    berth = arrives(client, "otto").post("/categories", BERTH).json()
    body = {
        "profile_id": under["profile_id"],
        "category_id": berth["id"],
        "title": "Guest berth",
        "price_amount": 3_000,
        "minimum_duration": "P1D",
        "maximum_duration": "P7D",
        "check_in_at": "12:00",
        "check_out_at": "11:00",
        **cast.HAKANIEMI,
    }
    refused = ellen.post("/offers", body)
    assert (refused.status_code, refused.json()["field"]) == (422, "attributes.metres")
    offer = ellen.post("/offers", body | {"attributes": {"metres": 9.5}}).json()
    ellen.post(f"/offers/{offer['id']}/publication")
    found = client.get("/offers", params={"market": "helsinki", "category": "berth", "words": "berth"})
    assert [one["id"] for one in found.json()["items"]] == [offer["id"]]
