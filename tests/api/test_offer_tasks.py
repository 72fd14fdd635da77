"""Tasks of an offer, and quotes with a customer's part in them, through the HTTP door."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from domain import markets, offers
from domain.foundation import clock, ids
from domain.foundation.actors import SYSTEM
from domain.markets import MarketPolicy
from tests import cast
from tests.client import Client

GIVEN = {"tasks": {"sharing_bp": {"default": 6_000}}, "credits": {"value_amount": 10}}
CLEARING = {"kind": "prepares", "title": "Clearing the table", "saving_amount": 1_000}
SOAP = {"kind": "brings_materials", "title": "Bringing the soap", "saving_amount": 500, "position": 1}


@pytest.fixture
def ellen(client: Client) -> Client:
    """An approved provider who is there around the clock, in a market where customers may take part."""
    with client.transactions() as session:
        profile = cast.ellen(session)
        cast.open_always(session, profile)
        rules = MarketPolicy(contributions=GIVEN)
        at = cast.LONG_AGO + timedelta(days=1)
        markets.publish_policy(session, profile.market_id, rules=rules, by=SYSTEM, at=at)
    return _as(client, "ellen")


@pytest.fixture
def aino(client: Client) -> Client:
    """A customer."""
    return _as(client, "aino")


@pytest.fixture
def ironing(ellen: Client) -> str:
    """The address of Ellen's published offer, at 45.00 an hour."""
    with ellen.transactions() as session:
        return f"/offers/{ids.encode('ofr', cast.offer(session).id)}"


@pytest.fixture
def tasks(ellen: Client, ironing: str) -> list[str]:
    """The ids of two tasks that save 10.00 and 5.00."""
    for task in (CLEARING, SOAP):
        added = ellen.post(f"{ironing}/tasks", task)
        assert added.status_code == 201, added.text
    return [task["id"] for task in added.json()["tasks"]]


def wanted(ironing: str, **more: Any) -> dict[str, Any]:
    """An hour at ten in the morning, two days from now."""
    start = (clock.now() + timedelta(days=2)).replace(hour=10, minute=0, second=0, microsecond=0)
    return {"offer_id": ironing.removeprefix("/offers/"), "start": start.isoformat(), "units": 60, **more}


def asked(aino: Client, ironing: str, **more: Any) -> Mapping[str, Any]:
    answer = aino.post("/quotes", wanted(ironing, **more))
    assert answer.status_code == 201, answer.text
    told: Mapping[str, Any] = answer.json()
    return told


def test_the_world_sees_what_a_task_takes_off_and_its_provider_what_it_saves(
    client: Client, ellen: Client, ironing: str, tasks: list[str]
) -> None:
    seen = client.get(ironing).json()
    assert [(task["title"], task["saves"]["amount"]) for task in seen["tasks"]] == [
        ("Clearing the table", 600),
        ("Bringing the soap", 300),
    ]
    assert "1000" not in str(seen["tasks"])
    assert "savings" not in seen
    own = ellen.get(f"/me{ironing}").json()
    assert [(saving["tasks"], saving["saving"]["amount"]) for saving in own["savings"]] == [
        ([tasks[0]], 1_000),
        ([tasks[1]], 500),
    ]
    assert ellen.get("/me/offers").json()["items"][0]["tasks"] == own["tasks"] == seen["tasks"]


def test_what_several_save_together_is_said_and_shown(
    client: Client, ellen: Client, ironing: str, tasks: list[str]
) -> None:
    said = ellen.put(f"{ironing}/task-savings", {"savings": [{"tasks": tasks, "saving_amount": 2_000}]})
    assert said.status_code == 200, said.text
    listed = client.get(f"{ironing}/tasks").json()
    assert [task["id"] for task in listed["items"]] == tasks
    assert listed["together"] == [{"tasks": tasks, "saves": {"amount": 1_200, "currency": "EUR"}}]
    withdrawn = ellen.put(f"{ironing}/task-savings", {"savings": []})
    assert len(withdrawn.json()["savings"]) == 2


def test_a_task_is_edited_and_retired(ellen: Client, ironing: str, tasks: list[str]) -> None:
    edited = ellen.put(f"{ironing}/tasks/{tasks[0]}", CLEARING | {"saving_amount": 800}).json()
    assert edited["savings"][0]["saving"]["amount"] == 800
    retired = ellen.delete(f"{ironing}/tasks/{tasks[0]}").json()
    assert [task["id"] for task in retired["tasks"]] == tasks[1:]
    assert ellen.delete(f"{ironing}/tasks/{tasks[0]}").json()["type"].endswith("/task-unknown")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"saving_amount": 100_000}, "savings-unfit"),
        ({"saving_amount": -1}, "savings-unfit"),
        ({"saving_amount": 4.5}, "malformed"),
        ({"kind": "cooks"}, "malformed"),
        ({"price_amount": 1}, "malformed"),
    ],
)
def test_a_task_that_does_not_fit_is_refused(
    ellen: Client, ironing: str, change: dict[str, Any], problem: str
) -> None:
    refused = ellen.post(f"{ironing}/tasks", CLEARING | change)
    assert refused.status_code == 422
    assert refused.json()["type"].endswith(f"/{problem}")
    assert ellen.get(ironing).json()["tasks"] == []


