"""Changes of an agreed booking: proposals between the parties, and price reductions."""

from domain.bookings.changes.price_drops import apply_price_drop
from domain.bookings.changes.proposals import (
    ProposedChange,
    accept_proposal,
    decline_proposal,
    propose_change,
    withdraw_proposal,
)
from domain.bookings.clock_actions import expire_due_proposal
from domain.bookings.kinds import ProposalKind, ProposalState
from domain.bookings.lifecycle import PROPOSALS
from domain.bookings.models import Proposal
from domain.bookings.queries import ProposalRow, bookings_with_due_proposal

__all__ = [
    "PROPOSALS",
    "Proposal",
    "ProposalKind",
    "ProposalRow",
    "ProposalState",
    "ProposedChange",
    "accept_proposal",
    "apply_price_drop",
    "bookings_with_due_proposal",
    "decline_proposal",
    "expire_due_proposal",
    "propose_change",
    "withdraw_proposal",
]
