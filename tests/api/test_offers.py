"""Offers and their options through the HTTP door."""

from typing import Any

import pytest

from domain import offers
from domain.foundation import ids
from tests import cast
from tests.api.neighbours import arrives, under_ellens_profile
from tests.client import Client

IRONING: dict[str, Any] = {
    "title": "Ironing",
    "description": "Shirts and bed linen.",
    "attributes": {"languages": ["fi"]},
    "price_amount": 2_800,
    "minimum_duration": "PT1H",
    "maximum_duration": "PT4H",
    "buffer_after": "PT15M",
    **cast.HAKANIEMI,
}
FOLDING = {"title": "Folding", "price_amount": 500, "per": "unit", "duration": "PT15M", "most": 2}


@pytest.fixture
def ellen(client: Client) -> Client:
    """An approved provider."""
    return arrives(client, "ellen")


@pytest.fixture
def under(client: Client) -> dict[str, str]:
    return under_ellens_profile(client)


@pytest.fixture
def ironing(ellen: Client, under: dict[str, str]) -> str:
    """The address of Ellen's published offer."""
    drafted = ellen.post("/offers", IRONING | under).json()
    published = ellen.post(f"/offers/{drafted['id']}/publication")
    assert published.status_code == 200, published.text
    return f"/offers/{drafted['id']}"


def test_an_offer_is_drafted_unseen_then_published_for_all(
    client: Client, ellen: Client, under: dict[str, str]
) -> None:
    drafted = ellen.post("/offers", IRONING | under)
    assert (drafted.status_code, drafted.headers["etag"]) == (201, '"1"')
    address = f"/offers/{drafted.json()['id']}"
    assert client.get(address).status_code == 404
    published = ellen.post(f"{address}/publication").json()
    assert (published["state"], published["version"]) == ("published", 2)
    seen = client.get(address)
    assert seen.headers["etag"] == '"2"'
    told = seen.json()
    assert (told["unit"], told["price"]) == ("hour", {"amount": 2_800, "currency": "EUR"})
    assert (told["minimum_duration"], told["buffer_after"], told["horizon"]) == ("PT1H", "PT15M", "P90D")
    assert (told["from_price"]["amount"], told["time_zone"]) == (2_800, "Europe/Helsinki")


def test_the_true_point_is_on_the_provider_s_own_view_and_nowhere_else(
    client: Client, ellen: Client, ironing: str
) -> None:
    own = ellen.get(f"/me{ironing}").json()
    assert (own["latitude"], own["longitude"]) == (60.17938, 24.95152)
    for somebody in (client, arrives(client, "aino"), ellen):
        seen = somebody.get(ironing)
        assert "60.17938" not in seen.text
        assert "24.95152" not in seen.text
        told = seen.json()
        assert (told["shown_latitude"], told["shown_longitude"]) == (
            own["shown_latitude"],
            own["shown_longitude"],
        )


def test_an_edit_replaces_everything_and_needs_the_newest_copy(ellen: Client, ironing: str) -> None:
    changed = IRONING | {"title": "Ironing and mending", "price_amount": 3_000, "notice": "PT2H"}
    assert ellen.put(ironing, changed).status_code == 428
    stale = ellen.put(ironing, changed, headers={"if-match": '"1"'})
    assert (stale.status_code, stale.json()["version"]) == (412, 2)
    edited = ellen.put(ironing, changed, headers={"if-match": '"2"'})
    assert (edited.status_code, edited.headers["etag"]) == (200, '"3"')
    assert (edited.json()["title"], edited.json()["notice"]) == ("Ironing and mending", "PT2H")


@pytest.mark.parametrize(
    ("changes", "problem", "field"),
    [
        ({"price_amount": 28.5}, "malformed", "price_amount"),
        ({"minimum_duration": 60}, "malformed", "minimum_duration"),
        ({"minimum_duration": "60"}, "malformed", "minimum_duration"),
        ({"minimum_duration": "PT90S"}, "malformed", "minimum_duration"),
        ({"provider_user_id": "usr_01jczk3v9hf8gb2h6v1q4nsx7e"}, "malformed", "provider_user_id"),
        ({"state": "published"}, "malformed", "state"),
        ({"check_in_at": "15:00:00Z"}, "malformed", "check_in_at"),
        ({"minimum_duration": "PT45M"}, "offer-unfit", "minimum_duration"),
        ({"duration": "PT45M"}, "offer-unfit", "duration"),
        ({"horizon": "P1000D"}, "offer-unfit", "horizon"),
        ({"attributes": {"languages": ["Finnish"]}}, "offer-unfit", "attributes.languages.0"),
        ({"attributes": {"colour": "red"}}, "offer-unfit", "attributes.colour"),
        ({"cancellation_policy": "lenient"}, "offer-unfit", "cancellation_policy"),
        ({"title": "Iron\u0000ing"}, "malformed", "title"),
    ],
    ids=str,
)
def test_what_an_offer_cannot_say_is_refused_by_its_field(
    ellen: Client, under: dict[str, str], changes: dict[str, Any], problem: str, field: str
) -> None:
    refused = ellen.post("/offers", IRONING | under | changes)
    assert refused.status_code == 422, refused.text
    assert (refused.json()["type"], refused.json()["field"]) == (f"/problems/{problem}", field)


