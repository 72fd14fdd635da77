"""What the ledger refuses. A posting between two units, or one key with two stories, is a bug and raises."""

from domain.foundation.errors import Conflict, NotFound, Unacceptable


class BalanceTooLow(Conflict):
    """The account does not hold that much; the database guards it with the floor of its balance row."""

    slug = "balance-too-low"
    title = "The balance is too low"
    constraint = "balances_stay_above_their_floor"


class BalanceTooHigh(Conflict):
    """The account may not hold that much; the database guards it with the ceiling of its balance row."""

    slug = "balance-too-high"
    title = "The balance would be too high"
    constraint = "balances_stay_below_their_ceiling"


class AccountNotFound(NotFound):
    """There is no such account."""

    slug = "account-unknown"
    title = "There is no such account"


class EntryNotFound(NotFound):
    """There is no such entry."""

    slug = "entry-unknown"
    title = "There is no such entry"


class EntryAlreadyCorrected(Conflict):
    """An entry is corrected once; what was wrong with the correction is mended by correcting that."""

    slug = "entry-already-corrected"
    title = "This entry is corrected already"
    constraint = "entries_are_corrected_once"


class UnitNotSupported(Unacceptable):
    """This kind of account does not count in that unit."""

    slug = "unit-not-supported"
    title = "This account does not use this unit"


class EntryKeyReusedError(AssertionError):
    """One key was used for two different entries: somebody makes keys that are not unique."""
