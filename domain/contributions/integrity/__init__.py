"""Integrity: signals of self-dealing, bursts and related accounts, for moderators to assess."""

from domain.contributions.integrity.kinds import ContributionSignalKind, ContributionSignalOutcome
from domain.contributions.integrity.models import ContributionSignal
from domain.contributions.integrity.scan import assess_signal, list_open_signals, scan_market

__all__ = [
    "ContributionSignal",
    "ContributionSignalKind",
    "ContributionSignalOutcome",
    "assess_signal",
    "list_open_signals",
    "scan_market",
]
