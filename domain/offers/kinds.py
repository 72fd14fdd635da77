"""The few words in which a category says how its services are measured, promised and placed.

Everything that differs between an hour of gardening, a lesson, a ride and a stay is said by these values
and a JSON Schema; no code asks which category it is.
"""

from enum import StrEnum


class Unit(StrEnum):
    """What the price is for one of, and how a length is chosen.

    `hour` and `kilometre`: the customer chooses within the offer's minimum and maximum length; `session` and
    `task`: the offer has one length; `night`: from check-in to check-out, so many local dates later.
    """

    HOUR = "hour"
    SESSION = "session"
    NIGHT = "night"
    KILOMETRE = "kilometre"
    TASK = "task"


class Claim(StrEnum):
    """Whether a booking takes the whole time, or seats of a session that others share."""

    EXCLUSIVE = "exclusive"
    SEATS = "seats"


class Place(StrEnum):
    """Where it happens."""

    PROVIDER = "provider"
    CUSTOMER = "customer"
    REMOTE = "remote"
    ROUTE = "route"


class OfferState(StrEnum):
    """Where an offer is in its life (`lifecycle.py`). Hidden is no state: it is set from above, beside it."""

    DRAFT = "draft"
    PUBLISHED = "published"
    PAUSED = "paused"
    ARCHIVED = "archived"


class OptionPer(StrEnum):
    """What an option's price is for: once, for each unit booked, or for each seat."""

    BOOKING = "booking"
    UNIT = "unit"
    SEAT = "seat"


class TaskKind(StrEnum):
    """What kind of work a customer takes over from the provider, who then asks for less."""

    BRINGS_MATERIALS = "brings_materials"
    PREPARES = "prepares"
    FLEXIBLE_WINDOW = "flexible_window"
    POOLS_WITH_NEIGHBOURS = "pools_with_neighbours"
    HELPS = "helps"
    OTHER = "other"


class Unbookable(StrEnum):
    """Why an offer takes no bookings now. The words are part of the interface and never change."""

    NOT_PUBLISHED = "not_published"
    HIDDEN = "hidden"
    PROVIDER_NOT_TAKING_BOOKINGS = "provider_not_taking_bookings"
