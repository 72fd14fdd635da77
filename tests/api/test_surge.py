"""The map, and what operators see and do about surge, through the HTTP door."""

from datetime import date, timedelta

import pytest
from h3.api.basic_int import grid_disk, latlng_to_cell

from domain import surge
from domain.foundation import clock, ids
from domain.surge import Reason
from tests import cast, snapshots
from tests.client import Client
from workers.surge import tick_market

KALLIO = latlng_to_cell(60.184, 24.95, 7)
MAP = "/surge/map?market=helsinki&category=ride"


@pytest.fixture
def town(client: Client) -> Client:
    """Rides answer to demand; where Kallio is they cost 1.3 times as much."""
    now = clock.now()
    with client.transactions() as session:
        cast.category(session, "ride")
        market_id = cast.market(session).id
        snapshots.in_force(session, market_id, {"live": {"ride": {}}}, at=now - timedelta(days=1))
        busy = {"shown_bp": 13_000, "reasons": Reason.MORE_ASK_THAN_ARE_FREE.value, "near": 4}
        cells = {cell: {} for cell in grid_disk(KALLIO, 1)} | {KALLIO: busy}
        snapshots.published(session, market_id, cells, category="ride", tick_at=now)
    return client


def test_anybody_sees_the_map_as_geojson(town: Client) -> None:
    answered = town.get(MAP)
    assert answered.status_code == 200, answered.text
    drawn = answered.json()
    assert (drawn["type"], len(drawn["features"]), drawn["absence"]) == ("FeatureCollection", 7, None)
    (busy,) = [each for each in drawn["features"] if each["properties"]["multiplier"] == "1.30"]
    assert busy["id"] == f"{KALLIO:x}"
    assert busy["properties"] == {
        "multiplier": "1.30",
        "reasons": ["more_ask_than_are_free"],
        "free": "3–5",
        "usual": "fewer than 3",
    }
    (ring,) = busy["geometry"]["coordinates"]
    assert ring[0] == ring[-1]
    assert all(24 < longitude < 26 and 60 < latitude < 61 for longitude, latitude in ring)


