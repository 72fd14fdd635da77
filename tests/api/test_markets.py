"""Markets and policies through the HTTP door."""

from datetime import timedelta
from typing import Any

import pytest

from domain import identity
from domain.foundation import clock, ids
from tests import cast
from tests.client import Client

TAMPERE = {
    "slug": "tampere",
    "name": "Tampere",
    "currency": "EUR",
    "time_zone": "Europe/Helsinki",
    "locale": "fi-FI",
    "country": "FI",
}


@pytest.fixture
def otto(client: Client) -> Client:
    """The operator of every market."""
    return _as(client, "otto")


@pytest.fixture
def helsinki(client: Client) -> str:
    """The address of a market that is there already."""
    with client.transactions() as session:
        return f"/markets/{ids.encode('mkt', cast.market(session).id)}"


def test_an_operator_opens_a_market_and_anybody_sees_it_with_its_policy(client: Client, otto: Client) -> None:
    opened = otto.post("/markets", TAMPERE | {"policy": {"service_fee_bp": 400}})
    assert opened.status_code == 201, opened.text
    market = opened.json()
    assert client.get(f"/markets/{market['id']}").json() == market
    assert [found["slug"] for found in client.get("/markets").json()["items"]] == ["tampere"]
    policy = client.get(f"/markets/{market['id']}/policy")
    assert policy.headers["etag"] == '"1"'
    assert policy.json()["rules"]["service_fee_bp"] == 400
    assert policy.json()["rules"]["hold_minutes"] == 15


@pytest.mark.parametrize(
    ("changes", "problem", "field"),
    [
        ({"slug": "Tampere!"}, "malformed", "slug"),
        ({"currency": "XYZ"}, "invalid-market", "currency"),
        ({"time_zone": "Europe/Atlantis"}, "invalid-market", "time_zone"),
        ({"mayor": "Otto"}, "malformed", "mayor"),
        ({"policy": {"service_fee_bp": 10_001}}, "malformed", "policy.service_fee_bp"),
        ({"policy": {"service_fe_bp": 1}}, "malformed", "policy.service_fe_bp"),
    ],
)
def test_a_market_that_cannot_be_is_refused_by_its_field(
    otto: Client, changes: dict[str, Any], problem: str, field: str
) -> None:
    refused = otto.post("/markets", TAMPERE | changes)
    assert refused.status_code == 422
    assert (refused.json()["type"], refused.json()["field"]) == (f"/problems/{problem}", field)


def test_a_slug_is_taken_once(otto: Client) -> None:
    otto.post("/markets", TAMPERE)
    refused = otto.post("/markets", TAMPERE)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/market-slug-taken")


def test_a_policy_is_announced_on_top_of_the_latest_one_only(
    client: Client, otto: Client, helsinki: str
) -> None:
    versions = f"{helsinki}/policy-versions"
    next_year = (clock.now() + timedelta(days=365)).isoformat()
    body = {"rules": {"service_fee_bp": 600}, "active_from": next_year, "note": "Next year."}
    assert otto.post(versions, body).status_code == 428
    announced = otto.post(versions, body, headers={"if-match": '"1"'})
    assert (announced.status_code, announced.headers["etag"]) == (201, '"2"')
    late = otto.post(versions, body, headers={"if-match": '"1"'})
    assert (late.status_code, late.json()["version"]) == (412, 2)
    assert client.get(f"{helsinki}/policy").json()["version"] == 1
    then = client.get(f"{helsinki}/policy", params={"active_at": next_year}).json()
    assert then == announced.json()
    page = client.get(versions, params={"limit": 1}).json()
    rest = client.get(versions, params={"limit": 1, "after": page["next_cursor"]}).json()
    assert [found["version"] for found in [*page["items"], *rest["items"]]] == [2, 1]


def test_a_policy_for_the_past_is_refused(otto: Client, helsinki: str) -> None:
    body = {"rules": {}, "active_from": "2026-01-06T00:00:00Z"}
    refused = otto.post(f"{helsinki}/policy-versions", body, headers={"if-match": '"1"'})
    assert (refused.status_code, refused.json()["field"]) == (422, "active_from")


@pytest.mark.parametrize(
    ("who", "status"), [("nobody", 401), ("aino", 403), ("mira", 403), ("elsewhere", 403), ("here", 201)]
)
def test_who_may_publish_a_policy(client: Client, helsinki: str, who: str, status: int) -> None:
    caller = _as(client, who)
    published = caller.post(f"{helsinki}/policy-versions", {"rules": {}}, headers={"if-match": '"1"'})
    assert published.status_code == status


@pytest.mark.parametrize(("who", "status"), [("nobody", 401), ("aino", 403), ("mira", 403), ("here", 403)])
def test_who_may_not_open_a_market(client: Client, helsinki: str, who: str, status: int) -> None:
    assert _as(client, who).post("/markets", TAMPERE).status_code == status


@pytest.mark.parametrize("path", ["", "/policy", "/policy-versions"])
def test_a_market_that_is_not_there_is_not_found(client: Client, path: str) -> None:
    refused = client.get(f"/markets/{ids.encode('mkt', ids.new())}{path}")
    assert (refused.status_code, refused.json()["type"]) == (404, "/problems/market-unknown")


def test_before_its_first_policy_a_market_had_none(client: Client, helsinki: str) -> None:
    refused = client.get(f"{helsinki}/policy", params={"active_at": "2020-01-01T00:00:00Z"})
    assert (refused.status_code, refused.json()["type"]) == (404, "/problems/policy-unknown")


def _as(client: Client, who: str) -> Client:
    """Nobody, a neighbour, or somebody who operates this market or another one."""
    if who == "nobody":
        return client
    with client.transactions() as session:
        someone = cast.ben(session) if who in {"here", "elsewhere"} else getattr(cast, who)(session)
        if who in {"here", "elsewhere"}:
            market_id = cast.market(session).id if who == "here" else ids.new()
            session.add(
                identity.RoleGrant(
                    user_id=someone.id,
                    role=identity.UserRole.OPERATOR,
                    market_id=market_id,
                    granted_at=cast.LONG_AGO,
                )
            )
    return client.sign_in(someone.id)


@pytest.mark.parametrize(
    ("surge", "field"),
    [
        ({"live": {"ride": {"cap_bp": 9_000}}}, "surge.live.ride.cap_bp"),
        ({"live": {"ride": {"capp_bp": 20_000}}}, "surge.live.ride.capp_bp"),
        ({"scheduled": {"stay": {"block_hours": 0}}}, "surge.scheduled.stay.block_hours"),
        ({"tick_minutes": 0}, "surge.tick_minutes"),
        ({"surprise": True}, "surge.surprise"),
    ],
)
def test_surge_rules_that_no_price_could_follow_are_refused_by_their_path(
    otto: Client, helsinki: str, surge: dict[str, Any], field: str
) -> None:
    asked = {"rules": {"surge": surge}}
    refused = otto.post(f"{helsinki}/policy-versions", asked, headers={"if-match": '"1"'})
    assert (refused.status_code, refused.json()["field"]) == (422, f"rules.{field}")
    opened = otto.post("/markets", TAMPERE | {"policy": {"surge": surge}})
    assert (opened.status_code, opened.json()["field"]) == (422, f"policy.{field}")


def test_surge_rules_are_stored_as_they_were_sent(otto: Client, helsinki: str) -> None:
    rules = {"surge": {"live": {"ride": {"cap_bp": 15_000}}}}
    published = otto.post(f"{helsinki}/policy-versions", {"rules": rules}, headers={"if-match": '"1"'})
    assert published.json()["rules"]["surge"] == rules["surge"]
