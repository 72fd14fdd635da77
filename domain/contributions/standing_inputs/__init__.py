"""What standing is computed from: the graph of confirmations and the last hundred days of each user."""

from domain.contributions.standing_inputs.level_reviews import decide_levels, users_due_for_level
from domain.contributions.standing_inputs.market_standing import (
    compute_market_standing,
    markets_with_contributions,
)
from domain.contributions.standing_inputs.user_standing import get_user_standing

__all__ = [
    "compute_market_standing",
    "decide_levels",
    "get_user_standing",
    "markets_with_contributions",
    "users_due_for_level",
]
