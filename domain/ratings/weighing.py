"""Weighing: what each revealed review adds to its subject's sums, kept so that the sums are exactly that.

A review's inputs are stored once (its author, the author's credibility, the amount paid). Three parts of its
weight depend on other reviews and accounts: an author who shares a card, a device or a bank account with the
subject has weight 0; a pair's second review within 90 days has half its weight; all reviewers of low
credibility together add at most 0.3 of a review in a week. A change therefore recomputes the few weights it
affects **from the tables as they are** and adds the differences to the subject's sums, in one statement under
the lock of its row. Repeating it or changing the order of events gives the same result.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from domain.ratings.credibility import FLOOR, LOW, LOW_AT_MOST, PAIR_DAYS, REPEATED, WEEK_DAYS
from domain.ratings.kinds import Side
from domain.ratings.scoring import HALF_LIFE_DAYS, STARS, VALUE_WEIGHT

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True, order=True)
class StateKey:
    """Whose reviews add up, in which role, to services of which category."""

    subject_id: UUID
    role: Side
    category_id: UUID

    def values(self) -> dict[str, Any]:
        """As a statement takes it."""
        return {"subject_id": self.subject_id, "role": self.role, "category_id": self.category_id}


def landmark(at: datetime) -> datetime:
    """Where the age of every review is counted from: the beginning of the year, one for all.

    Any instant would do for a score. Against one long ago, though, what is new weighs so much that doubles
    round away what is old: ten years on, taking a review out again missed 1e-9.
    """
    return datetime(at.astimezone(UTC).year, 1, 1, tzinfo=UTC)


def columns(keys: Iterable[StateKey]) -> dict[str, list[Any]]:
    """Keys as the three arrays that a statement takes."""
    found = list(keys)
    return {
        "subjects": [key.subject_id for key in found],
        "roles": [str(key.role) for key in found],
        "categories": [key.category_id for key in found],
    }


# The role is the subject's: the side across from the author's.
_REVEALED = """
    SELECT reviews.id, reviews.author_id, reviews.subject_id, reviews.submitted_at,
           CASE reviews.author_side WHEN 'customer' THEN 'provider' ELSE 'customer' END AS role,
           windows.category_id, windows.value_amount, windows.currency
    FROM reviews JOIN review_windows windows ON windows.booking_id = reviews.booking_id
    WHERE reviews.id = ANY(:ids) AND reviews.revealed_at IS NOT NULL
"""
_KEYS = text(f"SELECT DISTINCT subject_id, role, category_id FROM ({_REVEALED}) AS revealed ORDER BY 1, 2, 3")  # noqa: S608 -- our own words and numbers
_BEGIN = text("""
    INSERT INTO reputation_states (subject_id, role, category_id, landmark_at, updated_at)
    VALUES (:subject_id, :role, :category_id, :landmark, :at)
    ON CONFLICT (subject_id, role, category_id) DO NOTHING
""")
_LOCK = text("""
    SELECT FROM reputation_states
    WHERE subject_id = :subject_id AND role = :role AND category_id = :category_id FOR UPDATE
""")
_RATER = """
    LEFT JOIN LATERAL (
        SELECT value, bias FROM rater_credibilities WHERE rater_id = author_id ORDER BY as_of DESC LIMIT 1
    ) AS rater ON {wanted}
"""
# Who shares a card, a device or a bank account with somebody says nothing about them that weighs.
_INDEPENDENT = """NOT EXISTS (
               SELECT FROM provider_profiles one JOIN provider_profiles other USING (payout_account_id)
               WHERE one.user_id = {0}author_id AND other.user_id = {0}subject_id
           ) AND NOT EXISTS (
               SELECT FROM identity_clusters one JOIN identity_clusters other USING (cluster_id)
               WHERE one.user_id = {0}author_id AND other.user_id = {0}subject_id
           )"""
_TAKE_DOWN = text(f"""
    INSERT INTO review_weighings (review_id, author_id, subject_id, role, category_id, written_at,
                                  credibility, value_weight, bias, independent, weighed_at)
    SELECT revealed.id, author_id, subject_id, revealed.role, revealed.category_id, submitted_at,
           coalesce(rater.value, :floor),
           CASE WHEN (norms.usual_amounts ->> currency)::float8 > 0 THEN greatest(:least, least(:most, sqrt(
               value_amount / (norms.usual_amounts ->> currency)::float8))) ELSE 1 END,
           coalesce(rater.bias, 0),
           {_INDEPENDENT.format("revealed.")},
           :at
    FROM ({_REVEALED}) AS revealed
    LEFT JOIN reputation_norms AS norms
      ON norms.category_id = revealed.category_id AND norms.role = revealed.role
    {_RATER.format(wanted="true")}
    ON CONFLICT (review_id) DO NOTHING
