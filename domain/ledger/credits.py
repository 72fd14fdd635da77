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
from domain.ledger.actions import accounts_for, post
from domain.ledger.errors import BalanceTooLow, KeyTellsAnotherStoryError
from domain.ledger.kinds import CREDITS, AccountKind
from domain.ledger.rules import Account, Entry, Posting

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


def wallet_accounts(session: Session, user_id: UUID) -> WalletAccounts:
    """The accounts of a user's wallet, opened when they are asked for the first time."""
    kinds = (AccountKind.CREDITS, AccountKind.CREDITS_PENDING, AccountKind.CREDITS_OWED)
    wanted = [(kind, CREDITS, user_id) for kind in kinds]
    return WalletAccounts(*accounts_for(session, [*wanted, (AccountKind.CREDITS_POOL, CREDITS, None)]))


def wallet(session: Session, user_id: UUID) -> Wallet:
    """What a user has in credits, in thousandths."""
    mine = wallet_accounts(session, user_id)
    return Wallet(*queries.balances(session, [mine.available, mine.pending, mine.owed]))


def wallet_locked(session: Session, mine: WalletAccounts) -> Wallet:
    """As `wallet`, and nobody else moves these credits until this transaction ends."""
    return Wallet(*queries.balances_locked(session, [mine.available, mine.pending, mine.owed]))


def mandate(session: Session, pot: Account, user_id: UUID, *, market_id: UUID, at: datetime) -> None:
    """Let this user's service fees in this market be paid out of this pot from now on."""
    session.flush()
    asked = {"account_id": pot.id, "user_id": user_id, "market_id": market_id, "at": at}
    session.execute(_MANDATE, asked)


def end_mandate(session: Session, pot: Account, user_id: UUID, *, at: datetime) -> None:
    """Let the pot pay no longer for this user. What it paid stays paid."""
    session.execute(_END_MANDATE, {"account_id": pot.id, "user_id": user_id, "at": at})


def mandate_holders(session: Session, pot: Account) -> Sequence[UUID]:
    """Whose service fees the pot may pay."""
    return session.execute(_HOLDERS, {"account_id": pot.id}).scalars().all()


def mandated(session: Session, user_id: UUID, market_id: UUID) -> list[Account]:
    """The pots that may pay this user's service fees in a market, the one of the oldest mandate first."""
    asked = {"user_id": user_id, "market_id": market_id}
    return [queries.as_account(row) for row in session.execute(_MANDATED, asked)]


def redeem(
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
) -> Entry:
    """Spend credits on a booking, in thousandths by use, all or nothing.

    Pots that may pay this user's service fees pay the discount first, the oldest mandate's before the
    others'; the user's own credits pay the rest and all of the shield. `subject_id` is the booking. Raises
    `BalanceTooLow`. The same key again answers the same entry.
    """
    own, pool = accounts_for(
        session, [(AccountKind.CREDITS, CREDITS, user_id), (AccountKind.CREDITS_POOL, CREDITS, None)]
    )
    pots = mandated(session, user_id, market_id) if fee_discount else []
    own_balance, *pot_balances = queries.balances_locked(session, [own, *pots])
    if (before := before_under(session, key, REDEMPTION, subject_id)) is not None:
        return before
    postings, left = _taken(list(zip(pots, pot_balances, strict=True)), fee_discount, pool)
    rest = left + surge_shield
    if rest > own_balance:
        raise BalanceTooLow(
            f"{rest} thousandths of a credit are needed and {own_balance} are there; ask for a new quote."
        )
    if rest:
        postings.append(Posting(own, pool, rest))
    return post(session, key=key, kind=REDEMPTION, subject_id=subject_id, postings=postings, by=by, at=at)


def give_back(
    session: Session, user_id: UUID, credits_: int, *, key: str, subject_id: UUID, by: Actor, at: datetime
) -> Entry | None:
    """Give back credits that a booking redeemed, to whom they came from; None where nothing is to be moved.

    The user's own come back first and pay off what they owe, then the pots', the last one that paid first.
    Never more comes back than was spent on this booking and has not come back already. The same key again
    answers the same entry.
    """
    mine = wallet_accounts(session, user_id)
    asked = {"subject_id": subject_id, "kind": REDEMPTION, "kind_of_return": REDEMPTION_RETURN}
    sources = [queries.as_account(row) for row in session.execute(_STILL_SPENT, asked)]
    pots = [source for source in sources if source.kind is AccountKind.COMMUNITY_POT]
    owed, *_ = queries.balances_locked(session, [mine.owed, mine.available, *pots])
    if (before := before_under(session, key, REDEMPTION_RETURN, subject_id)) is not None:
        return before
    postings: list[Posting] = []
    for row in session.execute(_STILL_SPENT, asked):
        part = min(credits_, int(row.amount))
        credits_ -= part
        if row.kind == AccountKind.COMMUNITY_POT:
            postings += [Posting(mine.pool, queries.as_account(row), part)] if part else []
        else:
            postings += coming_in(mine, part, owed=owed, into=mine.available)
    if not postings:
        return None
    return post(
        session, key=key, kind=REDEMPTION_RETURN, subject_id=subject_id, postings=postings, by=by, at=at
    )


def coming_in(mine: WalletAccounts, credits_: int, *, owed: int, into: Account) -> list[Posting]:
    """The postings by which credits come from the pool: what is owed is paid off before anything is had."""
    paid_off = min(credits_, owed)
    moves = ((mine.owed, paid_off), (into, credits_ - paid_off))
    return [Posting(mine.pool, target, amount) for target, amount in moves if amount]


def before_under(session: Session, key: str, kind: str, subject_id: UUID) -> Entry | None:
    """The entry already posted under this key. Another kind or subject under one key is a bug."""
    entry = queries.entry_by_key(session, key)
    if entry is not None and (entry.kind, entry.subject_id) != (kind, subject_id):
        raise KeyTellsAnotherStoryError(f"the key {key!r} was posted with another kind or subject")
    return entry


def _taken(pots: list[tuple[Account, int]], credits_: int, pool: Account) -> tuple[list[Posting], int]:
    """What each pot pays of so many credits, and what is left to pay."""
    postings = []
    for pot, there in pots:
        part = min(there, credits_)
        credits_ -= part
        if part:
            postings.append(Posting(pot, pool, part))
    return postings, credits_
