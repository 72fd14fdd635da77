"""Tiers in force: a provider's last year is looked at each quarter, and what would change it is told.

A decision holds every input. It takes nothing away: who is watched is shown to the staff alone, who decide.
The provider sees the same year at any time before, as a **preview**.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import text
from sqlmodel import Session

from domain import providers
from domain.identity import Caller
from domain.providers import ProviderProfile
from domain.providers.errors import ProviderProfileNotFound
from domain.ratings import scoring
from domain.ratings.kinds import Side, Tier
from domain.ratings.ranking import FLAT
from domain.ratings.reliability import Reliability, reliability_of
from domain.ratings.reputation import latest_tier
from domain.ratings.reputation_models import TierDecision
from domain.ratings.scores import LAST_YEAR
from domain.ratings.tiers import Missing, Year, tier, would_change

_HALF_LIFE_SECONDS = f"{86_400 * scoring.HALF_LIFE_DAYS:.0f}"
_WEIGHTS = ", ".join(
    f"coalesce(sum(aged) FILTER (WHERE stars = {stars}), 0)" for stars in range(1, scoring.STARS + 1)
)
_READ = text(f"""
    SELECT ARRAY[{_WEIGHTS}] AS by_stars, coalesce(sum(aged ^ 2), 0) AS weight_squared, count(*) AS reviews,
           (SELECT histogram FROM reputation_norms AS norms
            WHERE norms.role = 'provider'
              AND norms.category_id = mode() WITHIN GROUP (ORDER BY of_year.category_id)) AS prior
    FROM (
        SELECT reviews.stars, weighed.category_id, weighed.weight * power(2::float8,
                   extract(epoch FROM weighed.written_at - :at)::float8 / {_HALF_LIFE_SECONDS}) AS aged
        FROM review_weighings AS weighed JOIN reviews ON reviews.id = weighed.review_id
        WHERE weighed.subject_id = :user_id AND weighed.role = 'provider' AND weighed.counts
          AND weighed.written_at > :since
    ) AS of_year
""")  # noqa: S608 -- our own words and numbers
_UNDECIDED = text("""
    SELECT id FROM provider_profiles AS profiles
    WHERE state = 'approved' AND NOT EXISTS (
        SELECT FROM tier_decisions WHERE profile_id = profiles.id AND on_date >= :quarter)
    ORDER BY id LIMIT :limit
""")
_DECIDE = text("SELECT FROM provider_profiles WHERE id = :id FOR UPDATE")


@dataclass(frozen=True, slots=True)
class Preview:
    """The tier that a year amounts to now, all it is decided on, and what would change it.

    `decision` is the latest one that was made, which holds the same of its own year.
    """

    tier: Tier
    inputs: dict[str, Any]
    would_change: Sequence[Missing]
    year: Year
    decision: TierDecision | None


def preview(session: Session, profile_id: UUID, *, by: Caller, at: datetime) -> Preview:
    """What would be decided now, for the provider and the market's operators. Raises `ProfileUnknown`."""
    profile = providers.get_public_profile(session, profile_id)
    if by.user_id != profile.user_id and not by.is_operator(profile.market_id):
        raise ProviderProfileNotFound
    return _look(session, profile, at)


def undecided(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Providers of whom nothing was decided yet in this quarter."""
    return list(session.scalars(_UNDECIDED, {"quarter": quarter(at), "limit": limit}))


def decide_tier(session: Session, profile_id: UUID, *, at: datetime) -> bool:
    """Decide a provider's tier for this quarter. False where that was done."""
    session.execute(_DECIDE, {"id": profile_id})
    profile, latest = providers.get_profile(session, profile_id), latest_tier(session, profile_id)
    if latest is not None and latest.on_date >= quarter(at):
        return False
    found = _look(session, profile, at)
    session.add(
        TierDecision(
            profile_id=profile_id,
            market_id=profile.market_id,
            on_date=quarter(at),
            tier=found.tier,
            previous=None if latest is None else latest.tier,
            lower=found.year.lower,
            upper=found.year.upper,
            inputs=found.inputs,
            would_change=[asdict(missing) for missing in found.would_change],
            decided_at=at,
        )
    )
    session.flush()
    return True


def quarter(at: datetime) -> date:
    """The first day of the quarter an instant is in."""
    return date(at.year, at.month - (at.month - 1) % 3, 1)


def _look(session: Session, profile: ProviderProfile, at: datetime) -> Preview:
    user_id = profile.user_id
    row = session.execute(_READ, {"user_id": user_id, "at": at, "since": at - LAST_YEAR}).one()
    reliable = reliability_of(session, user_id, Side.PROVIDER, at=at)
    prior = FLAT if row.prior is None else tuple(row.prior)
    year = _year(np.array(row.by_stars), row.weight_squared, row.reviews, prior, reliable)
    inputs = asdict(year) | {
        "from": (at - LAST_YEAR).isoformat(),
        "until": at.isoformat(),
        "reviews": row.reviews,
        "by_stars": list(row.by_stars),
        "weight_squared": row.weight_squared,
        "prior": list(prior),
    }
    return Preview(tier(year), inputs, would_change(year), year, latest_tier(session, profile.id))


def _year(
    by_stars: scoring.Floats, squared: float, reviews: int, prior: Sequence[float], reliable: Reliability
) -> Year:
    """The year's reviews as bounds in stars, beside what was done about bookings."""
    sums = scoring.Sums(
        landmark=0.0,
        weight=np.array([by_stars.sum()]),
        weighted=np.array([by_stars @ scoring.X]),
        squared=np.array([squared]),
        stars=by_stars[None, :],
        reviews=np.array([reviews]),
    )
    believed = scoring.posterior(sums, prior, day=0.0)
    return Year(
        completed=reliable.completed_bookings,
        lower=float(scoring.in_stars(believed.lower)[0]),
        upper=float(scoring.in_stars(believed.upper)[0]),
        effective=float(believed.effective[0]),
        cancelled_share=reliable.called_off.value,
        answered_share=reliable.answered.value,
    )
