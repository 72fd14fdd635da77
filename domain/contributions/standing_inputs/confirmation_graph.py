"""Who confirmed whom in a market: the graph that standing flows on, read from what was attested.

Somebody's word counts here, not their silence: who did not answer vouched for nobody. A contribution is worth
what its policy gives for its units and quality, before anything is shared or capped, and those who confirmed
it share that, so that more of them raise nothing. Hours are worth what an hour of care is; patience is worth
thanks. Nobody's word counts for an account that shares a card or a device with theirs.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import numpy as np
from sqlalchemy import Row, text
from sqlmodel import Session

from domain import identity, markets
from domain.contributions.default_kinds import CREDIT_MILLI
from domain.contributions.kinds import ContributionKind, ContributionUnit
from domain.contributions.policy import ContributionPolicy, policy_of_version
from domain.standing import BookingRecord, ConfirmationGraph, Confirmations, is_seed

# Five half-lives: what is older weighs a thirtieth, and a market's whole past need not be read each night.
LOOKBACK: Final = timedelta(days=5 * 365)
PAGE_SIZE: Final = 20_000  # contributions that a statement reads at once; a second's work
_FIRST: Final = UUID(int=0)
HOUR_MILLI: Final = (
    12 * CREDIT_MILLI
)  # one credit stands for five minutes of a neighbour's time (standard.py)

_CONFIRMED = text("""
    SELECT contributions.id, contributions.user_id, contributions.kind, contributions.segment,
           contributions.policy_version_id, contributions.verified_units_milli, contributions.quality_milli,
           contributions.verified_at,
           extract(epoch FROM :at - contributions.verified_at)::float8 / 86400 AS age,
           array(SELECT attester_id FROM attestations
                 WHERE contribution_id = contributions.id AND attestations.state = 'confirmed'
                   AND attester_id IS NOT NULL ORDER BY attestations.id) AS confirmers
    FROM contributions
    WHERE contributions.market_id = :market_id AND contributions.verified_at <= :at
      AND (contributions.verified_at, contributions.id) > (:since, cast(:after AS uuid))
      AND contributions.state IN ('verified', 'thanked', 'valued', 'held', 'settled')
      AND NOT EXISTS (SELECT FROM contributions AS newer
                      WHERE newer.corrects_id = contributions.id AND newer.verified_at <= :at
                        AND newer.state IN ('verified', 'thanked', 'valued', 'held', 'settled'))
    ORDER BY contributions.verified_at, contributions.id LIMIT :limit
""")
_COMPLETED_BOOKINGS = text("""
    SELECT customer_id, provider_user_id, count(*)::int AS bookings, min(ended_at) AS first_at,
           max(ended_at) AS last_at
    FROM bookings
    WHERE market_id = :market_id AND state = 'completed' AND books_closed_at <= :at AND pay_in_amount > 0
    GROUP BY customer_id, provider_user_id ORDER BY customer_id, provider_user_id
""")
_UPHELD_CASES = text(f"""
    SELECT user_id, count(*)::int AS cases FROM (
        SELECT CASE no_show_side WHEN 'customer' THEN customer_id ELSE provider_user_id END AS user_id
        FROM bookings WHERE market_id = :market_id AND no_show_side IS NOT NULL AND state = 'cancelled'
        UNION ALL
        SELECT provider_profiles.user_id FROM provider_profiles
        JOIN users ON users.id = provider_profiles.user_id
        WHERE market_id = :market_id
          AND (provider_profiles.state = 'suspended' OR NOT ({identity.ACTIVE_ACCOUNT_SQL}))
        UNION ALL
        SELECT user_id FROM contributions
        WHERE market_id = :market_id AND state IN ('rejected', 'rejected_for_good')
          AND rejected_reason IN ('copied', 'not_theirs', 'harmful')
    ) AS upheld GROUP BY user_id
