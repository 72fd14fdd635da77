"""Standing of a whole market, computed from its confirmed contributions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.contributions.standing_inputs.confirmation_graph import load_confirmation_graph
from domain.standing import StandingComputation, compute_standing

_MARKETS = text("SELECT DISTINCT market_id FROM contributions ORDER BY market_id")


def markets_with_contributions(session: Session) -> list[UUID]:
    """Where anybody ever gave anything."""
    return list(session.scalars(_MARKETS))


def compute_market_standing(session: Session, market_id: UUID, *, at: datetime) -> StandingComputation:
    """Everybody's standing in a market at an instant. Writes nothing."""
    return compute_standing(market_id, load_confirmation_graph(session, market_id, at=at), at=at)
