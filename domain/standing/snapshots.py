"""Nights: standing is counted for a whole market, and kept for everybody of whom something moved.

A snapshot holds all that its numbers are counted from, so that `recount` gives the same number for whoever
has it. The names of those who confirmed are not in it: contributions are, which are the reader's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import numpy as np
from sqlalchemy import text
from sqlmodel import Session

from domain.standing import activity, formula
from domain.standing.formula import Confirmations, Floats, Ints
from domain.standing.models import StandingSnapshot

MIN_CHANGE: Final = (
    0.005  # of the usual standing, or of a credit of activity; less is not worth a night's row
)
FORMULA_VERSION: Final = 1

_LATEST = text("""
    SELECT latest.* FROM unnest(cast(:people AS uuid[])) AS wanted(user_id)
    CROSS JOIN LATERAL (
        SELECT user_id, on_date, relative, activity, is_seed, at FROM standing_snapshots
        WHERE market_id = :market_id AND standing_snapshots.user_id = wanted.user_id
        ORDER BY on_date DESC LIMIT 1
    ) AS latest
""")


@dataclass(frozen=True, slots=True, eq=False)
class ConfirmationGraph:
    """A market's people in order, who confirmed what of whom (`contribution_ids` beside), seeds (people,).

    `given` are all verified contributions of each person, as (value in credits, age in days).
    """

    people: Sequence[UUID]
    confirmations: Confirmations
    contribution_ids: Sequence[UUID]
    seeds: Floats
    values_by_user: Mapping[UUID, Sequence[tuple[float, float]]]


@dataclass(frozen=True, slots=True)
class ConfirmationEffect:
    """What one confirmation adds: the share it is of its confirmer's, and of how much standing."""

    contribution_id: str
    value: float
    age_days: float
    weight: float
    share: float
    standing: float
    passed_on: float


@dataclass(frozen=True, slots=True, eq=False)
class StandingComputation:
    """A market's standing: by row of its people what they hold, beside the usual, and as a seed.

    `shares` are by confirmation; `by_contributor` are the confirmations' rows, those of one person together
    and theirs from `starts` (people + 1) on.
    """

    market_id: UUID
    at: datetime
    graph: ConfirmationGraph
    held: Floats
    relative: Floats
    own: Floats
    shares: Floats
    by_contributor: Ints
    starts: Ints

    def inputs_of(self, row: int) -> dict[str, Any]:
        """All that somebody's numbers are counted from."""
        return {
            "formula": FORMULA_VERSION,
            "alpha": formula.ALPHA,
            "half_life_days": formula.HALF_LIFE_DAYS,
            "activity_half_life_days": activity.HALF_LIFE_DAYS,
            "people": len(self.graph.people),
            "reached": int((self.held > 0).sum()),
            "seeds": int(self.graph.seeds.sum()),
            "as_a_seed": float(self.own[row]),
            "confirmations": [asdict(passed) for passed in self._effects_on(row)],
            "given": [list(pair) for pair in self.graph.values_by_user.get(self.graph.people[row], ())],
        }

    def _effects_on(self, row: int) -> list[ConfirmationEffect]:
        confirmed = self.graph.confirmations
        mine = self.by_contributor[self.starts[row] : self.starts[row + 1]]
        weight, share = (
            formula.confirmation_weights(confirmed.value[mine], confirmed.age[mine]),
            self.shares[mine],
        )
        theirs = self.held[confirmed.confirmer[mine]]
        return [
            ConfirmationEffect(
                contribution_id=str(self.graph.contribution_ids[edge]),
                value=float(confirmed.value[edge]),
                age_days=float(confirmed.age[edge]),
                weight=float(weight[place]),
                share=float(share[place]),
                standing=float(theirs[place]),
                passed_on=float((1 - formula.ALPHA) * theirs[place] * share[place]),
            )
            for place, edge in enumerate(mine.tolist())
        ]


def compute_standing(market_id: UUID, graph: ConfirmationGraph, *, at: datetime) -> StandingComputation:
    """Everybody's standing in a market, from the graph of its confirmations."""
    held = formula.standing_scores(graph.confirmations, graph.seeds)
    own = formula.seed_standing(graph.confirmations, graph.seeds, held)
    shares = formula.confirmation_shares(graph.confirmations)
    order = np.argsort(graph.confirmations.contributor, kind="stable")
    starts = np.searchsorted(graph.confirmations.contributor[order], np.arange(len(graph.people) + 1))
    return StandingComputation(
        market_id, at, graph, held, formula.relative_standing(held), own, shares, order, starts
    )


def store_snapshots(session: Session, night: StandingComputation, people: Sequence[int]) -> int:
    """Write snapshots for these rows of people, where something moved since the last. Returns how many.

    Twice in a night does no harm: the night's first stays.
    """
    parameters = {"market_id": night.market_id, "people": [night.graph.people[row] for row in people]}
    latest = {row.user_id: row for row in session.execute(_LATEST, parameters)}
    kept = 0
    for row in people:
        user_id = night.graph.people[row]
        active = _activity(night, user_id)
        known = latest.get(user_id)
        if known is not None and known.on_date >= night.at.date():
            continue
        if _has_changed(known, night, row, active):
            session.add(_snapshot(night, row, active))
            kept += 1
    session.flush()
    return kept


def recompute_standing(inputs: Mapping[str, Any]) -> tuple[float, float, float]:
    """Standing, standing beside the usual and activity, from nothing but a snapshot's inputs.

    Beside the usual: all standing sums to one, so the mean of those it reached is one part of how many.
    """
    passed = sum(
        (1 - inputs["alpha"]) * confirmation["standing"] * confirmation["share"]
        for confirmation in inputs["confirmations"]
    )
    held = inputs["as_a_seed"] + passed
    active = sum(value * 2 ** (-age / inputs["activity_half_life_days"]) for value, age in inputs["given"])
    return held, held * inputs["reached"], active


def _activity(night: StandingComputation, user_id: UUID) -> float:
    values = night.graph.values_by_user.get(user_id, ())
    return activity.activity_score([value for value, _ in values], [age for _, age in values])


def _has_changed(known: Any, night: StandingComputation, row: int, active: float) -> bool:  # noqa: ANN401 -- a row or none
    """Whether anything is other than the last snapshot says, its activity faded until now."""
    is_seed = bool(night.graph.seeds[row])
    if known is None:
        return is_seed or active > 0 or bool(night.held[row] > 0)
    faded = activity.decayed_activity(known.activity, (night.at - known.at).total_seconds() / 86_400)
    return (
        known.is_seed != is_seed
        or abs(known.relative - float(night.relative[row])) >= MIN_CHANGE
        or abs(faded - active) >= MIN_CHANGE
    )


def _snapshot(night: StandingComputation, row: int, active: float) -> StandingSnapshot:
    return StandingSnapshot(
        market_id=night.market_id,
        user_id=night.graph.people[row],
        on_date=night.at.date(),
        standing=min(float(night.held[row]), 1.0),
        relative=float(night.relative[row]),
        activity=active,
        is_seed=bool(night.graph.seeds[row]),
        inputs=night.inputs_of(row),
        at=night.at,
    )
