"""The words of surge: in which mode a category is priced, and the codes of why a multiplier is what it is."""

from enum import IntFlag, StrEnum


class Mode(StrEnum):
    """By what a price answers to demand."""

    LIVE = "live"  # by who asks and who is free near a place now
    SCHEDULED = "scheduled"  # by how a coming day fills


class Signal(StrEnum):
    """What somebody did that tells of demand. A quote is a row of its own and needs none."""

    SEARCH = "search"
    UNMET_QUOTE = "unmet_quote"  # a price was asked for a time that could not be had


class Reason(IntFlag):
    """Why a multiplier is what it is. Several may hold; in a snapshot they are one small integer each.

    The order is the fixed order of the steps of `livable`; the names are the codes on the wire.
    """

    NONE = 0
    MORE_ASK_THAN_ARE_FREE = 1  # the response raised it
    FEW_ASK = 2  # the response lowered it
    WAITING_FOR_UNMET_QUOTE = 4  # the forecast would raise it, and nobody went without yet
    HELD_BY_HYSTERESIS = 8
    LIMITED_BY_RATE = 16
    LIMITED_BY_DWELL = 32
    LOWERED_TO_NEIGHBOURS = 64
    CAPPED_BY_MARKET = 128
    CAPPED_BY_CATEGORY = 256
    CAPPED_BY_REGULATION = 512
    CAPPED_BY_EMERGENCY = 1_024
    RAISED_TO_FLOOR = 2_048
    SCHEDULED_DAY_FILLS = 4_096
    LAST_MINUTE = 8_192
    PATH_DOES_NOT_FALL = 16_384


def codes(reasons: Reason) -> tuple[str, ...]:
    """The reasons that hold as their codes on the wire, in the order of the steps."""
    return tuple((reason.name or "").lower() for reason in reasons)


class Limit(StrEnum):
    """What lowered a customer's price below the market's. A protection can do nothing else."""

    TIER_CAP = "tier_cap"
    PRICE_MEMORY = "price_memory"
    FIRST_BOOKING = "first_booking"
    SURGED_BOOKINGS_THIS_MONTH = "surged_bookings_this_month"


class Absence(StrEnum):
    """Why there is no factor at all; the tariff's price holds then."""

    NOT_IN_FORCE = "not_in_force"  # the market's policy has none for this category
    NO_SNAPSHOT = "no_snapshot"  # none was published yet
    STALE = "stale"  # the newest is too old: fail cheap, never expensive
    NOWHERE = "nowhere"  # the offer is nowhere on the map, or nobody asks or offers around it


class EmergencyRule(StrEnum):
    """How an emergency caps prices. The rule and its parameters are data; the law of a place is one of these.

    New York's Attorney General and Uber agreed in 2014 on the fourth-highest daily maximum of the last sixty
    days; California's Penal Code 396 allows ten percent above the price just before, for thirty days; India's
    guidelines of 2025 allow from half to twice the price.
    """

    FOURTH_HIGHEST = "fourth_highest"
    PLUS_TEN_PERCENT = "plus_ten_percent"
    FIXED = "fixed"


class AuditKind(StrEnum):
    """What is looked at each night about the day before."""

    FAIRNESS = "fairness"
    VOLATILITY = "volatility"
    CAP_HITS = "cap_hits"
    COUNTERFACTUALS = "counterfactuals"


class Encoding(StrEnum):
    """How the numbers of an array lie in a snapshot; all three give them back bit for bit."""

    DENSE = "dense"  # one after the other
    ROW = "row"  # every cell has the same: one row is kept
    SPARSE = "sparse"  # most are zero: places and numbers of the others
