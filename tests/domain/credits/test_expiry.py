"""Credits expire after two notices and never otherwise; what is spent and comes back keeps its age."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from domain import credits, ledger
from domain.credits import wallet
from domain.credits.expiry import list_lots
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.ledger import AccountKind
from tests import cast
from tests.domain.contributions import contribution_market

DAY = timedelta(days=1)


def notices(session: Session) -> list[tuple[int, int]]:
    rows = session.execute(text("SELECT days, credits FROM credit_notices ORDER BY told_at, days"))
    return [(row.days, row.credits) for row in rows]


def breakage(session: Session) -> int:
    return ledger.get_balance(session, ledger.get_account(session, AccountKind.BREAKAGE, "CRD"))


def nights(session: Session, user_id: UUID, start: datetime, days: int) -> list[datetime]:
    """Sweep night after night; the instants at which something expired."""
    gone = []
    for night in range(days):
        at, before = start + night * DAY, breakage(session)
        credits.expire_credits(session, user_id, at=at)
        if breakage(session) != before:
            gone.append(at)
    return gone


def spend(session: Session, user_id: UUID, credits_: int, at: datetime) -> UUID:
    booking = ids.new()
    fields = {"market_id": ids.new(), "fee_discount": credits_, "surge_shield": 0, "subject_id": booking}
    ledger.redeem_credits(session, user_id, key=f"redemption:{booking}", by=SYSTEM, at=at, **fields)
    return booking


def test_what_is_old_expires_after_both_notices_and_not_before(session: Session, at: datetime) -> None:
    aino = cast.aino(session).id
    contribution_market.grant_credits(session, aino, 1_000, at, expiry_days=100)
    assert nights(session, aino, at, 130) == [at + 100 * DAY]
    assert notices(session) == [(30, 1_000), (7, 1_000)]
    assert (contribution_market.available_credits(session, aino), breakage(session)) == (0, 1_000)
    assert contribution_market.ledger_violations(session) == {}


def test_nothing_expires_without_both_notices_however_late_they_come(session: Session, at: datetime) -> None:
    aino = cast.aino(session).id
    contribution_market.grant_credits(session, aino, 1_000, at, expiry_days=100)
    late = at + 200 * DAY
    assert nights(session, aino, late, 40) == [late + 30 * DAY]


def test_what_came_without_an_end_never_expires(session: Session, at: datetime) -> None:
    aino = cast.aino(session).id
    contribution_market.grant_credits(session, aino, 1_000, at)
    credits.expire_credits(session, aino, at=at + 9_999 * DAY)
    assert (notices(session), contribution_market.available_credits(session, aino)) == ([], 1_000)


def test_the_oldest_are_spent_first(session: Session, at: datetime) -> None:
    aino = cast.aino(session).id
    contribution_market.grant_credits(session, aino, 1_000, at, expiry_days=100)
    contribution_market.grant_credits(session, aino, 500, at + DAY, expiry_days=100)
    spend(session, aino, 1_000, at + 2 * DAY)
    assert nights(session, aino, at, 120) == [at + 101 * DAY]
    assert breakage(session) == 500


def test_a_later_policy_does_not_shorten_what_was_granted(session: Session, at: datetime) -> None:
    aino = cast.aino(session).id
    contribution_market.grant_credits(session, aino, 1_000, at, expiry_days=200)
    contribution_market.grant_credits(session, aino, 1_000, at, expiry_days=40)
    assert nights(session, aino, at, 150) == [at + 40 * DAY]
    assert contribution_market.available_credits(session, aino) == 1_000


def test_held_credits_grow_old_from_the_day_they_can_be_spent(session: Session, at: datetime) -> None:
    aino, deed = cast.aino(session).id, ids.new()
    contribution_market.grant_credits(session, aino, 1_000, at, expiry_days=40, hold=True, subject_id=deed)
    wallet.release(session, aino, 1_000, key="free", subject_id=deed, by=SYSTEM, at=at + 20 * DAY)
    assert nights(session, aino, at, 90) == [at + 60 * DAY]


def test_what_a_booking_gives_back_is_as_old_as_it_was(session: Session, at: datetime) -> None:
    aino = cast.aino(session).id
    contribution_market.grant_credits(session, aino, 1_000, at, expiry_days=100)
    contribution_market.grant_credits(session, aino, 1_000, at, expiry_days=300)
    booking = spend(session, aino, 1_500, at + DAY)
    ledger.return_redeemed_credits(
        session, aino, 700, key="back", subject_id=booking, by=SYSTEM, at=at + 2 * DAY
    )
    assert [
        (lot.left, lot.expires_at) for lot in credits.get_credits_overview(session, aino, at=at).lots
    ] == [
        (200, at + 100 * DAY),
        (1_000, at + 300 * DAY),
    ]


def test_what_comes_back_after_the_notice_is_told_of_anew(session: Session, at: datetime) -> None:
    aino = cast.aino(session).id
    contribution_market.grant_credits(session, aino, 1_000, at, expiry_days=100)
    booking = spend(session, aino, 600, at + DAY)
    nights(session, aino, at, 96)
    ledger.return_redeemed_credits(
        session, aino, 600, key="back", subject_id=booking, by=SYSTEM, at=at + 96 * DAY
    )
    assert nights(session, aino, at + 97 * DAY, 60) == [at + 127 * DAY]
    assert notices(session) == [(30, 400), (7, 400), (30, 1_000), (7, 1_000)]
    assert breakage(session) == 1_000


def test_what_was_spent_after_the_notice_does_not_expire(session: Session, at: datetime) -> None:
    aino = cast.aino(session).id
    contribution_market.grant_credits(session, aino, 1_000, at, expiry_days=100)
    nights(session, aino, at, 96)
    spend(session, aino, 900, at + 96 * DAY)
    nights(session, aino, at + 97 * DAY, 10)
    assert breakage(session) == 100


@pytest.mark.parametrize("nightly", [1, 3])
def test_a_sweep_twice_a_night_does_no_more(session: Session, at: datetime, nightly: int) -> None:
    aino = cast.aino(session).id
    contribution_market.grant_credits(session, aino, 1_000, at, expiry_days=100)
    steps = [
        credits.expire_credits(session, aino, at=at + night * DAY)
        for night in range(110)
        for _ in range(nightly)
    ]
    assert sum(steps) == 3


def test_only_who_may_lose_something_soon_is_looked_at(session: Session, at: datetime) -> None:
    aino, ben = cast.aino(session).id, cast.ben(session).id
    contribution_market.grant_credits(session, aino, 1_000, at, expiry_days=100)
    contribution_market.grant_credits(session, ben, 1_000, at)
    assert list(credits.users_with_expiring_credits(session, None, at=at + 69 * DAY, limit=9)) == []
    assert list(credits.users_with_expiring_credits(session, None, at=at + 70 * DAY, limit=9)) == [aino]
    assert list(credits.users_with_expiring_credits(session, aino, at=at + 70 * DAY, limit=9)) == []


DEEDS = st.sampled_from(["grant", "grant held", "release", "claw back", "spend", "return", "wait", "wait"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(DEEDS, st.integers(1, 900)), max_size=16))
def test_whatever_happens_only_what_both_notices_named_expires_and_the_lots_are_the_balance(
    session: Session, at: datetime, steps: list[tuple[str, int]]
) -> None:
    with session.begin_nested() as undo:
        aino, now, spent = cast.aino(session).id, at, []
        for place, (deed, amount) in enumerate(steps):
            fields = {"key": f"step{place}", "subject_id": ids.new(), "by": SYSTEM, "at": now}
            if deed.startswith("grant"):
                held = deed.endswith("held")
                wallet.grant(session, aino, amount, hold=held, expiry_days=30 + amount % 40, **fields)
            elif deed == "release":
                wallet.release(session, aino, amount, **fields)
            elif deed == "claw back":
                wallet.claw_back(session, aino, amount, **fields)
            elif deed == "spend" and contribution_market.available_credits(session, aino) >= amount:
                spent.append(spend(session, aino, amount, now))
            elif deed == "return" and spent:
                ledger.return_redeemed_credits(session, aino, amount, **fields | {"subject_id": spent[-1]})
            elif deed == "wait":
                nights(session, aino, now, amount % 25)
                now += amount % 25 * DAY
            mine = ledger.get_wallet(session, aino)
            assert min(mine.available, mine.pending, mine.owed) >= 0
            assert not (mine.owed and (mine.available or mine.pending))
            assert sum(lot.left for lot in list_lots(session, aino)) == mine.available
            assert session.execute(_WITHOUT_BOTH_NOTICES).all() == []
        assert contribution_market.ledger_violations(session) == {}
        undo.rollback()


_WITHOUT_BOTH_NOTICES = text("""
    SELECT gone.id FROM ledger_entries gone JOIN ledger_postings p ON p.entry_id = gone.id
    WHERE gone.kind = 'breakage' AND 2 > (
        SELECT count(*) FROM credit_notices told
        WHERE told.lot_id = gone.subject_id AND gone.key = 'breakage:' || told.lot_id || ':' || told.round
          AND told.credits >= p.amount
          AND told.told_at <= gone.recorded_at - make_interval(days => told.days))
""")
