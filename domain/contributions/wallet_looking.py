"""What somebody sees of their credits: what they have, what it pays for in each market, what expires when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session

from domain import ledger, markets, pricing
from domain.contributions import policy
from domain.contributions.expiring import lots_of
from domain.contributions.expiring_lots import Lot
from domain.contributions.patronage_rules import CREDIT
from domain.foundation.paging import Page
from domain.ledger import AccountKind, StatementRow, Wallet
from domain.markets import Market
from domain.pricing import CreditRules


class CreditPlace(StrEnum):
    """Where credits are, as their owner sees it."""

    AVAILABLE = "available"
    PENDING = "pending"
    OWED = "owed"


@dataclass(frozen=True, slots=True)
class MarketPays:
    """What credits pay for in a market; `worth_amount` is what the available ones pay at most."""

    market: Market
    rules: CreditRules
    worth_amount: int
    pots: Sequence[tuple[UUID, int]]
    pays_out: bool


@dataclass(frozen=True, slots=True)
class CreditsSeen:
    """A wallet with what it pays for, and the lots that expire."""

    wallet: Wallet
    markets: Sequence[MarketPays]
    lots: Sequence[Lot]


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A posting, and by how much it changed what its owner has in each place."""

    posting: StatementRow
    changes: dict[CreditPlace, int]


_PLACES = {
    AccountKind.CREDITS: CreditPlace.AVAILABLE,
    AccountKind.CREDITS_PENDING: CreditPlace.PENDING,
    AccountKind.CREDITS_OWED: CreditPlace.OWED,
}


def credits_of(session: Session, user_id: UUID, *, at: datetime) -> CreditsSeen:
    """What a user has, what a credit pays for in every market that keeps them, and what expires."""
    had = ledger.get_wallet(session, user_id)
    pays = [
        MarketPays(
            market=market,
            rules=rules,
            worth_amount=had.available * rules.value_amount // CREDIT,
            pots=_pots(session, user_id, market.id),
            pays_out=_pays_out(session, market.id, at),
        )
        for market, rules in _markets(session, at)
    ]
    return CreditsSeen(had, pays, [lot for lot in lots_of(session, user_id) if lot.expires_at is not None])


def credit_statement(session: Session, user_id: UUID, *, after: str | None, limit: int) -> Page[CreditLine]:
    """Every posting of a user's credits, the newest first. Raises `CursorUnreadable`."""
    mine = ledger.get_wallet_accounts(session, user_id)
    accounts = [mine.available, mine.pending, mine.owed]
    page = ledger.list_statement(session, accounts, after=after, limit=limit)
    return Page([CreditLine(line, _changes(line, user_id)) for line in page.items], page.next_cursor)


def hours_statement(session: Session, user_id: UUID, *, after: str | None, limit: int) -> Page[StatementRow]:
    """Every posting of a user's hours, the newest first. Raises `CursorUnreadable`."""
    account = ledger.get_account(session, AccountKind.HOURS, ledger.HOURS, user_id)
    return ledger.list_statement(session, [account], after=after, limit=limit)


def _changes(line: StatementRow, user_id: UUID) -> dict[CreditPlace, int]:
    """What a debit takes from has less, except what is owed, which grows by debits."""
    changes = dict.fromkeys(CreditPlace, 0)
    sides = ((line.debit, line.debit_owner, -line.amount), (line.credit, line.credit_owner, line.amount))
    for kind, owner, change in sides:
        if owner == user_id and kind in _PLACES:
            place = _PLACES[kind]
            changes[place] += -change if place is CreditPlace.OWED else change
    return changes


def _pots(session: Session, user_id: UUID, market_id: UUID) -> list[tuple[UUID, int]]:
    accounts = ledger.list_mandated_pots(session, user_id, market_id)
    held = zip(accounts, ledger.get_balances(session, accounts), strict=True)
    return [(account.owner_id, balance) for account, balance in held if account.owner_id and balance]


def _markets(session: Session, at: datetime) -> Iterator[tuple[Market, CreditRules]]:
    after = None
    while True:
        page = markets.list_markets(session, after=after, limit=100)
        for market in page.items:
            rules = pricing.credit_rules(markets.get_policy_at(session, market.id, at))
            if rules is not None:
                yield market, rules
        if (after := page.next_cursor) is None:
            return


def _pays_out(session: Session, market_id: UUID, at: datetime) -> bool:
    rules = policy.rules_of(markets.get_policy_at(session, market_id, at))
    return rules is not None and rules.payout.offered
