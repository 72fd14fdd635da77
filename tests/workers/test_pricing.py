"""What time does to quotes, done by the worker that sweeps them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text

from domain import pricing
from domain.foundation.persistence.database import Transactions
from tests import cast
from workers.pricing import forget_quotes
from workers.task import Work

TEN = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Europe/Helsinki"))


def test_a_quote_nobody_took_is_forgotten_and_a_taken_one_is_not(
    transactions: Transactions, at: datetime
) -> None:
    work = Work(transactions, gateway=None)  # type: ignore[arg-type]  # this sweep does not reach the world
    with transactions() as session:
        cast.open_always(session, cast.ellen(session))
        offer, aino = cast.offer(session).id, cast.aino(session).id
        taken, left = (
            pricing.quote(session, offer_id=offer, customer_id=aino, start=TEN, units=60, at=at).id
            for _ in range(2)
        )
        pricing.take(session, taken, customer_id=aino, at=at)
    assert forget_quotes(work, at + timedelta(days=29)) == 0
    assert forget_quotes(work, at + timedelta(days=31)) == 1
    assert forget_quotes(work, at + timedelta(days=31)) == 0
    with transactions() as session:
        assert session.execute(text("SELECT id FROM quotes")).scalars().all() == [taken]
    assert left != taken
