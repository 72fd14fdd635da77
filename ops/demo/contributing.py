"""In the demo market customers take part: tasks save money, and what people give beyond earns credits."""

from typing import Final

from domain import markets
from domain.foundation import clock
from domain.foundation.actors import SYSTEM
from domain.markets import MarketPolicy
from ops import database
from ops.demo.cast import MARKET
from ops.demo.shapes import Json

# Every number as shipped but one: a credit stands for five minutes of care, and pays for fifty cents of fees.
CONTRIBUTIONS: Final[Json] = {"tasks": {}, "credits": {"value_amount": 50}}


def let_people_take_part() -> None:
    """Switch contributions on, unless the market's policy has them already, whatever it says."""
    at = clock.now()
    with database.address() as url, database.transactions_on(url) as on, on() as session:
        market = markets.get_market_by_slug(session, MARKET["slug"])
        rules = markets.get_policy_at(session, market.id, at).rules
        if rules.contributions:
            return
        wanted = MarketPolicy.model_validate({**rules.model_dump(), "contributions": CONTRIBUTIONS})
        note = "Customers take over tasks; what people give earns credits."
        markets.publish_policy(session, market.id, rules=wanted, note=note, by=SYSTEM, at=at)
