"""Queries of provider profiles. Every quote checks `is_same_business`, so it is one statement."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from domain import identity
from domain.foundation.paging import Page, build_page, decode_cursor
from domain.providers.capabilities import capability_sql
from domain.providers.errors import ProviderProfileNotFound
from domain.providers.kinds import ProviderCapability, ProviderProfileState
from domain.providers.models import ProviderProfile

# Compares with all profiles of the other user, so that a second profile does not avoid the check.
_IS_SAME_BUSINESS = text("""
    SELECT EXISTS (
        SELECT FROM provider_profiles AS theirs
        WHERE theirs.id = :profile_id AND (
            theirs.user_id = :user_id
            OR EXISTS (
                SELECT FROM provider_profiles AS other WHERE other.user_id = :user_id AND (
                    other.organisation_id = theirs.organisation_id
                    OR other.payout_account_id = theirs.payout_account_id))))
""")


_ALLOWED = {
    capability: text(f"""
        SELECT EXISTS (
            SELECT FROM provider_profiles JOIN users ON users.id = provider_profiles.user_id
            WHERE provider_profiles.id = :profile_id AND {capability_sql(capability)})
    """)  # noqa: S608 -- our own condition
    for capability in ProviderCapability
}


def get_profile(session: Session, profile_id: UUID) -> ProviderProfile:
    """The profile with this id, without a check who may see it. Raises `ProviderProfileNotFound`."""
    if (profile := session.get(ProviderProfile, profile_id)) is None:
        raise ProviderProfileNotFound
    return profile


def has_capability(session: Session, profile_id: UUID, capability: ProviderCapability) -> bool:
    """Whether the profile has the capability now, from the database in one statement."""
    return bool(session.execute(_ALLOWED[capability], {"profile_id": profile_id}).scalar())


def lock_profile(session: Session, profile_id: UUID) -> ProviderProfile:
    """Load the newest state of the profile and lock it. Raises `ProviderProfileNotFound`."""
    profile = session.get(ProviderProfile, profile_id, with_for_update=True, populate_existing=True)
    if profile is None:
        raise ProviderProfileNotFound
    return profile


def get_public_profile(session: Session, profile_id: UUID) -> ProviderProfile:
    """The profile of an approved provider, which anyone may see.

    Raises `ProviderProfileNotFound` unless it is approved and its user's account is active.
    """
    profile = get_profile(session, profile_id)
    user = identity.get_user(session, profile.user_id)
    if profile.state is not ProviderProfileState.APPROVED or not identity.is_active_account(
        suspended_at=user.suspended_at
    ):
        raise ProviderProfileNotFound
    return profile


def get_user_profile(session: Session, user_id: UUID, market_id: UUID) -> ProviderProfile:
    """The profile of a user in a market. Raises `ProviderProfileNotFound` if they never applied there."""
    statement = select(ProviderProfile).where(
        ProviderProfile.user_id == user_id, ProviderProfile.market_id == market_id
    )
    if (profile := session.exec(statement).first()) is None:
        raise ProviderProfileNotFound
    return profile


def list_user_profiles(session: Session, user_id: UUID) -> Sequence[ProviderProfile]:
    """All profiles of a user, at most one per market."""
    statement = select(ProviderProfile).where(ProviderProfile.user_id == user_id)
    return session.exec(statement.order_by(col(ProviderProfile.id))).all()


def list_profiles(
    session: Session, market_id: UUID, *, state: ProviderProfileState | None, after: str | None, limit: int
) -> Page[ProviderProfile]:
    """A page of a market's profiles, optionally in one state, the oldest first. Raises `InvalidCursor`."""
    statement = select(ProviderProfile).where(ProviderProfile.market_id == market_id)
    if state is not None:
        statement = statement.where(ProviderProfile.state == state)
    if after is not None:
        (last_id,) = decode_cursor(after, [UUID])
        statement = statement.where(col(ProviderProfile.id) > last_id)
    rows = session.exec(statement.order_by(col(ProviderProfile.id)).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def is_same_business(session: Session, profile_id: UUID, user_id: UUID) -> bool:
    """Whether the profile is the user's own, or shares an organisation or payout account with one of theirs.

    All profiles of the user count, in every market and state.
    """
    return bool(session.execute(_IS_SAME_BUSINESS, {"profile_id": profile_id, "user_id": user_id}).scalar())
