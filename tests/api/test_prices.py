"""Curves of prices, and quotes explained with what would cost less, through the HTTP door."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from h3.api.basic_int import cell_to_latlng, grid_disk

from domain.foundation import clock, ids
from domain.offers import Offer
from domain.surge import Reason
from tests import cast, snapshots
from tests.client import Client

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BUSY = {
    "shown_bp": 15_000,
    "raw_bp": 16_200,
    "reasons": (Reason.MORE_ASK_THAN_ARE_FREE | Reason.HELD_BY_HYSTERESIS).value,
    "near": 3,
    "usual_near": 12,
}
RULES = {"live": {"hourly-service": {"horizon_minutes": 120}}}


class Town:
    """Ellen irons at 45.00 an hour around the clock; prices answer to demand since a day."""

    def __init__(self, client: Client) -> None:
        self.client, self.now = client, clock.now()
        with client.transactions() as session:
            cast.open_always(session, cast.ellen(session))
            self.ironing = cast.offer(session, notice_minutes=0)
            self.market_id = cast.market(session).id
            snapshots.in_force(
                session, self.market_id, RULES, at=self.now - timedelta(days=1), live_quotes=20
            )
            aino = cast.aino(session).id
        self.aino = client.sign_in(aino)

    def tick(self, numbers: Mapping[str, float], **more: Any) -> UUID:
        """Publish a snapshot in which it is so where Ellen is, and quiet next door."""
        assert self.ironing.cell_r7 is not None
        cells = {cell: {} for cell in grid_disk(self.ironing.cell_r7, 1)} | {self.ironing.cell_r7: numbers}
        self._ticks = getattr(self, "_ticks", 0) + 1
        with self.client.transactions() as session:
            tick_at = clock.now() - MINUTE + self._ticks * timedelta(seconds=1)
            return snapshots.published(
                session, self.market_id, cells, category="hourly-service", tick_at=tick_at, **more
            )

    def rise(self) -> None:
        """Publish a snapshot in which everything costs twice as much."""
        cells = {cell: {"shown_bp": 20_000} for cell in grid_disk(self.ironing.cell_r7 or 0, 3)}
        with self.client.transactions() as session:
            now = clock.now()
            snapshots.published(session, self.market_id, cells, category="hourly-service", tick_at=now)

    def neighbour(self, name: str, **content: Any) -> Offer:
        """Somebody else who irons, around the clock too, in the next cell."""
        assert self.ironing.cell_r7 is not None
        next_door = next(cell for cell in grid_disk(self.ironing.cell_r7, 1) if cell != self.ironing.cell_r7)
        latitude, longitude = cell_to_latlng(next_door)
        with self.client.transactions() as session:
            provider = cast.provider(session, name)
            cast.open_always(session, provider)
            place = {"latitude": latitude, "longitude": longitude}
            return cast.offer(session, provider=provider, notice_minutes=0, **place, **content)

    def quoted(self, **more: Any) -> dict[str, Any]:
        """What an hour costs Aino within the live horizon."""
        start = (clock.now() + HOUR).replace(minute=0, second=0, microsecond=0)
        wanted = {"offer_id": ids.encode("ofr", self.ironing.id), "start": start.isoformat(), "units": 60}
        answered = self.aino.post("/quotes", wanted | more)
        assert answered.status_code == 201, answered.text
        quote: dict[str, Any] = answered.json()
        return quote

    def explained(self, quote: Mapping[str, Any]) -> dict[str, Any]:
        """The explanation of a quote of Aino's."""
        answered = self.aino.get(f"/quotes/{quote['id']}/explanation")
        assert answered.status_code == 200, answered.text
        told: dict[str, Any] = answered.json()
        return told


@pytest.fixture
def town(client: Client) -> Town:
    return Town(client)


