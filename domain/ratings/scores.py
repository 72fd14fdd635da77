"""Scores: the sums follow what becomes of reviews, and each number that is shown or ranks is kept.

Whatever happened to a review (revealed, held, released, removed, restored), the same is done: it is weighed
as it stands now, and where sums moved a **snapshot** is written with all that its numbers are counted from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from domain.ratings import exploration
from domain.ratings.epp import POSITIVE_FROM
from domain.ratings.kinds import Side
from domain.ratings.ranking import FLAT, Counts, Effort, Inputs, Ranked, rank
from domain.ratings.reputation_models import ReputationSnapshot
from domain.ratings.scoring import STARS
from domain.ratings.weighing import StateKey, columns, otherwise_related, reweigh, weigh

MOVED_BY = 0.005  # of x: a fiftieth of a star; less is not worth a snapshot each night
LAST_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of somebody in a role and category: a state's version, what is shown, what ranks."""

    key: StateKey
    version: int
    ranking: float | None
    exploration: float
    all_time: Counts
    last_year: Counts
    inputs: Inputs


def by_stars(more: str = "") -> str:
    """How many reviews of one, two … five stars a statement finds, as an array of five."""
    counts = (f"count(*) FILTER (WHERE stars = {stars} {more})" for stars in range(1, STARS + 1))
    return f"ARRAY[{', '.join(counts)}]"


_READ = text(f"""
    SELECT states.*, norms.histogram, coalesce(norms.effort, 0) AS usual_effort,
           coalesce(norms.effort_deviation, 0) AS effort_deviation, shown.*, windows.*,
           EXISTS (SELECT FROM provider_profiles
                   WHERE user_id = states.subject_id AND payout_account_id IS NOT NULL) AS has_payout
    FROM unnest(cast(:subjects AS uuid[]), cast(:roles AS text[]), cast(:categories AS uuid[]))
         AS wanted(subject_id, role, category_id)
    JOIN reputation_states AS states USING (subject_id, role, category_id)
    LEFT JOIN reputation_norms AS norms ON norms.category_id = states.category_id AND norms.role = states.role
    CROSS JOIN LATERAL (
        SELECT {by_stars()} AS all_time, {by_stars("AND reviews.revealed_at > :year_ago")} AS last_year,
               count(*) FILTER (WHERE stars >= {POSITIVE_FROM} AND reason = 'completed') AS positives
        FROM reviews JOIN review_windows USING (booking_id)
        WHERE reviews.subject_id = states.subject_id AND reviews.author_side <> states.role
          AND reviews.state = 'published' AND review_windows.category_id = states.category_id
    ) AS shown
    CROSS JOIN LATERAL (
        SELECT count(*) AS completed, count(*) FILTER (
                   WHERE revealed_at IS NOT NULL AND review_windows.category_id = states.category_id
               ) AS eligible
        FROM review_windows
        WHERE reason = 'completed'
          AND (states.role = 'provider' AND provider_user_id = states.subject_id
               OR states.role = 'customer' AND customer_id = states.subject_id)
    ) AS windows
    ORDER BY states.subject_id, states.role, states.category_id
""")  # noqa: S608 -- our own words and numbers
_RANK = text("""
    UPDATE reputation_states SET ranking = :score, exploration = :exploration, version = :version
    WHERE subject_id = :subject_id AND role = :role AND category_id = :category_id
""")
_LOCK = text("""
    SELECT states.subject_id FROM reputation_states AS states
    JOIN unnest(cast(:subjects AS uuid[]), cast(:roles AS text[]), cast(:categories AS uuid[]))
         AS wanted(subject_id, role, category_id) USING (subject_id, role, category_id)
    ORDER BY states.subject_id, states.role, states.category_id FOR UPDATE OF states
""")


def follow(session: Session, review_ids: Sequence[UUID], *, at: datetime) -> int:
    """Let scores follow what became of these reviews. Returns how many states moved; told twice, none."""
    return keep_all(session, weigh(session, review_ids, at=at), at=at)


