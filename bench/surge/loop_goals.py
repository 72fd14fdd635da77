"""What the closed loop should show, and whether it does."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.surge.loop_results import OURS, STATIC, Result, compared, mean, share_of

LOWEST = -0.005  # of welfare at the lower end of its interval, and of completions
MOST_RESTLESS = 0.25


@dataclass(frozen=True, slots=True)
class Goal:
    """One sentence, its figure, and whether it holds."""

    says: str
    figure: str
    reached: bool


def goals(usual: Sequence[Result], healthy: Sequence[Result], rival: str, policy: str = OURS) -> list[Goal]:
    """Ours against a rival over all markets, and against the base price in the healthy one."""
    welfare, completed = (compared(usual, policy, rival, figure) for figure in ("welfare", "completed"))
    restless = share_of(usual, policy, rival, "volatility")
    surged, theirs = (mean(usual, each, "surged_share") for each in (policy, rival))
    return [
        Goal("welfare at or above, interval above -0.5 %", str(welfare), welfare.low > LOWEST),
        Goal("completions within 0.5 % or above", str(completed), completed.mean >= LOWEST),
        Goal("volatility at most a quarter", f"{restless:.1%}", restless <= MOST_RESTLESS),
        Goal("surged share at most theirs", f"{surged:.1%} to {theirs:.1%}", surged <= theirs),
        *(_not_below(healthy, policy, says, figure) for says, figure in _HEALTHY),
    ]


_HEALTHY = (
    ("healthy market: customers' surplus not below static", "surplus"),
    ("healthy market: earnings an hour not below static", "earnings_an_hour"),
)


def _not_below(healthy: Sequence[Result], policy: str, says: str, figure: str) -> Goal:
    difference = compared(healthy, policy, STATIC, figure)
    return Goal(says, str(difference), difference.mean >= 0)
