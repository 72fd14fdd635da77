"""Closing a period: what was verified in it is valued, all at once, by each claim's own policy version.

Who claims a review or anything else about a booking waits until that booking's books are closed, since its
fee bounds what it earns. Two who close the same period take turns, and the second finds it closed; who dies
in between has closed nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlmodel import Session

from domain import identity, markets
from domain.contributions import policy
from domain.contributions.kinds import (
    ContributionActor,
    ContributionFunder,
    ContributionKind,
    ContributionState,
)
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.policy import KindRules
from domain.contributions.valuation import booking_fees, periods
from domain.contributions.valuation.booking_fees import BookingCreditLimit
from domain.contributions.valuation.events import ContributionValued, PeriodClosed
from domain.contributions.valuation.formula import ValuationRate
from domain.contributions.valuation.models import ContributionPeriod
from domain.contributions.valuation.period_valuation import (
    DIMINISHING_WINDOW,
    PeriodValuation,
    PriorValue,
    VerifiedClaim,
    value_claims,
)
from domain.contributions.valuation.periods import DuePeriod
from domain.foundation import events
from domain.foundation.actors import CLOCK

# The booking whose fee bounds a claim: the one it is about, the one a review is about, or the first one that
# somebody completed who was referred. What has such a booking waits for its books.
_CLAIMS = text("""
    SELECT c.id, c.user_id, c.kind, c.segment, c.verified_units_milli, c.quality_milli, c.policy_version_id,
           about.booking_id
    FROM contributions c
    LEFT JOIN LATERAL (
        SELECT CASE c.subject_type
            WHEN 'booking' THEN c.subject_id
            WHEN 'review' THEN (SELECT booking_id FROM reviewed_bookings WHERE review_id = c.subject_id)
            ELSE (SELECT b.id FROM bookings b
                  WHERE c.kind = 'referral' AND b.customer_id = c.subject_id AND b.market_id = c.market_id
                    AND b.state = 'completed' ORDER BY b.ended_at, b.id LIMIT 1)
        END AS booking_id
    ) about ON true
    WHERE c.market_id = :market_id AND c.state = 'verified' AND NOT c.wants_thanks_only
      AND c.verified_at < :until AND c.verified_units_milli > 0
      AND (about.booking_id IS NOT NULL
           OR c.kind <> 'referral' AND c.subject_type IS DISTINCT FROM 'review')
      AND NOT EXISTS (SELECT FROM bookings WHERE id = about.booking_id AND books_closed_at IS NULL)
    ORDER BY c.id FOR UPDATE OF c
""")
_PAST = text("""
    SELECT c.user_id, c.kind, sum(v.units_milli) AS units_milli, sum(v.capped_nano) AS capped_nano
    FROM contribution_valuations v JOIN contributions c ON c.id = v.contribution_id
    WHERE c.market_id = :market_id AND c.verified_at >= :since AND c.kind = ANY(:kinds)
      AND c.state <> 'clawed_back'
    GROUP BY c.user_id, c.kind
""")
_STORE_VALUATIONS = text("""
    WITH told AS (
        SELECT * FROM unnest(cast(:ids AS uuid[]), cast(:clusters AS uuid[]), cast(:bookings AS uuid[]),
                             cast(:worths AS text[]), cast(:fees AS text[]), cast(:capped AS bigint[]),
                             cast(:credits AS bigint[]))
            AS told (id, cluster_id, booking_id, worth, fee, capped_nano, credits)
    ), written AS (
        INSERT INTO contribution_valuations (contribution_id, period_id, policy_version_id, cluster_id, kind,
            booking_id, worth, fee, units_milli, capped_nano, credits, valued_at)
        SELECT c.id, :period_id, c.policy_version_id, told.cluster_id, c.kind, told.booking_id,
               cast(told.worth AS jsonb), cast(told.fee AS jsonb), c.verified_units_milli, told.capped_nano,
               told.credits, :at
        FROM told JOIN contributions c ON c.id = told.id
    )
    UPDATE contributions SET state = :state, period_id = :period_id, credits = told.credits, valued_at = :at
    FROM told WHERE contributions.id = told.id
""")


@dataclass(frozen=True, slots=True)
class _ReadyClaim:
    """A verified contribution that credits are due for."""

    row: Row[Any]
    claim: VerifiedClaim


def close_period(session: Session, market_id: UUID, *, at: datetime) -> ContributionPeriod | None:
    """Close the market's next period, if it is over; None where none is. Doing it twice does no harm."""
    periods.lock_market_valuation(session, market_id)
    due = periods.get_due_period(session, market_id, at=at)
    if due is None:
        return None
    ready = _load_ready_claims(session, due)
    bounds = booking_fees.load_credit_limits(
        session,
        {ready_claim.claim.booking_id for ready_claim in ready if ready_claim.claim.booking_id},
        due.rules.credits if due.rules else None,
    )
    valued = value_claims(
        [ready_claim.claim for ready_claim in ready],
        past=_load_prior_values(session, ready, due),
        fees={booking_id: bound.remaining for booking_id, bound in bounds.items()},
        pool=due.pool,
    )
    period = _store_period(session, due, ready, valued, at)
    _store_valuations(session, period, ready, valued, bounds)
    return period


