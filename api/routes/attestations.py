"""Attestations: who is asked says whether a contribution happened; moderators where nobody else can."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.attestations import AttestationView, VerdictBody
from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.contributions import ContributionView
from api.transaction import Router
from domain import contributions
from domain.contributions.errors import (
    AttestationNotFound,
    AttestationUnfit,
    ContributionNotFound,
    InvolvedAlready,
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
def list_own_attestations(
    session: Session, caller: Caller, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[AttestationView]:
    """See what you were asked, the latest first."""
    page = contributions.own_attestations(session, caller.user_id, after=after, limit=limit)
    return PageView(
        items=[AttestationView.model_validate(asked) for asked in page.items], next_cursor=page.next_cursor
    )


@router.get("/attestations/{attestation_id}", may="attestations.answer", errors=[AttestationNotFound])
def read_attestation(attestation_id: AttestationId, session: Session, caller: Caller) -> AttestationView:
    """See what you were asked."""
    return AttestationView.model_validate(contributions.asked_of(session, attestation_id, by=caller))


@router.put(
    "/attestations/{attestation_id}/answer",
    may="attestations.answer",
    errors=[
        AttestationNotFound,
        AttestationUnfit,
        BalanceTooHigh,
        BalanceTooLow,
        InvolvedAlready,
        TransitionNotAllowed,
    ],
)
def answer_attestation(
    attestation_id: AttestationId, body: VerdictBody, session: Session, caller: Caller, at: datetime
) -> AttestationView:
    """Confirm, reject, or leave it to somebody else, which costs you nothing."""
    answered = contributions.attest(session, attestation_id, body.said(), by=caller, at=at)
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
    page = contributions.waiting_for_moderators(session, market_id, by=caller, after=after, limit=limit)
    return PageView(items=[ContributionView.of(one) for one in page.items], next_cursor=page.next_cursor)


@router.post(
    "/contributions/{contribution_id}/verification",
    may="contributions.moderate",
    status_code=201,
    errors=[
        AttestationUnfit,
        BalanceTooHigh,
        BalanceTooLow,
        ContributionNotFound,
        InvolvedAlready,
        TransitionNotAllowed,
    ],
)
def verify_contribution(
    contribution_id: ContributionId, body: VerdictBody, session: Session, caller: Caller, at: datetime
) -> ContributionView:
    """Say whether it happened, as a moderator who has nothing to do with it, where one is waited for."""
    return ContributionView.of(contributions.verify(session, contribution_id, body.said(), by=caller, at=at))


@router.post(
    "/contributions/{contribution_id}/appeal-answer",
    may="contributions.moderate",
    status_code=201,
    errors=[
        AttestationUnfit,
        BalanceTooHigh,
        BalanceTooLow,
        ContributionNotFound,
        InvolvedAlready,
        TransitionNotAllowed,
    ],
)
def answer_contribution_appeal(
    contribution_id: ContributionId, body: VerdictBody, session: Session, caller: Caller, at: datetime
) -> ContributionView:
    """Answer an appeal, as a moderator who was not involved: it is confirmed, or rejected for good."""
    return ContributionView.of(
        contributions.answer_appeal(session, contribution_id, body.said(), by=caller, at=at)
    )
