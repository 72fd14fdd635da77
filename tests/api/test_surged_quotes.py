"""Quotes where prices answer to demand, through the HTTP door."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from domain import availability
from domain.foundation import clock, ids
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.spans import Span
from domain.offers import Offer
from tests import cast, snapshots
from tests.client import Client

HELSINKI = ZoneInfo("Europe/Helsinki")
CATEGORY = "hourly-service"


def start() -> datetime:
    """Ten o'clock, two days from now, where Ellen irons."""
    local = clock.now().astimezone(HELSINKI) + timedelta(days=2)
    return local.replace(hour=10, minute=0, second=0, microsecond=0)


@pytest.fixture
def ironing(client: Client) -> Offer:
    """Ellen irons at 60.00 an hour on a day that fills: the factor is 1.5."""
    now = clock.now()
    with client.transactions() as session:
        cast.open_always(session, cast.ellen(session))
        offer = cast.offer(session, price_amount=6_000)
        snapshots.in_force(session, offer.market_id, {"scheduled": {CATEGORY: {}}}, at=now)
        day = {(start().date(), start().hour // 4): 15_000}
        snapshots.published(
            session,
            offer.market_id,
            {},
            category=CATEGORY,
            tick_at=now,
            scheduled={CATEGORY: day},
            typical_amount=4_000,
        )
    return offer


def signed_in(client: Client, who: str) -> Client:
    with client.transactions() as session:
        found = getattr(cast, who)(session)
        user_id = getattr(found, "user_id", found.id)
    return client.sign_in(user_id)


def wanted(offer: Offer, **more: Any) -> dict[str, Any]:
    told = {"offer_id": ids.encode("ofr", offer.id), "start": start().isoformat(), "units": 60}
    return told | more


def test_a_quote_tells_both_multipliers_the_bonus_and_the_snapshot(client: Client, ironing: Offer) -> None:
    quote = signed_in(client, "aino").post("/quotes", wanted(ironing)).json()
    surge = quote["surge"]
    assert (surge["multiplier"], surge["market_multiplier"], surge["mode"]) == ("1.50", "1.50", "scheduled")
    assert surge["reasons"] == ["scheduled_day_fills"]
    assert surge["bonus"] == {"amount": 2_000, "currency": "EUR"}
    assert surge["snapshot_id"].startswith("snp_")
    assert quote["surge_amount"]["amount"] == 3_000
    assert quote["pay_in"]["amount"] == 9_300


def test_the_provider_sees_the_bonus_before_they_accept_and_the_customer_does_not(
    client: Client, ironing: Offer
) -> None:
    aino = signed_in(client, "aino")
    quote = aino.post("/quotes", wanted(ironing)).json()
    key = {"idempotency-key": str(ids.new())}
    booking = aino.post("/bookings", {"quote_id": quote["id"]}, headers=key).json()
    assert booking["bonus"] is None
    assert booking["amounts"]["surge"]["amount"] == 3_000
    seen = signed_in(client, "ellen").get(f"/bookings/{booking['id']}").json()
    assert seen["bonus"] == {"amount": 2_000, "currency": "EUR"}


def test_a_quote_that_is_over_makes_no_alternative(client: Client, ironing: Offer) -> None:
    aino = signed_in(client, "aino")
    first = aino.post("/quotes", wanted(ironing)).json()
    key = {"idempotency-key": str(ids.new())}
    aino.post("/bookings", {"quote_id": first["id"]}, headers=key)
    later = (start() + timedelta(days=1)).isoformat()
    refused = aino.post("/quotes", wanted(ironing, start=later, instead_of=first["id"]))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/quote-not-live")


def test_a_refused_time_is_noticed_once_and_a_retry_is_answered_the_same(
    client: Client, ironing: Offer
) -> None:
    with client.transactions() as session:
        resource = availability.get_provider_calendar(session, ironing.profile_id)
        span = Span(start().astimezone(UTC), start().astimezone(UTC) + timedelta(hours=1))
        by = Actor(ActorKind.USER, ironing.provider_user_id)
        availability.block_time(session, resource.id, span, by=by, at=clock.now())
    aino, key = signed_in(client, "aino"), {"idempotency-key": str(ids.new())}
    refused = [aino.post("/quotes", wanted(ironing), headers=key) for _ in range(2)]
    assert [one.status_code for one in refused] == [409, 409]
    assert refused[0].json() == refused[1].json()
    with client.transactions() as session:
        noticed = session.execute(text("SELECT signal FROM demand_signals")).scalars().all()
    assert noticed == ["unmet_quote"]
