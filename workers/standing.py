"""Standing is counted again every night, market by market, and levels are looked at once a week."""

from datetime import datetime
from functools import partial
from uuid import UUID

from domain import standing
from domain.contributions import standing_inputs
from workers.due import each_recurring
from workers.task import MOST_BATCHES, Work

BATCH = 500  # people of a transaction; none of their rows is held for long


def compute_standing(work: Work, at: datetime) -> int:
    """Count everybody's standing in every market, and keep what moved. Returns how many markets."""
    with work.transactions.read_session() as session:
        markets = standing_inputs.markets_with_contributions(session)
    return each_recurring(work, "standing.compute_standing", markets, partial(_compute, work, at))


def decide_levels(work: Work, at: datetime) -> int:
    """Decide the levels of whoever was not looked at this week. Returns how many markets had somebody."""
    with work.transactions.read_session() as session:
        markets = standing_inputs.markets_with_contributions(session)
    return each_recurring(work, "standing.decide_levels", markets, partial(_decide, work, at))


def _compute(work: Work, at: datetime, market_id: UUID) -> None:
    with work.transactions.read_session() as session:
        night = standing_inputs.compute_market_standing(session, market_id, at=at)
    everybody = range(len(night.graph.people))
    for first in range(0, len(everybody), BATCH):
        people = everybody[first : first + BATCH]
        work.transactions.run(partial(standing.store_snapshots, night=night, people=people))


def _decide(work: Work, at: datetime, market_id: UUID) -> bool:
    """Batch by batch; what is left after the last is for the next time. False where nobody was left."""
    decided = False
    for _ in range(MOST_BATCHES):
        with work.transactions.read_session() as session:
            people = standing_inputs.users_due_for_level(session, market_id, at=at, limit=BATCH)
        if not people:
            break
        decided = True
        work.transactions.run(
            partial(standing_inputs.decide_levels, market_id=market_id, people=people, at=at)
        )
    return decided
