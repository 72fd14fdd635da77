"""A quote in words a person understands, written the way their locale writes numbers."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from domain import markets, offers, pricing
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.markets import MarketPolicy, TaxRule
from domain.offers import TaskContent, TaskKind
from domain.pricing import Effect, Explanation, Tariff, Wish
from tests import cast

TEN = datetime(2026, 11, 30, 10, 0, tzinfo=ZoneInfo("Europe/Helsinki"))


def explained(session: Session, at: datetime, locale: str = "en", **content: Any) -> Explanation:
    cast.open_always(session, cast.ellen(session))
    offer = cast.offer(session, **content)
    quote = pricing.quote(
        session, offer_id=offer.id, customer_id=cast.aino(session).id, start=TEN, units=90, at=at
    )
    policy = markets.get_policy_at(session, quote.market_id, at).rules
    return pricing.explain(quote, terms=offers.terms(session, offer.id), policy=policy, locale=locale)


def plain(text: str) -> str:
    """Without the unbreakable spaces that locales put into numbers and times."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_the_sum_and_how_long_it_holds_come_first(session: Session, at: datetime) -> None:
    told = explained(session, at)
    expected = "You pay €70.88 in all. This price holds until Nov 23, 2026, 11:30 AM."
    assert plain(told.summary) == expected


def test_it_says_what_is_charged_when(session: Session, at: datetime) -> None:
    told = [plain(sentence) for sentence in explained(session, at, cancellation_policy="moderate").charges]
    assert told == [
        "When you book, €70.88 is reserved on your card and nothing is charged yet.",
        (
            "When the provider accepts, €70.88 is charged. They have 24 hours; if they decline or do not "
            "answer, the reservation ends and you pay nothing."
        ),
        "If the provider cancels, you get everything back.",
        "Cancel within 60 minutes of booking, before the service starts, and you get everything back.",
        "Cancel by Nov 25, 2026, 10:00 AM and 100% of the service and 100% of the fee come back.",
        "Cancel by Nov 29, 2026, 10:00 AM and 50% of the service and 0% of the fee come back.",
        "If you cancel otherwise, nothing is given back.",
        "After the service the provider receives €60.75. Until then the platform keeps the money safe.",
    ]


def test_what_can_no_longer_be_had_back_is_not_promised(session: Session, at: datetime) -> None:
    told = " ".join(explained(session, at + timedelta(days=4), cancellation_policy="moderate").charges)
    assert "50%" in told
    assert "100%" not in told


def test_what_confirms_at_once_is_charged_at_once(session: Session, at: datetime) -> None:
    told = explained(session, at, books_instantly=True).charges
    assert plain(told[0]) == "When you book, €70.88 is charged, because this offer confirms at once."
    assert not any("accepts" in sentence for sentence in told)


def test_what_is_free_says_so(session: Session, at: datetime) -> None:
    assert explained(session, at, price_amount=0).charges == (
        "There is nothing to pay, so nothing will be charged.",
    )


def test_every_line_says_how_it_came_about(session: Session, at: datetime) -> None:
    operator = Actor(ActorKind.OPERATOR, cast.otto(session).id)
    market = cast.market(session)
    rules = MarketPolicy(tax=TaxRule(rate_bp=2_550, applies_to="service_fee", inclusive=True))
    markets.publish_policy(session, market.id, rules=rules, by=operator, at=at)
    effect = Effect(name="Mornings", factor_bp=9_000, from_hour=6, until_hour=11)
    pricing.publish_tariff(session, market.id, tariff=Tariff(effects=(effect,)), by=operator, at=at)
    told = [plain(sentence) for sentence in explained(session, at).lines]
    assert told == [
        "Service: €67.50 — 90 min × €45.00 for every 60.",
        "Mornings: -€4.50 — 60 min at 90% of the price, 30 min at 100% of the price.",
        "Service fee: €2.51 — 79.68% of the €3.15 that contain it.",
        "VAT: €0.64 — 20.32% of the €3.15 that contain it.",
        "Commission: €6.30 — 10% of the €63.00 that contain it.",
    ]


@pytest.mark.parametrize(
    ("locale", "written"),
    [
        ("fi-FI", "70,88 €"),
        ("de", "70,88 €"),
        ("en-GB", "€70.88"),
        ("ja", "€70.88"),
        ("no such tongue", "€70.88"),
    ],
)
def test_amounts_are_written_as_the_reader_is_used_to(
    session: Session, at: datetime, locale: str, written: str
) -> None:
    assert written in plain(explained(session, at, locale).summary)


GIVEN = {"tasks": {"sharing_bp": {"default": 6_000}}, "credits": {"value_amount": 10}}


def with_a_part(session: Session, at: datetime, **chosen: Any) -> Explanation:
    """Aino clears the table, which saves Ellen 10.00, and pays a part of the fee with credits."""
    cast.open_always(session, cast.ellen(session))
    offer = cast.offer(session)
    by = Actor(ActorKind.USER, offer.provider_user_id)
    tax = TaxRule(rate_bp=2_500, applies_to="service", inclusive=True)
    rules = MarketPolicy(contributions=GIVEN, tax=tax)
    version = markets.publish_policy(session, offer.market_id, rules=rules, by=SYSTEM, at=at)
    content = TaskContent(kind=TaskKind.PREPARES, title="Clearing the table", saving_amount=1_000)
    task = offers.add_task(session, offer.id, content, by=by, at=at)
    wanted = {"tasks": [task.id], "credits": Wish(100), "start": TEN, "units": 90} | chosen
    quote = pricing.quote(session, offer_id=offer.id, customer_id=cast.aino(session).id, at=at, **wanted)
    terms = offers.terms(session, offer.id)
    return pricing.explain(quote, terms=terms, policy=version.rules, locale="en")


def test_a_customer_s_part_is_told_with_what_it_costs_to_decline(session: Session, at: datetime) -> None:
    told = with_a_part(session, at)
    assert plain(told.summary).startswith(
        "With your tasks done you pay €63.88 in all, and never more than €69.88."
    )
    assert [plain(sentence) for sentence in told.part] == [
        (
            "Without the tasks you take over you would pay €69.88. That price is always yours to choose: "
            "declining costs nothing, and nobody asks why."
        ),
        "“Clearing the table” is yours to do and takes €6.00 off. Left undone it costs these €6.00 again.",
        (
            "So €69.88 is what is held; the €6.00 for your tasks come back as they are confirmed. What the "
            "provider keeps you from doing counts as done."
        ),
        "10 credits take €1.00 off the service fee.",
    ]
    assert "€69.88 is reserved" in plain(told.charges[0])


def test_lines_of_tasks_and_credits_say_how_they_came_about(session: Session, at: datetime) -> None:
    told = [plain(sentence) for sentence in with_a_part(session, at).lines]
    assert told[-3:] == [
        "Clearing the table: -€6.00 — 60% of the €10.00 that it saves the provider.",
        "VAT: -€1.20 — 20% of the €6.00 that “Clearing the table” takes off.",
        "Credits: -€1.00 — of the €1.00 that you pay with credits, €1.69 at most.",
    ]


def test_without_a_part_nothing_is_said_of_one(session: Session, at: datetime) -> None:
    told = with_a_part(session, at, tasks=[], credits=None)
    assert told.part == ()
    assert plain(told.summary).startswith("You pay €70.88 in all.")