def test_a_surged_quote_says_why_in_words_and_whose_the_money_is(town: Town) -> None:
    town.tick(BUSY, typical_amount=9_000)
    quote = town.quoted()
    told = town.explained(quote)
    surge = told["surge"]
    assert (surge["mode"], surge["raw"], surge["market"], surge["yours"]) == ("live", "1.62", "1.50", "1.50")
    assert [reason["code"] for reason in surge["reasons"]] == ["more_ask_than_are_free", "held_by_hysteresis"]
    assert "3–5 providers free near you, 11–20 usual" in surge["reasons"][0]["text"]
    assert surge["pool"] == {"amount": 2_250, "currency": "EUR"}
    assert surge["bonus"] == {"amount": 4_500, "currency": "EUR"}
    assert "€22.50" in surge["shares"][0]
    assert "Your price holds until" in surge["lock"]
    assert surge["is_personal_data_used"] is True
    assert surge["disclosure"].startswith("This price may be lower")
    assert surge["snapshot_id"] == quote["surge"]["snapshot_id"]
    assert told["policy_version_id"] == quote["policy_version_id"]


def test_every_alternative_is_promised_at_its_price_though_prices_rose_meanwhile(town: Town) -> None:
    town.neighbour("Farah", title="Ironing around the corner")
    town.tick(BUSY)
    quote = town.quoted()
    found = town.explained(quote)["alternatives"]
    assert {one["kind"] for one in found} == {"wait", "flexible", "later", "nearby"}
    town.rise()
    assert town.quoted()["surge"]["multiplier"] == "2.00"
    for one in found:
        fresh = town.aino.post("/quotes", one["ask"])
        assert fresh.status_code == 201, fresh.text
        assert fresh.json()["pay_in"] == one["pay_in"], one["kind"]
        assert one["pay_in"]["amount"] + one["saves"]["amount"] == quote["pay_in"]["amount"]
        assert one["saves"]["amount"] > 0


@pytest.mark.parametrize("kind", ["wait", "flexible", "later", "nearby"])
def test_an_alternative_of_each_kind_is_booked_at_its_price(town: Town, kind: str) -> None:
    town.neighbour("Farah", title="Ironing around the corner")
    town.tick(BUSY)
    found = town.explained(town.quoted())["alternatives"]
    one = next(one for one in found if one["kind"] == kind)
    town.rise()
    fresh = town.aino.post("/quotes", one["ask"]).json()
    booked = town.aino.post("/bookings", {"quote_id": fresh["id"]})
    assert booked.status_code == 201, booked.text
    assert booked.json()["amounts"]["pay_in"] == one["pay_in"]


def test_a_quote_that_nothing_undercuts_has_no_alternatives(town: Town) -> None:
    town.tick({})
    told = town.explained(town.quoted())
    assert told["alternatives"] == []
    assert (told["surge"]["market"], told["surge"]["disclosure"]) == ("1.00", None)


def test_a_market_without_surge_says_so(town: Town) -> None:
    told = town.explained(town.quoted())
    assert [reason["code"] for reason in told["surge"]["reasons"]] == ["no_snapshot"]


def test_what_is_over_has_an_explanation_and_nothing_instead_of_it(town: Town) -> None:
    town.tick(BUSY)
    quote = town.quoted()
    assert town.explained(quote)["alternatives"]
    town.aino.post("/bookings", {"quote_id": quote["id"]})
    assert town.explained(quote)["alternatives"] == []


@pytest.mark.parametrize("who", ["ben", "ellen", "otto"])
def test_nobody_else_sees_an_explanation(town: Town, who: str) -> None:
    quote = town.quoted()
    with town.client.transactions() as session:
        someone = getattr(cast, who)(session)
        user_id = getattr(someone, "user_id", someone.id)
    answered = town.client.sign_in(user_id).get(f"/quotes/{quote['id']}/explanation")
    assert (answered.status_code, answered.json()["type"]) == (404, "/problems/quote-unknown")


