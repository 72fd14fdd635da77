"""Where providers say to be, for as long as they say so."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.presence import PresenceRequest
from api.transaction import Router
from domain import surge
from domain.foundation.ids import ProviderProfileId
from domain.identity import Caller
from domain.providers.errors import CapabilityMissing, ProviderProfileNotFound

router = Router(tags=["providers"])


@router.put(
    "/provider-profiles/{profile_id}/presence",
    may="presence.update",
    status_code=204,
    errors=[CapabilityMissing, ProviderProfileNotFound],
)
def be_present(
    profile_id: ProviderProfileId, body: PresenceRequest, session: Session, caller: Caller, at: datetime
) -> None:
    """Say roughly where you are, so that you count as near for those who ask there. It holds for ten minutes.

    Only the neighbourhood is kept, a cell about two kilometres wide, and no earlier place.
    """
    surge.be_present(
        session, profile_id, latitude=body.latitude, longitude=body.longitude, by=caller.user_id, at=at
    )


@router.delete(
    "/provider-profiles/{profile_id}/presence",
    may="presence.update",
    status_code=204,
    errors=[ProviderProfileNotFound],
)
def leave(profile_id: ProviderProfileId, session: Session, caller: Caller, at: datetime) -> None:
    """Say that you left. You count as away until you come back, for half a day at most."""
    surge.leave(session, profile_id, by=caller.user_id, at=at)
