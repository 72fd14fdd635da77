"""Standing: a user's reputation as a contributor in a market, and the **levels** it leads to.

Standing is personalized PageRank on the graph of confirmations; a level follows from the last hundred days.
What is read from contributions is passed in from above (`contributions.standing_inputs`). No level changes a
price, a fee or a place in a search.
"""

from domain.standing import formula
from domain.standing.activity import decayed_activity
from domain.standing.formula import BookingRecord, Confirmations, Floats, Ints, is_seed
from domain.standing.level_appeals import answer_level_appeal, appeal_level_loss
from domain.standing.level_decisions import (
    PublishedLevel,
    decide_locked_levels,
    has_privilege,
    list_levels,
    lock_level_states,
    published_rules,
    recompute_decision,
    week_start,
)
from domain.standing.level_rules import (
    LEVEL_WINDOW,
    MIN_LEVEL_DURATION,
    MISSES_BEFORE_LOSS,
    HeldLevel,
    LevelAppealOutcome,
    LevelOutcome,
    LevelRule,
    LevelSeason,
    LevelShortfall,
    LevelVerdict,
    highest_level,
    next_shortfalls,
)
from domain.standing.models import LevelDecision, LevelState, StandingSnapshot
from domain.standing.policy import LevelsPolicy, LevelThreshold, levels_policy_of_version
from domain.standing.privileges import (
    LEVELS,
    StandingLevel,
    StandingPrivilege,
    first_level,
    privileges_by_level,
)
from domain.standing.queries import (
    LEVEL_EXPLANATION,
    OwnStanding,
    StandingNumbers,
    UserStanding,
    get_level_decision,
    list_open_level_appeals,
    list_user_level_decisions,
)
from domain.standing.snapshots import (
    ConfirmationGraph,
    StandingComputation,
    compute_standing,
    recompute_standing,
    store_snapshots,
)

__all__ = [
    "LEVELS",
    "LEVEL_EXPLANATION",
    "LEVEL_WINDOW",
    "MIN_LEVEL_DURATION",
    "MISSES_BEFORE_LOSS",
    "BookingRecord",
    "ConfirmationGraph",
    "Confirmations",
    "Floats",
    "HeldLevel",
    "Ints",
    "LevelAppealOutcome",
    "LevelDecision",
    "LevelOutcome",
    "LevelRule",
    "LevelSeason",
    "LevelShortfall",
    "LevelState",
    "LevelThreshold",
    "LevelVerdict",
    "LevelsPolicy",
    "OwnStanding",
    "PublishedLevel",
    "StandingComputation",
    "StandingLevel",
    "StandingNumbers",
    "StandingPrivilege",
    "StandingSnapshot",
    "UserStanding",
    "answer_level_appeal",
    "appeal_level_loss",
    "compute_standing",
    "decayed_activity",
    "decide_locked_levels",
    "first_level",
    "formula",
    "get_level_decision",
    "has_privilege",
    "highest_level",
    "is_seed",
    "levels_policy_of_version",
    "list_levels",
    "list_open_level_appeals",
    "list_user_level_decisions",
    "lock_level_states",
    "next_shortfalls",
    "privileges_by_level",
    "published_rules",
    "recompute_decision",
    "recompute_standing",
    "store_snapshots",
    "week_start",
]
