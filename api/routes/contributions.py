"""Contributions: claimed after the fact, taken back freely, appealed; and what a market gives for them."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.contributions import (
    ContributionPolicyView,
    ContributionRequest,
    ContributionView,
    EvidenceView,
    RejectionAppealRequest,
)
from api.transaction import Router
from domain import contributions, markets
from domain.contributions import attestations, claims
from domain.contributions.errors import (
    AppealPeriodOver,
    CallNotFound,
    CommitmentNotFound,
    ContributionLimitReached,
    ContributionNotFound,
    DuplicateEvidence,
    EvidenceIncomplete,
    InvalidSubject,
    InvalidUnits,
    KindNotAccepted,
    NotCorrectable,
    SubjectAlreadyClaimed,
    UserAlreadyReferred,
)
from domain.foundation.ids import ContributionId, MarketId
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.identity import Caller
from domain.markets.errors import MarketNotFound, PolicyNotFound

router = Router(tags=["contributions"])


@router.get(
    "/markets/{market_id}/contributions",
    may="contributions.read_policy",
    errors=[MarketNotFound, PolicyNotFound],
)
def read_contribution_policy(market_id: MarketId, session: Session, at: datetime) -> ContributionPolicyView:
    """See what a market gives for which contribution in which segment, and who confirms it."""
    market = markets.get_market(session, market_id)
    version = markets.get_policy_at(session, market.id, at)
    rules = contributions.policy_of_version(version)
    return ContributionPolicyView.of(market.id, version.id, market.currency, rules)


@router.post(
    "/contributions",
    may="contributions.submit",
    status_code=201,
    errors=[
        CallNotFound,
        CommitmentNotFound,
        ContributionLimitReached,
        ContributionNotFound,
        EvidenceIncomplete,
        DuplicateEvidence,
        KindNotAccepted,
        MarketNotFound,
        NotCorrectable,
        TransitionNotAllowed,
        PolicyNotFound,
        UserAlreadyReferred,
        SubjectAlreadyClaimed,
        InvalidSubject,
        InvalidUnits,
    ],
)
def submit_contribution(
    body: ContributionRequest, session: Session, caller: Caller, at: datetime
) -> ContributionView:
    """Say what you gave, after the fact, with or without a call. Others are asked; you choose nobody."""
    return ContributionView.of(claims.submit(session, body.claim(), by=caller, at=at))


@router.get("/me/contributions", may="contributions.submit", errors=[InvalidCursor])
def list_my_contributions(
    session: Session, caller: Caller, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[ContributionView]:
    """See what you gave and what became of it, the latest first."""
    page = contributions.list_user_contributions(session, caller.user_id, after=after, limit=limit)
    return PageView(
        items=[ContributionView.of(contribution) for contribution in page.items], next_cursor=page.next_cursor
    )


@router.get("/contributions/{contribution_id}", may="contributions.read", errors=[ContributionNotFound])
def read_contribution(contribution_id: ContributionId, session: Session, caller: Caller) -> ContributionView:
    """See a contribution: yours, one you are asked about, or one of the market you moderate."""
    return ContributionView.of(contributions.get_contribution(session, contribution_id, by=caller))


@router.get(
    "/contributions/{contribution_id}/evidence", may="contributions.read", errors=[ContributionNotFound]
)
def read_evidence(contribution_id: ContributionId, session: Session, caller: Caller) -> EvidenceView:
    """See what shows a contribution. Nobody else can, and nothing of it reaches prices or search."""
    evidence = contributions.get_evidence(session, contribution_id, by=caller)
    return EvidenceView.model_validate({"evidence": evidence})


@router.delete(
    "/contributions/{contribution_id}",
    may="contributions.withdraw",
    errors=[ContributionNotFound, TransitionNotAllowed],
)
def withdraw_contribution(
    contribution_id: ContributionId, session: Session, caller: Caller, at: datetime
) -> ContributionView:
    """Take back what is not confirmed yet, for no reason and without any consequence."""
    return ContributionView.of(claims.withdraw(session, contribution_id, by=caller, at=at))


@router.post(
    "/contributions/{contribution_id}/appeal",
    may="contributions.appeal",
    status_code=201,
    errors=[AppealPeriodOver, ContributionNotFound, TransitionNotAllowed],
)
def appeal_rejection(
    contribution_id: ContributionId,
    body: RejectionAppealRequest,
    session: Session,
    caller: Caller,
    at: datetime,
) -> ContributionView:
    """Ask a moderator who was not involved to look at a rejection again, within 183 days."""
    appealed = attestations.appeal_rejection(session, contribution_id, body.statement, by=caller, at=at)
    return ContributionView.of(appealed)