def test_who_has_the_map_is_told_that_it_is_still_the_same(town: Client) -> None:
    first = town.get(MAP)
    assert first.headers["cache-control"] == "public, max-age=60"
    again = town.get(MAP, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert town.get(MAP, headers={"if-none-match": '"snp_other"'}).status_code == 200


def test_a_part_of_the_map_is_a_part(town: Client) -> None:
    assert len(town.get(f"{MAP}&bbox=24.93,60.17,24.98,60.20").json()["features"]) == 1


def test_a_category_that_has_no_map_says_why(town: Client) -> None:
    with town.transactions() as session:
        cast.category(session, "task")
    told = town.get("/surge/map?market=helsinki&category=task").json()
    assert (told["features"], told["absence"]) == ([], "not_in_force")


@pytest.mark.parametrize(
    ("wanted", "status", "slug"),
    [
        ("market=helsinki&category=nothing", 404, "category-unknown"),
        ("market=nowhere&category=ride", 404, "market-unknown"),
        ("market=helsinki", 422, "malformed"),
        ("market=helsinki&category=ride&bbox=1,2,3", 422, "malformed"),
        ("market=helsinki&category=ride&bbox=0,95,1,96", 422, "map-unfit"),
        ("market=helsinki&category=ride&bbox=0,61,1,60", 422, "map-unfit"),
    ],
)
def test_a_map_of_nowhere_is_refused(town: Client, wanted: str, status: int, slug: str) -> None:
    answered = town.get(f"/surge/map?{wanted}")
    assert (answered.status_code, answered.json()["type"]) == (status, f"/problems/{slug}")


@pytest.fixture
def otto(town: Client) -> Client:
    """The operator."""
    with town.transactions() as session:
        user_id = cast.otto(session).id
    return town.sign_in(user_id)


@pytest.fixture
def here(town: Client) -> str:
    """Where the market's own things are."""
    with town.transactions() as session:
        return f"/markets/{ids.encode('mkt', cast.market(session).id)}"


def test_an_emergency_is_declared_listed_and_lifted_once(otto: Client, here: str) -> None:
    told = {"rule": "fixed", "cap_bp": 12_000, "category": "ride", "reason": "The metro stands still."}
    made = otto.post(f"{here}/surge-emergencies", told)
    assert made.status_code == 201, made.text
    assert made.json()["category"] == "ride"
    assert made.json()["lifted_at"] is None
    listed = otto.get(f"{here}/surge-emergencies").json()["items"]
    assert listed == [made.json()]
    lifting = f"/surge-emergencies/{made.json()['id']}/lifting"
    first, second = otto.post(lifting), otto.post(lifting)
    assert first.json()["lifted_at"] is not None
    assert first.json() == second.json()


@pytest.mark.parametrize(
    ("told", "status", "slug"),
    [
        ({"rule": "fixed"}, 422, "emergency-impossible"),
        ({"rule": "plus_ten_percent", "cap_bp": 12_000}, 422, "emergency-impossible"),
        ({"rule": "plus_ten_percent", "from_at": "2020-01-01T00:00:00Z"}, 422, "emergency-impossible"),
        ({"rule": "plus_ten_percent", "category": "nothing"}, 404, "category-unknown"),
        ({"rule": "whatever"}, 422, "malformed"),
    ],
)
def test_an_emergency_that_cannot_be_is_refused(
    otto: Client, here: str, told: dict[str, object], status: int, slug: str
) -> None:
    answered = otto.post(f"{here}/surge-emergencies", {"reason": "A storm.", **told})
    assert (answered.status_code, answered.json()["type"]) == (status, f"/problems/{slug}")


@pytest.mark.parametrize(
    ("method", "path", "slug"),
    [
        ("POST", "/surge-emergencies/eme_01jczk3v9hf8gb2h6v1q4nsx7e/lifting", "emergency-unknown"),
        ("GET", "/surge-snapshots/snp_01jczk3v9hf8gb2h6v1q4nsx7e/recount", "snapshot-unknown"),
    ],
)
def test_what_nobody_knows_is_not_found(otto: Client, method: str, path: str, slug: str) -> None:
    answered = otto.call(method, path)
    assert (answered.status_code, answered.json()["type"]) == (404, f"/problems/{slug}")


def test_a_snapshot_is_listed_and_counted_again_to_the_bit(client: Client) -> None:
    now = clock.now()
    with client.transactions() as session:
        cast.open_always(session, cast.ellen(session))
        cast.offer(session, category="ride")
        market_id, user_id = cast.market(session).id, cast.otto(session).id
        snapshots.in_force(session, market_id, {"live": {"ride": {}}}, at=now - timedelta(days=1))
        assert tick_market(session, market_id, at=now)
    otto = client.sign_in(user_id)
    (seen,) = otto.get(f"/markets/{ids.encode('mkt', market_id)}/surge-snapshots").json()["items"]
    assert (seen["previous_id"], seen["highest"], seen["emergencies"]) == (None, {"ride": "1.00"}, 0)
    recounted = otto.get(f"/surge-snapshots/{seen['id']}/recount").json()
    assert (recounted["holds"], recounted["differences"]) == (True, [])
    assert recounted["prices"] >= 1


def test_audits_are_listed_the_newest_first(otto: Client, here: str) -> None:
    with otto.transactions() as session:
        market_id, now = cast.market(session).id, clock.now()
        for day in (1, 2):
            row = {"on_date": date(2026, 11, day), "kind": surge.AuditKind.CAP_HITS, "created_at": now}
            session.add(surge.SurgeAudit(market_id=market_id, result={"ride": {"hits": 0}}, **row))
            session.flush()
    page = otto.get(f"{here}/surge-audits", params={"limit": 1}).json()
    assert [each["on_date"] for each in page["items"]] == ["2026-11-02"]
    rest = otto.get(f"{here}/surge-audits", params={"after": page["next_cursor"]}).json()
    assert [each["on_date"] for each in rest["items"]] == ["2026-11-01"]


def test_rules_are_tried_before_anybody_pays_by_them(otto: Client, here: str) -> None:
    answered = otto.post(
        f"{here}/surge-what-if", {"surge": {"live": {"ride": {"cap_bp": 12_000}}}, "days": 2}
    )
    assert answered.status_code == 200, answered.text
    told = answered.json()
    assert (told["categories"], told["ticks"], told["ticks_of"], told["bookings_of"]) == ([], 0, 1, 0)
    assert "People ask as they did, whatever the price." in told["assumed"]


@pytest.mark.parametrize(
    "wrong", [{"live": {"ride": {"cap_bp": 60_000}}}, {"life": {}}, {"protection": {"tier_caps": "none"}}]
)
def test_rules_that_no_policy_could_hold_are_not_tried(otto: Client, here: str, wrong: object) -> None:
    answered = otto.post(f"{here}/surge-what-if", {"surge": wrong})
    assert (answered.status_code, answered.json()["type"]) == (422, "/problems/malformed")


def test_only_its_operators_operate_a_market_s_surge(town: Client, here: str) -> None:
    with town.transactions() as session:
        user_id = cast.aino(session).id
    aino = town.sign_in(user_id)
    tries = [
        aino.get(f"{here}/surge-emergencies"),
        aino.get(f"{here}/surge-snapshots"),
        aino.get(f"{here}/surge-audits"),
        aino.post(f"{here}/surge-what-if", {"surge": {}}),
    ]
    assert {answered.status_code for answered in tries} == {403}
