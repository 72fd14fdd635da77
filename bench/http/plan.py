"""How much is measured, and against which goals."""

from dataclasses import dataclass
from typing import Final

KINDS: Final = ("search", "slots", "quote", "book")
CPU_GOALS: Final = {"search": 2.5, "slots": 2.5, "quote": 3.0, "book": 3.0}  # times the bare driver's
TAIL_GOAL: Final = 5.0  # p99 over p50 at half of saturation


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """So many offers, rounds, requests of each kind in a round, server processes and clients.

    `seconds_at_half` is how long each kind is asked at half the rate that it can be answered at. `warm_up`
    requests of each kind come before the first round: caches, prepared statements, connections.
    """

    offers: int = 10_000
    rounds: int = 5
    requests: int = 400
    seconds_at_half: float = 6.0
    processes: int = 2
    clients: int = 8
    warm_up: int = 48

    @property
    def in_rounds(self) -> int:
        """Requests of one kind that are sent to each server in all rounds and before them."""
        return self.warm_up + self.rounds * self.requests

    @property
    def at_half(self) -> int:
        """The most requests of one kind that are sent at half of saturation."""
        return 2 * self.requests


FULL: Final = Plan()
QUICK: Final = Plan(rounds=3, requests=120, seconds_at_half=2.0)
