"""What a protection is told of a customer: what they did, counted once, whatever they paid it with."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from domain import markets, pricing, surge
from domain.pricing import Wish, demand
from domain.surge import History
from tests import cast, snapshots
from tests.domain.pricing.demand_scene import RULES, DemandScene, demand_scene

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CREDITS = {"credits": {"value_amount": 1}}


@pytest.fixture
def busy(session: Session, at: Any) -> DemandScene:
    made = demand_scene(session, at)
    snapshots.in_force(session, made.offer.market_id, RULES, at=at - 20 * DAY, contributions=CREDITS)
    return made


def history(busy: DemandScene) -> History:
    version = markets.get_policy_at(busy.session, busy.offer.market_id, busy.at)
    rules = surge.rules_of(version)
    assert rules is not None
    return demand.history(
        busy.session,
        cast.aino(busy.session).id,
        busy.offer.market_id,
        protection=rules.protection,
        time_zone="Europe/Helsinki",
        at=busy.at,
    )


def booked(busy: DemandScene, days: int, multiplier_bp: int, wish: Wish | None = None) -> pricing.Quote:
    at = busy.at - days * DAY
    busy.market_says(multiplier_bp, at=at)
    quote = busy.asked(at=at, start=at + HOUR / 2, credits=wish)
    taken = pricing.take(busy.session, quote.id, customer_id=quote.customer_id, at=at).quote
    pricing.agree(busy.session, taken.id, at=at)
    return taken


def test_what_demand_added_counts_also_where_credits_paid_for_all_of_it(busy: DemandScene) -> None:
    """Credits were earned: who spends them on a busy hour is not to wait longer for the month's limit."""
    shielded = booked(busy, 2, 15_000, Wish(surge_shield_amount=3_000))
    paid = booked(busy, 1, 15_000)
    assert (shielded.surge_amount, paid.surge_amount) == (0, 3_000)
    assert history(busy).surged_this_month == 2


def test_a_plain_or_a_cheaper_hour_and_last_month_do_not_count(busy: DemandScene) -> None:
    booked(busy, 1, 10_000)
    booked(busy, 2, 9_000)
    assert history(busy).surged_this_month == 0


def test_what_costs_nothing_costs_no_more_in_a_busy_hour_and_does_not_count(
    session: Session, at: Any
) -> None:
    busy = demand_scene(session, at, price_amount=0)
    booked(busy, 1, 15_000)
    told = history(busy)
    assert (told.has_booked, told.surged_this_month) == (True, 0)
