"""Standing and levels by the workers that run in production: batch by batch, and as often as one likes."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.domain.contributions.claims_factory import claims_factory
from tests.domain.contributions.confirmed_contributions import (
    add_settled_bookings,
    confirmed_contribution,
    create_users,
)
from workers import standing
from workers.schedule import SCHEDULE
from workers.task import Work

DAY = timedelta(days=1)
_NIGHTS = text("SELECT user_id, count(*) AS nights FROM standing_snapshots GROUP BY user_id")
_LEVELS = text("SELECT user_id, level FROM level_states")


@pytest.fixture
def work(transactions):
    return Work(transactions, gateway=None)


@pytest.fixture
def circle(transactions, at):
    """Somebody known by work who confirmed three things of each of five people, committed."""
    with transactions() as session:
        here = claims_factory(session, at)
        seed, *others = create_users(session, 6)
        providers = [here.ellen.user_id, here.ben.user_id]
        add_settled_bookings(session, here.done.id, seed, providers, at=here.now - DAY)
        for other in others:
            for days in (1, 2, 3):
                confirmed_contribution(session, here.market, other, [seed], at=here.now - days * DAY)
    return here.now, seed, others


def read(work, statement):
    with work.transactions.read_session() as session:
        return dict(session.execute(statement).all())


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_everybody_is_counted_whatever_a_batch_is_and_twice_does_no_harm(work, circle, monkeypatch, batch):
    now, seed, others = circle
    monkeypatch.setattr(standing, "BATCH", batch)
    assert standing.compute_standing(work, now) == 1
    assert read(work, _NIGHTS) == dict.fromkeys([seed, *others], 1)
    standing.compute_standing(work, now)
    standing.compute_standing(work, now + DAY)
    assert read(work, _NIGHTS) == dict.fromkeys([seed, *others], 1)


@pytest.mark.parametrize("batch", [2, 500])
def test_levels_are_decided_for_everybody_once_a_week(work, circle, monkeypatch, batch):
    now, _, others = circle
    monkeypatch.setattr(standing, "BATCH", batch)
    assert standing.decide_levels(work, now) == 1
    assert read(work, _LEVELS) == dict.fromkeys(others, "L1")
    assert standing.decide_levels(work, now + timedelta(hours=1)) == 0
    assert standing.decide_levels(work, now + 7 * DAY) == 1


def test_the_clock_asks_for_both():
    assert SCHEDULE["standing.compute_standing"].every == DAY
    assert SCHEDULE["standing.decide_levels"].every <= DAY