""")  # noqa: S608 -- our own condition
_USERS_WITH_SNAPSHOTS = text("SELECT DISTINCT user_id FROM standing_snapshots WHERE market_id = :market_id")


def load_confirmation_graph(session: Session, market_id: UUID, *, at: datetime) -> ConfirmationGraph:
    """The confirmations in a market as they stand, and who is a seed."""
    parameters = {"market_id": market_id, "at": at}
    rows = list(_confirmed(session, market_id, at))
    work = session.execute(_COMPLETED_BOOKINGS, parameters).all()
    known = session.scalars(_USERS_WITH_SNAPSHOTS, parameters).all()
    involved = {person for row in rows for person in (row.user_id, *row.confirmers)} | set(known)
    workers = {person for row in work for person in (row.customer_id, row.provider_user_id)}
    clusters = identity.cluster_of(session, involved | workers)
    cases = {row.user_id: row.cases for row in session.execute(_UPHELD_CASES, parameters)}
    vouched = {user_id for user_id, record in booking_records(work, clusters, cases) if is_seed(record)}
    people = sorted(involved | vouched)
    place = {person: row for row, person in enumerate(people)}
    values = _values(session, rows)
    edges = list(_edges(rows, values, clusters))
    values_by_user = defaultdict(list)
    for row, value in zip(rows, values, strict=True):
        values_by_user[row.user_id].append((value, row.age))
    return ConfirmationGraph(
        people=people,
        confirmations=Confirmations(
            people=len(people),
            confirmer=np.array([place[edge.confirmer] for edge in edges], dtype=np.int64),
            contributor=np.array([place[edge.contributor] for edge in edges], dtype=np.int64),
            value=np.array([edge.value for edge in edges], dtype=np.float64),
            age=np.array([edge.age for edge in edges], dtype=np.float64),
        ),
        contribution_ids=[edge.contribution_id for edge in edges],
        seeds=np.array([float(person in vouched) for person in people], dtype=np.float64),
        values_by_user=values_by_user,
    )


def booking_records(
    work: Iterable[Row[Any]], clusters: Mapping[UUID, UUID], cases: Mapping[UUID, int]
) -> Iterable[tuple[UUID, BookingRecord]]:
    """What each customer's settled bookings amount to; work between accounts of one cluster is none."""
    of_customer: dict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in work:
        if clusters[row.customer_id] != clusters[row.provider_user_id]:
            of_customer[row.customer_id].append(row)
    for customer_id, rows in of_customer.items():
        span = max(row.last_at for row in rows) - min(row.first_at for row in rows)
        yield (
            customer_id,
            BookingRecord(
                settled_bookings=sum(row.bookings for row in rows),
                providers=len({clusters[row.provider_user_id] for row in rows}),
                days=span / timedelta(days=1),
                upheld_cases=cases.get(customer_id, 0),
            ),
        )


@dataclass(frozen=True, slots=True)
class _Edge:
    confirmer: UUID
    contributor: UUID
    contribution_id: UUID
    value: float
    age: float


def _confirmed(session: Session, market_id: UUID, at: datetime) -> Iterable[Row[Any]]:
    """Verified contributions in the order in which they were, read in pages that no time limit cuts off."""
    parameters = {"market_id": market_id, "at": at, "limit": PAGE_SIZE}
    since, after = at - LOOKBACK, _FIRST
    while True:
        rows = session.execute(_CONFIRMED, {**parameters, "since": since, "after": after}).all()
        yield from rows
        if len(rows) < PAGE_SIZE:
            return
        since, after = rows[-1].verified_at, rows[-1].id


def _edges(
    rows: Sequence[Row[Any]], values: Sequence[float], clusters: Mapping[UUID, UUID]
) -> Iterable[_Edge]:
    for row, value in zip(rows, values, strict=True):
        others = [
            confirmer_id for confirmer_id in row.confirmers if clusters[confirmer_id] != clusters[row.user_id]
        ]
        for confirmer in others:
            yield _Edge(confirmer, row.user_id, row.id, value / len(others), row.age)


def _values(session: Session, rows: Collection[Row[Any]]) -> list[float]:
    """What each contribution is worth, in credits, under the policy version it was made under."""
    policies = {
        version_id: policy_of_version(markets.get_policy_version(session, version_id))
        for version_id in {row.policy_version_id for row in rows}
    }
    return [_value(row, policies[row.policy_version_id]) for row in rows]


def _value(row: Row[Any], policy: ContributionPolicy | None) -> float:
    kind = ContributionKind(row.kind)
    rules = None if policy is None else policy.kind_rules(kind, row.segment)
    if policy is None or rules is None or kind is ContributionKind.PATIENCE:
        return 0.0
    unit = (
        HOUR_MILLI
        if rules.unit is ContributionUnit.HOUR
        else rules.base_milli * policy.segment_factor_milli(row.segment) / 1_000
    )
    value: float = unit * row.verified_units_milli * row.quality_milli / CREDIT_MILLI**3
    return value
