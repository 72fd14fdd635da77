"""Looking at contributions: who may see one, and who may see what shows it.

What a contributor told about themselves as evidence is for them, for who is asked, and for the market's
moderators: information that was given voluntarily reaches no price, no search and no reminder to pay.
"""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from domain import markets
from domain.contributions import queries
from domain.contributions.errors import AttestationNotFound, ContributionNotFound
from domain.contributions.models import Attestation, Contribution
from domain.foundation.errors import Forbidden
from domain.foundation.paging import Page
from domain.identity import Caller


def get_contribution(session: Session, contribution_id: UUID, *, by: Caller) -> Contribution:
    """A contribution, for its contributor, who is asked about it, and moderators.

    Raises `ContributionNotFound` to everybody else.
    """
    contribution = queries.get_contribution(session, contribution_id)
    may = by.user_id == contribution.user_id or by.is_moderator(contribution.market_id)
    if not may and not queries.is_attester(session, contribution.id, by.user_id):
        raise ContributionNotFound
    return contribution


def get_evidence(session: Session, contribution_id: UUID, *, by: Caller) -> dict[str, Any] | None:
    """What shows a contribution, for the same people; nothing where it was erased."""
    return queries.get_evidence_document(session, get_contribution(session, contribution_id, by=by).id)


def get_attestation(session: Session, attestation_id: UUID, *, by: Caller) -> Attestation:
    """What one was asked. Raises `AttestationNotFound` to everybody else."""
    attestation = queries.get_attestation(session, attestation_id)
    if attestation.attester_id != by.user_id:
        raise AttestationNotFound
    return attestation


def list_user_contributions(
    session: Session, user_id: UUID, *, after: str | None, limit: int
) -> Page[Contribution]:
    """What somebody claimed, the latest first: for them alone."""
    return queries.list_user_contributions(session, user_id, after=after, limit=limit)


def list_user_attestations(
    session: Session, user_id: UUID, *, after: str | None, limit: int
) -> Page[Attestation]:
    """What somebody was asked, the latest first: for them alone."""
    return queries.list_user_attestations(session, user_id, after=after, limit=limit)


def list_contributions_to_decide(
    session: Session, market_id: UUID, *, by: Caller, after: str | None, limit: int
) -> Page[Contribution]:
    """What a market's moderators are asked to decide, the longest waiting first.

    Raises `MarketUnknown`, and `Forbidden` to moderators of elsewhere.
    """
    market = markets.get_market(session, market_id)
    if not by.is_moderator(market.id):
        raise Forbidden("Only a moderator of this market may.", permission="contributions.moderate")
    return queries.list_contributions_to_decide(session, market.id, after=after, limit=limit)
