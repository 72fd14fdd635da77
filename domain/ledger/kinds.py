"""The chart of accounts: what each kind means, which side makes it grow, whose it is.

One table answers all of it, so that no caller ever wonders about a sign. An account that grows by **credits**
tells what we owe or have earned; one that grows by **debits** tells what we own or have spent. A balance is
counted on the side that makes its account grow.
"""

from dataclasses import dataclass
from enum import StrEnum

from domain.foundation.money import CURRENCIES

CREDITS = "CRD"  # counted in thousandths
HOURS = "HRS"  # counted in minutes
UNITS = CURRENCIES | {CREDITS, HOURS}


class AccountKind(StrEnum):
    """What an account is for."""

    CLEARING = "clearing"
    HELD = "held"
    PAYABLE = "payable"
    PAYABLE_HELD = "payable_held"
    RECEIVABLE = "receivable"
    SERVICE_FEES = "service_fees"
    COMMISSION = "commission"
    TAX = "tax"
    REFUNDS_IN_FLIGHT = "refunds_in_flight"
    DISPUTES = "disputes"
    GOODWILL = "goodwill"
    SURGE_POOL = "surge_pool"
    ROUNDING = "rounding"
    PROCESSING_FEES = "processing_fees"
    DISPUTE_FEES = "dispute_fees"
    CREDITS = "credits"
    CREDITS_PENDING = "credits_pending"
    CREDITS_OWED = "credits_owed"
    CREDITS_POOL = "credits_pool"
    COMMUNITY_POT = "community_pot"
    BREAKAGE = "breakage"
    HOURS = "hours"


class Side(StrEnum):
    """The side of a posting that makes an account's balance grow."""

    DEBIT = "debit"
    CREDIT = "credit"


class Owner(StrEnum):
    """Whose an account is; nobody's means that there is one for the whole market place."""

    NOBODY = "nobody"
    BOOKING = "booking"
    PROVIDER_PROFILE = "provider profile"
    USER = "user"
    POT = "pot"


@dataclass(frozen=True, slots=True)
class Nature:
    """What holds for every account of a kind. `unit` is empty where any currency will do.

    A `floor` is the lowest balance allowed. Accounts with a floor are spent from, so their balance stands in
    a row that is locked and checked; the others are pools, and a pool's single hot row would cost eight
    times the throughput, so they are summed when somebody asks. A `ceiling` is the highest balance allowed,
    kept in the same row by the same means; only an account with a floor can have one.
    """

    grows_by: Side
    owner: Owner
    meaning: str
    floor: int | None = None
    unit: str = ""
    ceiling: int | None = None


# Mutual hours may be owed up to ten, so that a newcomer can receive first and nobody lives on others' time.
DEEPEST_HOURS_DEBT = -10 * 60
# Nor may more than forty wait to be given back: hours nobody can return anymore are only a debt of others.
HIGHEST_HOURS_BALANCE = 40 * 60

NATURES: dict[AccountKind, Nature] = {
    AccountKind.CLEARING: Nature(Side.DEBIT, Owner.NOBODY, "what the payment provider holds for us"),
    AccountKind.HELD: Nature(Side.CREDIT, Owner.BOOKING, "paid in for a booking, not yet anybody's", floor=0),
    AccountKind.PAYABLE: Nature(
        Side.CREDIT, Owner.PROVIDER_PROFILE, "what a provider earned and has not been sent", floor=0
    ),
    AccountKind.PAYABLE_HELD: Nature(
        Side.CREDIT,
        Owner.PROVIDER_PROFILE,
        "what a provider earned and may not be sent while suspended",
        floor=0,
    ),
    AccountKind.RECEIVABLE: Nature(Side.DEBIT, Owner.PROVIDER_PROFILE, "what a provider owes us back"),
    AccountKind.SERVICE_FEES: Nature(Side.CREDIT, Owner.NOBODY, "what customers paid the platform"),
    AccountKind.COMMISSION: Nature(Side.CREDIT, Owner.NOBODY, "what providers gave up to the platform"),
    AccountKind.TAX: Nature(Side.CREDIT, Owner.NOBODY, "tax taken in that the authority will get"),
    AccountKind.REFUNDS_IN_FLIGHT: Nature(Side.CREDIT, Owner.NOBODY, "refunds on their way to customers"),
    AccountKind.DISPUTES: Nature(
        Side.DEBIT, Owner.NOBODY, "what card networks took back and nobody bears yet"
    ),
    AccountKind.GOODWILL: Nature(Side.DEBIT, Owner.NOBODY, "refunds the platform bears itself"),
    AccountKind.SURGE_POOL: Nature(Side.CREDIT, Owner.NOBODY, "what surge took in and gives out again"),
    AccountKind.ROUNDING: Nature(Side.CREDIT, Owner.NOBODY, "minor units that belong to no line"),
    AccountKind.PROCESSING_FEES: Nature(
        Side.DEBIT, Owner.NOBODY, "what the payment provider charges for its work"
    ),
    AccountKind.DISPUTE_FEES: Nature(
        Side.DEBIT, Owner.NOBODY, "what the payment provider charges for card disputes"
    ),
    AccountKind.CREDITS: Nature(Side.CREDIT, Owner.USER, "credits a user may spend", floor=0, unit=CREDITS),
    AccountKind.CREDITS_PENDING: Nature(
        Side.CREDIT, Owner.USER, "credits that are valued and held for a while", floor=0, unit=CREDITS
    ),
    AccountKind.CREDITS_OWED: Nature(
        Side.DEBIT, Owner.USER, "credits taken back that were spent already", floor=0, unit=CREDITS
    ),
    AccountKind.CREDITS_POOL: Nature(
        Side.DEBIT, Owner.NOBODY, "credits given out and not yet come back", unit=CREDITS
    ),
    AccountKind.COMMUNITY_POT: Nature(
        Side.CREDIT, Owner.POT, "credits given for another person or a purpose", floor=0, unit=CREDITS
    ),
    AccountKind.BREAKAGE: Nature(Side.CREDIT, Owner.NOBODY, "credits that expired unspent", unit=CREDITS),
    AccountKind.HOURS: Nature(
        Side.CREDIT,
        Owner.USER,
        "minutes given to others less minutes received",
        floor=DEEPEST_HOURS_DEBT,
        unit=HOURS,
        ceiling=HIGHEST_HOURS_BALANCE,
    ),
}

OWNED = tuple(kind for kind, nature in NATURES.items() if nature.owner is not Owner.NOBODY)
IN_CREDITS = tuple(kind for kind, nature in NATURES.items() if nature.unit == CREDITS)
