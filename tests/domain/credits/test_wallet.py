"""Credits come, are released, spent, given back and taken back; nothing is lost on any of these ways."""

from datetime import datetime
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from domain import ledger
from domain.credits import wallet
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.ledger import AccountKind, Posting
from tests import cast

_NUMBERS = count()


def violations(session: Session) -> dict[str, list[object]]:
    rows = {name: list(session.execute(text(sql))) for name, sql in ledger.INVARIANTS.items()}
    return {name: rows for name, rows in rows.items() if rows}


def how(at: datetime, *, key: str = "") -> dict[str, object]:
    return {"key": key or f"k{next(_NUMBERS)}", "subject_id": ids.new(), "by": SYSTEM, "at": at}


def has(session: Session, user_id: object) -> tuple[int, int, int]:
    mine = wallet.get_balances(session, user_id)
    return mine.available, mine.pending, mine.owed


def test_held_credits_are_pending_until_they_are_released(session: Session, at: datetime) -> None:
    aino = cast.aino(session).id
    wallet.grant(session, aino, 1_500, hold=True, **how(at))
    assert has(session, aino) == (0, 1_500, 0)
    wallet.release(session, aino, 1_500, **how(at))
    assert has(session, aino) == (1_500, 0, 0)
    assert wallet.release(session, aino, 1, **how(at)) is None


def test_what_is_taken_back_comes_from_pending_then_available_then_is_owed(
    session: Session, at: datetime
) -> None:
    aino = cast.aino(session).id
    wallet.grant(session, aino, 100, hold=True, **how(at))
    wallet.grant(session, aino, 200, hold=False, **how(at))
    wallet.claw_back(session, aino, 50, **how(at))
    assert has(session, aino) == (200, 50, 0)
    wallet.claw_back(session, aino, 150, **how(at))
    assert has(session, aino) == (100, 0, 0)
    wallet.claw_back(session, aino, 300, **how(at))
    assert has(session, aino) == (0, 0, 200)


def test_what_is_owed_is_paid_off_before_anything_is_had(session: Session, at: datetime) -> None:
    aino = cast.aino(session).id
    wallet.claw_back(session, aino, 300, **how(at))
    wallet.grant(session, aino, 200, hold=True, **how(at))
    assert has(session, aino) == (0, 0, 100)
    wallet.grant(session, aino, 150, hold=False, **how(at))
    assert has(session, aino) == (50, 0, 0)


@pytest.mark.parametrize("verb", ["grant", "release", "claw_back"])
def test_the_same_key_does_it_once_whatever_happened_meanwhile(
    session: Session, at: datetime, verb: str
) -> None:
    aino = cast.aino(session).id
    wallet.grant(session, aino, 1_000, hold=True, **how(at))
    same = how(at, key="same")
    more = {"hold": True} if verb == "grant" else {}
    first = getattr(wallet, verb)(session, aino, 400, **more, **same)
    wallet.claw_back(session, aino, 5_000, **how(at))
    before = has(session, aino)
    again = getattr(wallet, verb)(session, aino, 400, **more, **same)
    assert (again.id, again.is_new, has(session, aino)) == (first.id, False, before)


def test_a_key_that_tells_another_story_is_a_bug(session: Session, at: datetime) -> None:
    aino = cast.aino(session).id
    wallet.grant(session, aino, 1_000, hold=True, **how(at, key="one"))
    with pytest.raises(ledger.EntryKeyReusedError):
        wallet.claw_back(session, aino, 1_000, **how(at, key="one"))


def spend(
    session: Session, user_id: object, booking: object, at: datetime, **uses: int
) -> ledger.PostedEntry:
    attestation = {"fee_discount": 0, "surge_shield": 0} | uses
    return ledger.redeem_credits(
        session,
        user_id,
        market_id=cast.market(session).id,
        key=f"redemption:{booking}",
        subject_id=booking,
        by=SYSTEM,
        at=at,
        **attestation,
    )


def give_back(session: Session, user_id: object, booking: object, part: int, at: datetime, key: str) -> None:
    ledger.return_redeemed_credits(session, user_id, part, key=key, subject_id=booking, by=SYSTEM, at=at)


def test_a_booking_is_paid_with_credits_or_not_at_all(session: Session, at: datetime) -> None:
    aino, booking = cast.aino(session).id, ids.new()
    wallet.grant(session, aino, 1_000, hold=False, **how(at))
    with pytest.raises(ledger.BalanceTooLow):
        spend(session, aino, booking, at, fee_discount=600, surge_shield=401)
    first = spend(session, aino, booking, at, fee_discount=600, surge_shield=400)
    assert has(session, aino) == (0, 0, 0)
    assert spend(session, aino, booking, at, fee_discount=600, surge_shield=400).id == first.id


