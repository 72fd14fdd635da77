"""What no card can pay is refused through HTTP in words, where it is set, quoted and given back."""

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from domain.foundation import clock, ids
from domain.offers import Offer
from tests import cast
from tests.client import Client


def published(client: Client) -> Offer:
    with client.transactions() as session:
        cast.open_always(session, cast.ellen(session))
        return cast.offer(session)


def priced(client: Client, offer: Offer, amount: int) -> None:
    """A price as it was stored before anybody checked what can be paid."""
    with client.transactions() as session:
        session.execute(
            text("UPDATE offers SET price_amount = :amount, from_amount = :amount WHERE id = :id"),
            {"amount": amount, "id": offer.id},
        )


def customer(client: Client) -> Client:
    with client.transactions() as session:
        user_id: UUID = cast.aino(session).id
    return client.sign_in(user_id)


def wanted(offer: Offer) -> dict[str, Any]:
    there = clock.now().astimezone(ZoneInfo("Europe/Helsinki")) + timedelta(days=2)
    start = there.replace(hour=10, minute=0, second=0, microsecond=0)
    return {"offer_id": ids.encode("ofr", offer.id), "start": start.isoformat(), "units": 60}


def test_a_quote_that_no_card_can_pay_says_what_can_be_changed(client: Client) -> None:
    offer = published(client)
    priced(client, offer, 30)
    answer = customer(client).post("/quotes", wanted(offer))
    problem = answer.json()
    assert (answer.status_code, problem["type"].rsplit("/", 1)[-1]) == (422, "amount-not-payable")
    assert "a card pays EUR 0.50 to EUR 999999.99" in problem["detail"]
    assert problem["changeable_by"] == ["customer", "provider"]
    assert (problem["amount"], problem["least_amount"], problem["step_amount"]) == (32, 50, 1)


def test_a_provider_sees_that_a_stored_price_needs_a_change(client: Client) -> None:
    offer = published(client)
    provider = client.sign_in(offer.provider_user_id)
    path = f"/me/offers/{ids.encode('ofr', offer.id)}"
    assert provider.get(path).json()["price_problems"] == []
    priced(client, offer, 5)
    assert provider.get(path).json()["price_problems"] == ["never_payable"]
    [listed] = provider.get("/me/offers").json()["items"]
    assert listed["price_problems"] == ["never_payable"]
