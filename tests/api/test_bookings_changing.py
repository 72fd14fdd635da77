"""Changing, carrying out and disputing bookings through the HTTP door. The market's clock is walked ahead."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.foundation import clock, ids
from domain.offers import Offer
from tests import cast, market_calendar
from tests.client import Client

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CARD = {"payment_method": "pm_card_visa"}
SAID = {"statement": "I rang at nine and at ten past; nobody opened."}


@pytest.fixture
def walk() -> Callable[[datetime], None]:
    """Lets the market's clock show an instant, for everybody who asks it."""
    return market_calendar.show


@pytest.fixture
def people(client: Client) -> Callable[[str], Client]:
    """Somebody with a fresh session: the clock may have walked past the last one."""

    def sign_in(name: str) -> Client:
        with client.transactions() as session:
            found = getattr(cast, name)(session)
        return client.sign_in(getattr(found, "user_id", found.id))

    return sign_in


@pytest.fixture
def ironing(client: Client) -> Offer:
    with client.transactions() as session:
        cast.open_always(session, cast.ellen(session))
        return cast.offer(session, books_instantly=True)


@pytest.fixture
def start(ironing: Offer) -> datetime:
    return (clock.now() + 2 * DAY).replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def booking(people: Callable[[str], Client], ironing: Offer, start: datetime) -> dict[str, Any]:
    """Aino's two hours of ironing, confirmed by her payment."""
    aino = people("aino")
    asked = {"offer_id": ids.encode("ofr", ironing.id), "start": start.isoformat(), "units": 120}
    made = aino.post("/bookings", {"quote_id": aino.post("/quotes", asked).json()["id"]}).json()
    paid = aino.post(f"/bookings/{made['id']}/payment", CARD)
    assert paid.json()["booking"]["state"] == "confirmed", paid.text
    return paid.json()["booking"]


def problem(answered: Any) -> tuple[int, str]:
    return answered.status_code, answered.json()["type"].removeprefix("/problems/")


def test_a_reschedule_is_proposed_with_its_difference_and_accepted(walk, people, booking, start):
    path = f"/bookings/{booking['id']}/proposals"
    later = (start + DAY).isoformat()
    made = people("aino").post(path, {"start": later, "note": "Would a day later suit you?"})
    assert made.status_code == 201, made.text
    assert (made.json()["kind"], made.json()["difference"]["amount"]) == ("reschedule", 0)
    assert problem(people("ellen").post(path, {"start": later})) == (409, "proposal-open")
    moved = people("ellen").post(f"{path}/{made.json()['id']}/acceptance").json()
    assert datetime.fromisoformat(moved["during"]["start"]) == start + DAY
    [shown] = people("aino").get(f"/bookings/{booking['id']}").json()["proposals"]
    assert (shown["state"], shown["by_side"]) == ("accepted", "customer")


def test_a_proposal_is_declined_or_withdrawn(walk, people, booking):
    path = f"/bookings/{booking['id']}/proposals"
    shorter = people("ellen").post(path, {"units": 60}).json()
    assert shorter["difference"]["amount"] == -4_725
    own = people("ellen").post(f"{path}/{shorter['id']}/acceptance")
    assert problem(own) == (409, "transition-not-allowed")
    assert people("aino").post(f"{path}/{shorter['id']}/declination").status_code == 200
    second = people("aino").post(path, {"units": 90}).json()
    assert people("aino").post(f"{path}/{second['id']}/withdrawal").status_code == 200
    shown = people("aino").get(f"/bookings/{booking['id']}").json()["proposals"]
    assert [line["state"] for line in shown] == ["declined", "withdrawn"]


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"units": 180}, (409, "increase-not-payable")),
        ({}, (422, "nothing-proposed")),
        ({"start": "2026-01-05T10:00:00Z"}, (409, "too-late")),
        ({"seats": 2}, (422, "seats-not-offered")),
        ({"state": "completed"}, (422, "malformed")),
    ],
)
def test_what_cannot_be_proposed_says_why(walk, people, booking, body, refused):
    answered = people("aino").post(f"/bookings/{booking['id']}/proposals", body)
    assert problem(answered) == refused


def test_a_proposal_of_another_booking_is_not_found(walk, people, booking):
    path = f"/bookings/{booking['id']}/proposals/{ids.encode('prp', ids.new())}/acceptance"
    assert problem(people("ellen").post(path)) == (404, "proposal-not-found")


def test_a_service_starts_is_delivered_and_completed_by_hand(walk, people, booking, start):
    path = f"/bookings/{booking['id']}"
    assert problem(people("ellen").post(f"{path}/start")) == (409, "too-early")
    walk(start)
    assert people("ellen").post(f"{path}/start").json()["state"] == "in_progress"
    delivered = people("ellen").post(f"{path}/delivery").json()
    assert delivered["state"] == "delivered"
    assert problem(people("ellen").post(f"{path}/completion")) == (409, "transition-not-allowed")
    done = people("aino").post(f"{path}/completion").json()
    assert (done["state"], done["final_amounts"]["ground"]) == ("completed", "carried_out")


def test_a_no_show_is_reported_contested_answered_and_resolved(walk, people, booking, start):
    path = f"/bookings/{booking['id']}"
    walk(start + timedelta(minutes=16))
    reported = people("ellen").post(f"{path}/no-show").json()
    assert (reported["state"], reported["no_show_side"]) == ("no_show", "customer")
    assert problem(people("ellen").post(f"{path}/no-show-contest", SAID)) == (409, "other-party-must-answer")
    assert people("aino").post(f"{path}/no-show-contest", SAID).json()["state"] == "disputed"
    assert people("ellen").post(f"{path}/dispute-answer", SAID).status_code == 200
    again = people("ellen").post(f"{path}/dispute-answer", SAID)
    assert problem(again) == (409, "dispute-answered")
    body = {"outcome": "cancelled", "refund_bp": 5_000, "decision": "Both were late."}
    resolved = people("otto").post(f"{path}/resolution", body).json()
    assert (resolved["state"], resolved["final_amounts"]["refund"]["amount"]) == ("cancelled", 4_725)
    told = people("aino").get(path).json()["dispute"]
    assert (told["opened_by"], told["decided_by"], told["decision"]) == (
        "customer",
        "operator",
        "Both were late.",
    )


def test_a_delivery_is_disputed_in_time_and_a_resolution_does_not_contradict_itself(
    walk, people, booking, start
):
    path = f"/bookings/{booking['id']}"
    walk(start)
    people("ellen").post(f"{path}/start")
    people("ellen").post(f"{path}/delivery")
    walk(start + 49 * HOUR)
    objection = {"reason_code": "not_as_agreed", **SAID}
    assert problem(people("aino").post(f"{path}/dispute", objection)) == (409, "too-late")
    walk(start + HOUR)
    assert people("aino").post(f"{path}/dispute", objection).json()["state"] == "disputed"
    body = {"outcome": "completed", "refund_bp": 10_000, "decision": "All of it."}
    answered = people("otto").post(f"{path}/resolution", body)
    assert problem(answered) == (422, "resolution-impossible")
