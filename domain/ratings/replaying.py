"""Replaying: all sums counted from the beginning, beside those that followed step by step.

The two agree to 1e-9, or something wrote past the one door there is. A difference is told; `recount` puts a
state back on what its weighings say. What is **behind** is a review whose news has not been heard: it is
weighed again, which does no harm where the news is only late.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.ratings import scores
from domain.ratings.kinds import Side
from domain.ratings.pages import paged
from domain.ratings.scoring import HALF_LIFE_DAYS, STARS
from domain.ratings.weighing import StateKey, landmark

TOLERANCE = 1e-9  # of a sum, or absolutely where it is small
AT_ONCE = 2_000  # subjects whose weighings one statement adds up

_HALF_LIFE_SECONDS = f"{86_400 * HALF_LIFE_DAYS:.0f}"
_SUMS = {
    "weight": "sum(weighed.weight * decay)",
    "weighted": "sum(weighed.weight * decay * greatest(0, least(1, (stars - 1) / 4.0 - bias)))",
    "weight_squared": "sum((weighed.weight * decay) ^ 2)",
} | {
    f"rated_{stars}": f"sum(weighed.weight * decay) FILTER (WHERE stars = {stars})"
    for stars in range(1, STARS + 1)
}
_AGAIN = f"""
    SELECT states.subject_id, states.role, states.category_id, count(*) FILTER (WHERE counts)::int AS reviews,
           {", ".join(f"coalesce({total}, 0) AS {name}" for name, total in _SUMS.items())}
    FROM reputation_states AS states
    LEFT JOIN review_weighings AS weighed USING (subject_id, role, category_id)
    LEFT JOIN reviews ON reviews.id = weighed.review_id
    LEFT JOIN LATERAL (
        SELECT power(2::float8, extract(epoch FROM written_at - landmark_at)::float8
                     / {_HALF_LIFE_SECONDS}) AS decay
    ) AS aged ON true
    {{where}} GROUP BY states.subject_id, states.role, states.category_id
"""  # noqa: S608 -- our own words and numbers
_FAR = " OR ".join(
    f"abs(states.{name} - again.{name}) > {TOLERANCE} * greatest(1, abs(again.{name}))"
    for name in ("reviews", *_SUMS)
)
DRIFTED = f"""
    SELECT states.subject_id, states.role, states.category_id, states.weight, again.weight AS weight_again,
           states.weighted, again.weighted AS weighted_again, states.reviews, again.reviews AS reviews_again
    FROM reputation_states AS states
    JOIN ({_AGAIN.format(where="")}) AS again USING (subject_id, role, category_id)
    WHERE {_FAR}
"""  # noqa: S608 -- our own words and numbers
"""The states that are not the sum of their weighings."""

_DRIFTED_BETWEEN = text(f"""
    SELECT * FROM (
        SELECT states.subject_id, states.role, states.category_id, states.weight,
               again.weight AS weight_again, states.weighted, again.weighted AS weighted_again
        FROM reputation_states AS states
        JOIN ({_AGAIN.format(where="WHERE states.subject_id BETWEEN :first AND :last")}) AS again
          USING (subject_id, role, category_id)
        WHERE {_FAR}
    ) AS drifted ORDER BY subject_id, role, category_id
""")  # noqa: S608 -- our own words and numbers
_SUBJECTS = text("""
    SELECT DISTINCT subject_id FROM reputation_states WHERE subject_id > :after
    ORDER BY subject_id LIMIT :limit
""")

_BEHIND = text("""
    SELECT reviews.id FROM reviews LEFT JOIN review_weighings AS weighed ON weighed.review_id = reviews.id
    WHERE reviews.revealed_at IS NOT NULL AND weighed.counts IS DISTINCT FROM (reviews.state = 'published')
    ORDER BY reviews.id LIMIT :limit
""")
_OF_ONE = (
    "WHERE states.subject_id = :subject_id AND states.role = :role AND states.category_id = :category_id"
)
_RECOUNT = text(f"""
    UPDATE reputation_states AS states
    SET {", ".join(f"{name} = again.{name}" for name in ("reviews", *_SUMS))},
        version = version + 1, updated_at = :at
    FROM ({_AGAIN.format(where=_OF_ONE)}) AS again
    WHERE states.subject_id = again.subject_id AND states.role = again.role
      AND states.category_id = again.category_id AND ({_FAR})
    RETURNING 1
""")  # noqa: S608 -- our own words and numbers
# w² is of the second degree: it moves by the square.
_LINEAR = [name for name in _SUMS if name != "weight_squared"]
_MOVE_LANDMARKS = text(f"""
    UPDATE reputation_states AS states
    SET landmark_at = :landmark, {", ".join(f"{name} = {name} * less" for name in _LINEAR)},
        weight_squared = weight_squared * less ^ 2
    FROM (
        SELECT subject_id, role, category_id,
               power(2::float8, extract(epoch FROM landmark_at - cast(:landmark AS timestamptz))::float8
                     / {_HALF_LIFE_SECONDS}) AS less
        FROM reputation_states
        WHERE landmark_at < :landmark LIMIT :limit FOR UPDATE SKIP LOCKED
    ) AS old
    WHERE states.subject_id = old.subject_id AND states.role = old.role
      AND states.category_id = old.category_id
""")  # noqa: S608 -- our own words and numbers


@dataclass(frozen=True, slots=True)
class Drift:
    """A state that is not the sum of its weighings: two of its sums, as they are and as they add up."""

    key: StateKey
    weight: float
    weight_again: float
    weighted: float
    weighted_again: float


def drifted(session: Session) -> list[Drift]:
    """All states counted from the beginning; answers those that differ. Reads every weighing, bit by bit."""
    subjects = [row.subject_id for row in paged(session, _SUBJECTS, {})]
    return [
        Drift(
            StateKey(row.subject_id, Side(row.role), row.category_id),
            row.weight,
            row.weight_again,
            row.weighted,
            row.weighted_again,
        )
        for some in (subjects[start : start + AT_ONCE] for start in range(0, len(subjects), AT_ONCE))
        for row in session.execute(_DRIFTED_BETWEEN, {"first": some[0], "last": some[-1]})
    ]


def recount(session: Session, key: StateKey, *, at: datetime) -> bool:
    """Set a state to the sum of its weighings, with a snapshot. False where it was that already."""
    scores.lock(session, [key])
    is_changed = session.execute(_RECOUNT, {**key.values(), "at": at}).first() is not None
    if is_changed:
        scores.keep_all(session, [key], at=at)
    return is_changed


def behind(session: Session, *, limit: int) -> list[UUID]:
    """Revealed reviews that do not count as they stand, because their news has not been heard."""
    return list(session.scalars(_BEHIND, {"limit": limit}))


def move_landmarks(session: Session, *, at: datetime, limit: int = AT_ONCE) -> int:
    """Count some sums from the beginning of this year that were counted from an earlier one.

    Returns how many; those that somebody else is at wait for the next night.
    """
    values = {"landmark": landmark(at), "limit": limit}
    moved: int = session.execute(_MOVE_LANDMARKS, values).rowcount  # type: ignore[attr-defined]  # a cursor's
    return moved
