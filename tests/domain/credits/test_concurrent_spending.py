"""Many who spend one balance at once never spend more than there is: in threads, against a real database."""

from datetime import datetime
from uuid import UUID

import pytest
from sqlmodel import Session

from domain import ledger
from domain.credits import wallet
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.foundation.persistence.database import Transactions
from tests import cast
from tests.domain.contributions import contribution_market
from tests.together import together

PRICE = 70


def spend(transactions: Transactions, user_id: UUID, market_id: UUID, at: datetime) -> bool:
    booking = ids.new()

    def redeemed(session: Session) -> bool:
        uses = {"fee_discount": PRICE - 20, "surge_shield": 20}
        ledger.redeem_credits(
            session,
            user_id,
            market_id=market_id,
            key=f"redemption:{booking}",
            subject_id=booking,
            by=SYSTEM,
            at=at,
            **uses,
        )
        return True

    try:
        return transactions.run(redeemed)
    except ledger.BalanceTooLow:
        return False


def tried(transactions: Transactions, at: datetime, *, spends: int, threads: int) -> None:
    """Half of those who spend can pay; the others are refused, and what is left pays nobody anymore."""
    with transactions() as session:
        aino, market = cast.aino(session).id, cast.market(session).id
        contribution_market.grant_credits(session, aino, PRICE * (spends // 2) + PRICE - 1, at)
    won = together(lambda _: spend(transactions, aino, market, at), spends, threads=threads)
    with transactions() as session:
        assert (sum(won), contribution_market.available_credits(session, aino)) == (spends // 2, PRICE - 1)
        assert contribution_market.ledger_violations(session) == {}


def test_a_crowd_spends_one_balance_and_never_more(transactions: Transactions, at: datetime) -> None:
    tried(transactions, at, spends=40, threads=8)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_two_hundred_at_once_spend_one_balance_and_never_more(
    transactions: Transactions, at: datetime
) -> None:
    tried(transactions, at, spends=200, threads=24)


def test_earning_and_losing_at_once_leaves_nobody_owing_with_something_in_hand(
    transactions: Transactions, at: datetime
) -> None:
    with transactions() as session:
        aino = cast.aino(session).id

    def live(number: int) -> None:
        fields = {"key": f"life{number}", "subject_id": ids.new(), "by": SYSTEM, "at": at}
        if number % 2:
            transactions.run(lambda session: wallet.claw_back(session, aino, 100, **fields))
        else:
            held = number % 4 == 0
            transactions.run(lambda session: wallet.grant(session, aino, 90, hold=held, **fields))

    together(live, 24, threads=8)
    with transactions() as session:
        mine = ledger.get_wallet(session, aino)
        assert mine.available + mine.pending - mine.owed == 12 * 90 - 12 * 100
        assert not (mine.owed and (mine.available or mine.pending))
        assert contribution_market.ledger_violations(session) == {}
