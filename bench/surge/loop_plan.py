"""How much the closed loop simulates, and one job of it: all policies on one day, with the same people.

Days are cut in three by date. The first half of the file teaches the town of the training days; the third
quarter are the **training** days, on which every constant was chosen (ours and the rivals'); the last quarter
are the days that are reported, by a town learned from the three quarters before them.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np

from bench.surge import loop_results as names
from bench.surge.loop_measures import measured
from bench.surge.loop_ours import ours
from bench.surge.loop_results import Result
from bench.surge.loop_rivals import foresight, ratio, static, tariff, uniform
from bench.surge.loop_scenario import Scenario, scenario
from bench.surge.loop_state import Maker, Terms
from bench.surge.loop_street import simulated
from bench.surge.loop_town import Pickups, Town, days, learned, read

A_FAR_MINUTE = 1.0  # dollars, as a minute of service costs
RESERVE_WAGE = 15.0  # dollars an hour that the last of the usual providers could have had elsewhere
PROCESSES = 2
_MULTIPLIERS = (1.0, 1.1, 1.2, 1.3)
_SCALES = (0.3, 0.5, 0.7, 1.0)


@dataclass(frozen=True, slots=True)
class Plan:
    """Seeds × demands × fleets. A seed has its own day; training seeds choose what rivals need chosen."""

    seeds: tuple[int, ...]
    training_seeds: tuple[int, ...]
    kappas: tuple[float, ...]
    fleets: tuple[int, ...]
    event_fleet: int = 100

    @property
    def markets(self) -> list[tuple[float, int]]:
        """Every demand with every fleet."""
        return [(kappa, fleet) for kappa in self.kappas for fleet in self.fleets]

    @property
    def healthy(self) -> tuple[float, int]:
        """The market in which hardly anybody goes without: usual demand and the largest fleet."""
        return min(self.kappas), max(self.fleets)


FULL = Plan(tuple(range(1, 11)), (101, 102, 103), (1.0, 1.5), (60, 80, 100, 130, 160))
QUICK = Plan((1, 2), (101,), (1.0, 1.5), (60, 160))


@dataclass(frozen=True, slots=True)
class Job:
    """One day of one market under some policies."""

    path: Path
    seed: int
    kappa: float
    fleet: int
    event: bool
    training: bool
    policies: tuple[tuple[str, str, float], ...]  # how it is called, its kind, its number if it has one


MAKERS: dict[str, Callable[[float], Maker]] = {
    names.STATIC: lambda _: static(),
    names.UNIFORM: uniform,
    names.TARIFF: lambda _: tariff(),
    names.RATIO_5: lambda _: ratio(5.0),
    names.RATIO_2: lambda _: ratio(2.0),
    names.RATIO_TUNED: lambda scale: ratio(2.0, scale=scale),
    names.AVERAGED: lambda _: ratio(2.0, memory=0.7),
    names.OURS: lambda _: ours(),
    names.OURS_WAITING: lambda _: ours(terms=Terms(waits=True, additive=True)),
    names.OURS_FAR: lambda _: ours(terms=Terms(additive=True, far_minute=A_FAR_MINUTE)),
    names.FORESIGHT: lambda _: foresight(),
}


def trained(plan: Plan, path: Path, step: Callable[[], None]) -> tuple[dict[tuple[float, int], float], float]:
    """The best uniform multiplier of every market, and the best scale of the ratio, on the training days."""
    tried = [(f"{names.UNIFORM} {each}", names.UNIFORM, each) for each in _MULTIPLIERS]
    tried += [(f"{names.RATIO_TUNED} {each}", names.RATIO_TUNED, each) for each in _SCALES]
    jobs = [
        Job(path, seed, kappa, fleet, event=False, training=True, policies=tuple(tried))
        for seed in plan.training_seeds
        for kappa, fleet in plan.markets
    ]
    results = list(_done(jobs, step))

    def welfare(policy: str, market: tuple[float, int]) -> float:
        return sum(
            each.figures["welfare"]
            for each in results
            if each.policy == policy and (each.kappa, each.fleet) == market
        )

    best = {
        market: max(_MULTIPLIERS, key=lambda each, m=market: welfare(f"{names.UNIFORM} {each}", m))  # type: ignore[misc]
        for market in plan.markets
    }
    scale = max(
        _SCALES, key=lambda each: sum(welfare(f"{names.RATIO_TUNED} {each}", m) for m in plan.markets)
    )
    return best, scale


def reported(
    plan: Plan, path: Path, best: dict[tuple[float, int], float], scale: float, step: Callable[[], None]
) -> list[Result]:
    """Every policy on every day, and those with a burst in one market."""
    numbers = {names.RATIO_TUNED: scale}
    jobs = [
        Job(
            path, seed, *market, event, training=False, policies=_all(numbers | {names.UNIFORM: best[market]})
        )
        for seed in plan.seeds
        for market, event in [(each, False) for each in plan.markets]
        + [((kappa, plan.event_fleet), True) for kappa in plan.kappas if (kappa, plan.event_fleet) in best]
    ]
    return sorted(_done(jobs, step), key=lambda each: (each.event, each.seed, each.kappa, each.fleet))


def training_and_reported(plan: Plan) -> int:
    """How many jobs there are, for a progress bar."""
    events = len(plan.kappas) if plan.event_fleet in plan.fleets else 0
    return len(plan.training_seeds) * len(plan.markets) + len(plan.seeds) * (len(plan.markets) + events)


def prepared(
    path: Path, seed: int, kappa: float, fleet: int, *, event: bool, training: bool
) -> tuple[Town, Scenario]:
    """The town and the day of a seed."""
    pickups, before, cut = _parts(path)
    since, until = (before, cut) if training else (cut, pickups.first_day + timedelta(days=pickups.days))
    choice = days(pickups, since, until)
    order = np.random.default_rng(0 if training else 1).permutation(len(choice))
    day = choice[int(order[seed % len(choice)])]
    town = _town(path, since)
    return town, scenario(pickups, town, day, seed=seed, kappa=kappa, fleet=fleet, event=event)


def cuts(path: Path) -> tuple[Pickups, date, date]:
    """The file, its first training day and its first reported day."""
    return _parts(path)


def _all(numbers: dict[str, float]) -> tuple[tuple[str, str, float], ...]:
    return tuple((name, name, numbers.get(name, 0.0)) for name in MAKERS)


def _done(jobs: Sequence[Job], step: Callable[[], None]) -> Iterator[Result]:
    for each in {job.training: job for job in jobs}.values():
        prepared(
            each.path, each.seed, each.kappa, each.fleet, event=False, training=each.training
        )  # read once
    with ProcessPoolExecutor(PROCESSES) as pool:
        for found in as_completed([pool.submit(_run, job) for job in jobs]):
            step()
            yield from found.result()


def _run(job: Job) -> list[Result]:
    town, day = prepared(job.path, job.seed, job.kappa, job.fleet, event=job.event, training=job.training)
    return [
        Result(
            name,
            job.seed,
            job.kappa,
            job.fleet,
            job.event,
            measured(town, day, simulated(town, day, MAKERS[kind](number), reserve_wage=RESERVE_WAGE)),
        )
        for name, kind, number in job.policies
    ]


@lru_cache(maxsize=2)
def _parts(path: Path) -> tuple[Pickups, date, date]:
    pickups = read(path)
    return (
        pickups,
        pickups.first_day + timedelta(days=pickups.days // 2),
        pickups.first_day + timedelta(days=pickups.days * 3 // 4),
    )


@lru_cache(maxsize=4)
def _town(path: Path, until: date) -> Town:
    return learned(_parts(path)[0], until)
