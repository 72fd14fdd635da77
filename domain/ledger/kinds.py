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
LEDGER_UNITS = CURRENCIES | {CREDITS, HOURS}


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


class LedgerSide(StrEnum):
    """The side of a posting that makes an account's balance grow."""

    DEBIT = "debit"
    CREDIT = "credit"


class AccountOwner(StrEnum):
    """Whose an account is; nobody's means that there is one for the whole market place."""

    PLATFORM = "nobody"
    BOOKING = "booking"
    PROVIDER_PROFILE = "provider profile"
    USER = "user"
    POT = "pot"


@dataclass(frozen=True, slots=True)
class AccountDefinition:
    """What holds for every account of a kind. `unit` is empty where any currency will do.

    A `floor` is the lowest balance allowed. Accounts with a floor are spent from, so their balance stands in
    a row that is locked and checked; the others are pools, and a pool's single hot row would cost eight
    times the throughput, so they are summed when somebody asks. A `ceiling` is the highest balance allowed,
    kept in the same row by the same means; only an account with a floor can have one.
    """

    grows_by: LedgerSide
    owner: AccountOwner
    meaning: str
    floor: int | None = None
    unit: str = ""
    ceiling: int | None = None


# Mutual hours may be owed up to ten, so that a newcomer can receive first and nobody lives on others' time.
MIN_HOURS_BALANCE = -10 * 60
# Nor may more than forty wait to be given back: hours nobody can return anymore are only a debt of others.
MAX_HOURS_BALANCE = 40 * 60

CHART_OF_ACCOUNTS: dict[AccountKind, AccountDefinition] = {
    AccountKind.CLEARING: AccountDefinition(
        LedgerSide.DEBIT, AccountOwner.PLATFORM, "what the payment provider holds for us"
    ),
    AccountKind.HELD: AccountDefinition(
        LedgerSide.CREDIT, AccountOwner.BOOKING, "paid in for a booking, not yet anybody's", floor=0
    ),
    AccountKind.PAYABLE: AccountDefinition(
        LedgerSide.CREDIT,
        AccountOwner.PROVIDER_PROFILE,
        "what a provider earned and has not been sent",
        floor=0,
    ),
    AccountKind.PAYABLE_HELD: AccountDefinition(
        LedgerSide.CREDIT,
        AccountOwner.PROVIDER_PROFILE,
        "what a provider earned and may not be sent while suspended",
        floor=0,
    ),
    AccountKind.RECEIVABLE: AccountDefinition(
        LedgerSide.DEBIT, AccountOwner.PROVIDER_PROFILE, "what a provider owes us back"
    ),
    AccountKind.SERVICE_FEES: AccountDefinition(
        LedgerSide.CREDIT, AccountOwner.PLATFORM, "what customers paid the platform"
    ),
    AccountKind.COMMISSION: AccountDefinition(
        LedgerSide.CREDIT, AccountOwner.PLATFORM, "what providers gave up to the platform"
    ),
    AccountKind.TAX: AccountDefinition(
        LedgerSide.CREDIT, AccountOwner.PLATFORM, "tax taken in that the authority will get"
    ),
    AccountKind.REFUNDS_IN_FLIGHT: AccountDefinition(
        LedgerSide.CREDIT, AccountOwner.PLATFORM, "refunds on their way to customers"
    ),
    AccountKind.DISPUTES: AccountDefinition(
        LedgerSide.DEBIT, AccountOwner.PLATFORM, "what card networks took back and nobody bears yet"
    ),
    AccountKind.GOODWILL: AccountDefinition(
        LedgerSide.DEBIT, AccountOwner.PLATFORM, "refunds the platform bears itself"
    ),
    AccountKind.SURGE_POOL: AccountDefinition(
        LedgerSide.CREDIT, AccountOwner.PLATFORM, "what surge took in and gives out again"
    ),
    AccountKind.ROUNDING: AccountDefinition(
        LedgerSide.CREDIT, AccountOwner.PLATFORM, "minor units that belong to no line"
    ),
    AccountKind.PROCESSING_FEES: AccountDefinition(
        LedgerSide.DEBIT, AccountOwner.PLATFORM, "what the payment provider charges for its work"
    ),
    AccountKind.DISPUTE_FEES: AccountDefinition(
        LedgerSide.DEBIT, AccountOwner.PLATFORM, "what the payment provider charges for card disputes"
    ),
    AccountKind.CREDITS: AccountDefinition(
        LedgerSide.CREDIT, AccountOwner.USER, "credits a user may spend", floor=0, unit=CREDITS
    ),
    AccountKind.CREDITS_PENDING: AccountDefinition(
        LedgerSide.CREDIT,
        AccountOwner.USER,
        "credits that are valued and held for a while",
        floor=0,
        unit=CREDITS,
    ),
    AccountKind.CREDITS_OWED: AccountDefinition(
        LedgerSide.DEBIT,
        AccountOwner.USER,
        "credits taken back that were spent already",
        floor=0,
        unit=CREDITS,
    ),
    AccountKind.CREDITS_POOL: AccountDefinition(
        LedgerSide.DEBIT, AccountOwner.PLATFORM, "credits given out and not yet come back", unit=CREDITS
    ),
    AccountKind.COMMUNITY_POT: AccountDefinition(
        LedgerSide.CREDIT,
        AccountOwner.POT,
        "credits given for another person or a purpose",
        floor=0,
        unit=CREDITS,
    ),
    AccountKind.BREAKAGE: AccountDefinition(
        LedgerSide.CREDIT, AccountOwner.PLATFORM, "credits that expired unspent", unit=CREDITS
    ),
    AccountKind.HOURS: AccountDefinition(
        LedgerSide.CREDIT,
        AccountOwner.USER,
        "minutes given to others less minutes received",
        floor=MIN_HOURS_BALANCE,
        unit=HOURS,
        ceiling=MAX_HOURS_BALANCE,
    ),
}

OWNED_KINDS = tuple(
    kind for kind, definition in CHART_OF_ACCOUNTS.items() if definition.owner is not AccountOwner.PLATFORM
)
CREDIT_KINDS = tuple(kind for kind, definition in CHART_OF_ACCOUNTS.items() if definition.unit == CREDITS)
