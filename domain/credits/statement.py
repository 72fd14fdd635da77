"""What somebody sees of their credits: what they have, what it pays for in each market, what expires when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session

from domain import ledger, markets, pricing
from domain.credits.expiry import list_lots
from domain.credits.lots import CreditLot
from domain.credits.patronage.rules import CREDIT_MILLI
from domain.credits.policy import credit_policy_of_version
from domain.foundation.paging import Page
from domain.ledger import AccountKind, StatementRow, Wallet
from domain.markets import Market
from domain.pricing import CreditRules


class CreditBalanceKind(StrEnum):
    """Where credits are, as their owner sees it."""

    AVAILABLE = "available"
    PENDING = "pending"
    OWED = "owed"


@dataclass(frozen=True, slots=True)
class MarketCreditTerms:
    """What credits pay for in a market; `worth_amount` is what the available ones pay at most."""

    market: Market
    rules: CreditRules
    worth_amount: int
    pots: Sequence[tuple[UUID, int]]
    pays_out: bool


@dataclass(frozen=True, slots=True)
class CreditsOverview:
    """A wallet with what it pays for, and the lots that expire."""

    wallet: Wallet
    markets: Sequence[MarketCreditTerms]
    lots: Sequence[CreditLot]


@dataclass(frozen=True, slots=True)
class CreditStatementLine:
    """A posting, and by how much it changed what its owner has in each place."""

    posting: StatementRow
    changes: dict[CreditBalanceKind, int]


_BALANCE_KINDS = {
    AccountKind.CREDITS: CreditBalanceKind.AVAILABLE,
    AccountKind.CREDITS_PENDING: CreditBalanceKind.PENDING,
    AccountKind.CREDITS_OWED: CreditBalanceKind.OWED,
}


def get_credits_overview(session: Session, user_id: UUID, *, at: datetime) -> CreditsOverview:
    """What a user has, what a credit pays for in every market that keeps them, and what expires."""
    had = ledger.get_wallet(session, user_id)
    pays = [
        MarketCreditTerms(
            market=market,
            rules=rules,
            worth_amount=had.available * rules.value_amount // CREDIT_MILLI,
            pots=_pots(session, user_id, market.id),
            pays_out=_pays_out(session, market.id, at),
        )
        for market, rules in _markets(session, at)
    ]
    return CreditsOverview(
        had, pays, [lot for lot in list_lots(session, user_id) if lot.expires_at is not None]
    )


def list_credit_postings(
    session: Session, user_id: UUID, *, after: str | None, limit: int
) -> Page[CreditStatementLine]:
    """Every posting of a user's credits, the newest first. Raises `CursorUnreadable`."""
    mine = ledger.get_wallet_accounts(session, user_id)
    accounts = [mine.available, mine.pending, mine.owed]
    page = ledger.list_statement(session, accounts, after=after, limit=limit)
    return Page([CreditStatementLine(line, _changes(line, user_id)) for line in page.items], page.next_cursor)


def _changes(line: StatementRow, user_id: UUID) -> dict[CreditBalanceKind, int]:
    """What a debit takes from has less, except what is owed, which grows by debits."""
    changes = dict.fromkeys(CreditBalanceKind, 0)
    sides = ((line.debit, line.debit_owner, -line.amount), (line.credit, line.credit_owner, line.amount))
    for kind, owner, change in sides:
        if owner == user_id and kind in _BALANCE_KINDS:
            place = _BALANCE_KINDS[kind]
            changes[place] += -change if place is CreditBalanceKind.OWED else change
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
    rules = credit_policy_of_version(markets.get_policy_at(session, market_id, at))
    return rules is not None and rules.payout.offered
