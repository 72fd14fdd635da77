"""Reputation as others see it: the plain mean, how reliable somebody is, their tier, and where it comes from.

Means and counts are of the reviews that are published now, so whoever counts the listed reviews arrives at
the same. Ranking scores are those of the newest snapshots. How many customers stayed silent is never told:
silence is theirs, and all that shows of it is the one addend of the ranking that follows from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select, text
from sqlmodel import Session, col

from domain import providers
from domain.ratings.kinds import Side, Tier
from domain.ratings.ranking import Counts, Inputs, Ranked
from domain.ratings.reliability import Reliability, reliability_of
from domain.ratings.reputation_models import ReputationSnapshot, ReputationState, ReviewWeighing, TierDecision
from domain.ratings.scores import LAST_YEAR, by_stars


@dataclass(frozen=True, slots=True)
class Scored:
    """What ranks somebody in a category since `at`, and what it was counted from.

    `set_aside` are published reviews that weigh nothing, since their authors share a card, a device or a bank
    account with the subject. How many there are is told, and never which.
    """

    category_id: UUID
    version: int
    ranked: Ranked
    inputs: Inputs
    set_aside: int


@dataclass(frozen=True, slots=True)
class Reputation:
    """What is known of somebody in a role. `tier` is of providers alone; the last year ends at `at`."""

    user_id: UUID
    role: Side
    at: datetime
    all_time: Counts
    last_year: Counts
    reliability: Reliability
    tier: TierDecision | None
    categories: Sequence[Scored]


_COUNTS = text(f"""
    SELECT {by_stars()} AS all_time, {by_stars("AND reviews.revealed_at > :year_ago")} AS last_year
    FROM reviews JOIN review_windows USING (booking_id)
    WHERE subject_id = :user_id AND author_side <> :role AND state = 'published'
      AND (cast(:profile_id AS uuid) IS NULL OR profile_id = :profile_id)
""")  # noqa: S608 -- our own words


def of_provider(session: Session, profile_id: UUID, *, at: datetime) -> Reputation:
    """What is known of a provider. Raises `ProfileUnknown` for all that are not approved."""
    profile = providers.get_public_profile(session, profile_id)
    return about(session, profile.user_id, Side.PROVIDER, profile_id=profile_id, at=at)


def of_customer(session: Session, user_id: UUID, *, at: datetime) -> Reputation:
    """What is known of somebody as a customer; of whoever was never reviewed, that they are new."""
    return about(session, user_id, Side.CUSTOMER, profile_id=None, at=at)


def about(
    session: Session, user_id: UUID, role: Side, *, profile_id: UUID | None, at: datetime
) -> Reputation:
    """What is known of somebody in a role, of all their profiles or of one."""
    values = {"user_id": user_id, "role": role, "profile_id": profile_id, "year_ago": at - LAST_YEAR}
    counts = session.execute(_COUNTS, values).one()
    return Reputation(
        user_id=user_id,
        role=role,
        at=at,
        all_time=Counts(tuple(counts.all_time)),
        last_year=Counts(tuple(counts.last_year)),
        reliability=reliability_of(session, user_id, role, at=at),
        tier=None if profile_id is None else latest_tier(session, profile_id),
        categories=_scored(session, user_id, role),
    )


def latest_tier(session: Session, profile_id: UUID) -> TierDecision | None:
    """What was last decided of a provider's tier."""
    wanted = select(TierDecision).where(col(TierDecision.profile_id) == profile_id)
    return session.scalars(wanted.order_by(col(TierDecision.on_date).desc()).limit(1)).first()


def tier_of(decision: TierDecision | None) -> Tier:
    """The tier somebody is of; standard before anything was decided. Nobody is shown to be watched."""
    return Tier.STANDARD if decision is None or decision.tier is Tier.WATCH else decision.tier


def _scored(session: Session, user_id: UUID, role: Side) -> list[Scored]:
    set_aside = (
        select(func.count())
        .where(
            col(ReviewWeighing.subject_id) == ReputationSnapshot.subject_id,
            col(ReviewWeighing.role) == ReputationSnapshot.role,
            col(ReviewWeighing.category_id) == ReputationSnapshot.category_id,
            col(ReviewWeighing.counts),
            ~col(ReviewWeighing.independent),
        )
        .scalar_subquery()
    )
    wanted = (
        select(ReputationSnapshot, set_aside)
        .join(
            ReputationState,
            and_(
                col(ReputationState.subject_id) == ReputationSnapshot.subject_id,
                col(ReputationState.role) == ReputationSnapshot.role,
                col(ReputationState.category_id) == ReputationSnapshot.category_id,
                col(ReputationState.version) == ReputationSnapshot.version,
            ),
        )
        .where(col(ReputationSnapshot.subject_id) == user_id, col(ReputationSnapshot.role) == role)
        .order_by(col(ReputationSnapshot.category_id))
    )
    return [
        Scored(row.category_id, row.version, Ranked(**row.ranking), Inputs.thawed(row.inputs), aside)
        for row, aside in session.execute(wanted)
    ]
