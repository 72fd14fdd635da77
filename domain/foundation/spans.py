"""Spans of time: half-open, in UTC. What wall-clock time they mean is told by the IANA zone beside them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` up to, and not including, `end`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Both ends are normalised to UTC: subtracting two datetimes of one zone ignores clock changes."""
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a span needs instants, not wall-clock times")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end <= self.start:
            raise ValueError("a span ends after it starts")

    @property
    def duration(self) -> timedelta:
        """Elapsed time, as a stopwatch would show it."""
        return self.end - self.start

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share an instant; touching ends do not."""
        return self.start < other.end and other.start < self.end

    def widened(self, before: timedelta, after: timedelta) -> "Span":
        """The span with room around it."""
        return Span(self.start - before, self.end + after)
