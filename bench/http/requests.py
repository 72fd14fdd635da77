"""What is asked: the requests of each kind, as our routes want them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import orjson

from bench.http.market import MIDDLE, SLUG, Market
from domain import pricing
from domain.foundation import ids
from domain.foundation.persistence.database import Transactions

SEARCHES: Final = 90  # different ones; then they come again, as on the market's front page
MONTHS: Final = 120  # offers whose month is looked at
QUOTING: Final = 0.5  # the part of the customers who only ask for quotes
_AFTERNOON = timedelta(hours=11)  # after midnight UTC, when nobody is busy yet
_LATER = timedelta(hours=13)
DAYS: Final = 60  # on which something is quoted or booked
_FIRST_DAY: Final = 2
_WORDS = ("garden", "piano", "sauna", "chess", "boat")


@dataclass(frozen=True, slots=True)
class Request:
    """One request of ours."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def wire(self) -> bytes:
        """As it goes over the wire, the connection staying open."""
        return written(self.method, self.path, self.headers, self.body)


def written(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    """A request in HTTP/1.1."""
    told = {"host": "bench", **headers} | ({"content-length": str(len(body))} if method == "POST" else {})
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def searches(market: Market) -> Iterator[Request]:  # noqa: ARG001 -- every kind takes the market
    """A third each: near a place in a category; with a word; the newest of a category below a price."""
    for number in range(SEARCHES):
        east = MIDDLE[1] + (number % 30 - 15) * 0.01
        asked: dict[str, Any] = {"market": SLUG}
        match number % 3:
            case 0:
                asked |= {"near": f"{MIDDLE[0]},{east:.4f}", "within": 5_000, "category": "hourly-service"}
            case 1:
                asked |= {"words": _WORDS[number % len(_WORDS)]}
            case _:
                asked |= {"category": "task", "price_to": 5_000}
        yield Request("GET", f"/offers?{urlencode(asked)}", {})


def months(market: Market) -> Iterator[Request]:
    """A month of slots of one offer after the other, two hours long."""
    span = {"from": market.midnight + timedelta(days=1), "to": market.midnight + timedelta(days=32)}
    query = urlencode({name: moment.isoformat() for name, moment in span.items()} | {"duration": "PT2H"})
    for number in range(MONTHS):
        offer = market.offers[number % len(market.offers)]
        yield Request("GET", f"/offers/{ids.encode('ofr', offer)}/slots?{query}", {})


def quotes(market: Market, count: int) -> Iterator[Request]:
    """Quotes for two hours that are free."""
    asking = market.customers[: int(len(market.customers) * QUOTING)]
    for number in range(count):
        body = {
            "offer_id": ids.encode("ofr", market.offers[number % len(market.offers)]),
            "start": _start(market, number // len(market.offers), _LATER).isoformat(),
            "units": 120,
        }
        yield Request("POST", "/quotes", _headers(asking[number % len(asking)][1]), orjson.dumps(body))


def bookings(transactions: Transactions, market: Market, count: int) -> Iterator[Request]:
    """Bookings with quotes that were asked for before; no two of them want the same time."""
    booking = market.customers[int(len(market.customers) * QUOTING) :]
    with transactions() as session:
        for number in range(count):
            customer_id, token = booking[number % len(booking)]
            quote = pricing.quote(
                session,
                offer_id=market.offers[number % len(market.offers)],
                customer_id=customer_id,
                start=_start(market, number // len(market.offers), _AFTERNOON),
                units=120,
                at=market.at,
            )
            body = {"quote_id": ids.encode("quo", quote.id)}
            yield Request("POST", "/bookings", _headers(token), orjson.dumps(body))


def _start(market: Market, round_: int, hour: timedelta) -> datetime:
    """Each time round all offers, a day later."""
    assert round_ < DAYS, "the market is too small for so many requests: more offers, or fewer rounds"
    return market.midnight + timedelta(days=_FIRST_DAY + round_) + hour


def _headers(token: str) -> dict[str, str]:
    return {
        "authorization": f"Bearer {token}",
        "content-type": "application/json",
        "idempotency-key": ids.new().hex,
    }
