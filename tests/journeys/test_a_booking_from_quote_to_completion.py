"""One booking's whole way through HTTP, workers and the payment sandbox; afterwards every book balances."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.foundation import ids
from domain.ledger import AccountKind
from tests import cast
from tests.journeys.market import DAY, HOUR, Market


@pytest.fixture
def booked(market: Market, start: datetime) -> dict[str, Any]:
    """Aino asks for two hours of Ellen's ironing, books them and pays; Ellen accepts."""
    with market.client.transactions() as session:
        cast.open_always(session, cast.ellen(session))
        offer = cast.offer(session)
    aino = market.person("aino")
    asked = {"offer_id": ids.encode("ofr", offer.id), "start": start.isoformat(), "units": 120}
    booking = aino.post("/bookings", {"quote_id": aino.post("/quotes", asked).json()["id"]}).json()
    paid = aino.post(f"/bookings/{booking['id']}/payment", {"payment_method": "pm_card_visa"})
    assert paid.json()["booking"]["state"] == "requested", paid.text
    accepted = market.person("ellen").post(f"/bookings/{booking['id']}/acceptance").json()
    market.follow()
    assert market.balance(AccountKind.HELD, ids.decode("bkg", booking["id"])) == 9_450
    return accepted


def read(market: Market, booking: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = market.person("aino").get(f"/bookings/{booking['id']}").json()
    return found


def settled(market: Market, booking: dict[str, Any]) -> tuple[int, int, int]:
    """What is held, what the provider has, and what the platform has."""
    profile_id = ids.decode("prv", booking["profile_id"])
    fees = market.balance(AccountKind.SERVICE_FEES) + market.balance(AccountKind.COMMISSION)
    held = market.balance(AccountKind.HELD, ids.decode("bkg", booking["id"]))
    return held, market.balance(AccountKind.PAYABLE, profile_id), fees


def test_left_to_the_clock_it_is_carried_out_and_the_provider_has_earned(
    market: Market, start: datetime, booked: dict[str, Any]
):
    states = []
    for instant in (start, start + 2 * HOUR, start + 2 * HOUR + 2 * DAY + timedelta(minutes=5)):
        market.walk_to(instant)
        states.append(read(market, booked)["state"])
    assert states == ["in_progress", "delivered", "completed"]
    assert settled(market, booked) == (0, 8_100, 1_350)
    assert not market.broken()


def test_called_off_a_day_ahead_half_the_service_goes_back(
    market: Market, start: datetime, booked: dict[str, Any]
):
    market.walk_to(start - 30 * HOUR)
    aino = market.person("aino")
    seen = aino.get(f"/bookings/{booked['id']}/cancellation-preview").json()
    body = {"reason_code": "illness", "preview": seen["preview"]}
    done = aino.post(f"/bookings/{booked['id']}/cancellation", body).json()
    market.follow()
    assert done["final_amounts"] == seen["final_amounts"]
    assert done["final_amounts"]["refund"]["amount"] == 4_500
    assert settled(market, booked) == (0, 4_050, 900)
    assert not market.broken()


def test_shortened_disputed_and_resolved_every_cent_is_somewhere(
    market: Market, start: datetime, booked: dict[str, Any]
):
    path = f"/bookings/{booked['id']}"
    proposal = market.person("ellen").post(f"{path}/proposals", {"units": 60}).json()
    assert proposal["difference"]["amount"] == -4_725
    market.person("aino").post(f"{path}/proposals/{proposal['id']}/acceptance")
    market.follow()
    market.walk_to(start)
    market.walk_to(start + HOUR)
    said = {"reason_code": "not_as_agreed", "statement": "Two of the five shirts were not ironed."}
    assert market.person("aino").post(f"{path}/dispute", said).json()["state"] == "disputed"
    market.person("ellen").post(f"{path}/dispute-answer", {"statement": "They were damp."})
    body = {"outcome": "completed", "refund_bp": 4_000, "decision": "Two of five were not done."}
    resolved = market.person("otto").post(f"{path}/resolution", body).json()
    market.follow()
    assert (resolved["state"], resolved["final_amounts"]["refund"]["amount"]) == ("completed", 1_890)
    assert settled(market, booked) == (0, 2_430, 405)
    assert market.balance(AccountKind.REFUNDS_IN_FLIGHT) == 0
    assert not market.broken()


def test_what_nobody_pays_for_or_answers_leaves_nothing_behind(market: Market):
    with market.client.transactions() as session:
        cast.open_always(session, cast.ellen(session))
        offer = cast.offer(session)
    aino = market.person("aino")
    made = []
    for days in (5, 6):
        start = (market.opened_at + days * DAY).replace(minute=0, second=0, microsecond=0)
        asked = {"offer_id": ids.encode("ofr", offer.id), "start": start.isoformat(), "units": 60}
        quote = aino.post("/quotes", asked).json()
        made.append(aino.post("/bookings", {"quote_id": quote["id"]}).json())
    aino.post(f"/bookings/{made[1]['id']}/payment", {"payment_method": "pm_card_visa"})
    market.follow()
    market.walk_to(market.opened_at + DAY + HOUR)
    assert [read(market, booking)["state"] for booking in made] == ["expired", "expired"]
    assert market.balance(AccountKind.CLEARING) == 0
    assert not market.broken()
