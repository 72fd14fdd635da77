"""Entries of credits stand in the order in which they moved a balance, so each can tell what stood before it.

Whoever must wait for a balance draws the id of their entry after the wait, not before.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event
from time import monotonic

from sqlalchemy import text

from domain import ledger
from domain.contributions.explanations import trace
from domain.credits import pots
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.foundation.persistence.database import Transactions
from tests import cast
from tests.domain.contributions import contribution_market
from tests.together import PATIENCE

_WAITING = text("""
    SELECT EXISTS (SELECT FROM pg_stat_activity
                   WHERE wait_event_type = 'Lock' AND datname = current_database())
""")


def until_somebody_waits(transactions: Transactions) -> None:
    """Return once somebody waits for what another one holds."""
    late = monotonic() + PATIENCE
    while monotonic() < late:
        with transactions() as session:
            if session.execute(_WAITING).scalar():
                return
        Event().wait(0.01)
    raise AssertionError("nobody waited")


def test_a_gift_that_waits_for_a_payment_comes_after_it(transactions: Transactions, at: datetime) -> None:
    with transactions() as session:
        market, aino, ben = contribution_market.create_market(session), cast.aino(session), cast.ben(session)
        by = contribution_market.caller_of(session, aino)
        fields = {"market_id": market.id, "title": "For Ben", "beneficiary_id": ben.id}
        pot_id = pots.open_pot(session, **fields, by=by, at=at).id
        contribution_market.grant_credits(session, aino.id, 2_000, at)
        pots.give_to_pot(session, pot_id, 1_000, by=by, at=at)
        market_id, ben_id, booking = market.id, ben.id, ids.new()

    def gives() -> object:
        return transactions.run(
            lambda session: pots.give_to_pot(session, pot_id, 1_000, by=by, at=at).entry_id
        )

    with ThreadPoolExecutor(1) as pool, transactions() as session:
        pot_ids = ledger.list_mandated_pots(session, ben_id, market_id)
        assert ledger.lock_balances(session, pot_ids) == [1_000]
        gift = pool.submit(gives)
        until_somebody_waits(transactions)
        paid = ledger.redeem_credits(
            session,
            ben_id,
            market_id=market_id,
            fee_discount=1_000,
            surge_shield=0,
            key=f"redemption:{booking}",
            subject_id=booking,
            by=SYSTEM,
            at=at,
        )
        session.commit()
        assert paid.id < gift.result(PATIENCE)


def test_a_trace_names_the_pot_that_credits_went_into() -> None:
    pot_id = ids.new()
    used = trace.CreditUse(ids.new(), "pot_gift", pot_id, cast.LONG_AGO, 1_000)
    assert (used.pot_id, used.booking_id) == (pot_id, None)
