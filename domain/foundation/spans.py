"""Half-open spans of time in UTC. Their owner keeps the IANA time zone for local times."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The time from `start` (inclusive) to `end` (exclusive). Raises ValueError unless start < end."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Convert both ends to UTC: subtracting two datetimes of one zone ignores clock changes."""
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a span needs instants, not wall-clock times")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end <= self.start:
            raise ValueError("a span ends after it starts")

    @property
    def duration(self) -> timedelta:
        """The elapsed time between start and end."""
        return self.end - self.start

    def overlaps(self, other: "Span") -> bool:
        """Whether the two spans share an instant; spans that only touch do not."""
        return self.start < other.end and other.start < self.end

    def widened(self, before: timedelta, after: timedelta) -> "Span":
        """The span extended by `before` at its start and `after` at its end."""
        return Span(self.start - before, self.end + after)
