"""Looking at contributions: who may see one, and who may see what shows it.

What a contributor told about themselves as evidence is for them, for who is asked, and for the market's
moderators: information that was given voluntarily reaches no price, no search and no reminder to pay.
"""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from domain import markets
from domain.contributions import queries
from domain.contributions.attestation_models import Attestation
from domain.contributions.errors import AttestationNotFound, ContributionNotFound
from domain.contributions.models import Contribution
from domain.foundation.errors import Forbidden
from domain.foundation.paging import Page
from domain.identity import Caller


def seen(session: Session, contribution_id: UUID, *, by: Caller) -> Contribution:
    """A contribution, for its contributor, who is asked about it, and moderators.

    Raises `ContributionNotFound` to everybody else.
    """
    given = queries.contribution(session, contribution_id)
    may = by.user_id == given.user_id or by.is_moderator(given.market_id)
    if not may and not queries.is_attester(session, given.id, by.user_id):
        raise ContributionNotFound
    return given


def evidence_of(session: Session, contribution_id: UUID, *, by: Caller) -> dict[str, Any] | None:
    """What shows a contribution, for the same people; nothing where it was erased."""
    return queries.evidence(session, seen(session, contribution_id, by=by).id)


def asked_of(session: Session, attestation_id: UUID, *, by: Caller) -> Attestation:
    """What one was asked. Raises `AttestationNotFound` to everybody else."""
    asked = queries.attestation(session, attestation_id)
    if asked.attester_id != by.user_id:
        raise AttestationNotFound
    return asked


def own_contributions(
    session: Session, user_id: UUID, *, after: str | None, limit: int
) -> Page[Contribution]:
    """What somebody claimed, the latest first: for them alone."""
    return queries.page_of_person(session, user_id, after=after, limit=limit)


def own_attestations(session: Session, user_id: UUID, *, after: str | None, limit: int) -> Page[Attestation]:
    """What somebody was asked, the latest first: for them alone."""
    return queries.page_of_attester(session, user_id, after=after, limit=limit)


def waiting_for_moderators(
    session: Session, market_id: UUID, *, by: Caller, after: str | None, limit: int
) -> Page[Contribution]:
    """What a market's moderators are asked to decide, the longest waiting first.

    Raises `MarketUnknown`, and `Forbidden` to moderators of elsewhere.
    """
    market = markets.get_market(session, market_id)
    if not by.is_moderator(market.id):
        raise Forbidden("Only a moderator of this market may.", permission="contributions.moderate")
    return queries.page_for_moderators(session, market.id, after=after, limit=limit)
