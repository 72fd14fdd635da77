"""The closed loop's figures side by side: means over days, and paired differences with their intervals.

A pair is the same day, seed, demand and fleet under two policies. Fleets and demands of one seed share its
day, so the seed is the unit: an interval is Student's t over the seeds' differences.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from bench.surge.loop_measures import Figures

STATIC, UNIFORM, TARIFF = "static 1.0", "best uniform", "tariff only"
RATIO_5, RATIO_2, RATIO_TUNED = "ratio cap 5", "ratio cap 2", "ratio cap 2, best scale"
AVERAGED, OURS, OURS_WAITING, FORESIGHT = (
    "moving average cap 2",
    "ours",
    "ours, wait offered",
    "perfect foresight",
)
OURS_FAR = "ours, far pick-ups charged"


@dataclass(frozen=True, slots=True)
class Result:
    """One policy's day."""

    policy: str
    seed: int
    kappa: float
    fleet: int
    event: bool
    figures: Figures


@dataclass(frozen=True, slots=True)
class Difference:
    """A mean over seeds and the ends of its 95 % interval; relative differences are fractions."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:+.1%} [{self.low:+.1%}, {self.high:+.1%}]"


def mean(results: Iterable[Result], policy: str, figure: str) -> float:
    """A figure's mean over all days of a policy."""
    return float(np.mean([each.figures[figure] for each in results if each.policy == policy]))


def compared(results: Sequence[Result], policy: str, rival: str, figure: str) -> Difference:
    """By how much a policy's figure differs from a rival's, relative to the rival's over the same days."""
    return _interval(
        [
            _total(results, policy, figure, seed) / _total(results, rival, figure, seed) - 1
            for seed in _seeds(results)
        ]
    )


def share_of(results: Sequence[Result], policy: str, rival: str, figure: str) -> float:
    """A policy's figure as a part of a rival's; nought of nought is nought."""
    theirs = mean(results, rival, figure)
    return mean(results, policy, figure) / theirs if theirs else 0.0


def rows(results: Iterable[Result]) -> list[dict[str, object]]:
    """Every day of every policy, for CSV."""
    return [
        {
            "policy": each.policy,
            "seed": each.seed,
            "kappa": each.kappa,
            "fleet": each.fleet,
            "event": int(each.event),
            **each.figures,
        }
        for each in results
    ]


def _seeds(results: Iterable[Result]) -> list[int]:
    return sorted({each.seed for each in results})


def _total(results: Iterable[Result], policy: str, figure: str, seed: int) -> float:
    return sum(each.figures[figure] for each in results if each.policy == policy and each.seed == seed)


def _interval(differences: Sequence[float]) -> Difference:
    values = np.array(differences)
    middle = float(values.mean())
    if len(values) < 2:
        return Difference(middle, -np.inf, np.inf)
    half = float(student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return Difference(middle, middle - half, middle + half)
