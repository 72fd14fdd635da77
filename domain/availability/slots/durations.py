"""How long a promise lasts and where it may start: so many elapsed seconds on a grid, or a stay of nights.

A service of two hours lasts two hours, also on the night the clocks change. A stay ends when the clock reads
check-out so many dates later, and lasts whatever that takes. Both answer the same two questions, so that
whoever computes slots need not know which one is asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

from domain.availability.intervals import Interval
from domain.availability.wall_time import DAY, WallClock, wall_time


@dataclass(frozen=True, slots=True)
class FixedDuration:
    """`seconds` of elapsed time, starting where the local clock shows a multiple of `grid` seconds.

    The grid divides the day and is counted from local midnight: a grid of 1,800 means :00 and :30 on the
    wall, before and after a clock change alike.
    """

    seconds: int
    grid: int

    @property
    def longest(self) -> int:
        """The most elapsed time from start to end."""
        return self.seconds

    def end(self, wall: WallClock, start: int) -> int:  # noqa: ARG002 -- a stay needs the clock here
        """When a promise ends that starts then."""
        return start + self.seconds

    def starts_within(self, wall: WallClock, during: Interval) -> Iterator[Interval]:
        """Each promise that starts within `during`, by its start."""
        for start in wall.grid_instants(self.grid, during):
            yield start, start + self.seconds

    def fits_within(self, wall: WallClock, free: Interval) -> Iterator[Interval]:
        """Each promise that lies wholly within `free`, by its start."""
        return self.starts_within(wall, (free[0], free[1] - self.seconds + 1))


@dataclass(frozen=True, slots=True)
class Stay:
    """From check-in on a local date to check-out `nights` local dates later; at least one night.

    `longer` is elapsed seconds after check-out that an option added.
    """

    nights: int
    check_in: time
    check_out: time
    extra_seconds: int = 0

    @property
    def longest(self) -> int:
        """The most elapsed time from start to end, in which clocks may be put back."""
        return (self.nights + 2) * DAY + self.extra_seconds

    def end(self, wall: WallClock, start: int) -> int:
        """When a stay ends that starts then."""
        leaving = wall.wall_time_at(start) // DAY + self.nights
        return wall.first_instant(wall_time(leaving, self.check_out)) + self.extra_seconds

    def starts_within(self, wall: WallClock, during: Interval) -> Iterator[Interval]:
        """Each stay that starts within `during`, one for each local date that exists.

        Where the clock jumps over check-in, the stay starts at the jump: a night is not lost for an hour.
        """
        for day in range(wall.wall_time_at(during[0]) // DAY - 1, wall.wall_time_at(during[1]) // DAY + 2):
            start = wall.first_instant(wall_time(day, self.check_in))
            if during[0] <= start < during[1] and wall.wall_time_at(start) // DAY == day:
                yield start, self.end(wall, start)

    def fits_within(self, wall: WallClock, free: Interval) -> Iterator[Interval]:
        """Each stay that lies wholly within `free`, by its start."""
        return (stay for stay in self.starts_within(wall, free) if stay[1] <= free[1])


ServiceDuration = FixedDuration | Stay
