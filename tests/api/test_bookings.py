"""Bookings through the HTTP door, paid at the sandbox."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event

from api.schemas.bookings import BookingAction
from domain import offers
from domain.bookings import BOOKINGS, BookingParty, BookingState
from domain.foundation import clock, ids
from domain.foundation.actors import Actor, ActorKind
from domain.offers import Offer
from tests import cast
from tests.client import Client

DAY = timedelta(days=1)
CARD = {"payment_method": "pm_card_visa"}


@pytest.fixture
def ironing(client: Client) -> Offer:
    """Ellen irons at 45.00 an hour, around the clock."""
    with client.transactions() as session:
        cast.open_always(session, cast.ellen(session))
        return cast.offer(session)


@pytest.fixture
def people(client: Client, ironing: Offer) -> dict[str, Client]:
    """Everybody at the door, and a stranger without a session."""
    names = ("aino", "ben", "ellen", "farah", "otto", "mira")
    with client.transactions() as session:
        users = {name: getattr(cast, name)(session) for name in names}
    known = {name: client.sign_in(getattr(user, "user_id", user.id)) for name, user in users.items()}
    return {**known, "nobody": client}


def quoted(by: Client, offer: Offer, *, days: int = 2, **more: Any) -> dict[str, Any]:
    start = (clock.now() + days * DAY).replace(minute=0, second=0, microsecond=0)
    asked = {"offer_id": ids.encode("ofr", offer.id), "start": start.isoformat(), "units": 120, **more}
    answered = by.post("/quotes", asked)
    assert answered.status_code == 201, answered.text
    return answered.json()


def requested(by: Client, offer: Offer, **more: Any) -> dict[str, Any]:
    answered = by.post("/bookings", {"quote_id": quoted(by, offer, **more)["id"]})
    assert answered.status_code == 201, answered.text
    return answered.json()


def confirmed(people: dict[str, Client], offer: Offer, **more: Any) -> dict[str, Any]:
    booking = requested(people["aino"], offer, **more)
    assert people["aino"].post(f"/bookings/{booking['id']}/payment", CARD).status_code == 200
    answered = people["ellen"].post(f"/bookings/{booking['id']}/acceptance")
    assert answered.status_code == 200, answered.text
    return answered.json()


def problem(answered: Any) -> tuple[int, str]:
    return answered.status_code, answered.json()["type"].removeprefix("/problems/")


def test_a_booking_is_requested_paid_and_accepted(people: dict[str, Client], ironing: Offer):
    aino, ellen = people["aino"], people["ellen"]
    booking = requested(aino, ironing)
    assert (booking["state"], booking["party"], booking["allowed"]) == (
        "pending_payment",
        "customer",
        ["pay"],
    )
    assert booking["amounts"]["pay_in"] == {"amount": 9_450, "currency": "EUR"}
    assert booking["location"] is None
    paid = aino.post(f"/bookings/{booking['id']}/payment", CARD)
    assert paid.status_code == 200, paid.text
    assert paid.json()["payment_state"] == "authorized"
    assert (paid.json()["booking"]["state"], paid.json()["booking"]["allowed"]) == ("requested", ["withdraw"])
    accepted = ellen.post(f"/bookings/{booking['id']}/acceptance")
    assert accepted.json()["state"] == "confirmed"
    assert accepted.headers["etag"] == f'"{accepted.json()["version"]}"'
    seen = aino.get(f"/bookings/{booking['id']}").json()
    assert (seen["location"], seen["location_visible_at"]) == (None, None)  # she comes to the customer
    assert (seen["proposals"], seen["dispute"], seen["final_amounts"]) == ([], None, None)
    assert seen["allowed"] == ["cancel", "propose"]
    assert seen["allowed_from"]["start"] == seen["during"]["start"]


def test_a_first_payment_takes_seven_transactions_and_a_later_one_six(
    people: dict[str, Client], ironing: Offer, client: Client
):
    engine = client.app.app.state.house.transactions.engine  # type: ignore[attr-defined]  # the app is a FastAPI
    for number, expected in ((1, 7), (2, 6)):
        booking = requested(people["aino"], ironing, days=2 + number)
        begun: list[Connection] = []
        note = begun.append
        event.listen(engine, "begin", note)
        paid = people["aino"].post(f"/bookings/{booking['id']}/payment", CARD)
        event.remove(engine, "begin", note)
        assert paid.status_code == 200, paid.text
        assert len(begun) == expected


def test_a_retry_makes_no_second_booking(people: dict[str, Client], ironing: Offer):
    aino, key = people["aino"], {"idempotency-key": str(ids.new())}
    body = {"quote_id": quoted(aino, ironing)["id"]}
    first, second = (aino.post("/bookings", body, headers=key) for _ in range(2))
    assert first.content == second.content
    assert second.headers["idempotent-replayed"] == "true"
    assert len(aino.get("/bookings").json()["items"]) == 1


def test_a_booking_without_a_key_is_not_made(people: dict[str, Client], ironing: Offer):
    aino = people["aino"]
    body = {"quote_id": quoted(aino, ironing)["id"]}
    answered = aino.app.post("/bookings", json=body, headers={"authorization": f"Bearer {aino.token}"})
    assert problem(answered) == (422, "idempotency-key-required")


def test_of_two_who_want_the_same_hour_one_gets_it(people: dict[str, Client], ironing: Offer):
    quotes = [quoted(people[name], ironing) for name in ("aino", "ben")]
    assert people["aino"].post("/bookings", {"quote_id": quotes[0]["id"]}).status_code == 201
    second = people["ben"].post("/bookings", {"quote_id": quotes[1]["id"]})
    assert problem(second) == (409, "slot-taken")


def test_a_declined_card_leaves_the_booking_to_be_paid_with_another(
    people: dict[str, Client], ironing: Offer
):
    aino = people["aino"]
    path = f"/bookings/{requested(aino, ironing)['id']}/payment"
    declined = aino.post(path, {"payment_method": "pm_card_visa_chargeDeclined"})
    assert problem(declined) == (402, "payment-declined")
    assert aino.post(path, CARD).json()["booking"]["state"] == "requested"


def test_a_bank_that_wants_to_hear_from_the_customer_is_told_as_the_next_action(
    people: dict[str, Client], ironing: Offer
):
    aino = people["aino"]
    booking = requested(aino, ironing)
    asked = aino.post(
        f"/bookings/{booking['id']}/payment", {"payment_method": "pm_card_authenticationRequired"}
    )
    assert asked.status_code == 200, asked.text
    assert (asked.json()["payment_state"], asked.json()["booking"]["state"]) == (
        "requires_action",
        "pending_payment",
    )
    assert asked.json()["next_action"]


def test_what_is_paid_is_not_paid_again(people: dict[str, Client], ironing: Offer):
    booking = confirmed(people, ironing)
    again = people["aino"].post(f"/bookings/{booking['id']}/payment", CARD)
    assert again.status_code == 200, again.text
    assert again.json()["booking"]["state"] == "confirmed"
    assert problem(people["ellen"].post(f"/bookings/{booking['id']}/payment", CARD)) == (409, "not-payable")
    timeline = people["aino"].get(f"/bookings/{booking['id']}/timeline").json()["items"]
    assert [entry["name"] for entry in timeline].count("payment.authorized") == 1


def test_a_provider_declines_with_a_reason(people: dict[str, Client], ironing: Offer):
    aino, ellen = people["aino"], people["ellen"]
    booking = requested(aino, ironing)
    aino.post(f"/bookings/{booking['id']}/payment", CARD)
    body = {"reason_code": "unavailable", "reason": "I am away that week."}
    answered = ellen.post(f"/bookings/{booking['id']}/declination", body).json()
    assert (answered["state"], answered["reason_code"], answered["reason"]) == ("declined", *body.values())
    assert answered["final_amounts"]["refund"]["amount"] == 9_450


@pytest.mark.parametrize("reason", ["no_show", "payment_lost", "because"])
def test_reasons_of_the_product_are_not_for_people(people: dict[str, Client], ironing: Offer, reason):
    booking = confirmed(people, ironing)
    answered = people["aino"].post(f"/bookings/{booking['id']}/cancellation", {"reason_code": reason})
    assert problem(answered) == (422, "malformed")


def test_a_customer_withdraws_before_the_answer(people: dict[str, Client], ironing: Offer):
    aino = people["aino"]
    booking = requested(aino, ironing)
    aino.post(f"/bookings/{booking['id']}/payment", CARD)
    answered = aino.post(f"/bookings/{booking['id']}/withdrawal")
    assert (answered.json()["state"], answered.json()["cancelled_by"]) == ("cancelled", "customer")
    assert problem(aino.post(f"/bookings/{booking['id']}/withdrawal")) == (409, "transition-not-allowed")


def test_what_the_preview_says_is_what_the_cancellation_does(people: dict[str, Client], ironing: Offer):
    aino = people["aino"]
    booking = confirmed(people, ironing)
    seen = aino.get(f"/bookings/{booking['id']}/cancellation-preview").json()
    assert seen["final_amounts"]["ground"] == "grace_period"
    body = {"reason_code": "illness", "preview": seen["preview"]}
    done = aino.post(f"/bookings/{booking['id']}/cancellation", body).json()
    assert done["final_amounts"] == seen["final_amounts"]
    assert done["state"] == "cancelled"


def test_a_preview_of_nobodys_making_is_refused(people: dict[str, Client], ironing: Offer):
    booking = confirmed(people, ironing)
    body = {"reason_code": "illness", "preview": "1.forged"}
    answered = people["aino"].post(f"/bookings/{booking['id']}/cancellation", body)
    assert problem(answered) == (409, "preview-expired")


def test_an_old_copy_is_not_acted_upon(people: dict[str, Client], ironing: Offer):
    booking = confirmed(people, ironing)
    stale = {"if-match": f'"{booking["version"] - 1}"'}
    body = {"reason_code": "illness"}
    answered = people["aino"].post(f"/bookings/{booking['id']}/cancellation", body, headers=stale)
    assert problem(answered) == (412, "stale")


def test_nobody_books_their_own_offer(people: dict[str, Client], ironing: Offer):
    start = (clock.now() + 2 * DAY).replace(minute=0, second=0, microsecond=0)
    asked = {"offer_id": ids.encode("ofr", ironing.id), "start": start.isoformat(), "units": 120}
    assert problem(people["ellen"].post("/quotes", asked)) == (403, "own-offer")


def test_an_offer_hidden_since_the_quote_is_not_booked(people: dict[str, Client], ironing: Offer):
    quote = quoted(people["aino"], ironing)
    with people["aino"].transactions() as session:
        moderator = Actor(ActorKind.MODERATOR, cast.mira(session).id)
        offers.hide(session, ironing.id, reason="reported", by=moderator, at=clock.now())
    assert people["aino"].post("/bookings", {"quote_id": quote["id"]}).status_code == 404


def test_lists_are_by_side_and_paged(people: dict[str, Client], ironing: Offer):
    made = [requested(people["aino"], ironing, days=days)["id"] for days in (2, 3, 4)]
    first = people["aino"].get("/bookings", params={"limit": 2}).json()
    assert [item["id"] for item in first["items"]] == [made[2], made[1]]
    rest = people["aino"].get("/bookings", params={"limit": 2, "after": first["next_cursor"]}).json()
    assert ([item["id"] for item in rest["items"]], rest["next_cursor"]) == ([made[0]], None)
    theirs = people["ellen"].get("/bookings", params={"party": "provider", "state": "pending_payment"})
    assert len(theirs.json()["items"]) == 3
    assert people["ellen"].get("/bookings").json()["items"] == []
    assert problem(people["aino"].get("/bookings", params={"party": "clock"})) == (422, "malformed")
    assert problem(people["aino"].get("/bookings", params={"after": "x"})) == (422, "invalid-cursor")


def test_the_timeline_tells_each_side_its_part_with_ids_of_the_wire(
    people: dict[str, Client], ironing: Offer
):
    booking = confirmed(people, ironing)

    def told(name: str) -> list[dict[str, Any]]:
        return people[name].get(f"/bookings/{booking['id']}/timeline").json()["items"]

    assert [entry["name"] for entry in told("ellen")] == [
        "booking.requested",
        "booking.authorized",
        "booking.confirmed",
    ]
    assert "payment.authorized" in {entry["name"] for entry in told("aino")}
    assert told("ellen")[0]["data"]["booking_id"] == booking["id"]
    assert told("ellen")[2]["by"] == "provider"


ROUTES = [
    ("GET", "", None),
    ("GET", "/timeline", None),
    ("GET", "/cancellation-preview", None),
    ("POST", "/payment", CARD),
    ("POST", "/acceptance", {}),
    ("POST", "/declination", {"reason_code": "other"}),
    ("POST", "/withdrawal", {}),
    ("POST", "/cancellation", {"reason_code": "other"}),
    ("POST", "/start", {}),
    ("POST", "/delivery", {}),
    ("POST", "/completion", {}),
    ("POST", "/no-show", {}),
    ("POST", "/no-show-contest", {"statement": "I was there."}),
    ("POST", "/dispute", {"reason_code": "other", "statement": "It was not done."}),
    ("POST", "/dispute-answer", {"statement": "It was."}),
    ("POST", "/proposals", {"units": 60}),
    ("POST", "/proposals/prp_01jczk3v9hf8gb2h6v1q4nsx7e/acceptance", {}),
    ("POST", "/proposals/prp_01jczk3v9hf8gb2h6v1q4nsx7e/declination", {}),
    ("POST", "/proposals/prp_01jczk3v9hf8gb2h6v1q4nsx7e/withdrawal", {}),
]


def test_who_is_no_side_of_a_booking_does_not_learn_that_there_is_one(
    people: dict[str, Client], ironing: Offer
):
    booking = requested(people["aino"], ironing)
    for method, path, body in ROUTES:
        for name, refused in (
            ("ben", (404, "booking-not-found")),
            ("farah", (404, "booking-not-found")),
            ("mira", (404, "booking-not-found")),
            ("nobody", (401, "sign-in-required")),
        ):
            more = {} if body is None else {"json": body}
            answered = people[name].call(method, f"/bookings/{booking['id']}{path}", **more)
            assert problem(answered) == refused, (name, method, path, answered.text)


def test_only_operators_come_as_far_as_resolving(people: dict[str, Client], ironing: Offer):
    booking = requested(people["aino"], ironing)
    body = {"outcome": "cancelled", "refund_bp": 10_000, "decision": "Seen the photographs."}
    told = {
        name: problem(people[name].post(f"/bookings/{booking['id']}/resolution", body))[0] for name in people
    }
    assert told == {
        "aino": 403, "ben": 403, "ellen": 403, "farah": 403, "mira": 403, "otto": 409, "nobody": 401,
    }  # fmt: skip


def test_the_actions_of_a_booking_are_the_transitions_of_people_and_three_beside_them():
    people = (BookingParty.CUSTOMER, BookingParty.PROVIDER, BookingParty.OPERATOR)
    transitions = {
        name
        for state in BookingState
        for side in people
        for name in BOOKINGS.allowed_transitions(state, side)
    }
    assert {action.value for action in BookingAction} == transitions | {"pay", "propose", "review"}
