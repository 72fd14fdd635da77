"""What a user has in credits, and the two moves of it that others need: redeeming, and giving back.

A user's credits stand in three accounts: **available** to spend, **pending** while they are held, and
**owed** where credits were taken back that had been spent. Owed ones are paid off first by whatever comes
in, so somebody owes only while nothing is left. Others' gifts wait in **community pots**: a **mandate** lets
a user's service fees be paid out of a pot, without the credits ever becoming theirs.

Every move locks all the balances it looks at before it decides, so that its key is looked up after whoever
used it first is done; the same key again changes nothing, whatever the balances are by then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.foundation.actors import Actor
from domain.ledger import queries
from domain.ledger.actions import get_accounts, post
from domain.ledger.errors import BalanceTooLow, EntryKeyReusedError
from domain.ledger.kinds import CREDITS, AccountKind
from domain.ledger.rules import Account, PostedEntry, Posting

REDEMPTION = "redemption"
REDEMPTION_RETURN = "redemption_return"

_MANDATED = text("""
    SELECT a.id, a.kind, a.unit, a.owner_id, a.floor
    FROM ledger_mandates m JOIN ledger_accounts a ON a.id = m.account_id
    WHERE m.user_id = :user_id AND m.market_id = :market_id AND m.ended_at IS NULL
    ORDER BY m.granted_at, a.id
""")
_MANDATE = text("""
    INSERT INTO ledger_mandates (account_id, user_id, market_id, granted_at)
    VALUES (:account_id, :user_id, :market_id, :at)
    ON CONFLICT (account_id, user_id) DO UPDATE SET granted_at = excluded.granted_at, ended_at = NULL
    WHERE ledger_mandates.ended_at IS NOT NULL
""")
_HOLDERS = text("SELECT user_id FROM ledger_mandates WHERE account_id = :account_id AND ended_at IS NULL")
_END_MANDATE = text("""
    UPDATE ledger_mandates SET ended_at = :at
    WHERE account_id = :account_id AND user_id = :user_id AND ended_at IS NULL
""")
# What a redemption took from whom, less what was given back of it since.
_STILL_SPENT = text("""
    SELECT a.id, a.kind, a.unit, a.owner_id, a.floor,
           sum(p.amount) - coalesce((
               SELECT sum(back.amount) FROM ledger_entries e JOIN ledger_postings back ON back.entry_id = e.id
               JOIN ledger_accounts c ON c.id = back.credit_account_id
               WHERE e.subject_id = :subject_id AND e.kind = :kind_of_return AND c.owner_id = a.owner_id
           ), 0) AS amount
    FROM ledger_entries made JOIN ledger_postings p ON p.entry_id = made.id
    JOIN ledger_accounts a ON a.id = p.debit_account_id
    WHERE made.subject_id = :subject_id AND made.kind = :kind GROUP BY a.id
    ORDER BY (array_agg(p.id ORDER BY p.id DESC))[1] DESC
""")


@dataclass(frozen=True, slots=True)
class Wallet:
    """A user's credits in thousandths. `owed` is above zero only while the other two are zero."""

    available: int
    pending: int
    owed: int


@dataclass(frozen=True, slots=True)
class WalletAccounts:
    """The accounts behind a wallet, and the pool that all credits come from and return to."""

    available: Account
    pending: Account
    owed: Account
    pool: Account


def get_wallet_accounts(session: Session, user_id: UUID) -> WalletAccounts:
    """The accounts of a user's wallet, opened when they are asked for the first time."""
    kinds = (AccountKind.CREDITS, AccountKind.CREDITS_PENDING, AccountKind.CREDITS_OWED)
    keys = [(kind, CREDITS, user_id) for kind in kinds]
    return WalletAccounts(*get_accounts(session, [*keys, (AccountKind.CREDITS_POOL, CREDITS, None)]))


def get_wallet(session: Session, user_id: UUID) -> Wallet:
    """What a user has in credits, in thousandths."""
    accounts = get_wallet_accounts(session, user_id)
    return Wallet(*queries.get_balances(session, [accounts.available, accounts.pending, accounts.owed]))


def lock_wallet(session: Session, accounts: WalletAccounts) -> Wallet:
    """As `wallet`, and nobody else moves these credits until this transaction ends."""
    return Wallet(*queries.lock_balances(session, [accounts.available, accounts.pending, accounts.owed]))


def grant_mandate(session: Session, pot: Account, user_id: UUID, *, market_id: UUID, at: datetime) -> None:
    """Let this user's service fees in this market be paid out of this pot from now on."""
    session.flush()
    parameters = {"account_id": pot.id, "user_id": user_id, "market_id": market_id, "at": at}
    session.execute(_MANDATE, parameters)


def end_mandate(session: Session, pot: Account, user_id: UUID, *, at: datetime) -> None:
    """Let the pot pay no longer for this user. What it paid stays paid."""
    session.execute(_END_MANDATE, {"account_id": pot.id, "user_id": user_id, "at": at})