def test_what_comes_back_from_a_booking_pays_off_what_is_owed_first(session: Session, at: datetime) -> None:
    aino, booking = cast.aino(session).id, ids.new()
    wallet.grant(session, aino, 1_000, hold=False, **how(at))
    spend(session, aino, booking, at, fee_discount=1_000)
    wallet.claw_back(session, aino, 300, **how(at))
    give_back(session, aino, booking, 400, at, "back")
    assert has(session, aino) == (100, 0, 0)
    give_back(session, aino, booking, 400, at, "back")
    assert has(session, aino) == (100, 0, 0)
    give_back(session, aino, booking, 9_999, at, "the rest")
    assert has(session, aino) == (700, 0, 0)


def test_a_pot_pays_the_discount_first_and_gets_back_last(session: Session, at: datetime) -> None:
    aino, booking = cast.aino(session).id, ids.new()
    wallet.grant(session, aino, 1_000, hold=False, **how(at))
    pot, pool = ledger.get_accounts(
        session, [(AccountKind.COMMUNITY_POT, "CRD", ids.new()), (AccountKind.CREDITS_POOL, "CRD", None)]
    )
    ledger.post(
        session, key="fed", kind="t", subject_id=aino, postings=[Posting(pool, pot, 500)], by=SYSTEM, at=at
    )
    ledger.grant_mandate(session, pot, aino, market_id=cast.market(session).id, at=at)
    spend(session, aino, booking, at, fee_discount=800, surge_shield=100)
    assert (ledger.get_balance(session, pot), has(session, aino)) == (0, (600, 0, 0))
    give_back(session, aino, booking, 500, at, "back")
    assert (ledger.get_balance(session, pot), has(session, aino)) == (100, (1_000, 0, 0))
    ledger.end_mandate(session, pot, aino, at=at)
    spend(session, aino, ids.new(), at, fee_discount=100)
    assert (ledger.get_balance(session, pot), has(session, aino)) == (100, (900, 0, 0))


def test_a_pot_never_pays_a_shield(session: Session, at: datetime) -> None:
    aino = cast.aino(session).id
    pot, pool = ledger.get_accounts(
        session, [(AccountKind.COMMUNITY_POT, "CRD", ids.new()), (AccountKind.CREDITS_POOL, "CRD", None)]
    )
    ledger.post(
        session, key="fed", kind="t", subject_id=aino, postings=[Posting(pool, pot, 500)], by=SYSTEM, at=at
    )
    ledger.grant_mandate(session, pot, aino, market_id=cast.market(session).id, at=at)
    with pytest.raises(ledger.BalanceTooLow):
        spend(session, aino, ids.new(), at, surge_shield=1)


VERBS = st.sampled_from(["grant held", "grant", "release", "claw back", "spend", "return"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(VERBS, st.integers(1, 900)), max_size=14))
def test_any_sequence_conserves_and_owes_only_when_nothing_is_left(
    session: Session, at: datetime, steps: list[tuple[str, int]]
) -> None:
    with session.begin_nested() as undo:
        aino, bookings, given_out = cast.aino(session).id, [], 0
        pool = ledger.get_account(session, AccountKind.CREDITS_POOL, "CRD")
        for verb, amount in steps:
            try:
                with session.begin_nested():
                    take(session, verb, aino, amount, bookings, at)
            except ledger.BalanceTooLow:
                assert verb == "spend"
            available, pending, owed = has(session, aino)
            given_out = available + pending - owed
            assert min(available, pending, owed) >= 0
            assert not (owed and (available or pending))
            assert ledger.get_balance(session, pool) == given_out
        assert violations(session) == {}
        undo.rollback()


def take(
    session: Session, verb: str, user_id: object, amount: int, bookings: list[object], at: datetime
) -> None:
    """One step of a random life."""
    if verb.startswith("grant"):
        wallet.grant(session, user_id, amount, hold=verb.endswith("held"), **how(at))
    elif verb == "release":
        wallet.release(session, user_id, amount, **how(at))
    elif verb == "claw back":
        wallet.claw_back(session, user_id, amount, **how(at))
    elif verb == "spend":
        booking = ids.new()
        spend(session, user_id, booking, at, fee_discount=amount)
        bookings.append(booking)
    elif bookings:
        give_back(session, user_id, bookings[-1], amount, at, f"back{next(_NUMBERS)}")