def follow_credibility(session: Session, review_ids: Sequence[UUID], *, at: datetime) -> int:
    """Let these reviews count by what is now known of their authors. Returns how many states moved."""
    return keep_all(session, reweigh(session, review_ids, at=at), at=at)


def follow_clusters(session: Session, user_ids: Sequence[UUID], *, at: datetime) -> int:
    """Let reviews between accounts that belong together weigh nothing, and those that no longer do again.

    `user_ids` are whose cluster has changed. Returns how many states moved.
    """
    return follow(session, otherwise_related(session, user_ids), at=at)


def refresh(session: Session, keys: Sequence[StateKey], *, at: datetime) -> int:
    """Count rankings again that follow from time and from what is usual; keeps those that moved."""
    lock(session, keys)
    moved = 0
    for found in standings(session, keys, at=at):
        ranked = rank(found.inputs)
        if _has_moved(found, ranked):
            _keep(session, found, ranked, version=found.version + 1)
            moved += 1
    session.flush()
    return moved


def standings(session: Session, keys: Sequence[StateKey], *, at: datetime) -> list[Standing]:
    """What is known of these, as far as they have a state."""
    values = columns(keys) | {"year_ago": at - LAST_YEAR}
    return [_standing(row, at) for row in session.execute(_READ, values)]


def lock(session: Session, keys: Sequence[StateKey]) -> None:
    """Keep these states from every other change until the transaction ends."""
    session.execute(_LOCK, columns(keys))


def keep_all(session: Session, keys: Sequence[StateKey], *, at: datetime) -> int:
    """Write snapshots of states whose sums moved in this transaction. Returns how many."""
    for found in standings(session, keys, at=at):
        _keep(session, found, rank(found.inputs), version=found.version)
    session.flush()
    return len(keys)


def _keep(session: Session, found: Standing, ranked: Ranked, *, version: int) -> None:
    """Write down what is shown, what ranks and where both come from; a search sorts by it from now on."""
    key = found.key
    session.add(
        ReputationSnapshot(
            subject_id=key.subject_id,
            role=key.role,
            category_id=key.category_id,
            version=version,
            shown={"all_time": _shown(found.all_time), "last_year": _shown(found.last_year)},
            ranking=ranked.frozen(),
            inputs=found.inputs.frozen(),
            at=found.inputs.at,
        )
    )
    told = {"score": ranked.score, "exploration": ranked.exploration, "version": version}
    session.execute(_RANK, {**key.values(), **told})


def _has_moved(found: Standing, ranked: Ranked) -> bool:
    if found.ranking is None:
        return True
    apart = abs(ranked.score - found.ranking), abs(ranked.exploration - found.exploration)
    return max(apart) >= MOVED_BY


def _shown(counts: Counts) -> dict[str, Any]:
    return {"reviews": counts.reviews, "mean": counts.mean, "histogram": list(counts.histogram)}


def _standing(row: Row[Any], at: datetime) -> Standing:
    is_new = row.role == Side.PROVIDER and exploration.is_newcomer(
        bookings=row.completed, payout_verified=row.has_payout
    )
    inputs = Inputs(
        subject_id=row.subject_id,
        at=at,
        landmark_at=row.landmark_at,
        reviews=row.reviews,
        weight=row.weight,
        weighted=row.weighted,
        weight_squared=row.weight_squared,
        by_stars=(row.rated_1, row.rated_2, row.rated_3, row.rated_4, row.rated_5),
        prior=FLAT if row.histogram is None else tuple(row.histogram),
        effort=Effort(row.positives, row.eligible, row.usual_effort, row.effort_deviation),
        seed=at.date().isoformat() if is_new else None,
    )
    return Standing(
        key=StateKey(row.subject_id, Side(row.role), row.category_id),
        version=row.version,
        ranking=row.ranking,
        exploration=row.exploration,
        all_time=Counts(tuple(row.all_time)),
        last_year=Counts(tuple(row.last_year)),
        inputs=inputs,
    )
