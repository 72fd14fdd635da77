"""Operators who err, and those of another market: each is told what is wrong, where, and what to do."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain import identity, markets
from domain.foundation import clock, ids
from domain.foundation.actors import SYSTEM
from tests import cast, snapshots
from tests.client import Client
from workers.surge import tick_market

FLOOD = {"reason": "Flood."}


@pytest.fixture
def here(client: Client) -> str:
    with client.transactions() as session:
        cast.category(session, "ride")
        market_id = cast.market(session).id
        snapshots.in_force(session, market_id, {"live": {"ride": {}}}, at=clock.now() - timedelta(days=1))
        assert tick_market(session, market_id, at=clock.now())
    return f"/markets/{ids.encode('mkt', market_id)}"


@pytest.fixture
def otto(client: Client, here: str) -> Client:
    with client.transactions() as session:
        user_id = cast.otto(session).id
    return client.sign_in(user_id)


@pytest.mark.parametrize(
    ("told", "field", "hint"),
    [
        ({"rule": "fixed"}, "cap_bp", "cap_bp"),
        ({"rule": "plus_ten_percent", "cap_bp": 12_000}, "cap_bp", "Leave it out"),
        ({"rule": "fourth_highest", "floor_bp": 9_000}, "floor_bp", "Leave it out"),
        ({"rule": "plus_ten_percent", "from_at": "2020-01-01T00:00:00Z"}, "from_at", "now or later"),
        ({"rule": "plus_ten_percent", "until_at": "2020-01-01T00:00:00Z"}, "until_at", "after it begins"),
        ({"rule": "plus_ten_percent", "from_at": "9999-12-31T23:59:59Z"}, "from_at", "year"),
        ({"rule": "plus_ten_percent", "until_at": "9999-12-31T23:59:59Z"}, "until_at", "year"),
        ({"rule": "fixed", "cap_bp": 9_999}, "cap_bp", ""),
        ({"rule": "fixed", "cap_bp": 12_000, "floor_bp": 10_001}, "floor_bp", ""),
        ({"rule": "fixed", "cap_bp": "12000"}, "cap_bp", ""),
        ({"rule": "fixed", "cap_bp": 12_000, "reason": ""}, "reason", ""),
        ({"rule": "fixed", "cap_bp": 12_000, "category": "Ride"}, "category", ""),
    ],
)
def test_an_emergency_that_cannot_be_names_the_field_and_what_to_do(
    otto: Client, here: str, told: dict[str, Any], field: str, hint: str
) -> None:
    answered = otto.post(f"{here}/surge-emergencies", {**FLOOD, **told})
    problem = answered.json()
    assert (answered.status_code, problem["field"]) == (422, field), problem
    assert hint in problem["detail"]


def test_an_emergency_of_a_category_that_is_not_there_names_it(otto: Client, here: str) -> None:
    told = {**FLOOD, "rule": "fourth_highest", "category": "no-such"}
    answered = otto.post(f"{here}/surge-emergencies", told)
    assert (answered.status_code, answered.json()["type"]) == (404, "/problems/category-unknown")


def test_an_operator_of_another_market_operates_nothing_here(client: Client, here: str, otto: Client) -> None:
    olga = client.sign_in(_operator_of_another_market(client))
    made = otto.post(f"{here}/surge-emergencies", {**FLOOD, "rule": "fixed", "cap_bp": 10_000}).json()
    (seen,) = otto.get(f"{here}/surge-snapshots").json()["items"]
    tries = [
        olga.post(f"{here}/surge-emergencies", {**FLOOD, "rule": "fixed", "cap_bp": 10_000}),
        olga.post(f"/surge-emergencies/{made['id']}/lifting"),
        olga.get(f"{here}/surge-emergencies"),
        olga.get(f"{here}/surge-snapshots"),
        olga.get(f"/surge-snapshots/{seen['id']}/recount"),
        olga.get(f"{here}/surge-audits"),
        olga.post(f"{here}/surge-what-if", {"surge": {}}),
        olga.post(f"{here}/policy-versions", {"rules": {}, "note": "Ours now."}, headers={"if-match": '"2"'}),
        olga.post(f"{here}/tariffs", {"effects": [], "note": "Ours now."}, headers={"if-match": '"0"'}),
    ]
    assert [answered.status_code for answered in tries] == [403] * len(tries), [one.text for one in tries]
    assert otto.get(f"{here}/surge-emergencies").json()["items"] == [made]


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"surge": {}, "days": 31}, "days"),
        ({"surge": {}, "days": 0}, "days"),
        ({"surge": {}, "days": 1.5}, "days"),
        ({"surge": {"live": {"ride": {"theta": "NaN"}}}}, "surge.live.ride.theta"),
        ({"surge": {"live": {"Ride!": {}}}}, "surge.live"),
        ({"surge": {"livable": {"grid_bp": 5_000}}}, "surge.livable"),
        ({"surge": {"protection": {"tier_caps": [{"completed_bookings": 0, "cap_bp": 12_000},
                                                 {"completed_bookings": 9, "cap_bp": 15_000}]}}},
         "surge.protection"),
        ({"days": 3}, "surge"),
    ],
)  # fmt: skip
def test_rules_on_trial_that_cannot_be_name_the_field(
    otto: Client, here: str, told: dict[str, Any], field: str
) -> None:
    answered = otto.post(f"{here}/surge-what-if", told)
    problem = answered.json()
    assert answered.status_code == 422, problem
    assert problem["field"].startswith(field), problem


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"scheduled": {"ride": {}}},
        {"live": {"ride": {"cap_bp": 50_000, "theta": 5, "threshold": 0, "without_unmet_bp": 50_000}}},
        {"live": {"ride": {}}, "resolution": 5, "tick_minutes": 60},
        {"live": {"ride": {}, "not-a-category": {}}},
        {"live": {"ride": {}}, "regulated_cap_bp": 10_000, "regulated_floor_bp": 10_000},
    ],
)
def test_any_rules_that_may_be_published_may_be_tried_over_a_month(
    otto: Client, here: str, rules: dict[str, Any]
) -> None:
    answered = otto.post(f"{here}/surge-what-if", {"surge": rules, "days": 30})
    assert answered.status_code == 200, answered.text


def _operator_of_another_market(client: Client) -> Any:
    with client.transactions() as session:
        turku = markets.create_market(
            session, slug="turku", name="Turku", currency="EUR", time_zone="Europe/Helsinki", locale="fi-FI",
            country="FI", by=SYSTEM, at=cast.LONG_AGO,
        )  # fmt: skip
        olga, otto = cast.user(session, "Olga"), cast.otto(session)
        session.add(
            identity.RoleGrant(
                user_id=olga.id, role=identity.UserRole.OPERATOR, market_id=turku.id, granted_by=otto.id,
                granted_at=cast.LONG_AGO,
            )
        )  # fmt: skip
        session.flush()
        assert session.execute(text("SELECT count(*) FROM role_grants")).scalar_one() >= 2
        return olga.id