def list_mandate_holders(session: Session, pot: Account) -> Sequence[UUID]:
    """Whose service fees the pot may pay."""
    return session.execute(_HOLDERS, {"account_id": pot.id}).scalars().all()


def list_mandated_pots(session: Session, user_id: UUID, market_id: UUID) -> list[Account]:
    """The pots that may pay this user's service fees in a market, the one of the oldest mandate first."""
    parameters = {"user_id": user_id, "market_id": market_id}
    return [queries.account_from_row(row) for row in session.execute(_MANDATED, parameters)]


def redeem_credits(
    session: Session,
    user_id: UUID,
    *,
    market_id: UUID,
    fee_discount: int,
    surge_shield: int,
    key: str,
    subject_id: UUID,
    by: Actor,
    at: datetime,
) -> PostedEntry:
    """Spend credits on a booking, in thousandths by use, all or nothing.

    Pots that may pay this user's service fees pay the discount first, the oldest mandate's before the
    others'; the user's own credits pay the rest and all of the shield. `subject_id` is the booking. Raises
    `BalanceTooLow`. The same key again answers the same entry.
    """
    own, pool = get_accounts(
        session, [(AccountKind.CREDITS, CREDITS, user_id), (AccountKind.CREDITS_POOL, CREDITS, None)]
    )
    pots = list_mandated_pots(session, user_id, market_id) if fee_discount else []
    own_balance, *pot_balances = queries.lock_balances(session, [own, *pots])
    if (posted_entry := find_posted_entry(session, key, REDEMPTION, subject_id)) is not None:
        return posted_entry
    postings, unpaid = _pot_postings(list(zip(pots, pot_balances, strict=True)), fee_discount, pool)
    own_part = unpaid + surge_shield
    if own_part > own_balance:
        raise BalanceTooLow(
            f"{own_part} thousandths of a credit are needed and {own_balance} are there; ask for a new quote."
        )
    if own_part:
        postings.append(Posting(own, pool, own_part))
    return post(session, key=key, kind=REDEMPTION, subject_id=subject_id, postings=postings, by=by, at=at)


def return_redeemed_credits(
    session: Session, user_id: UUID, credits_: int, *, key: str, subject_id: UUID, by: Actor, at: datetime
) -> PostedEntry | None:
    """Give back credits that a booking redeemed, to whom they came from; None where nothing is to be moved.

    The user's own come back first and pay off what they owe, then the pots', the last one that paid first.
    Never more comes back than was spent on this booking and has not come back already. The same key again
    answers the same entry.
    """
    accounts = get_wallet_accounts(session, user_id)
    parameters = {"subject_id": subject_id, "kind": REDEMPTION, "kind_of_return": REDEMPTION_RETURN}
    sources = [queries.account_from_row(row) for row in session.execute(_STILL_SPENT, parameters)]
    pots = [source for source in sources if source.kind is AccountKind.COMMUNITY_POT]
    owed, *_ = queries.lock_balances(session, [accounts.owed, accounts.available, *pots])
    if (posted_entry := find_posted_entry(session, key, REDEMPTION_RETURN, subject_id)) is not None:
        return posted_entry
    postings: list[Posting] = []
    for row in session.execute(_STILL_SPENT, parameters):
        part = min(credits_, int(row.amount))
        credits_ -= part
        if row.kind == AccountKind.COMMUNITY_POT:
            postings += [Posting(accounts.pool, queries.account_from_row(row), part)] if part else []
        else:
            postings += incoming_postings(accounts, part, owed=owed, into=accounts.available)
    if not postings:
        return None
    return post(
        session, key=key, kind=REDEMPTION_RETURN, subject_id=subject_id, postings=postings, by=by, at=at
    )


def incoming_postings(accounts: WalletAccounts, credits_: int, *, owed: int, into: Account) -> list[Posting]:
    """The postings by which credits come from the pool: what is owed is paid off before anything is had."""
    paid_off = min(credits_, owed)
    moves = ((accounts.owed, paid_off), (into, credits_ - paid_off))
    return [Posting(accounts.pool, target, amount) for target, amount in moves if amount]


def find_posted_entry(session: Session, key: str, kind: str, subject_id: UUID) -> PostedEntry | None:
    """The entry already posted under this key. Another kind or subject under one key is a bug."""
    entry = queries.find_entry_by_key(session, key)
    if entry is not None and (entry.kind, entry.subject_id) != (kind, subject_id):
        raise EntryKeyReusedError(f"the key {key!r} was posted with another kind or subject")
    return entry


def _pot_postings(pots: list[tuple[Account, int]], credits_: int, pool: Account) -> tuple[list[Posting], int]:
    """What each pot pays of so many credits, and what is left to pay."""
    postings = []
    for pot, balance in pots:
        part = min(balance, credits_)
        credits_ -= part
        if part:
            postings.append(Posting(pot, pool, part))
    return postings, credits_
