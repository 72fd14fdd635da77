"""What availability refuses."""

from domain.foundation.errors import Conflict, NotFound, Unacceptable


class SlotTaken(Conflict):
    """Something else is promised at that time."""

    slug = "slot-taken"
    title = "The time is taken"
    constraint = "holds_do_not_overlap"


class SeatsTaken(Conflict):
    """Fewer seats are left than were asked for; the extras tell how many."""

    slug = "seats-taken"
    title = "The seats are taken"
    constraint = "sessions_are_not_oversold"


class StartNotBookable(Conflict):
    """The start cannot be booked, for the machine-readable `reasons` in the extras."""

    slug = "start-not-bookable"
    title = "This start cannot be booked"


class HoldLost(Conflict):
    """The promise ran out before it was made firm, and somebody else may have the time by now."""

    slug = "hold-lost"
    title = "The time is no longer held"


class DurationNotOffered(Unacceptable):
    """The offer is not given for that long."""

    slug = "duration-not-offered"
    title = "The offer is not given for that long"


class InvalidTimeRange(Unacceptable):
    """The range ends before it starts, or holds more days than one answer does."""

    slug = "invalid-time-range"
    title = "This time range is not valid"


class ScheduleTooLong(Unacceptable):
    """More rules or exceptions than anybody's opening hours need."""

    slug = "schedule-too-long"
    title = "There are too many opening hours"


class ResourceNotFound(NotFound):
    """There is no such resource, or it is somebody else's."""

    slug = "resource-unknown"
    title = "There is no such resource"


class ScheduleExceptionNotFound(NotFound):
    """There is no such exception, or it is somebody else's."""

    slug = "exception-unknown"
    title = "There is no such exception"


class BlockNotFound(NotFound):
    """There is no such block, or it is somebody else's."""

    slug = "block-unknown"
    title = "There is no such block"
