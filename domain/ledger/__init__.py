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
from domain.ledger.actions import account, accounts_for, correct, post
from domain.ledger.credits import (
    REDEMPTION,
    REDEMPTION_RETURN,
    Wallet,
    before_under,
    coming_in,
    end_mandate,
    give_back,
    mandate,
    mandate_holders,
    mandated,
    redeem,
    wallet,
    wallet_accounts,
    wallet_locked,
)
from domain.ledger.errors import (
    AccountUnknown,
    AlreadyCorrected,
    BalanceTooHigh,
    BalanceTooLow,
    EntryUnknown,
    KeyTellsAnotherStoryError,
    UnitUnfit,
)
from domain.ledger.invariants import INVARIANTS
from domain.ledger.kinds import CREDITS, HOURS, NATURES, AccountKind, Owner, Side
from domain.ledger.queries import (
    AccountLine,
    EntryLine,
    PostingLine,
    account_by_id,
    accounts,
    balance,
    balance_locked,
    balances,
    balances_locked,
    entries,
    given,
    paid_to,
)
from domain.ledger.rules import Account, Entry, Posting
from domain.ledger.statements import Movement, StatementLine, movements, statement, story

__all__ = [
    "CREDITS",
    "HOURS",
    "INVARIANTS",
    "NATURES",
    "REDEMPTION",
    "REDEMPTION_RETURN",
    "Account",
    "AccountKind",
    "AccountLine",
    "AccountUnknown",
    "AlreadyCorrected",
    "BalanceTooHigh",
    "BalanceTooLow",
    "Entry",
    "EntryLine",
    "EntryUnknown",
    "KeyTellsAnotherStoryError",
    "Movement",
    "Owner",
    "Posting",
    "PostingLine",
    "Side",
    "StatementLine",
    "UnitUnfit",
    "Wallet",
    "account",
    "account_by_id",
    "accounts",
    "accounts_for",
    "balance",
    "balance_locked",
    "balances",
    "balances_locked",
    "before_under",
    "coming_in",
    "correct",
    "end_mandate",
    "entries",
    "give_back",
    "given",
    "mandate",
    "mandate_holders",
    "mandated",
    "movements",
    "paid_to",
    "post",
    "redeem",
    "statement",
    "story",
    "wallet",
    "wallet_accounts",
    "wallet_locked",
]