def _load_ready_claims(session: Session, due: DuePeriod) -> list[_ReadyClaim]:
    """What is verified and earns credits, each by the rules of the version it was claimed under."""
    rows = session.execute(_CLAIMS, {"market_id": due.market.id, "until": due.during.end}).all()
    clusters = identity.cluster_of(session, {row.user_id for row in rows})
    rows_with_rules = ((row, _kind_rules(session, row)) for row in rows)
    return [
        _ReadyClaim(row, _verified_claim(session, row, rules, clusters[row.user_id]))
        for row, rules in rows_with_rules
        if rules is not None and rules.funder in {ContributionFunder.POOL, ContributionFunder.BOOKING_FEE}
    ]


def _kind_rules(session: Session, row: Row[Any]) -> KindRules | None:
    rules = policy.policy_of_version(markets.get_policy_version(session, row.policy_version_id))
    return None if rules is None else rules.kind_rules(ContributionKind(row.kind), row.segment)


def _verified_claim(session: Session, row: Row[Any], rules: KindRules, cluster_id: UUID) -> VerifiedClaim:
    version = markets.get_policy_version(session, row.policy_version_id)
    published = policy.policy_of_version(version)
    rate = ValuationRate(
        base=rules.base_milli,
        factor_milli=published.segment_factor_milli(row.segment) if published else 0,
        quality_milli=row.quality_milli,
        kappa_milli=rules.kappa_milli,
        cap=rules.cap_milli,
    )
    return VerifiedClaim(
        id=row.id,
        cluster_id=cluster_id,
        kind=row.kind,
        version=version.number,
        rate=rate,
        units_milli=row.verified_units_milli,
        booking_id=row.booking_id,
        from_fee=rules.funder is ContributionFunder.BOOKING_FEE,
    )


def _load_prior_values(
    session: Session, ready: Sequence[_ReadyClaim], due: DuePeriod
) -> Mapping[tuple[UUID, str], PriorValue]:
    """What the clusters of these claims gave of their kinds in the window, and what it was worth."""
    parameters = {
        "market_id": due.market.id,
        "since": due.during.end - DIMINISHING_WINDOW,
        "kinds": sorted({ready_claim.claim.kind for ready_claim in ready}),
    }
    rows = session.execute(_PAST, parameters).all()
    clusters = identity.cluster_of(session, {row.user_id for row in rows})
    past: dict[tuple[UUID, str], PriorValue] = {}
    for row in rows:
        key = clusters[row.user_id], row.kind
        before = past.get(key, PriorValue())
        units, nano = before.units_milli + int(row.units_milli), before.raw_nano + int(row.capped_nano)
        past[key] = PriorValue(units, nano)
    return past


def _store_period(
    session: Session, due: DuePeriod, ready: Sequence[_ReadyClaim], valued: PeriodValuation, at: datetime
) -> ContributionPeriod:
    pooled = [ready_claim.claim.id for ready_claim in ready if not ready_claim.claim.from_fee]
    period = ContributionPeriod(
        market_id=due.market.id,
        number=due.number,
        start_at=due.during.start,
        end_at=due.during.end,
        policy_version_id=due.version.id,
        currency=due.market.currency,
        fees_amount=due.fees_amount,
        share_bp=due.share_bp,
        value_amount=due.value_amount,
        pool=due.pool,
        raw_nano=valued.raw_nano,
        given=sum(valued.worths[claim_id].credits for claim_id in pooled),
        claims=len(ready),
        closed_at=at,
    )
    session.add(period)
    session.flush()
    numbers = {"number": due.number, "pool": period.pool, "given": period.given, "claims": period.claims}
    event = PeriodClosed(period_id=period.id, market_id=due.market.id, **numbers)
    events.record_event(session, event, subject=("contribution_period", period.id), by=CLOCK, at=at)
    return period


def _store_valuations(
    session: Session,
    period: ContributionPeriod,
    ready: Sequence[_ReadyClaim],
    valued: PeriodValuation,
    bounds: Mapping[UUID, BookingCreditLimit],
) -> None:
    """Keep every valuation with all its numbers, and let each contribution follow."""
    if not ready:
        return
    state = CONTRIBUTIONS.next_state(ContributionState.VERIFIED, "value", ContributionActor.CLOCK)
    claims = [ready_claim.claim for ready_claim in ready]
    columns: dict[str, object] = {
        "ids": [claim.id for claim in claims],
        "clusters": [claim.cluster_id for claim in claims],
        "bookings": [claim.booking_id for claim in claims],
        "worths": [valued.worths[claim.id].model_dump_json() for claim in claims],
        "fees": [_fee_document(bounds, claim) for claim in claims],
        "capped": [valued.capped_nano[claim.id] for claim in claims],
        "credits": [valued.worths[claim.id].credits for claim in claims],
    }
    session.execute(
        _STORE_VALUATIONS, {**columns, "period_id": period.id, "state": state.value, "at": period.closed_at}
    )
    session.expire_all()
    for ready_claim in ready:
        event = ContributionValued(
            contribution_id=ready_claim.claim.id,
            market_id=period.market_id,
            kind=ContributionKind(ready_claim.claim.kind),
            user_id=ready_claim.row.user_id,
            period_id=period.id,
            credits=valued.worths[ready_claim.claim.id].credits,
        )
        events.record_event(
            session, event, subject=("contribution", ready_claim.claim.id), by=CLOCK, at=period.closed_at
        )


def _fee_document(bounds: Mapping[UUID, BookingCreditLimit], claim: VerifiedClaim) -> str | None:
    return orjson.dumps(bounds[claim.booking_id].document).decode() if claim.booking_id else None
