"""The demo market's prices answer to demand: its policy says so, and its days begin with what is expected.

All of it is done behind the front door by the platform itself, in one transaction with the first prices, so
that a market is never seen with rules and no price.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from domain import markets, surge
from domain.foundation import clock
from domain.foundation.actors import SYSTEM
from domain.markets import MarketPolicy
from ops import database
from ops.demo.cast import MARKET
from ops.demo.shapes import Json
from workers.surge import tick_market

# Help within the hour and rides answer to who asks and who is free now, tasks to how a coming day fills.
SURGE: Final[Json] = {
    "live": {"hourly-service": {}, "ride": {}},
    "scheduled": {"task": {"horizon_days": 30}},
}
# Kallio has seen no day yet, so it starts with what its neighbours expect: customers in each four hours of
# the days from Monday on. Evenings are busy, those of Fridays most.
_QUIET, _EVENING = (0.0, 0.0, 1.0, 2.0, 4.0, 0.0), (0.0, 0.0, 1.0, 3.0, 22.0, 1.0)
_FRIDAY, _SATURDAY = (0.0, 0.0, 2.0, 6.0, 26.0, 4.0), (0.0, 0.0, 3.0, 8.0, 16.0, 1.0)
EXPECTED: Final[Mapping[str, Sequence[Sequence[float]]]] = {
    "task": (_QUIET, _EVENING, _QUIET, _EVENING, _FRIDAY, _SATURDAY, _QUIET),
}


def price_by_demand() -> None:
    """Switch surge on, unless the market's policy has it already, whatever it says."""
    at = clock.now()
    with database.address() as url, database.transactions_on(url) as on, on() as session:
        market = markets.get_market_by_slug(session, MARKET["slug"])
        rules = markets.get_policy_at(session, market.id, at).rules
        if rules.surge:
            return
        wanted = MarketPolicy.model_validate({**rules.model_dump(), "surge": SURGE})
        note = "Prices answer to demand, in four categories."
        markets.publish_policy(session, market.id, rules=wanted, note=note, by=SYSTEM, at=at)
        for slug, week in EXPECTED.items():
            surge.expect_days(session, market.id, slug, dict(enumerate(week)), at=at)
        tick_market(session, market.id, at=at)
