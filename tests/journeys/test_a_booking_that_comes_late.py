"""Between a quote and its booking the offer, the policy or a purse may change: what the customer hears then.

While the quote is live it is a promise, whatever changed. Once it is over there is a fresh one, or the word
for what can no longer be had. Through HTTP; two hours of Ellen's ironing, with a task and with credits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx2 import Response

from domain import ledger, markets, offers
from domain.credits import wallet
from domain.foundation import clock, ids
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.markets import MarketPolicy
from domain.offers import Offer, OptionContent, TaskContent, TaskKind
from tests import cast
from tests.journeys.market import Market

GIVES = {"tasks": {}, "credits": {"value_amount": 10}}
HAD = 30_000  # thousandths; half of the fee of 4.50 are 22.5 credits
LATER = timedelta(minutes=31)  # a quote for another day holds for thirty


@dataclass
class Shop:
    """Ellen's offer, what Aino asks of it, and what changes behind her back."""

    market: Market
    offer: Offer
    task_id: str
    option_id: str
    start: datetime

    def quote(self, **more: Any) -> dict[str, Any]:
        asked = {"offer_id": ids.encode("ofr", self.offer.id), "start": self.start.isoformat(), "units": 120}
        answer = self.market.person("aino").post("/quotes", asked | more)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def book(self, quote: dict[str, Any]) -> Response:
        return self.market.person("aino").post("/bookings", {"quote_id": quote["id"]})

    def credits(self) -> int:
        with self.market.client.transactions() as session:
            return ledger.get_wallet(session, cast.aino(session).id).available

    def has(self, thousandths: int) -> None:
        """Aino has so many credits more, or fewer."""
        with self.market.client.transactions() as session:
            user_id, subject = cast.aino(session).id, ids.new()
            told = {"key": f"test:{subject}", "subject_id": subject, "by": SYSTEM, "at": clock.now()}
            if thousandths > 0:
                wallet.grant(session, user_id, thousandths, hold=False, **told)
            else:
                wallet.claw_back(session, user_id, -thousandths, **told)

    def retires_the_task(self) -> None:
        with self.market.client.transactions() as session:
            by, at = Actor(ActorKind.USER, cast.ellen(session).user_id), clock.now()
            offers.retire_task(session, self.offer.id, ids.decode("tsk", self.task_id), by=by, at=at)

    def retires_the_option(self) -> None:
        with self.market.client.transactions() as session:
            by, at = Actor(ActorKind.USER, cast.ellen(session).user_id), clock.now()
            offers.retire_option(session, self.offer.id, ids.decode("opt", self.option_id), by=by, at=at)

    def gives_no_longer(self) -> None:
        self.publishes({})

    def publishes(self, document: dict[str, Any]) -> None:
        with self.market.client.transactions() as session:
            rules = MarketPolicy(contributions=document)
            markets.publish_policy(session, self.offer.market_id, rules=rules, by=SYSTEM, at=clock.now())


Change = Callable[[Shop], None]


@pytest.fixture
def shop(market: Market, start: datetime) -> Shop:
    with market.client.transactions() as session:
        ellen = cast.ellen(session)
        cast.open_always(session, ellen)
        made = cast.offer(session)
        rules = MarketPolicy(contributions=GIVES)
        markets.publish_policy(session, made.market_id, rules=rules, by=SYSTEM, at=clock.now())
        by, at = Actor(ActorKind.USER, ellen.user_id), clock.now()
        content = TaskContent(title="Sort the shirts", kind=TaskKind.PREPARES, saving_amount=1_000)
        task = offers.add_task(session, made.id, content, by=by, at=at)
        extra = OptionContent(title="Starch", price_amount=300)
        option = offers.add_option(session, made.id, extra, by=by, at=at)
    shop = Shop(market, made, ids.encode("tsk", task.id), ids.encode("opt", option.id), start)
    shop.has(HAD)
    return shop


def asks(shop: Shop, what: str) -> dict[str, Any]:
    return {
        "tasks": {"tasks": [shop.task_id]},
        "credits": {"credits": {"fee_discount_amount": 10_000}},
        "options": {"options": [{"id": shop.option_id, "quantity": 1}]},
    }[what]


CHANGES = [
    ("tasks", Shop.retires_the_task, "task-not-offered"),
    ("tasks", Shop.gives_no_longer, "task-not-offered"),
    ("credits", Shop.gives_no_longer, "credits-not-taken"),
    ("options", Shop.retires_the_option, "option-not-offered"),
]


@pytest.mark.parametrize(("what", "change", "reason"), CHANGES)
def test_while_a_quote_is_live_it_holds_whatever_changed(
    shop: Shop, what: str, change: Change, reason: str
) -> None:
    quote = shop.quote(**asks(shop, what))
    change(shop)
    booked = shop.book(quote)
    assert booked.status_code == 201, (reason, booked.text)
    assert booked.json()["amounts"]["pay_in"] == quote["pay_in"]
    assert shop.credits() == (HAD - 22_500 if what == "credits" else HAD)
    assert shop.market.broken() == {}


@pytest.mark.parametrize(("what", "change", "reason"), CHANGES)
def test_once_it_is_over_the_word_for_what_cannot_be_had_stands_in_the_place_of_a_fresh_one(
    shop: Shop, what: str, change: Change, reason: str
) -> None:
    quote = shop.quote(**asks(shop, what))
    change(shop)
    shop.market.walk_to(clock.now() + LATER)
    refused = shop.book(quote)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/quote-expired")
    assert (refused.json()["reasons"], "quote" in refused.json()) == ([reason], False)
    assert shop.book(shop.quote()).status_code == 201


@pytest.mark.parametrize("what", ["tasks", "credits", "options"])
def test_once_it_is_over_and_the_same_can_be_had_there_is_a_fresh_one(shop: Shop, what: str) -> None:
    quote = shop.quote(**asks(shop, what))
    shop.market.walk_to(clock.now() + LATER)
    refused = shop.book(quote).json()
    assert (refused["type"], "reasons" in refused) == ("/problems/quote-expired", False)
    assert shop.book(refused["quote"]).json()["amounts"]["pay_in"] == quote["pay_in"]


def test_credits_that_were_spent_elsewhere_book_nothing_and_leave_the_quote_as_it_was(shop: Shop) -> None:
    quote = shop.quote(**asks(shop, "credits"))
    shop.has(-HAD + 22_499)
    refused = shop.book(quote)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/balance-too-low")
    assert shop.credits() == 22_499
    shop.has(1)
    assert shop.book(quote).status_code == 201
    assert shop.credits() == 0
    assert shop.market.broken() == {}


def test_with_credits_spent_elsewhere_the_same_is_booked_with_fewer(shop: Shop) -> None:
    quote = shop.quote(**asks(shop, "credits"))
    shop.has(-HAD)
    assert shop.book(quote).status_code == 409
    assert shop.book(shop.quote()).status_code == 201
