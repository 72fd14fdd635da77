"""Our books: accounts, entries and postings. Value never appears or vanishes here, it only moves.

A posting takes one amount from a debited account to a credited one, in one unit, so every entry balances by
construction. Entries are never changed or removed; a mistake is mended by an entry that names it. The same
key posts once, however often it is asked. Units are ISO currencies in minor units, credits (`CRD`, in
thousandths) and hours (`HRS`, in minutes); they never mix.

What each kind of account means, which side makes it grow, whose it is and how low it may go stands in one
table, `domain.ledger.kinds`. Accounts with a floor (what is held for a booking, what a provider is owed,
credits, hours) are spent from: their balance is a locked row with a CHECK, which guards a ceiling where one
is named. Pools are summed.

A user's credits are a `wallet`; `redeem` spends them on a booking (pots that may pay for the user first) and
`give_back` returns them to whom they came from (`domain.ledger.credits`).

    held = ledger.account(session, AccountKind.HELD, "EUR", booking_id)
    owed = ledger.account(session, AccountKind.PAYABLE, "EUR", provider_profile_id)
    ledger.post(session, key=f"distribution:{booking_id}", kind="distribution", subject_id=booking_id,
                postings=[Posting(debit=held, credit=owed, amount=9_000)], by=by, at=at)
"""

# Nothing here reads the books through their tables, but others' tables refer to them: who opens this door
# must know them, or the first refund, grant or gift of a process finds nothing to refer to.
from domain.ledger import models as models
from domain.ledger.actions import correct, get_account, get_accounts, post
from domain.ledger.credits import (
    REDEMPTION,
    REDEMPTION_RETURN,
    Wallet,
    end_mandate,
    find_posted_entry,
    get_wallet,
    get_wallet_accounts,
    grant_mandate,
    incoming_postings,
    list_mandate_holders,
    list_mandated_pots,
    lock_wallet,
    redeem_credits,
    return_redeemed_credits,
)
from domain.ledger.errors import (
    AccountNotFound,
    BalanceTooHigh,
    BalanceTooLow,
    EntryAlreadyCorrected,
    EntryKeyReusedError,
    EntryNotFound,
    UnitNotSupported,
)
from domain.ledger.invariants import INVARIANTS
from domain.ledger.kinds import CHART_OF_ACCOUNTS, CREDITS, HOURS, AccountKind, AccountOwner, LedgerSide
from domain.ledger.queries import (
    AccountRow,
    EntryRow,
    PostingRow,
    debited_since,
    earnings_by_provider,
    get_account_by_id,
    get_balance,
    get_balances,
    list_accounts,
    list_entries,
    lock_balance,
    lock_balances,
)
from domain.ledger.rules import Account, PostedEntry, Posting
from domain.ledger.statements import (
    AccountMovement,
    StatementRow,
    account_history,
    list_movements,
    list_statement,
)

__all__ = [
    "CHART_OF_ACCOUNTS",
    "CREDITS",
    "HOURS",
    "INVARIANTS",
    "REDEMPTION",
    "REDEMPTION_RETURN",
    "Account",
    "AccountKind",
    "AccountMovement",
    "AccountNotFound",
    "AccountOwner",
    "AccountRow",
    "BalanceTooHigh",
    "BalanceTooLow",
    "EntryAlreadyCorrected",
    "EntryKeyReusedError",
    "EntryNotFound",
    "EntryRow",
    "LedgerSide",
    "PostedEntry",
    "Posting",
    "PostingRow",
    "StatementRow",
    "UnitNotSupported",
    "Wallet",
    "account_history",
    "correct",
    "debited_since",
    "earnings_by_provider",
    "end_mandate",
    "find_posted_entry",
    "get_account",
    "get_account_by_id",
    "get_accounts",
    "get_balance",
    "get_balances",
    "get_wallet",
    "get_wallet_accounts",
    "grant_mandate",
    "incoming_postings",
    "list_accounts",
    "list_entries",
    "list_mandate_holders",
    "list_mandated_pots",
    "list_movements",
    "list_statement",
    "lock_balance",
    "lock_balances",
    "lock_wallet",
    "post",
    "redeem_credits",
    "return_redeemed_credits",
]
