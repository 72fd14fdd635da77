"""Endpoints of the transitions of a provider profile, each with its actor and reason."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from api.schemas.identity import StatementOfReasonsRequest
from api.schemas.providers import ApplicationView
from api.transaction import Router
from domain import providers
from domain.foundation.ids import ProviderProfileId
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.identity import Caller
from domain.providers import ProviderTransition
from domain.providers.errors import ProviderProfileNotFound

router = Router(tags=["providers"])


@router.post(
    "/provider-profiles/{profile_id}/review",
    may="providers.review",
    errors=[TransitionNotAllowed, ProviderProfileNotFound],
)
def review_application(
    profile_id: ProviderProfileId,
    body: StatementOfReasonsRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> ApplicationView:
    """Begin the review of an application. It cannot be changed during the review."""
    return _apply_transition(
        session, profile_id, ProviderTransition.REVIEW, body, caller=caller, if_match=if_match, at=at
    )


@router.post(
    "/provider-profiles/{profile_id}/change-request",
    may="providers.review",
    errors=[TransitionNotAllowed, ProviderProfileNotFound],
)
def request_changes(
    profile_id: ProviderProfileId,
    body: StatementOfReasonsRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> ApplicationView:
    """Request changes from the applicant; the reason says which."""
    return _apply_transition(
        session, profile_id, ProviderTransition.REQUEST_CHANGES, body, caller=caller, if_match=if_match, at=at
    )


@router.post(
    "/provider-profiles/{profile_id}/resubmission",
    may="providers.change",
    errors=[TransitionNotAllowed, ProviderProfileNotFound],
)
def resubmit_application(
    profile_id: ProviderProfileId,
    body: StatementOfReasonsRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> ApplicationView:
    """Submit your application again after you made the requested changes."""
    return _apply_transition(
        session, profile_id, ProviderTransition.RESUBMIT, body, caller=caller, if_match=if_match, at=at
    )


@router.post(
    "/provider-profiles/{profile_id}/approval",
    may="providers.review",
    errors=[TransitionNotAllowed, ProviderProfileNotFound],
)
def approve_application(
    profile_id: ProviderProfileId,
    body: StatementOfReasonsRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> ApplicationView:
    """Approve an application. Its provider may then publish offers and be booked."""
    return _apply_transition(
        session, profile_id, ProviderTransition.APPROVE, body, caller=caller, if_match=if_match, at=at
    )


@router.post(
    "/provider-profiles/{profile_id}/suspension",
    may="providers.review",
    errors=[TransitionNotAllowed, ProviderProfileNotFound],
)
def suspend_provider(
    profile_id: ProviderProfileId,
    body: StatementOfReasonsRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> ApplicationView:
    """Suspend a provider: their offers are hidden and cannot be booked.

    Open requests end at once, confirmed bookings continue, and earnings are held until the suspension ends.
    """
    return _apply_transition(
        session, profile_id, ProviderTransition.SUSPEND, body, caller=caller, if_match=if_match, at=at
    )


@router.post(
    "/provider-profiles/{profile_id}/reinstatement",
    may="providers.review",
    errors=[TransitionNotAllowed, ProviderProfileNotFound],
)
def reinstate_provider(
    profile_id: ProviderProfileId,
    body: StatementOfReasonsRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> ApplicationView:
    """End a suspension. The provider's offers are visible and can be booked again."""
    return _apply_transition(
        session, profile_id, ProviderTransition.REINSTATE, body, caller=caller, if_match=if_match, at=at
    )


@router.post(
    "/provider-profiles/{profile_id}/closure",
    may="providers.close",
    errors=[TransitionNotAllowed, ProviderProfileNotFound],
)
def close_profile(
    profile_id: ProviderProfileId,
    body: StatementOfReasonsRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> ApplicationView:
    """Close a profile permanently: your own, or one in a market you operate. Existing bookings continue."""
    return _apply_transition(
        session, profile_id, ProviderTransition.CLOSE, body, caller=caller, if_match=if_match, at=at
    )


def _apply_transition(
    session: Session,
    profile_id: UUID,
    transition: ProviderTransition,
    statement: StatementOfReasonsRequest,
    *,
    caller: Caller,
    if_match: int | None,
    at: datetime,
) -> ApplicationView:
    profile = providers.apply_transition(
        session,
        profile_id,
        transition,
        by=caller,
        reason_code=statement.reason_code,
        reason=statement.reason,
        if_match=if_match,
        at=at,
    )
    return ApplicationView.of(profile)
