"""A customer takes over two tasks: what is promised, what is held, and what is charged in the end.

Through HTTP, workers and the payment sandbox; two hours of Ellen's ironing cost 94.50, and afterwards every
book balances.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain import markets, offers, payments
from domain.foundation import clock, ids
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.ledger import AccountKind
from domain.markets import MarketPolicy
from domain.offers import Offer, SavingTerms, TaskContent, TaskKind
from tests import cast
from tests.journeys.market import DAY, HOUR, Market
from workers import bookings as booking_work
from workers import payments as payment_work
from workers.task import Work

MINUTE = timedelta(minutes=1)
LIST = 9_450


@pytest.fixture
def offer(market: Market) -> Offer:
    """Ellen's ironing, of which customers may sort the shirts and help with the sheets."""
    with market.client.transactions() as session:
        ellen = cast.ellen(session)
        cast.open_always(session, ellen)
        made = cast.offer(session)
        rules = MarketPolicy(contributions={"tasks": {}})
        markets.publish_policy(session, made.market_id, rules=rules, by=SYSTEM, at=clock.now())
        by, at = Actor(ActorKind.USER, ellen.user_id), clock.now()
        tasks = [
            offers.add_task(
                session,
                made.id,
                TaskContent(title=title, kind=kind, saving_amount=saving_amount, position=position),
                by=by,
                at=at,
            )
            for position, (title, kind, saving_amount) in enumerate(
                [("Sort the shirts", TaskKind.PREPARES, 1_000), ("Help with it", TaskKind.HELPS, 2_000)]
            )
        ]
        both = SavingTerms(tuple(task.id for task in tasks), 3_600)
        offers.say_savings(session, made.id, [both], by=by, at=at)
        return made


