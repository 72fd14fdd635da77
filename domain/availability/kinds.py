"""The few words in which resources, exceptions and holds say what they are."""

from enum import StrEnum


class ResourceKind(StrEnum):
    """A provider's own time, of which each provider has one; or a thing, such as a room or a car."""

    TIME = "time"
    THING = "thing"


class ExceptionKind(StrEnum):
    """Whether a dated exception adds to what is open or takes from it."""

    OPEN = "open"
    CLOSED = "closed"


class HoldKind(StrEnum):
    """For what time is held: a booking, a group session, the provider's own block, an outside calendar."""

    BOOKING = "booking"
    SESSION = "session"
    BLOCKED = "blocked"
    EXTERNAL = "external"
