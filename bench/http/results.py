"""What was measured, and what it comes to."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.http.plan import Plan
from bench.http.servers import Cost

_TICK_MS = 10.0  # of the clock by which the kernel counts what a process used


@dataclass(frozen=True, slots=True)
class Measured:
    """One turn: so many requests of a kind, answered by one of the three."""

    kind: str
    who: str
    round: int
    requests: int
    failures: int
    requests_a_second: float
    app_cpu_ms: float
    database_cpu_ms: float
    p50_ms: float
    p99_ms: float
    generator_load: float

    @property
    def cpu_ms(self) -> float:
        """CPU of the server and its database connections for one request, in milliseconds."""
        return self.app_cpu_ms + self.database_cpu_ms

    @classmethod
    def of(cls, kind: str, who: str, number: int, cost: Cost) -> "Measured":
        """What a turn's cost is for one request."""
        count = max(1, len(cost.latencies))
        return cls(
            kind=kind,
            who=who,
            round=number,
            requests=len(cost.latencies),
            failures=cost.failures,
            requests_a_second=len(cost.latencies) / cost.seconds,
            app_cpu_ms=cost.app_cpu / count * 1_000,
            database_cpu_ms=cost.database_cpu / count * 1_000,
            p50_ms=quantile(cost.latencies, 0.50),
            p99_ms=quantile(cost.latencies, 0.99),
            generator_load=cost.generator_cpu / cost.seconds,
        )


@dataclass(frozen=True, slots=True)
class Half:
    """One kind at half of the rate at which we can answer it."""

    kind: str
    requests_a_second: float
    requests: int
    failures: int
    p50_ms: float
    p99_ms: float

    @property
    def tail(self) -> float:
        """p99 over p50."""
        return self.p99_ms / self.p50_ms if self.p50_ms else 0.0


@dataclass(frozen=True, slots=True)
class Results:
    """Everything a page found out. `statements` are those of one request of each kind, in order.

    `same_rows`: the baseline's database held as many rows of everything as ours after the rounds.
    """

    machine: dict[str, Any]
    plan: Plan
    measured: list[Measured]
    halves: list[Half]
    statements: dict[str, list[str]]
    same_rows: bool

    def of(self, kind: str, who: str) -> list[Measured]:
        """The turns of one of the three at one kind."""
        return [each for each in self.measured if (each.kind, each.who) == (kind, who)]

    def median(self, kind: str, who: str, figure: str) -> float:
        """The median of a figure over the rounds."""
        return float(median(getattr(each, figure) for each in self.of(kind, who)))

    def ratio(self, kind: str, who: str, beside: str) -> float:
        """How many times the CPU of the baseline a request costs: the median of the rounds' ratios."""
        pairs = zip(self.of(kind, who), self.of(kind, beside), strict=True)
        # A turn so short that the clock of processes saw nothing counts as one tick of it.
        return median(one.cpu_ms / (other.cpu_ms or _TICK_MS / other.requests) for one, other in pairs)


def quantile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least this share of the values do not exceed; zero of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
