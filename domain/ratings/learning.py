"""What a night learns: what is usual in each category, and how much each rater's word weighs.

Trust flows along what is published and was paid for, from people whom the staff approved and none of whose
reviews had to be removed. All of it is of the past. Only what moved materially is written down, and only
reviews whose author is now known otherwise are weighed again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Row, text
from sqlmodel import Session

from domain.ratings.credibility import FLOOR, credibility, leanings, trust_flow, weights, well_reviewed
from domain.ratings.edges import Edges, Ints
from domain.ratings.epp import POSITIVE_FROM
from domain.ratings.kinds import Side
from domain.ratings.pages import paged
from domain.ratings.scoring import STARS, X
from domain.ratings.weighing import StateKey, columns, landmark

MATERIAL = 0.05  # of credibility or bias: less moves no ranking by a hundredth

_SHARES = ", ".join(
    f"(1 + count(*) FILTER (WHERE stars = {stars})) / ({STARS}.0 + count(*))" for stars in range(1, STARS + 1)
)
# A review more of each number of stars, so that nothing is held to be impossible.
_NORMS = text(f"""
    WITH roles AS (SELECT unnest(ARRAY['customer', 'provider']) AS role),
    histograms AS (
        SELECT weighed.category_id, weighed.role, count(*)::int AS reviews,
               jsonb_build_array({_SHARES}) AS histogram
        FROM review_weighings AS weighed JOIN reviews ON reviews.id = weighed.review_id
        WHERE weighed.counts AND weighed.category_id = :category_id
        GROUP BY weighed.category_id, weighed.role
    ), amounts AS (
        SELECT category_id, jsonb_object_agg(currency, usual) AS usual_amounts FROM (
            SELECT category_id, currency,
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY value_amount) AS usual
            FROM review_windows WHERE reason = 'completed' AND category_id = :category_id
            GROUP BY category_id, currency
        ) AS medians GROUP BY category_id
    ), done AS (
        SELECT windows.category_id, roles.role,
               (1.0 + count(*) FILTER (WHERE reviews.stars >= {POSITIVE_FROM})) / (2 + count(*)) AS share
        FROM review_windows AS windows CROSS JOIN roles
        LEFT JOIN reviews ON reviews.booking_id = windows.booking_id
              AND reviews.author_side <> roles.role AND reviews.state = 'published'
        WHERE windows.reason = 'completed' AND windows.revealed_at IS NOT NULL
          AND windows.category_id = :category_id
        GROUP BY windows.category_id, roles.role,
                 CASE roles.role WHEN 'provider' THEN windows.provider_user_id ELSE windows.customer_id END
    ), efforts AS (
        SELECT category_id, role, avg(share) AS effort, coalesce(stddev_samp(share), 0) AS deviation
        FROM done GROUP BY category_id, role
    )
    INSERT INTO reputation_norms (category_id, role, histogram, usual_amounts, effort, effort_deviation,
                                  reviews, learned_at)
    SELECT category_id, role, histogram, coalesce(usual_amounts, '{{}}'), coalesce(effort, 0),
           coalesce(deviation, 0), reviews, :at
    FROM histograms LEFT JOIN amounts USING (category_id) LEFT JOIN efforts USING (category_id, role)
    ON CONFLICT (category_id, role) DO UPDATE
    SET histogram = excluded.histogram, usual_amounts = excluded.usual_amounts, effort = excluded.effort,
        effort_deviation = excluded.effort_deviation, reviews = excluded.reviews,
        learned_at = excluded.learned_at
""")  # noqa: S608 -- our own words and numbers
_FORGET = text("""
    DELETE FROM reputation_norms AS norms
    WHERE category_id = :category_id AND NOT EXISTS (
        SELECT FROM review_weighings AS weighed
        WHERE weighed.category_id = norms.category_id AND weighed.role = norms.role AND weighed.counts)
""")
_CATEGORIES = text("SELECT id FROM categories ORDER BY id")
_EDGES = text("""
    SELECT weighed.review_id, weighed.author_id, weighed.subject_id, reviews.stars,
           extract(epoch FROM weighed.written_at)::float8 / 86400 AS day,
           windows.reason = 'completed' AND windows.value_amount > 0 AS paid
    FROM review_weighings AS weighed JOIN reviews ON reviews.id = weighed.review_id
    JOIN review_windows AS windows ON windows.booking_id = reviews.booking_id
    WHERE weighed.counts AND weighed.independent AND weighed.review_id > :after
    ORDER BY weighed.review_id LIMIT :limit
""")
_SEEDS = text("""
    SELECT DISTINCT user_id FROM provider_profiles
    WHERE state = 'approved' AND NOT EXISTS (
        SELECT FROM reviews WHERE author_id = user_id AND state = 'removed')
""")
_KNOWN = text("""
    SELECT DISTINCT ON (rater_id) rater_id, value, bias FROM rater_credibilities
    WHERE rater_id > :after ORDER BY rater_id, as_of DESC LIMIT :limit
""")
_BELIEVE = text("""
    INSERT INTO rater_credibilities (rater_id, as_of, value, trust, bias)
    VALUES (:rater_id, :as_of, :value, :trust, :bias)
    ON CONFLICT (rater_id, as_of) DO UPDATE
    SET value = excluded.value, trust = excluded.trust, bias = excluded.bias
