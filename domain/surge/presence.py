"""Where providers say to be, as coarse as prices are: the cell is kept and the point is not.

A chapter of `actions.py`.
"""

from datetime import datetime
from uuid import UUID

from h3.api.basic_int import latlng_to_cell
from sqlalchemy import text
from sqlmodel import Session

from domain import providers
from domain.providers import ProviderCapability, ProviderProfile
from domain.providers.errors import ProviderProfileNotFound
from domain.surge.signals import RESOLUTION

_SEEN = text("""
    INSERT INTO provider_presences (profile_id, market_id, cell, seen_at)
    VALUES (:profile_id, :market_id, :cell, :at)
    ON CONFLICT (profile_id) DO UPDATE SET cell = excluded.cell, seen_at = excluded.seen_at, left_at = NULL
""")
_LEFT = text("""
    UPDATE provider_presences SET left_at = greatest(:at, seen_at)
    WHERE profile_id = :profile_id AND left_at IS NULL
""")


def be_present(
    session: Session, profile_id: UUID, *, latitude: float, longitude: float, by: UUID, at: datetime
) -> None:
    """A provider says to be near a point, and is believed for ten minutes; earlier places are forgotten.

    Raises `ProfileUnknown` to everybody else and `CapabilityMissing` to who may take no bookings.
    """
    profile = _own(session, profile_id, by)
    providers.require_capability(session, profile, ProviderCapability.TAKE_BOOKINGS)
    cell = latlng_to_cell(latitude, longitude, RESOLUTION)
    wanted = {"profile_id": profile.id, "market_id": profile.market_id, "cell": cell, "at": at}
    session.execute(_SEEN, wanted)


def leave(session: Session, profile_id: UUID, *, by: UUID, at: datetime) -> None:
    """A provider says to leave, and counts as away until they come back; twice does no harm.

    Raises `ProfileUnknown` to everybody else.
    """
    session.execute(_LEFT, {"profile_id": _own(session, profile_id, by).id, "at": at})


def _own(session: Session, profile_id: UUID, by: UUID) -> ProviderProfile:
    profile = providers.get_profile(session, profile_id)
    if profile.user_id != by:
        raise ProviderProfileNotFound
    return profile