@dataclass
class Deal:
    """One booking of Aino's with Ellen, as the two and the operator see it."""

    market: Market
    quote: dict[str, Any]
    booking: dict[str, Any]
    start: datetime
    shares: list[int] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/bookings/{self.booking['id']}"

    def read(self, name: str = "aino") -> dict[str, Any]:
        found: dict[str, Any] = self.market.person(name).get(self.path).json()
        return found

    def say(self, name: str, place: int, noun: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """What somebody says of the first or second task; answers that task as they see it then."""
        task = self.booking["tasks"][place]
        answer = self.market.person(name).post(f"{self.path}/tasks/{task['id']}/{noun}", body)
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()["tasks"][place]
        return said

    def left_to_the_clock(self) -> None:
        """It starts, ends and is completed when the clock says so."""
        self.market.walk_to(self.start)
        self.market.walk_to(self.start + 2 * HOUR)
        self.completed()

    def completed(self) -> None:
        """Everybody has said what they had to say, or the time for it is over."""
        due_at = datetime.fromisoformat(self.read()["due_at"])
        self.market.walk_to(due_at + MINUTE)
        assert self.read()["state"] == "completed"

    def charged(self) -> int:
        """What stands on Aino's card statement, by the payment provider's own word."""
        with self.market.work.transactions() as session:
            payment = payments.get_payment_of_subject(session, ids.decode("bkg", self.booking["id"]))
        assert payment.provider_reference
        seen = self.market.work.gateway.payment(payment.provider_reference)
        return seen.captured_amount - sum(refund.amount for refund in seen.refunds)

    def earned(self) -> int:
        return self.market.balance(AccountKind.PAYABLE, ids.decode("prv", self.booking["profile_id"]))

    def held(self) -> int:
        return self.market.balance(AccountKind.HELD, ids.decode("bkg", self.booking["id"]))

    def told(self, name: str) -> list[str]:
        """What happened, as this side reads it in the timeline."""
        page = self.market.person(name).get(f"{self.path}/timeline?limit=100").json()
        return [entry["name"] for entry in page["items"]]


def deal(market: Market, offer: Offer, start: datetime, *, takes_part: bool = True) -> Deal:
    """Aino asks for it, books and pays; Ellen accepts."""
    aino = market.person("aino")
    asked: dict[str, Any] = {"offer_id": ids.encode("ofr", offer.id), "start": start.isoformat()}
    with market.client.transactions() as session:
        tasks = [ids.encode("tsk", task.task_id) for task in offers.terms(session, offer.id).tasks]
    quote = aino.post("/quotes", asked | {"units": 120, "tasks": tasks if takes_part else []}).json()
    booking = aino.post("/bookings", {"quote_id": quote["id"]}).json()
    paid = aino.post(f"/bookings/{booking['id']}/payment", {"payment_method": "pm_card_visa"})
    assert paid.status_code == 200, paid.text
    accepted = market.person("ellen").post(f"/bookings/{booking['id']}/acceptance")
    assert accepted.status_code == 200, accepted.text
    market.follow()
    whole = aino.get(f"/bookings/{booking['id']}").json()
    return Deal(market, quote, whole, start, [task["share"]["amount"] for task in whole["tasks"]])


@pytest.fixture
def agreed(market: Market, offer: Offer, start: datetime) -> Deal:
    return deal(market, offer, start)


def test_the_list_price_is_held_and_the_stated_shares_come_back(market: Market, agreed: Deal) -> None:
    quote, booking = agreed.quote, agreed.booking
    stated = [task["share"]["amount"] for task in quote["tasks"]]
    assert (quote["list_price"]["amount"], stated) == (LIST, [910, 1_610])
    assert quote["pay_in"]["amount"] == LIST - sum(stated) == booking["amounts"]["pay_in"]["amount"]
    assert (booking["stake"]["amount"], agreed.shares) == (sum(stated), stated)
    assert (agreed.held(), agreed.charged()) == (LIST, LIST)
    agreed.left_to_the_clock()
    assert agreed.charged() == LIST - sum(stated)
    assert agreed.earned() == 8_100 - sum(stated)
    assert agreed.read()["final_amounts"]["returned_stake"]["amount"] == sum(stated)
    assert not market.broken()


def test_who_misses_one_of_two_tasks_is_charged_exactly_its_share_more(
    market: Market, agreed: Deal, start: datetime
) -> None:
    market.walk_to(start - DAY)
    assert agreed.told("aino").count("booking.tasks_reminded") == 1
    agreed.say("aino", 0, "performance")
    market.walk_to(start)
    missed = agreed.say("ellen", 1, "omission", {"reason": "Nobody was there to help."})
    assert (missed["state"], missed["said_by"]) == ("unmet", "provider")
    market.walk_to(start + 2 * HOUR)
    agreed.completed()
    done, undone = agreed.shares
    assert agreed.charged() == agreed.quote["pay_in"]["amount"] + undone == LIST - done
    assert agreed.earned() == 8_100 - done
    settlement = agreed.read()["final_amounts"]
    assert settlement["kept_stake"]["amount"] == undone
    assert settlement["refund"]["amount"] == settlement["returned_stake"]["amount"] == done
    assert [task["outcome"] for task in agreed.read()["tasks"]] == ["confirmed", "unmet"]
    assert (agreed.held(), market.broken()) == (0, {})


def test_what_the_provider_made_impossible_costs_nothing(
    market: Market, agreed: Deal, start: datetime
) -> None:
    market.walk_to(start)
    agreed.say("ellen", 1, "omission", {"reason": "I did it myself."})
    agreed.say("aino", 1, "objection", {"statement": "You would not let me in."})
    assert agreed.say("ellen", 1, "block", {"reason": "True, I was in a hurry."})["state"] == "blocked"
    market.walk_to(start + 2 * HOUR)
    agreed.completed()
    assert agreed.charged() == LIST - sum(agreed.shares)
    assert not market.broken()


def test_where_both_differ_the_booking_waits_for_an_operator(
    market: Market, agreed: Deal, start: datetime
) -> None:
    market.walk_to(start)
    market.walk_to(start + 2 * HOUR)
    agreed.say("aino", 1, "block", {"reason": "You would not let me in."})
    contested = agreed.say("ellen", 1, "objection", {"statement": "I rang three times."})
    assert contested["state"] == "disputed"
    refused = market.person("aino").post(f"{agreed.path}/completion")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/tasks-open")
    market.walk_to(start + 2 * HOUR + 2 * DAY + MINUTE)
    assert agreed.read()["state"] == "delivered"
    agreed.say("otto", 1, "decision", {"outcome": "unmet", "decision": "The log shows three calls."})
    market.walk_to(start + 2 * HOUR + 2 * DAY + 2 * MINUTE)
    assert agreed.read()["state"] == "completed"
    assert agreed.charged() == LIST - agreed.shares[0]
    assert not market.broken()


def test_what_operators_leave_undecided_is_the_customers(
    market: Market, agreed: Deal, start: datetime
) -> None:
    market.walk_to(start)
    agreed.say("ellen", 1, "omission", {"reason": "Nobody was there."})
    agreed.say("aino", 1, "objection", {"statement": "I was."})
    market.walk_to(start + 2 * HOUR)
    agreed.completed()
    assert agreed.charged() == LIST - sum(agreed.shares)
    assert agreed.read()["tasks"][1]["decided_by"] == "clock"
    assert not market.broken()


def test_called_off_the_preview_says_that_the_stake_comes_back_and_so_it_does(
    market: Market, agreed: Deal, start: datetime
) -> None:
    market.walk_to(start - 30 * HOUR)
    aino = market.person("aino")
    seen = aino.get(f"{agreed.path}/cancellation-preview").json()
    assert seen["final_amounts"]["returned_stake"]["amount"] == sum(agreed.shares)
    done = aino.post(
        f"{agreed.path}/cancellation", {"reason_code": "illness", "preview": seen["preview"]}
    ).json()
    market.follow()
    assert done["final_amounts"] == seen["final_amounts"]
    assert agreed.charged() == LIST - seen["final_amounts"]["refund"]["amount"]
    assert agreed.held() == 0
    assert not market.broken()


def test_without_tasks_all_is_as_it_was(market: Market, offer: Offer, start: datetime) -> None:
    plain = deal(market, offer, start, takes_part=False)
    assert plain.quote["pay_in"]["amount"] == plain.quote["list_price"]["amount"] == LIST
    assert (plain.booking["stake"]["amount"], plain.booking["tasks"]) == (0, [])
    plain.left_to_the_clock()
    assert (plain.charged(), plain.earned()) == (LIST, 8_100)
    assert not [name for name in plain.told("aino") if ".task" in name]
    assert not market.broken()


class Killed(BaseException):
    """The process died here."""


@dataclass
class Dying:
    """The gateway, whose process dies once at a refund: before it is asked for, or before it is noted."""

    gateway: Any
    when: str
    refunds: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.gateway, name)

    def refund(self, *given: Any, **more: Any) -> Any:
        self.refunds += 1
        if self.when == "before":
            raise Killed
        self.gateway.refund(*given, **more)
        raise Killed


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_that_dies_as_the_stake_is_given_back_gives_it_back_once(
    market: Market, agreed: Deal, start: datetime, when: str
) -> None:
    market.walk_to(start)
    agreed.say("aino", 1, "omission", {"reason": "I am late."})
    market.walk_to(start + 2 * HOUR)
    sound, dying = market.work, Dying(market.work.gateway, when)
    market.work = Work(sound.transactions, dying)
    with pytest.raises(Killed):
        agreed.completed()
    market.work = sound
    assert agreed.read()["state"] == "completed"
    for _ in range(2):
        market.walk_to(clock.now() + 5 * MINUTE)
        payment_work.sync_due(market.work, clock.now())
        booking_work.run_due_transitions(market.work, clock.now())
        market.follow()
    assert dying.refunds == 1
    assert agreed.charged() == LIST - agreed.shares[0]
    assert (agreed.held(), agreed.earned()) == (0, 8_100 - agreed.shares[0])
    assert agreed.told("aino").count("booking.books_closed") == 1
    assert set(market.broken()) <= {"every delivery is done"}, "what died is delivered again in a while"
