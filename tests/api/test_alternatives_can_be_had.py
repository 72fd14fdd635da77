"""Every cheaper way that an explanation names can be had for what it says, or is refused for a reason.

Somebody who wants it to fail asks in every category, with seats, options, tasks and credits, now and for a
later day; then prices double, and they ask for every alternative that they were told of.
"""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain import offers
from domain.foundation import clock, ids
from domain.foundation.actors import Actor, ActorKind
from domain.offers import Offer, OptionContent, OptionPer, TaskContent, TaskKind
from tests import cast, snapshots
from tests.client import Client

HELSINKI = ZoneInfo("Europe/Helsinki")
DAY = timedelta(days=1)
CATEGORIES = ("hourly-service", "task", "ride", "stay", "lesson")
NEIGHBOURS = ("Ellen", "Farah", "Noor", "Sofia")
PART = {"tasks": {}, "credits": {"value_amount": 10}}
RULES = {"live": {"hourly-service": {}}, "scheduled": {slug: {} for slug in CATEGORIES}}


def wave(day: int, block: int, height: int) -> int:
    """Some blocks are dear and some cheap, so that there is always something cheaper."""
    return 10_000 + 1_000 * ((3 * day + 5 * block) % 7) * height - 500 * ((day + block) % 3 == 0)


def publish(client: Client, cell: int | None, height: int) -> None:
    """All categories, live and scheduled, from now on; `height` 2 is twice as much above one as 1."""
    assert cell is not None
    with client.transactions() as session:
        today = clock.now().astimezone(HELSINKI).date()
        days = {
            (today + day * DAY, block): wave(day, block, height) for day in range(15) for block in range(6)
        }
        live = {"shown_bp": 10_000 + 4_000 * height, "raw_bp": 14_000, "reasons": 1, "near": 4}
        snapshots.published(
            session,
            cast.market(session).id,
            {cell: live},
            category="hourly-service",
            tick_at=clock.now(),
            scheduled=dict.fromkeys(CATEGORIES, days),
            typical_amount=4_000,
        )


@pytest.fixture
def street(client: Client) -> dict[str, list[Offer]]:
    """Four neighbours with an offer in each category, each a little dearer than the one before."""
    found: dict[str, list[Offer]] = {slug: [] for slug in CATEGORIES}
    with client.transactions() as session:
        for dearer, name in enumerate(NEIGHBOURS):
            profile = cast.provider(session, name)
            cast.open_always(session, profile)
            by = Actor(ActorKind.USER, profile.user_id)
            for slug in CATEGORIES:
                price = 6_300 - 100 * dearer
                offer = cast.offer(
                    session, provider=profile, category=slug, price_amount=price, lowest_price_amount=5_000
                )
                longer = OptionContent(
                    title="More", price_amount=500, per=OptionPer.BOOKING, minutes=15, most=3
                )
                offers.add_option(session, offer.id, longer, by=by, at=cast.LONG_AGO)
                help_ = TaskContent(kind=TaskKind.BRINGS_MATERIALS, title="Make room", saving_amount=600)
                offers.add_task(session, offer.id, help_, by=by, at=cast.LONG_AGO)
                found[slug].append(offer)
        market_id, at = cast.market(session).id, clock.now() - DAY
        snapshots.in_force(session, market_id, RULES, at=at, contributions=PART, live_quotes=5)
    publish(client, found["task"][0].cell_r7, 1)
    return found


def asks(street: dict[str, list[Offer]], client: Client) -> list[dict[str, Any]]:
    """What somebody asks for: each category plainly, with an option, tasks and credits, seats, and soon."""
    two_days = (
        (clock.now() + 2 * DAY).astimezone(HELSINKI).replace(hour=16, minute=0, second=0, microsecond=0)
    )
    soon = clock.now() + timedelta(minutes=35)  # the half hour before is five minutes ahead at least
    soon = soon.replace(minute=soon.minute // 30 * 30, second=0, microsecond=0)
    how = {
        "hourly-service": {"units": 60},
        "task": {},
        "lesson": {"seats": 2},
        "ride": {"units": 12, "end": (two_days + timedelta(hours=1)).isoformat()},
        "stay": {"units": 2, "start": two_days.replace(hour=15).isoformat()},
    }
    found = []
    for slug in CATEGORIES:
        offer = street[slug][0]
        with client.transactions() as session:
            terms = offers.terms(session, offer.id)
        plain = {"offer_id": ids.encode("ofr", offer.id), "start": two_days.isoformat(), **how[slug]}
        option = [{"id": ids.encode("opt", terms.options[0].option_id), "quantity": 2}]
        tasks = [ids.encode("tsk", terms.tasks[0].task_id)]
        redeemed = {"fee_discount_amount": 50, "surge_shield_amount": 200}
        found += [plain, {**plain, "options": option}, {**plain, "tasks": tasks, "credits": redeemed}]
    hourly = {"offer_id": ids.encode("ofr", street["hourly-service"][0].id), "units": 60}
    return [{**hourly, "start": soon.isoformat()}, *found]


def signed_in(client: Client, name: str) -> Client:
    with client.transactions() as session:
        user_id = cast.user(session, name).id
    return client.sign_in(user_id)


def quoted(customer: Client, ask: dict[str, Any]) -> str:
    asked = customer.post("/quotes", ask)
    assert asked.status_code == 201, (ask, asked.text)
    return str(asked.json()["id"])


def told(customer: Client, quote_id: str) -> list[dict[str, Any]]:
    explained = customer.get(f"/quotes/{quote_id}/explanation")
    assert explained.status_code == 200, explained.text
    return list(explained.json()["alternatives"])


def test_every_alternative_is_had_at_its_price_though_prices_doubled(
    client: Client, street: dict[str, list[Offer]]
) -> None:
    kinds: list[str] = []
    for number, ask in enumerate(asks(street, client)):
        customer = signed_in(client, f"customer{number}")
        publish(client, street["task"][0].cell_r7, 1)
        named = told(customer, quoted(customer, ask))
        publish(client, street["task"][0].cell_r7, 2)
        for one in named:
            had = customer.post("/quotes", one["ask"])
            assert had.status_code == 201, (ask, one, had.text)
            assert had.json()["pay_in"]["amount"] <= one["pay_in"]["amount"], (ask, one)
            assert had.json()["during"] == one["during"]
        kinds += [one["kind"] for one in named]
        if "seats" in ask and "credits" not in ask:  # a seat, which leaves the next one a session that stands
            booked = customer.post("/bookings", {"quote_id": had.json()["id"]})
            assert booked.status_code == 201, booked.text
            assert booked.json()["amounts"]["pay_in"]["amount"] <= named[-1]["pay_in"]["amount"]
    assert set(kinds) == {"wait", "flexible", "later", "nearby"}
    assert len(kinds) > 40


def test_an_alternative_that_somebody_took_meanwhile_is_refused_by_its_start(
    client: Client, street: dict[str, list[Offer]]
) -> None:
    aino, ben = signed_in(client, "Aino"), signed_in(client, "Ben")
    task = asks(street, client)[4]
    mine = quoted(aino, task)
    (first, *_) = told(aino, mine)
    bens = quoted(ben, {**first["ask"], "instead_of": None})
    assert ben.post("/bookings", {"quote_id": bens}).status_code == 201
    refused = aino.post("/quotes", first["ask"])
    problem = refused.json()
    assert (refused.status_code, problem["type"], problem["field"]) == (
        409,
        "/problems/start-not-bookable",
        "start",
    )
    assert problem["reasons"]
    assert first["ask"] not in [one["ask"] for one in told(aino, mine)]