""")
_KNOWN_OTHERWISE = text("""
    SELECT review_id FROM review_weighings AS weighed JOIN LATERAL (
        SELECT value, bias FROM rater_credibilities WHERE rater_id = weighed.author_id
        ORDER BY as_of DESC LIMIT 1
    ) AS rater ON abs(rater.value - weighed.credibility) >= :material
               OR abs(rater.bias - weighed.bias) >= :material
    JOIN unnest(cast(:subjects AS uuid[]), cast(:roles AS text[]), cast(:categories AS uuid[]))
         AS wanted(subject_id, role, category_id)
      ON wanted.subject_id = weighed.subject_id AND wanted.role = weighed.role
     AND wanted.category_id = weighed.category_id
    ORDER BY weighed.subject_id, weighed.role, weighed.category_id, review_id
""")
_NEWCOMERS = text("""
    INSERT INTO reputation_states (subject_id, role, category_id, landmark_at, updated_at)
    SELECT DISTINCT offers.provider_user_id, 'provider', offers.category_id, cast(:landmark AS timestamptz),
           cast(:at AS timestamptz)
    FROM offers WHERE state = 'published' ON CONFLICT (subject_id, role, category_id) DO NOTHING
""")
_STATES = text("""
    SELECT subject_id, role, category_id FROM reputation_states
    WHERE cast(:subject_id AS uuid) IS NULL OR (subject_id, role, category_id)
        > (cast(:subject_id AS uuid), cast(:role AS text), cast(:category_id AS uuid))
    ORDER BY subject_id, role, category_id LIMIT :limit
""")


def learn_norms(session: Session, *, at: datetime) -> int:
    """Learn what is usual in each category and role, one category after the other. Returns how many.

    Where no review counts any more nothing is usual.
    """
    learned = 0
    for category_id in session.scalars(_CATEGORIES).all():
        session.execute(_FORGET, {"category_id": category_id})
        found = session.execute(_NORMS, {"category_id": category_id, "at": at})
        learned += found.rowcount  # type: ignore[attr-defined]  # a cursor's
    return learned


def learn_credibility(session: Session, *, at: datetime) -> int:
    """Let trust flow again; write down whose credibility or bias moved. Returns how many raters."""
    rows = list(paged(session, _EDGES, {}))
    people, edges = _edges(rows)
    seeds = np.zeros(len(people))
    for seed in session.scalars(_SEEDS):
        if seed in people:
            seeds[people[seed]] = 1.0
    trust = trust_flow(well_reviewed(edges, paid=np.array([row.paid for row in rows], dtype=bool)), seeds)
    value = credibility(trust)
    leaning = leanings(edges, weights(edges, value))
    known = {row.rater_id: (row.value, row.bias) for row in paged(session, _KNOWN, {})}
    moved = [
        {"rater_id": rater, "as_of": at.date(), "value": now[0], "trust": float(trust[row]), "bias": now[1]}
        for rater, row in people.items()
        if edges.given[row]
        and _is_material(known.get(rater, (FLOOR, 0.0)), now := (float(value[row]), float(leaning[row])))
    ]
    if moved:
        session.execute(_BELIEVE, moved)
    return len(moved)


def known_otherwise(session: Session, keys: Sequence[StateKey]) -> list[UUID]:
    """Reviews of these states that weigh by what was believed of their authors before, subject by subject."""
    return list(session.scalars(_KNOWN_OTHERWISE, {**columns(keys), "material": MATERIAL}))


def welcome_newcomers(session: Session, *, at: datetime) -> int:
    """Give everybody who offers something a state, so that the unknown have a ranking too."""
    begun: int = session.execute(_NEWCOMERS, {"landmark": landmark(at), "at": at}).rowcount  # type: ignore[attr-defined]  # a cursor's
    return begun


def states_after(session: Session, last: StateKey | None, *, limit: int) -> list[StateKey]:
    """The next states in their order."""
    place = {"subject_id": None, "role": None, "category_id": None} if last is None else last.values()
    found = session.execute(_STATES, {**place, "limit": limit})
    return [StateKey(row.subject_id, Side(row.role), row.category_id) for row in found]


def _edges(rows: Sequence[Row[Any]]) -> tuple[dict[UUID, int], Edges]:
    """Published reviews as arrays, and which row of them is whom."""
    everybody = dict.fromkeys(person for row in rows for person in (row.author_id, row.subject_id))
    people = {person: place for place, person in enumerate(everybody)}
    stars = _whole(row.stars for row in rows)
    rater, subject = (
        _whole(people[getattr(row, name)] for row in rows) for name in ("author_id", "subject_id")
    )
    day = np.array([row.day for row in rows], dtype=np.float64)
    return people, Edges(len(people), rater, subject, X[stars - 1], day)


def _is_material(before: tuple[float, float], now: tuple[float, float]) -> bool:
    return any(abs(one - other) >= MATERIAL for one, other in zip(before, now, strict=True))


def _whole(numbers: Iterable[int]) -> Ints:
    return np.fromiter(numbers, dtype=np.int64)
