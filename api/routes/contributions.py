"""Contributions: claimed after the fact, taken back freely, appealed; and what a market gives for them."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.contributions import (
    AppealRequest,
    ContributionClaim,
    ContributionView,
    EvidenceView,
    PublishedContributions,
)
from api.transaction import Router
from domain import contributions, markets
from domain.contributions.errors import (
    AppealOver,
    CallNotFound,
    CommitmentNotFound,
    ContributionLimit,
    ContributionNotFound,
    EvidenceIncomplete,
    EvidenceKnown,
    KindNotTaken,
    NotCorrectable,
    ReferredAlready,
    SubjectClaimed,
    SubjectUnfit,
    UnitsUnfit,
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
def read_contribution_policy(market_id: MarketId, session: Session, at: datetime) -> PublishedContributions:
    """See what a market gives for which contribution in which segment, and who confirms it."""
    market = markets.get_market(session, market_id)
    version = markets.get_policy_at(session, market.id, at)
    rules = contributions.policy_of(version)
    return PublishedContributions.of(market.id, version.id, market.currency, rules)


@router.post(
    "/contributions",
    may="contributions.submit",
    status_code=201,
    errors=[
        CallNotFound,
        CommitmentNotFound,
        ContributionLimit,
        ContributionNotFound,
        EvidenceIncomplete,
        EvidenceKnown,
        KindNotTaken,
        MarketNotFound,
        NotCorrectable,
        TransitionNotAllowed,
        PolicyNotFound,
        ReferredAlready,
        SubjectClaimed,
        SubjectUnfit,
        UnitsUnfit,
    ],
)
def submit_contribution(
    body: ContributionClaim, session: Session, caller: Caller, at: datetime
) -> ContributionView:
    """Say what you gave, after the fact, with or without a call. Others are asked; you choose nobody."""
    return ContributionView.of(contributions.submit(session, body.claim(), by=caller, at=at))


@router.get("/me/contributions", may="contributions.submit", errors=[InvalidCursor])
def list_own_contributions(
    session: Session, caller: Caller, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[ContributionView]:
    """See what you gave and what became of it, the latest first."""
    page = contributions.own_contributions(session, caller.user_id, after=after, limit=limit)
    return PageView(items=[ContributionView.of(one) for one in page.items], next_cursor=page.next_cursor)


@router.get("/contributions/{contribution_id}", may="contributions.read", errors=[ContributionNotFound])
def read_contribution(contribution_id: ContributionId, session: Session, caller: Caller) -> ContributionView:
    """See a contribution: yours, one you are asked about, or one of the market you moderate."""
    return ContributionView.of(contributions.seen(session, contribution_id, by=caller))


@router.get(
    "/contributions/{contribution_id}/evidence", may="contributions.read", errors=[ContributionNotFound]
)
def read_evidence(contribution_id: ContributionId, session: Session, caller: Caller) -> EvidenceView:
    """See what shows a contribution. Nobody else can, and nothing of it reaches prices or search."""
    found = contributions.evidence_of(session, contribution_id, by=caller)
    return EvidenceView.model_validate({"evidence": found})


@router.delete(
    "/contributions/{contribution_id}",
    may="contributions.withdraw",
    errors=[ContributionNotFound, TransitionNotAllowed],
)
def withdraw_contribution(
    contribution_id: ContributionId, session: Session, caller: Caller, at: datetime
) -> ContributionView:
    """Take back what is not confirmed yet, for no reason and without any consequence."""
    return ContributionView.of(contributions.withdraw(session, contribution_id, by=caller, at=at))


@router.post(
    "/contributions/{contribution_id}/appeal",
    may="contributions.appeal",
    status_code=201,
    errors=[AppealOver, ContributionNotFound, TransitionNotAllowed],
)
def appeal_rejection(
    contribution_id: ContributionId, body: AppealRequest, session: Session, caller: Caller, at: datetime
) -> ContributionView:
    """Ask a moderator who was not involved to look at a rejection again, within 183 days."""
    appealed = contributions.appeal(session, contribution_id, body.statement, by=caller, at=at)
    return ContributionView.of(appealed)
