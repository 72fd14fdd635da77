"""A suspended user through the HTTP door: nothing new begins with them, and the other side is told."""

from datetime import timedelta
from typing import Any

import pytest

from domain.foundation import clock, events, ids
from domain.ledger import AccountKind
from domain.offers import Offer
from tests import cast
from tests.client import Client
from workers.subscriptions import READERS

DAY = timedelta(days=1)
CARD = {"payment_method": "pm_card_visa"}
WHY = {"reason_code": "fraud", "reason": "Stolen cards."}


@pytest.fixture
def ironing(client: Client) -> Offer:
    with client.transactions() as session:
        cast.open_always(session, cast.ellen(session))
        return cast.offer(session)


@pytest.fixture
def people(client: Client, ironing: Offer) -> dict[str, Client]:
    """Everybody with a session."""
    with client.transactions() as session:
        users = {name: getattr(cast, name)(session) for name in ("aino", "ben", "ellen", "otto")}
    return {name: client.sign_in(getattr(user, "user_id", user.id)) for name, user in users.items()}


def asked(offer: Offer, *, days: int) -> dict[str, Any]:
    start = (clock.now() + days * DAY).replace(minute=0, second=0, microsecond=0)
    return {"offer_id": ids.encode("ofr", offer.id), "start": start.isoformat(), "units": 120}


def waiting(customer: Client, offer: Offer, *, days: int) -> str:
    """The path of a booking that is paid and waits for the provider."""
    quote = customer.post("/quotes", asked(offer, days=days)).json()
    booking = customer.post("/bookings", {"quote_id": quote["id"]}).json()
    path = f"/bookings/{booking['id']}"
    assert customer.post(f"{path}/payment", CARD).json()["booking"]["state"] == "requested"
    return path


def suspend(client: Client, people: dict[str, Client], name: str) -> None:
    """An operator suspends the user, and the workers handle the event."""
    with client.transactions() as session:
        person = getattr(cast, name)(session)
        user_id = getattr(person, "user_id", person.id)
    path = f"/users/{ids.encode('usr', user_id)}/suspension"
    assert people["otto"].post(path, WHY).status_code == 200
    with client.transactions() as session:
        event = next(row for row in events.subject_history(session, user_id) if row.name == "user.suspended")
        for reader in READERS["user.suspended"]:
            reader(session, event)  # type: ignore[arg-type, call-arg]  # none of them calls the provider


def problem(answered: Any) -> tuple[int, str]:
    return answered.status_code, answered.json()["type"].removeprefix("/problems/")


def names(customer: Client, path: str) -> list[str]:
    return [entry["name"] for entry in customer.get(f"{path}/timeline").json()["items"]]


def test_a_suspended_provider_is_not_found_not_quoted_and_holds_nobody_s_request(
    client: Client, people: dict[str, Client], ironing: Offer
) -> None:
    aino, ben = people["aino"], people["ben"]
    with client.transactions() as session:
        market = cast.market(session).slug
    found = f"/offers?market={market}"
    assert [row["id"] for row in ben.get(found).json()["items"]] == [ids.encode("ofr", ironing.id)]
    path = waiting(aino, ironing, days=2)
    suspend(client, people, "ellen")
    assert ben.get(found).json()["items"] == []
    assert problem(ben.post("/quotes", asked(ironing, days=3))) == (409, "offer-takes-no-bookings")
    booking = aino.get(path).json()
    assert (booking["state"], booking["reason_code"]) == ("expired", "account_suspended")
    assert booking["final_amounts"]["refund"] == booking["list_price"]
    assert "booking.expired" in names(aino, path)


def test_a_confirmed_booking_with_a_suspended_customer_cannot_be_changed_and_says_when_it_ends(
    client: Client, people: dict[str, Client], ironing: Offer
) -> None:
    path = waiting(people["aino"], ironing, days=9)
    ellen = people["ellen"]
    confirmed = ellen.post(f"{path}/acceptance").json()
    other = waiting(people["aino"], ironing, days=11)
    suspend(client, people, "aino")
    assert ellen.get(other).json()["state"] == "expired"
    seen = ellen.get(path).json()
    assert (seen["state"], seen["due_at"] < confirmed["due_at"]) == ("confirmed", True)
    assert names(ellen, path)[-1] == "booking.party_suspended"
    proposed = ellen.post(f"{path}/proposals", {"start": asked(ironing, days=10)["start"]})
    assert problem(proposed) == (409, "account-suspended")


def test_nothing_is_payable_to_who_is_suspended(client: Client, people: dict[str, Client]) -> None:
    suspend(client, people, "ellen")
    kinds = [AccountKind.PAYABLE, AccountKind.PAYABLE_HELD]
    answered = [people["otto"].get(f"/ledger/accounts?kind={kind}").status_code for kind in kinds]
    assert answered == [200, 200]
