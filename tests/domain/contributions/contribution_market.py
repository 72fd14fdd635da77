"""Helsinki with contributions switched on, callers of its people, and what must hold in the end."""

from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import identity, ledger, markets
from domain.credits import wallet
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.identity import Caller, User
from domain.ledger import AccountKind
from domain.markets import Market, MarketPolicy
from tests import cast

CREDIT = {"value_amount": 100, "expiry_days": 365}
_KEYS = count()


def create_market(session: Session, **sections: Any) -> Market:
    """The market with a policy that keeps credits, of which one pays for a euro, and what else is named."""
    market = cast.market(session)
    document = {"credits": CREDIT} | sections
    markets.publish_policy(
        session, market.id, rules=MarketPolicy(contributions=document), by=SYSTEM, at=cast.LONG_AGO
    )
    return market


def caller_of(session: Session, someone: User) -> Caller:
    """This person, signed in."""
    grants = identity.list_role_grants(session, someone.id)
    held = frozenset(identity.Grant(grant.role, grant.market_id) for grant in grants)
    return Caller(someone.id, ids.new(), someone.name, held)


def grant_credits(
    session: Session, user_id: UUID, credits_: int, at: datetime, **more: Any
) -> ledger.PostedEntry:
    """Credits to spend, from nowhere in particular."""
    fields = {"key": f"earned{next(_KEYS)}", "subject_id": ids.new(), "hold": False} | more
    return wallet.grant(session, user_id, credits_, by=SYSTEM, at=at, **fields)


def link_devices(session: Session, item: UUID, other: UUID, at: datetime) -> None:
    """Two accounts that showed the same device."""
    for user_id in (item, other):
        identity.record_signal(session, user_id, identity.SignalKind.DEVICE, f"{item}{other}", at)


def available_credits(session: Session, user_id: UUID) -> int:
    """What somebody can spend, in thousandths."""
    return ledger.get_wallet(session, user_id).available


def hours_balance(session: Session, user_id: UUID) -> int:
    """Somebody's balance of hours, in minutes."""
    return ledger.get_balance(session, ledger.get_account(session, AccountKind.HOURS, "HRS", user_id))


def ledger_violations(session: Session) -> dict[str, list[object]]:
    """What does not hold in the books."""
    rows = {name: list(session.execute(text(sql))) for name, sql in ledger.INVARIANTS.items()}
    return {name: rows for name, rows in rows.items() if rows}
