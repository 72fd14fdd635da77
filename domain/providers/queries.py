"""Reads of provider profiles. Whether hands are the same is asked on every quote, so it is one statement."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from domain import identity
from domain.foundation.paging import Page, decode, page_of
from domain.providers.capabilities import condition
from domain.providers.errors import ProfileUnknown
from domain.providers.kinds import Capability, State
from domain.providers.models import ProviderProfile

# Shares of one row are compared with every profile of the other user: a second profile is no way around.
_SAME_HANDS = text("""
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
            WHERE provider_profiles.id = :profile_id AND {condition(capability)})
    """)  # noqa: S608 -- our own condition
    for capability in Capability
}


def profile(session: Session, profile_id: UUID) -> ProviderProfile:
    """The profile of this id, whoever may see it. Refuses `ProfileUnknown`."""
    if (found := session.get(ProviderProfile, profile_id)) is None:
        raise ProfileUnknown
    return found


def is_allowed(session: Session, profile_id: UUID, capability: Capability) -> bool:
    """Whether this profile and its user's account allow this now, read afresh in one statement."""
    return bool(session.execute(_ALLOWED[capability], {"profile_id": profile_id}).scalar())


def profile_locked(session: Session, profile_id: UUID) -> ProviderProfile:
    """The profile of this id, as it is now and as nobody else can change it. Refuses `ProfileUnknown`."""
    found = session.get(ProviderProfile, profile_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise ProfileUnknown
    return found


def public_profile(session: Session, profile_id: UUID) -> ProviderProfile:
    """The profile of an approved provider, which anyone may see.

    Raises `ProfileUnknown` for all others, and for one whose user may not be dealt with.
    """
    found = profile(session, profile_id)
    user = identity.user(session, found.user_id)
    if found.state is not State.APPROVED or not identity.may_be_dealt_with(suspended_at=user.suspended_at):
        raise ProfileUnknown
    return found


def profile_of(session: Session, user_id: UUID, market_id: UUID) -> ProviderProfile:
    """The one profile a user has in a market. Refuses `ProfileUnknown` when they never applied there."""
    wanted = select(ProviderProfile).where(
        ProviderProfile.user_id == user_id, ProviderProfile.market_id == market_id
    )
    if (found := session.exec(wanted).first()) is None:
        raise ProfileUnknown
    return found


def profiles_of(session: Session, user_id: UUID) -> Sequence[ProviderProfile]:
    """All profiles of a user, one for each market they ever applied in."""
    wanted = select(ProviderProfile).where(ProviderProfile.user_id == user_id)
    return session.exec(wanted.order_by(col(ProviderProfile.id))).all()


def page(
    session: Session, market_id: UUID, *, state: State | None, after: str | None, limit: int
) -> Page[ProviderProfile]:
    """The profiles of a market, perhaps in one state, the longest waiting first."""
    wanted = select(ProviderProfile).where(ProviderProfile.market_id == market_id)
    if state is not None:
        wanted = wanted.where(ProviderProfile.state == state)
    if after is not None:
        (last,) = decode(after, [UUID])
        wanted = wanted.where(col(ProviderProfile.id) > last)
    rows = session.exec(wanted.order_by(col(ProviderProfile.id)).limit(limit + 1)).all()
    return page_of(rows, limit, lambda row: [row.id])


def same_hands(session: Session, profile_id: UUID, user_id: UUID) -> bool:
    """Whether this user stands behind the profile, by themselves or by an organisation or payout account.

    Sharing counts through any profile of the user, in any market and in any state.
    """
    return bool(session.execute(_SAME_HANDS, {"profile_id": profile_id, "user_id": user_id}).scalar())