def test_the_curve_of_an_offer_tells_each_start_with_its_price(town: Town) -> None:
    town.tick(BUSY)
    start = clock.now()
    span = {"from": start.isoformat(), "to": (start + 6 * HOUR).isoformat()}
    answered = town.client.get(
        "/prices/curve", params={"offer_id": ids.encode("ofr", town.ironing.id), **span}
    )
    assert answered.status_code == 200, answered.text
    points = answered.json()["points"]
    surged = [point for point in points if point["multiplier"] == "1.50"]
    assert 2 < len(surged) < len(points)
    assert {point["price"]["amount"] for point in surged} == {6_975}
    assert {point["price"]["amount"] for point in points if point["multiplier"] == "1.00"} == {4_725}
    assert surged[0]["reasons"] == ["more_ask_than_are_free", "held_by_hysteresis"]
    assert points[-1]["absence"] == "not_in_force"
    assert answered.headers["cache-control"] == "public, max-age=60"


def test_the_curve_of_an_offer_is_what_a_quote_costs_whom_nothing_protects(town: Town) -> None:
    town.tick(BUSY)
    quote = town.quoted()
    offer = {"offer_id": ids.encode("ofr", town.ironing.id)}
    points = town.client.get("/prices/curve", params=offer).json()["points"]
    (same,) = [point for point in points if point["start"] == quote["during"]["start"]]
    assert same["price"] == quote["pay_in"]


def test_the_curve_of_a_category_tells_every_hour_around_a_place(town: Town) -> None:
    town.tick(BUSY)
    with town.client.transactions() as session:
        operator = cast.otto(session).id
    effect = {"name": "All day", "factor_bp": 11_000}
    tariff = f"/markets/{ids.encode('mkt', town.market_id)}/tariffs"
    assert town.client.sign_in(operator).post(tariff, {"effects": [effect]}).status_code == 201
    wanted = {"market": "helsinki", "category": "hourly-service", "near": "60.17938,24.95152"}
    answered = town.client.get("/prices/curve", params=wanted).json()
    assert len(answered["points"]) == 7 * 24
    first, last = answered["points"][0], answered["points"][-1]
    assert (first["tariff"], first["multiplier"], first["factor"], first["price"]) == (
        "1.10",
        "1.50",
        "1.65",
        None,
    )
    assert (last["tariff"], last["multiplier"], last["absence"]) == ("1.10", "1.00", "not_in_force")


@pytest.mark.parametrize(
    ("wanted", "status", "slug"),
    [
        ({}, 422, "curve-unfit"),
        ({"market": "helsinki"}, 422, "curve-unfit"),
        ({"offer": "x"}, 422, "malformed"),
        ({"market": "nowhere", "category": "task"}, 404, "market-unknown"),
        ({"market": "helsinki", "category": "nothing"}, 404, "category-unknown"),
        ({"market": "helsinki", "category": "task", "near": "99,0"}, 422, "curve-unfit"),
        (
            {
                "market": "helsinki",
                "category": "task",
                "from": "2026-12-01T00:00:00Z",
                "to": "2027-01-02T00:00:00Z",
            },
            422,
            "curve-unfit",
        ),
        (
            {
                "market": "helsinki",
                "category": "task",
                "from": "2026-12-02T00:00:00Z",
                "to": "2026-12-01T00:00:00Z",
            },
            422,
            "curve-unfit",
        ),
        ({"market": "helsinki", "category": "task", "from": "9999-12-31T00:00:00Z"}, 422, "curve-unfit"),
        ({"offer_id": "ofr_01jczk3v9hf8gb2h6v1q4nsx7e"}, 404, "offer-unknown"),
    ],
)
def test_a_curve_of_nothing_is_refused(town: Town, wanted: dict[str, str], status: int, slug: str) -> None:
    answered = town.client.get("/prices/curve", params=wanted)
    assert (answered.status_code, answered.json()["type"]) == (status, f"/problems/{slug}")
