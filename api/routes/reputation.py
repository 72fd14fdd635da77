"""What reviews add up to, how that is counted, and a signed summary to take along."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.reputation import (
    ExportVerification,
    ExportView,
    MethodologyView,
    ReputationView,
    TierPreviewView,
    VerificationView,
)
from api.transaction import Router
from domain import ratings
from domain.foundation.ids import ProviderProfileId, UserId
from domain.identity import Caller
from domain.providers.errors import ProviderProfileNotFound

router = Router(tags=["reviews"])


@router.get(
    "/provider-profiles/{profile_id}/reputation", may="reputation.read", errors=[ProviderProfileNotFound]
)
def read_provider_reputation(profile_id: ProviderProfileId, session: Session, at: datetime) -> ReputationView:
    """See what a provider's reviews add up to, with all that a reader needs to count it again."""
    return ReputationView.of(ratings.of_provider(session, profile_id, at=at))


@router.get(
    "/provider-profiles/{profile_id}/tier-preview",
    may="reputation.preview_tier",
    errors=[ProviderProfileNotFound],
)
def preview_tier(
    profile_id: ProviderProfileId, session: Session, caller: Caller, at: datetime
) -> TierPreviewView:
    """See what tier your last year amounts to, all that decides it, and what would change it."""
    return TierPreviewView.of(ratings.preview(session, profile_id, by=caller, at=at))


@router.get("/users/{user_id}/reputation", may="reputation.read_customers")
def read_customer_reputation(user_id: UserId, session: Session, at: datetime) -> ReputationView:
    """See what providers' reviews of somebody as their customer add up to."""
    return ReputationView.of(ratings.of_customer(session, user_id, at=at))


@router.get("/reviews/methodology", may="reputation.read")
def read_review_methodology() -> MethodologyView:
    """See how reviews are verified, counted, ranked and removed."""
    return MethodologyView.model_validate(ratings.METHODOLOGY)


@router.get("/me/reputation/export", may="reputation.export")
def export_my_reputation(session: Session, caller: Caller, at: datetime) -> ExportView:
    """Take a summary of your reputation along, signed by us."""
    return ExportView.model_validate(ratings.export(session, by=caller, at=at))


@router.post("/reputation-verifications", may="reputation.read")
def verify_reputation_export(body: ExportVerification) -> VerificationView:
    """Have a summary verified that somebody handed you."""
    return VerificationView(is_ours=ratings.is_ours(body.document, body.signature))
