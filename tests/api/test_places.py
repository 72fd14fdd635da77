"""A provider's home through the HTTP door: not for nothing, not too early, and not once it is called off."""

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
AREA = None


@pytest.fixture
def walk() -> Callable[[datetime], None]:
    """Moves the market's clock ahead to an instant."""
    return market_calendar.show


@pytest.fixture
def lesson(client: Client) -> Offer:
    """Ellen teaches at her home, and whoever pays is confirmed at once."""
    with client.transactions() as session:
        cast.open_always(session, cast.ellen(session))
        return cast.offer(session, category="lesson", books_instantly=True)


@pytest.fixture
def people(client: Client) -> Callable[[str], Client]:
    """Somebody with a fresh session: the clock may have moved past the last one."""

    def sign_in(name: str) -> Client:
        with client.transactions() as session:
            person = getattr(cast, name)(session)
        return client.sign_in(getattr(person, "user_id", person.id))

    return sign_in


def booked(aino: Client, offer: Offer, start: datetime, **more: Any) -> dict[str, Any]:
    """A booking that is paid and confirmed, as its payment answered it."""
    asked = {"offer_id": ids.encode("ofr", offer.id), "start": start.isoformat(), **more}
    quote = aino.post("/quotes", asked)
    assert quote.status_code == 201, quote.text
    booking = aino.post("/bookings", {"quote_id": quote.json()["id"]}).json()
    paid = aino.post(f"/bookings/{booking['id']}/payment", CARD).json()["booking"]
    assert paid["state"] == "confirmed"
    return paid


def start_in(ahead: timedelta) -> datetime:
    return (clock.now() + ahead + HOUR).replace(minute=0, second=0, microsecond=0)


def exact(offer: Offer) -> dict[str, float | None]:
    return {"latitude": offer.latitude, "longitude": offer.longitude}


def everything_read(by: Client, booking: dict[str, Any], offer: Offer) -> str:
    """All that a party can read about a booking and its offer, as text."""
    path = f"/bookings/{booking['id']}"
    offer_path = f"/offers/{ids.encode('ofr', offer.id)}"
    texts = [by.get(one).text for one in (path, f"{path}/timeline", "/bookings", offer_path)]
    return "".join([*texts, by.get(f"/quotes/{booking['quote_id']}").text])


@pytest.mark.parametrize("ahead", [HOUR, 6 * HOUR, 3 * DAY, 20 * DAY])
def test_booking_reading_and_cancelling_for_nothing_shows_no_home(
    people: Callable[[str], Client], lesson: Offer, ahead: timedelta
) -> None:
    aino = people("aino")
    booking = booked(aino, lesson, start_in(ahead))
    assert booking["location"] is AREA
    assert str(lesson.latitude) not in everything_read(aino, booking, lesson)
    cancelled = aino.post(f"/bookings/{booking['id']}/cancellation", {"reason_code": "changed_plans"}).json()
    assert cancelled["final_amounts"]["refund"] == cancelled["list_price"]
    assert str(lesson.latitude) not in everything_read(aino, booking, lesson)


def test_a_home_shows_from_a_day_before_until_two_days_after_the_completion(
    people: Callable[[str], Client], lesson: Offer, walk: Callable[[datetime], None]
) -> None:
    start = start_in(8 * DAY)
    booking = booked(people("aino"), lesson, start)
    path = f"/bookings/{booking['id']}"

    def seen(name: str, at: datetime) -> Any:
        walk(at)
        return people(name).get(path).json()["location"]

    assert datetime.fromisoformat(booking["location_visible_at"]) == start - DAY
    assert seen("ellen", start - 3 * DAY) == exact(lesson)
    assert seen("aino", start - DAY - HOUR) is AREA
    assert seen("aino", start - 23 * HOUR) == exact(lesson)
    walk(start + HOUR)
    assert people("ellen").post(f"{path}/start").status_code == 200
    assert people("ellen").post(f"{path}/delivery").status_code == 200
    assert people("aino").post(f"{path}/completion").status_code == 200
    assert seen("aino", start + 47 * HOUR) == exact(lesson)
    assert seen("aino", start + 50 * HOUR) is AREA
    assert seen("ellen", start + 50 * HOUR) == exact(lesson)


def test_who_saw_a_home_and_calls_it_off_sees_it_no_more(
    people: Callable[[str], Client], lesson: Offer, walk: Callable[[datetime], None]
) -> None:
    start = start_in(8 * DAY)
    path = f"/bookings/{booked(people('aino'), lesson, start)['id']}"
    walk(start - 2 * HOUR)
    aino = people("aino")
    assert aino.get(path).json()["location"] == exact(lesson)
    cancelled = aino.post(f"{path}/cancellation", {"reason_code": "changed_plans"}).json()
    assert cancelled["final_amounts"]["refund"]["amount"] == 0
    assert cancelled["location"] is AREA
    assert people("otto").get(path).json()["location"] is AREA


def test_the_home_of_who_comes_to_the_customer_never_shows(
    client: Client, people: Callable[[str], Client], lesson: Offer, walk: Callable[[datetime], None]
) -> None:
    with client.transactions() as session:
        ironing = cast.offer(session, books_instantly=True)
    start = start_in(8 * DAY)
    booking = booked(people("aino"), ironing, start, units=120)
    walk(start - HOUR)
    seen = people("aino").get(f"/bookings/{booking['id']}").json()
    assert (seen["location"], seen["location_visible_at"]) == (AREA, None)
    assert lesson.latitude == ironing.latitude
