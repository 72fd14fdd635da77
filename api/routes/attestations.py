"""Attestations: who is asked says whether a contribution happened; moderators where nobody else can."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.attestations import AttestationAnswerRequest, AttestationView
from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.contributions import ContributionView
from api.transaction import Router
from domain import contributions
from domain.contributions import attestations
from domain.contributions.errors import (
    AttestationNotFound,
    ContributionNotFound,
    InvalidAttestation,
    NotIndependent,
)
from domain.foundation.errors import Forbidden
from domain.foundation.ids import AttestationId, ContributionId, MarketId
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.identity import Caller
from domain.ledger.errors import BalanceTooHigh, BalanceTooLow
from domain.markets.errors import MarketNotFound

router = Router(tags=["attestations"])


@router.get("/me/attestations", may="attestations.answer", errors=[InvalidCursor])
def list_my_attestations(
    session: Session, caller: Caller, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[AttestationView]:
    """See what you were asked, the latest first."""
    page = attestations.list_user_attestations(session, caller.user_id, after=after, limit=limit)
    return PageView(
        items=[AttestationView.model_validate(attestation) for attestation in page.items],
        next_cursor=page.next_cursor,
    )


@router.get("/attestations/{attestation_id}", may="attestations.answer", errors=[AttestationNotFound])
def read_attestation(attestation_id: AttestationId, session: Session, caller: Caller) -> AttestationView:
    """See what you were asked."""
    return AttestationView.model_validate(attestations.get_attestation(session, attestation_id, by=caller))


@router.put(
    "/attestations/{attestation_id}/answer",
    may="attestations.answer",
    errors=[
        AttestationNotFound,
        InvalidAttestation,
        BalanceTooHigh,
        BalanceTooLow,
        NotIndependent,
        TransitionNotAllowed,
    ],
)
def answer_attestation(
    attestation_id: AttestationId,
    body: AttestationAnswerRequest,
    session: Session,
    caller: Caller,
    at: datetime,
) -> AttestationView:
    """Confirm, reject, or leave it to somebody else, which costs you nothing."""
    answered = attestations.attest(session, attestation_id, body.answer(), by=caller, at=at)
    return AttestationView.model_validate(answered)


@router.get(
    "/markets/{market_id}/contributions-to-decide",
    may="contributions.moderate",
    errors=[InvalidCursor, Forbidden, MarketNotFound],
)
def list_contributions_to_decide(
    market_id: MarketId,
    session: Session,
    caller: Caller,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[ContributionView]:
    """See what waits for a moderator, appeals among it, the longest waiting first."""
    page = contributions.list_contributions_to_decide(session, market_id, by=caller, after=after, limit=limit)
    return PageView(
        items=[ContributionView.of(contribution) for contribution in page.items], next_cursor=page.next_cursor
    )


@router.post(
    "/contributions/{contribution_id}/verification",
    may="contributions.moderate",
    status_code=201,
    errors=[
        InvalidAttestation,
        BalanceTooHigh,
        BalanceTooLow,
        ContributionNotFound,
        NotIndependent,
        TransitionNotAllowed,
    ],
)
def verify_contribution(
    contribution_id: ContributionId,
    body: AttestationAnswerRequest,
    session: Session,
    caller: Caller,
    at: datetime,
) -> ContributionView:
    """Say whether it happened, as a moderator who has nothing to do with it, where one is waited for."""
    return ContributionView.of(
        attestations.verify_as_moderator(session, contribution_id, body.answer(), by=caller, at=at)
    )


@router.post(
    "/contributions/{contribution_id}/appeal-answer",
    may="contributions.moderate",
    status_code=201,
    errors=[
        InvalidAttestation,
        BalanceTooHigh,
        BalanceTooLow,
        ContributionNotFound,
        NotIndependent,
        TransitionNotAllowed,
    ],
)
def answer_contribution_appeal(
    contribution_id: ContributionId,
    body: AttestationAnswerRequest,
    session: Session,
    caller: Caller,
    at: datetime,
) -> ContributionView:
    """Answer an appeal, as a moderator who was not involved: it is confirmed, or rejected for good."""
    return ContributionView.of(
        attestations.answer_appeal(session, contribution_id, body.answer(), by=caller, at=at)
    )
