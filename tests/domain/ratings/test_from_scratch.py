"""Sums that followed step by step are those of weighings made from scratch, for many raters at once.

Not only are the sums what their weighings add up to; each weighing (its pair discount, its share of what
strangers may add in a week) is what it would be had everything been heard at once, in the order of writing.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from domain import ratings
from domain.foundation import ids
from domain.identity import Caller
from domain.ratings import DecisionKind, DecisionReason, replaying, scores
from tests import cast
from tests.domain.ratings.stagecraft import DAY, Play, play

CREDIBLE = {"aino": 0.9, "bea": 0.3, "cleo": 0.45}  # one trusted, two strangers who share a week's cap
WRITTEN = (
    ("aino", 5, 0),
    ("bea", 1, 1),
    ("cleo", 5, 2),
    ("bea", 2, 3),
    ("aino", 4, 7),
    ("cleo", 1, 8),
    ("bea", 5, 9),
)
WHY = {"reason_code": DecisionReason.SPAM, "statement": "So."}
_STATES = text("""
    SELECT reviews, weight, weighted, weight_squared, rated_1, rated_2, rated_3, rated_4, rated_5
    FROM reputation_states ORDER BY subject_id, role
""")
_WEIGHINGS = text("SELECT weight, pair_discount, cap_share FROM review_weighings ORDER BY review_id")


def written(session: Session, at: datetime) -> tuple[Play, list[UUID]]:
    """What three customers said of Ellen, and she of them."""
    here = play(session, at)
    plays = {"aino": here}
    for name in ("bea", "cleo"):
        caller = Caller(cast.user(session, name.title()).id, ids.new(), name.title(), frozenset())
        plays[name] = replace(here, scene=replace(here.scene, aino=caller))
    for name, value in CREDIBLE.items():
        session.execute(
            text(
                "INSERT INTO rater_credibilities (rater_id, as_of, value) VALUES (:id, '2026-11-01', :value)"
            ),
            {"id": plays[name].scene.aino.user_id, "value": value},
        )
    said = [plays[name].reviewed((stars, 5), days=day)[1:] for name, stars, day in WRITTEN]
    return here, [review.id for both in said for review in both]


def standing(session: Session) -> list[list[float]]:
    """All numbers of all states, and of all weighings."""
    return [list(row) for wanted in (_STATES, _WEIGHINGS) for row in session.execute(wanted)]


def hear(here: Play, review_ids: list[UUID]) -> None:
    for review_id in review_ids:
        scores.follow(here.session, [review_id], at=here.over + 200 * DAY)


def _turn(here: Play, review_id: UUID) -> None:
    """A review that is shown is removed, and one that is removed is shown again; nobody has heard of it."""
    found = here.session.execute(text("SELECT state FROM reviews WHERE id = :id"), {"id": review_id}).scalar()
    kind = DecisionKind.REMOVE if found == "published" else DecisionKind.RESTORE
    ratings.decide(here.session, review_id, kind, by=here.mira, at=here.over + 200 * DAY, **WHY)


STEPS = st.lists(
    st.tuples(st.sampled_from(("turn", "hear", "hear")), st.integers(0, 2 * len(WRITTEN) - 1)), max_size=30
)


@pytest.mark.parametrize("examples", [5, pytest.param(100, marks=pytest.mark.long)])
def test_what_followed_step_by_step_is_what_is_weighed_from_scratch(
    session: Session, at: datetime, examples: int
):
    here, told = written(session, at)

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @example([("hear", 8), ("hear", 0)])  # a pair's later review is heard of before its earlier
    @example([("hear", 2), ("hear", 4), ("turn", 2)])  # a stranger leaves the week to others
    @given(STEPS)
    def in_any_order(steps: list[tuple[str, int]]) -> None:
        turns = [which for step, which in steps if step == "turn"]
        from_scratch = _then(here, [("turn", which) for which in turns], told, at_once=True)
        assert _then(here, steps, told, at_once=False) == [
            pytest.approx(row, abs=1e-9) for row in from_scratch
        ]

    in_any_order()


def _then(here: Play, steps: list[tuple[str, int]], told: list[UUID], *, at_once: bool) -> list[list[float]]:
    """All numbers after these steps, once all was heard of, at once or what was not yet; then undone."""
    outer = here.session.begin_nested()
    try:
        for step, which in steps:
            if step == "turn":
                _turn(here, told[which])
            else:
                hear(here, [told[which]])
        if at_once:
            scores.follow(here.session, told, at=here.over + 200 * DAY)
        else:
            hear(here, replaying.behind(here.session, limit=99))
        assert replaying.drifted(here.session) == []
        return standing(here.session)
    finally:
        outer.rollback()
        here.session.expire_all()