@pytest.mark.parametrize("strange", ['"\\u0000"', '"\\ud800"', "[" * 2_000 + "]" * 2_000, "1e999"])
def test_attributes_that_no_database_could_keep_are_refused_and_break_nothing(
    ellen: Client, under: dict[str, str], strange: str
) -> None:
    with ellen.transactions() as session:
        free = offers.define_category(
            session,
            offers.CategoryContent(
                slug="free",
                name="Free",
                unit=offers.Unit.TASK,
                granularity_minutes=30,
                claim=offers.Claim.EXCLUSIVE,
                place=offers.Place.REMOTE,
                attributes_schema={"type": "object"},
            ),
            by=cast.SYSTEM,
            at=cast.LONG_AGO,
        )
    body = (
        f'{{"profile_id": "{under["profile_id"]}", "category_id": "{ids.encode("cat", free.id)}",'
        f' "title": "Something", "price_amount": 1, "attributes": {{"strange": {strange}}}}}'
    )
    refused = ellen.call(
        "POST", "/offers", content=body.encode(), headers={"content-type": "application/json"}
    )
    assert refused.status_code == 422, refused.text


def test_an_incomplete_offer_is_not_published_and_all_that_is_open_is_said(
    ellen: Client, under: dict[str, str]
) -> None:
    drafted = ellen.post("/offers", under | {"title": "Ironing", "price_amount": 2_800}).json()
    refused = ellen.post(f"/offers/{drafted['id']}/publication")
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/offer-incomplete")
    assert {error["field"] for error in refused.json()["errors"]} == {
        "minimum_duration",
        "maximum_duration",
        "latitude",
        "longitude",
    }


def test_a_pause_leaves_the_offer_in_sight_and_the_archive_takes_it_away(
    client: Client, ellen: Client, ironing: str
) -> None:
    assert ellen.post(f"{ironing}/pause").json()["state"] == "paused"
    assert client.get(ironing).json()["state"] == "paused"
    assert ellen.post(f"{ironing}/publication").json()["state"] == "published"
    assert ellen.post(f"{ironing}/archival").json()["state"] == "archived"
    assert client.get(ironing).status_code == 404
    refused = ellen.post(f"{ironing}/publication")
    assert (refused.status_code, refused.json()["allowed"]) == (409, [])


def test_options_are_added_changed_and_retired(client: Client, ellen: Client, ironing: str) -> None:
    added = ellen.post(f"{ironing}/options", FOLDING)
    assert (added.status_code, added.headers["etag"]) == (201, '"3"')
    (option,) = added.json()["options"]
    assert (option["duration"], option["price"]["amount"]) == ("PT15M", 500)
    dearer = ellen.put(f"{ironing}/options/{option['id']}", FOLDING | {"price_amount": 600})
    assert dearer.json()["options"][0]["price"]["amount"] == 600
    assert client.get(ironing).json()["options"] == dearer.json()["options"]
    late = ellen.delete(f"{ironing}/options/{option['id']}", headers={"if-match": '"3"'})
    assert late.status_code == 412
    assert ellen.delete(f"{ironing}/options/{option['id']}").json()["options"] == []
    assert ellen.delete(f"{ironing}/options/{option['id']}").status_code == 404


def test_a_moderator_hides_an_offer_and_its_provider_reads_why(
    client: Client, ellen: Client, ironing: str
) -> None:
    mira = arrives(client, "mira")
    assert mira.post(f"{ironing}/hiding", {"reason": "Not what it says."}).status_code == 204
    assert client.get(ironing).status_code == 404
    assert ellen.get(f"/me{ironing}").json()["hidden_reason"] == "Not what it says."
    assert mira.delete(f"{ironing}/hiding").status_code == 204
    assert client.get(ironing).status_code == 200


def test_a_provider_turns_the_pages_of_their_own_offers(ellen: Client, under: dict[str, str]) -> None:
    made = [ellen.post("/offers", IRONING | under).json()["id"] for _ in range(3)]
    page = ellen.get("/me/offers", params={"limit": 2}).json()
    rest = ellen.get("/me/offers", params={"limit": 2, "after": page["next_cursor"]}).json()
    assert [found["id"] for found in [*page["items"], *rest["items"]]] == made[::-1]


@pytest.mark.parametrize("who", ["nobody", "aino", "farah", "mira"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "", IRONING),
        ("POST", "/publication", {}),
        ("POST", "/pause", {}),
        ("POST", "/archival", {}),
        ("POST", "/options", FOLDING),
        ("PUT", "/options/opt_01jczk3v9hf8gb2h6v1q4nsx7e", FOLDING),
        ("DELETE", "/options/opt_01jczk3v9hf8gb2h6v1q4nsx7e", None),
    ],
)
def test_nobody_but_the_provider_changes_an_offer(
    client: Client, ironing: str, who: str, method: str, path: str, body: Any
) -> None:
    refused = arrives(client, who).call(method, ironing + path, json=body, headers={"if-match": '"2"'})
    assert refused.status_code == (401 if who == "nobody" else 404)


@pytest.mark.parametrize(("who", "status"), [("nobody", 401), ("aino", 403), ("ellen", 403)])
def test_who_may_not_hide_an_offer(client: Client, ironing: str, who: str, status: int) -> None:
    caller = arrives(client, who)
    assert caller.post(f"{ironing}/hiding", {"reason": "Envy."}).status_code == status
    assert caller.delete(f"{ironing}/hiding").status_code == status
