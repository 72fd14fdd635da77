"""A circle of neighbours whose contributions were confirmed, and some who are known by their bookings.

Contributions stand here as they do when all was said about them; how they get there is other tests' story.
"""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import markets
from domain.contributions import (
    AttestationRole,
    AttestationState,
    Contribution,
    ContributionKind,
    ContributionState,
    ContributionVerifier,
)
from domain.contributions.attestations import Attestation
from domain.foundation import ids
from domain.markets import Market
from tests import cast

_NUMBERS = count(1)
_COPY = text("""
    INSERT INTO bookings SELECT (jsonb_populate_record(bookings, jsonb_build_object(
        'id', cast(:id AS text), 'quote_id', cast(:id AS text), 'customer_id', cast(:customer_id AS text),
        'provider_user_id', cast(:provider_id AS text), 'ended_at', cast(:at AS text),
        'books_closed_at', cast(:at AS text)))).*
    FROM bookings WHERE id = :like
""")


def confirmed_contribution(
    session: Session,
    market: Market,
    user_id: UUID,
    confirmers: list[UUID],
    *,
    at: datetime,
    kind: ContributionKind = ContributionKind.GUIDE,
    units: int = 1,
    **more: Any,
) -> Contribution:
    """A contribution that these confirmed at that time; a word of the moment if nothing else is said."""
    state = more.pop("said", AttestationState.CONFIRMED)
    contribution = Contribution(
        id=(new := ids.new()),
        market_id=market.id,
        user_id=user_id,
        kind=kind,
        units_milli=1_000 * units,
        title="Something for all of us",
        evidence_hash=new.bytes * 2,
        draw_id=new,
        policy_version_id=markets.get_policy_at(session, market.id, at).id,
        verifier=ContributionVerifier.QUORUM,
        submitted_at=at,
        checked_at=at,
        verified_at=at,
        verified_units_milli=1_000 * units,
        quality_milli=1_000,
        **{
            "state": ContributionState.VERIFIED,
            "wants_thanks_only": kind is ContributionKind.PATIENCE,
            **more,
        },
    )
    session.add(contribution)
    session.flush()
    for confirmer in confirmers:
        session.add(_attestation(contribution, confirmer, state, at))
    session.flush()
    return contribution


def add_settled_bookings(
    session: Session, like: UUID, customer_id: UUID, provider_ids: list[UUID], *, at: datetime
) -> None:
    """Three settled bookings with these providers in turn, the last at `at` and the first 61 days before."""
    session.execute(text("SET LOCAL session_replication_role = replica"))
    for place in range(3):
        copy = {
            "id": str(ids.new()),
            "customer_id": str(customer_id),
            "provider_id": str(provider_ids[place % len(provider_ids)]),
            "at": (at - timedelta(days=61) * place / 2).isoformat(),
            "like": like,
        }
        session.execute(_COPY, copy)
    session.execute(text("SET LOCAL session_replication_role = origin"))


def create_users(session: Session, how_many: int) -> list[UUID]:
    """People who are known for nothing yet."""
    return [cast.user(session, f"Circle{next(_NUMBERS)}").id for _ in range(how_many)]


def _attestation(
    contribution: Contribution, confirmer: UUID, state: AttestationState, at: datetime
) -> Attestation:
    is_silent = state is AttestationState.CONFIRMED_BY_SILENCE
    return Attestation(
        contribution_id=contribution.id,
        contributor_id=contribution.user_id,
        attester_id=confirmer,
        role=AttestationRole.COUNTERPARTY,
        state=state,
        quality_milli=1_000,
        units_milli=contribution.units_milli,
        assigned_at=at,
        notices=2 if is_silent else 0,
        answered_at=at,
    )
