"""Our books: accounts, entries and postings. Value never appears or vanishes here, it only moves.

A posting takes one amount from a debited account to a credited one, in one unit, so every entry balances by
construction. Entries are never changed or removed; a mistake is mended by an entry that names it. The same
key posts once, however often it is asked. Units are ISO currencies in minor units, credits (`CRD`, in
thousandths) and hours (`HRS`, in minutes); they never mix.

What each kind of account means, which side makes it grow, whose it is and how low it may go stands in one
table, `domain.ledger.kinds`. Accounts with a floor (what is held for a booking, what a provider is owed,
credits, hours) are spent from: their balance is a locked row with a CHECK. Pools are summed.

    held = ledger.account(session, AccountKind.HELD, "EUR", booking_id)
    owed = ledger.account(session, AccountKind.PAYABLE, "EUR", provider_profile_id)
    ledger.post(session, key=f"distribution:{booking_id}", kind="distribution", subject_id=booking_id,
                postings=[Posting(debit=held, credit=owed, amount=9_000)], by=by, at=at)
"""

from domain.ledger.actions import account, correct, post
from domain.ledger.errors import (
    AccountUnknown,
    AlreadyCorrected,
    BalanceTooLow,
    EntryUnknown,
    KeyTellsAnotherStoryError,
    UnitUnfit,
)
from domain.ledger.invariants import INVARIANTS
from domain.ledger.kinds import CREDITS, HOURS, NATURES, AccountKind, Nature, Owner, Side
from domain.ledger.queries import (
    AccountLine,
    EntryLine,
    Movement,
    PostingLine,
    account_by_id,
    accounts,
    balance,
    balance_locked,
    entries,
    entry_by_id,
    movements,
    paid_to,
)
from domain.ledger.rules import Account, Entry, Posting

__all__ = [
    "CREDITS",
    "HOURS",
    "INVARIANTS",
    "NATURES",
    "Account",
    "AccountKind",
    "AccountLine",
    "AccountUnknown",
    "AlreadyCorrected",
    "BalanceTooLow",
    "Entry",
    "EntryLine",
    "EntryUnknown",
    "KeyTellsAnotherStoryError",
    "Movement",
    "Nature",
    "Owner",
    "Posting",
    "PostingLine",
    "Side",
    "UnitUnfit",
    "account",
    "account_by_id",
    "accounts",
    "balance",
    "balance_locked",
    "correct",
    "entries",
    "entry_by_id",
    "movements",
    "paid_to",
    "post",
]
