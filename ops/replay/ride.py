"""One customer's way: search nearby, quote, book, pay, and perhaps wait for the driver's yes; over HTTP.

A driver whom somebody else was quicker to book is a refusal like any other: the next one is tried, three at
most. Every attempt is in the journal before it is made, and all its keys follow from the request's and the
attempt's number. So a way that was cut off is walked again to where it was, and on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ops.front_door import FrontDoor, Person, Refused
from ops.replay.demand import Request
from ops.replay.fleet import CATEGORY, MARKET
from ops.replay.journal import Journal

MOST_DRIVERS: Final = 3  # a person who was turned down three times takes the underground
NEAR_METRES: Final = 3_000  # ten minutes' drive: nobody waits longer for a ride that comes "now"
CARD: Final = "pm_card_visa"
BAD_CARD: Final = "pm_card_chargeDeclined"
EVERY_BAD_CARD: Final = 50  # one card in fifty is declined, about what card networks report for such sums

BOOKED, REFUSED, UNSERVED = "booked", "refused", "unserved"
_PAID: Final = frozenset({"requested", "confirmed", "in_progress", "delivered"})
_FINAL: Final = frozenset({"payment-declined", "payment-method-not-usable"})  # no other driver mends a card


@dataclass(frozen=True, slots=True)
class Market:
    """Whom a request meets: the API, the people who ask, the drivers who answer (by offer), the journal."""

    door: FrontDoor
    customers: Sequence[Person]
    answering: Mapping[str, Person]
    journal: Journal


def send(market: Market, request: Request) -> None:
    """Send one request, from where it was cut off if it was, and note how it ended."""
    customer = market.customers[request.number % len(market.customers)]
    begun = market.journal.begun.get(request.number, [])
    problem = begun[-1].get("problem") if begun else None
    if problem not in _FINAL:
        for attempt, offer in _attempts(market, request, customer):
            market.journal.begin(request.number, attempt, offer=offer)
            try:
                booking = _book(market, request, customer, attempt, offer)
            except Refused as refused:
                problem = refused.slug
                market.journal.refuse(request.number, attempt, problem)
                if problem in _FINAL:
                    break
            else:
                market.journal.end(request.number, how=BOOKED, booking=booking, offer=offer)
                return
    if problem is None:
        market.journal.end(request.number, how=UNSERVED)
    else:
        market.journal.end(request.number, how=REFUSED, problem=problem)


def _attempts(market: Market, request: Request, customer: Person) -> Iterator[tuple[int, str]]:
    """The offers to try, numbered: one that was cut off, then the nearest others that are free.

    An attempt that was refused is never made again: what was refused might be granted now, and the one after
    it may have been granted before.
    """
    begun = list(market.journal.begun.get(request.number, ()))
    tried = [line["offer"] for line in begun]
    if begun and "problem" not in begun[-1]:
        yield len(begun) - 1, tried[-1]
    if len(tried) < MOST_DRIVERS:
        fresh = [offer for offer in _search(market.door, request, customer) if offer not in tried]
        yield from enumerate(fresh[: MOST_DRIVERS - len(tried)], start=len(tried))


def _search(door: FrontDoor, request: Request, customer: Person) -> list[str]:
    found = door.get(
        "/offers",
        by=customer,
        market=MARKET,
        category=CATEGORY,
        near=f"{request.latitude},{request.longitude}",
        within=NEAR_METRES,
        free_from=_iso(request.start),
        free_to=_iso(request.end),
        limit=MOST_DRIVERS * 2,
    )
    return [item["id"] for item in found["items"]]


def _book(market: Market, request: Request, customer: Person, attempt: int, offer: str) -> str:
    """Quote, book, pay, and the driver's answer where the offer wants one; returns the booking's id."""
    door, key = market.door, f"replay/{request.number}/{attempt}"
    asked = {
        "offer_id": offer,
        "start": _iso(request.start),
        "end": _iso(request.end),
        "units": request.kilometres,
    }
    quote = door.post("/quotes", asked, by=customer, key=f"{key}/quote")
    booking = door.post("/bookings", {"quote_id": quote["id"]}, by=customer, key=f"{key}/booking")
    booking_id: str = booking["id"]
    if _paid(door, booking_id, _card(request), customer, key) == "requested":
        _step(door, booking_id, "acceptance", {}, market.answering[offer], key)
    return booking_id


def _paid(door: FrontDoor, booking_id: str, card: str, customer: Person, key: str) -> str:
    """Pay; returns the state of the booking. What was paid before a process was killed stays paid."""
    try:
        paid = _step(door, booking_id, "payment", {"payment_method": card}, customer, key)
    except Refused as refused:
        if refused.slug != "not-payable" or refused.problem.get("state") not in _PAID:
            raise
        return str(refused.problem["state"])
    return str(paid["booking"]["state"])


def _step(door: FrontDoor, booking_id: str, noun: str, body: Mapping[str, Any], by: Person, key: str) -> Any:  # noqa: ANN401 -- JSON
    return door.post(
        f"/bookings/{booking_id}/{noun}", body, by=by, key=f"{key}/{noun}", route=f"POST /bookings/…/{noun}"
    )


def _card(request: Request) -> str:
    return BAD_CARD if request.number % EVERY_BAD_CARD == EVERY_BAD_CARD - 1 else CARD


def _iso(moment: datetime) -> str:
    return moment.isoformat()
