"""What contributions are worth: every posting explained, traced, taken back with a reason, watched over."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.contribution_valuation import (
    ClawBackAppealAnswerRequest,
    ClawBackAppealRequest,
    ClawBackRequest,
    ClawBackView,
    ContributionPeriodView,
    ContributionSignalView,
    ContributionTraceView,
    PostingExplanationView,
    ReferralCodeView,
    ReferralRequest,
    ReferralView,
    SignalAssessmentRequest,
)
from api.transaction import Router
from domain.contributions import explanations, integrity, referrals, valuation
from domain.contributions.errors import ContributionNotFound
from domain.contributions.explanations.errors import PostingNotFound
from domain.contributions.integrity.errors import SignalAlreadyAssessed, SignalNotFound
from domain.contributions.referrals.errors import ReferralAlreadyUsed, ReferralNotPossible
from domain.contributions.valuation.errors import (
    AutomaticClawBackReason,
    ClawBackNotAppealable,
    ClawBackNotFound,
    DifferentModeratorRequired,
    NoOpenClawBackAppeal,
)
from domain.foundation.ids import ClawBackId, ContributionId, ContributionSignalId, MarketId, PostingId
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.identity import Caller
from domain.ledger.errors import BalanceTooHigh, BalanceTooLow
from domain.markets.errors import MarketNotFound

router = Router(tags=["contributions"])


@router.get("/credits/postings/{posting_id}/explanation", may="credits.explain", errors=[PostingNotFound])
def explain_credit_posting(posting_id: PostingId, session: Session, caller: Caller) -> PostingExplanationView:
    """See why credits moved: event, evidence, policy version, each factor, who confirmed it, corrections."""
    explanation = explanations.explain_posting(session, posting_id, by=caller)
    return PostingExplanationView.model_validate(explanation)


@router.get(
    "/contributions/{contribution_id}/trace", may="contributions.trace", errors=[ContributionNotFound]
)
def trace_contribution(
    contribution_id: ContributionId, session: Session, caller: Caller
) -> ContributionTraceView:
    """See both ways of a contribution: back to what it rests on, forward to what its credits did."""
    trace = explanations.trace_contribution(session, contribution_id, by=caller)
    return ContributionTraceView.of(trace)


@router.get(
    "/markets/{market_id}/contribution-periods",
    may="contributions.read_policy",
    errors=[MarketNotFound, InvalidCursor],
)
def list_contribution_periods(
    market_id: MarketId, session: Session, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[ContributionPeriodView]:
    """See what each closed period had to give and gave, the latest first."""
    page = valuation.list_closed_periods(session, market_id, after=after, limit=limit)
    return PageView(
        items=[ContributionPeriodView.model_validate(row) for row in page.items], next_cursor=page.next_cursor
    )


@router.post(
    "/contributions/{contribution_id}/claw-back",
    may="contributions.claw_back",
    status_code=201,
    errors=[
        BalanceTooHigh,
        BalanceTooLow,
        ContributionNotFound,
        AutomaticClawBackReason,
        TransitionNotAllowed,
    ],
)
def claw_back_contribution(
    contribution_id: ContributionId, body: ClawBackRequest, session: Session, caller: Caller, at: datetime
) -> ClawBackView:
    """Take back what a contribution earned, with a reason that its contributor reads and may appeal."""
    decision = {"reason": body.reason, "statement": body.statement}
    return ClawBackView.model_validate(
        valuation.claw_back(session, contribution_id, by=caller, at=at, **decision)  # type: ignore[arg-type]  # as they came
    )


@router.post(
    "/claw-backs/{claw_back_id}/appeal",
    may="contributions.appeal_claw_back",
    status_code=201,
    errors=[ClawBackNotAppealable, ClawBackNotFound],
)
def appeal_claw_back(
    claw_back_id: ClawBackId, body: ClawBackAppealRequest, session: Session, caller: Caller, at: datetime
) -> ClawBackView:
    """Ask somebody else to look at credits that were taken back from you, within 183 days."""
    appealed = valuation.appeal_claw_back(session, claw_back_id, body.statement, by=caller, at=at)
    return ClawBackView.model_validate(appealed)


@router.post(
    "/claw-backs/{claw_back_id}/appeal-answer",
    may="contributions.claw_back",
    status_code=201,
    errors=[
        BalanceTooHigh,
        BalanceTooLow,
        ClawBackNotFound,
        NoOpenClawBackAppeal,
        DifferentModeratorRequired,
    ],
)
def answer_claw_back_appeal(
    claw_back_id: ClawBackId,
    body: ClawBackAppealAnswerRequest,
    session: Session,
    caller: Caller,
    at: datetime,
) -> ClawBackView:
    """Answer an appeal, as a moderator who did not take the credits back; a granted one restores them."""
    answered = valuation.answer_claw_back_appeal(
        session, claw_back_id, body.outcome, statement=body.statement, by=caller, at=at
    )
    return ClawBackView.model_validate(answered)


@router.post(
    "/markets/{market_id}/referral-code", may="referrals.invite", status_code=201, errors=[MarketNotFound]
)
def get_referral_code(
    market_id: MarketId, session: Session, caller: Caller, at: datetime
) -> ReferralCodeView:
    """Get your code of a market to hand on; it is the same every time."""
    return ReferralCodeView.model_validate(referrals.get_referral_code(session, market_id, by=caller, at=at))


@router.post(
    "/referrals",
    may="referrals.use",
    status_code=201,
    errors=[ReferralAlreadyUsed, ReferralNotPossible],
)
def use_referral_code(body: ReferralRequest, session: Session, caller: Caller, at: datetime) -> ReferralView:
    """Say by whose code you came, before you book anything."""
    return ReferralView.model_validate(referrals.use_referral_code(session, body.code, by=caller, at=at))


@router.get("/me/referrals", may="referrals.invite", errors=[InvalidCursor])
def list_my_referrals(
    session: Session, caller: Caller, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[ReferralView]:
    """See whom you brought and what came of it, the latest first."""
    page = referrals.list_user_referrals(session, by=caller, after=after, limit=limit)
    items = [ReferralView.model_validate(row) for row in page.items]
    return PageView(items=items, next_cursor=page.next_cursor)


@router.get(
    "/markets/{market_id}/contribution-signals",
    may="contributions.read_signals",
    errors=[InvalidCursor, SignalNotFound],
)
def list_contribution_signals(
    market_id: MarketId,
    session: Session,
    caller: Caller,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[ContributionSignalView]:
    """See what was noticed in your market and nobody has looked at yet, with why."""
    page = integrity.list_open_signals(session, market_id, by=caller, after=after, limit=limit)
    items = [ContributionSignalView.model_validate(row) for row in page.items]
    return PageView(items=items, next_cursor=page.next_cursor)


@router.post(
    "/contribution-signals/{signal_id}/assessment",
    may="contributions.read_signals",
    status_code=201,
    errors=[SignalAlreadyAssessed, SignalNotFound],
)
def assess_contribution_signal(
    signal_id: ContributionSignalId,
    body: SignalAssessmentRequest,
    session: Session,
    caller: Caller,
    at: datetime,
) -> ContributionSignalView:
    """Say what you made of a signal. What follows, if anything, is another decision with its own reasons."""
    signal = integrity.assess_signal(session, signal_id, body.outcome, note=body.note, by=caller, at=at)
    return ContributionSignalView.model_validate(signal)