""")  # noqa: S608 -- our own words and numbers
_SAME_STATE = """{0}.subject_id = {1}.subject_id AND {0}.role = {1}.role
             AND {0}.category_id = {1}.category_id"""
_WEEK = f"floor(extract(epoch FROM {{0}}.written_at) / {_DAY_SECONDS * WEEK_DAYS:.0f})"
_SUMS = {
    "weight": "sum((now_weight - weight) * decay)",
    "weighted": "sum((now_weight * now_x - weight * x) * decay)",
    "weight_squared": "sum((now_weight ^ 2 - weight ^ 2) * decay ^ 2)",
} | {
    f"rated_{stars}": f"coalesce(sum((now_weight - weight) * decay) FILTER (WHERE stars = {stars}), 0)"
    for stars in range(1, STARS + 1)
}
_DIFFERENCES = ", ".join(f"{difference} AS {name}" for name, difference in _SUMS.items())
# Of no review nothing is left, exactly, whatever rounding left.
_MOVED = ", ".join(
    f"{name} = CASE WHEN states.reviews + difference.reviews = 0 THEN 0"
    f" ELSE states.{name} + difference.{name} END"
    for name in _SUMS
)
_SETTLE = text(f"""
    WITH touched AS (
        SELECT near.* FROM review_weighings AS given JOIN review_weighings AS near
          ON {_SAME_STATE.format("near", "given")} AND near.author_id = given.author_id
         AND near.written_at BETWEEN given.written_at AND given.written_at + :pair_span
        WHERE given.review_id = ANY(:ids)
    ), company AS (
        SELECT weighed.*, reviews.stars, reviews.state = 'published' AS is_published,
               {_WEEK.format("weighed")} AS week,
               coalesce(rater.value, credibility) AS credible, coalesce(rater.bias, weighed.bias) AS leaning,
               {_INDEPENDENT.format("weighed.")} AS is_independent,
               power(:repeated, (
                   SELECT count(*) FROM review_weighings AS earlier
                   WHERE {_SAME_STATE.format("earlier", "weighed")} AND earlier.author_id = weighed.author_id
                     AND earlier.written_at >= weighed.written_at - :pair_span
                     AND (earlier.written_at, earlier.review_id) < (weighed.written_at, weighed.review_id)
               )) AS discount
        FROM review_weighings AS weighed JOIN reviews ON reviews.id = weighed.review_id
        {_RATER.replace("author_id", "weighed.author_id").format(wanted="weighed.review_id = ANY(:anew)")}
        WHERE weighed.review_id IN (SELECT review_id FROM touched)
           OR (weighed.credibility < :low AND EXISTS (
               SELECT FROM touched
               WHERE {_SAME_STATE.format("touched", "weighed")}
                 AND {_WEEK.format("touched")} = {_WEEK.format("weighed")}))
    ), alone AS (
        SELECT company.*, credible < :low AS is_low,
               CASE WHEN is_published AND is_independent THEN credible * value_weight * discount
                    ELSE 0 END AS uncapped
        FROM company
    ), shared AS (
        SELECT alone.*, CASE WHEN is_low THEN coalesce(least(1, :low_at_most / nullif(
                   sum(uncapped) OVER (PARTITION BY subject_id, role, category_id, week, is_low), 0)), 1)
                   ELSE 1 END AS share
        FROM alone
    ), settled AS (
        SELECT shared.*, uncapped * share AS now_weight,
               power(2::float8, extract(epoch FROM written_at - landmark_at)::float8
                     / {_DAY_SECONDS * HALF_LIFE_DAYS:.0f}) AS decay,
               greatest(0, least(1, (stars - 1) / 4.0 - shared.bias)) AS x,
               greatest(0, least(1, (stars - 1) / 4.0 - leaning)) AS now_x
        FROM shared JOIN reputation_states AS states ON {_SAME_STATE.format("states", "shared")}
        WHERE (shared.weight, counts, shared.bias, credibility, pair_discount, cap_share, independent)
              IS DISTINCT FROM
              (uncapped * share, is_published, leaning, credible, discount, share, is_independent)
    ), kept AS (
        UPDATE review_weighings AS weighed
        SET credibility = credible, bias = leaning, pair_discount = discount, cap_share = share,
            weight = now_weight, counts = is_published, independent = is_independent, weighed_at = :at
        FROM settled WHERE weighed.review_id = settled.review_id
    ), difference AS (
        SELECT subject_id, role, category_id, sum(is_published::int - counts::int)::int AS reviews,
               {_DIFFERENCES}
        FROM settled GROUP BY subject_id, role, category_id
    )
    UPDATE reputation_states AS states
    SET {_MOVED},
        reviews = states.reviews + difference.reviews, version = version + 1, updated_at = :at
    FROM difference WHERE {_SAME_STATE.format("states", "difference")}
    RETURNING states.subject_id, states.role, states.category_id
