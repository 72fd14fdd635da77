"""What every part says of itself: what it was given, with which seeds, and how long it took."""

import sys
import time

from rich.console import Console

from bench.ratings.history import History


def console() -> Console:
    """As wide as the terminal, or 120 columns where there is none."""
    return Console(width=None if sys.stdout.isatty() else 120, highlight=False)


def opening(history: History) -> str:
    """The data in one sentence."""
    edges = history.edges
    days = float(edges.day[-1] - edges.day[0])
    return (
        f"Data {history.digest}: {len(edges):,} ratings from {history.lowest:g} to {history.highest:g} of "
        f"{len(history.names):,} people over {days:,.0f} days, {(edges.x < 0.5).mean():.1%} of them negative."
    )


def closing(began: float, seeds: str) -> str:
    """Seeds and wall time."""
    return f"Seeds: {seeds}. {time.perf_counter() - began:.1f} s of wall time."