def test_together_less_than_alone_is_refused_with_the_tasks(
    ellen: Client, ironing: str, tasks: list[str]
) -> None:
    refused = ellen.put(f"{ironing}/task-savings", {"savings": [{"tasks": tasks, "saving_amount": 999}]})
    assert (refused.status_code, refused.json()["tasks"]) == (422, tasks)


def test_a_price_below_what_the_tasks_save_is_refused(ellen: Client, ironing: str, tasks: list[str]) -> None:
    with ellen.transactions() as session:
        content = offers.content_of(
            offers.offer(session, ids.decode("ofr", ironing.removeprefix("/offers/")))
        )
    told = {
        "title": content.title,
        "price_amount": 1_499,
        "minimum_duration": f"PT{content.minimum_minutes}M",
        "maximum_duration": f"PT{content.maximum_minutes}M",
        "latitude": content.latitude,
        "longitude": content.longitude,
    }
    assert tasks
    refused = ellen.put(ironing, told, headers={"if-match": "*"})
    assert (refused.status_code, refused.json().get("field")) == (422, "price_amount"), refused.text


def test_there_is_no_thirteenth_task(ellen: Client, ironing: str) -> None:
    for number in range(12):
        assert ellen.post(f"{ironing}/tasks", CLEARING | {"saving_amount": number}).status_code == 201
    refused = ellen.post(f"{ironing}/tasks", CLEARING | {"saving_amount": 1})
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "too-many-tasks")


def test_a_quote_tells_the_list_price_and_each_task_s_share(
    aino: Client, ironing: str, tasks: list[str]
) -> None:
    listed, both = asked(aino, ironing), asked(aino, ironing, tasks=tasks)
    assert (listed["tasks"], listed["credits"], listed["list_price"]) == ([], [], listed["pay_in"])
    assert [(task["title"], task["share"]["amount"]) for task in both["tasks"]] == [
        ("Clearing the table", 600),
        ("Bringing the soap", 300),
    ]
    assert both["list_price"] == listed["pay_in"]
    assert both["pay_in"]["amount"] == listed["pay_in"]["amount"] - 900
    assert both["service_fee"] == listed["service_fee"]
    told = aino.get(f"/quotes/{both['id']}").json()
    assert any("declining costs nothing" in sentence for sentence in told["explanation"]["part"])
    whole = aino.get(f"/quotes/{both['id']}/explanation").json()
    assert whole["part"] == told["explanation"]["part"]


def test_a_quote_tells_what_credits_pay_for(aino: Client, ironing: str) -> None:
    told = asked(aino, ironing, credits={"fee_discount_amount": 1_000_000})
    (redeemed,) = told["credits"]
    amount = asked(aino, ironing)["service_fee"]["amount"] // 2
    assert redeemed == {
        "use": "fee_discount",
        "amount": {"amount": amount, "currency": "EUR"},
        "credits": amount * 100,
    }


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"tasks": ["tsk_01jczk3v9hf8gb2h6v1q4nsx7e"]}, "task-not-offered"),
        ({"tasks": ["opt_01jczk3v9hf8gb2h6v1q4nsx7e"]}, "malformed"),
        ({"credits": {"fee_discount_amount": -1}}, "malformed"),
        ({"credits": {"payout_amount": 1}}, "malformed"),
    ],
)
def test_what_is_not_offered_cannot_be_taken_part_in(
    aino: Client, ironing: str, more: dict[str, Any], problem: str
) -> None:
    refused = aino.post("/quotes", wanted(ironing, **more))
    assert refused.status_code == 422
    assert refused.json()["type"].endswith(f"/{problem}")


def test_a_market_without_a_word_on_credits_takes_none(aino: Client, ironing: str) -> None:
    with aino.transactions() as session:
        market_id = cast.market(session).id
        markets.publish_policy(session, market_id, rules=MarketPolicy(), by=SYSTEM, at=clock.now())
    refused = aino.post("/quotes", wanted(ironing, credits={"fee_discount_amount": 1}))
    assert refused.json()["type"].endswith("/credits-not-taken")


def _as(client: Client, who: str) -> Client:
    with client.transactions() as session:
        someone = getattr(cast, who)(session)
    return client.sign_in(getattr(someone, "user_id", someone.id))