""")  # noqa: S608 -- our own words and numbers

_OTHERWISE_RELATED = text(f"""
    SELECT review_id FROM review_weighings AS weighed
    WHERE (author_id = ANY(:user_ids) OR subject_id = ANY(:user_ids))
      AND independent <> ({_INDEPENDENT.format("weighed.")})
    ORDER BY subject_id, role, category_id, review_id
""")  # noqa: S608 -- our own words


def weigh(session: Session, review_ids: Sequence[UUID], *, at: datetime) -> list[StateKey]:
    """Let the sums follow these reviews, whatever became of them. Returns the states that moved.

    Reviews that are sealed are passed over: they weigh nothing and nothing tells that they are there.
    """
    session.flush()
    keys = [_key(row) for row in session.execute(_KEYS, {"ids": list(review_ids)})]
    for key in keys:
        session.execute(_BEGIN, {**key.values(), "landmark": landmark(at), "at": at})
        session.execute(_LOCK, key.values())
    if keys:
        least, most = VALUE_WEIGHT
        taken = {"ids": list(review_ids), "at": at, "floor": FLOOR, "least": least, "most": most}
        session.execute(_TAKE_DOWN, taken)
    return _settle(session, review_ids, [], at)


def reweigh(session: Session, review_ids: Sequence[UUID], *, at: datetime) -> list[StateKey]:
    """The same for reviews whose authors are now known better: they count by their latest credibility."""
    session.flush()
    for row in session.execute(_KEYS, {"ids": list(review_ids)}):
        session.execute(_LOCK, row._asdict())
    return _settle(session, review_ids, review_ids, at)


def otherwise_related(session: Session, user_ids: Sequence[UUID]) -> list[UUID]:
    """Reviews of or by these users that weigh as though they were still related as they used to be."""
    return list(session.scalars(_OTHERWISE_RELATED, {"user_ids": list(user_ids)}))


def _settle(
    session: Session, review_ids: Sequence[UUID], anew: Sequence[UUID], at: datetime
) -> list[StateKey]:
    values = {
        "ids": list(review_ids),
        "anew": list(anew),
        "at": at,
        "pair_span": timedelta(days=PAIR_DAYS),
        "repeated": REPEATED,
        "low": LOW,
        "low_at_most": LOW_AT_MOST,
    }
    moved = sorted(_key(row) for row in session.execute(_SETTLE, values))
    session.expire_all()
    return moved


def _key(row: Row[Any]) -> StateKey:
    return StateKey(row.subject_id, Side(row.role), row.category_id)
