"""Quotes for a change of what was booked; which are forgotten; and that what is wrong would be seen."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from domain import offers, pricing
from domain.markets import MarketPolicy, TaxRule
from domain.offers import OptionPer
from domain.pricing.invariants import INVARIANTS
from tests.domain.offers.owner import by
from tests.domain.pricing.asking import TEN, asked, new_policy, option, published, repriced, stored


def test_a_change_keeps_the_prices_of_the_booking(session: Session, at: datetime) -> None:
    offer = published(session)
    windows = option(session, offer, at, per=OptionPer.BOOKING, most=1)
    quote = asked(session, offer, at, options=[(windows, 1)])
    pricing.take(session, quote.id, customer_id=quote.customer_id, at=at)
    repriced(session, offer, 9_000, at)
    offers.retire_option(session, offer.id, windows, by=by(offer), at=at)
    new_policy(session, MarketPolicy(service_fee_bp=2_000), at)
    later = pricing.price_of_change(
        session, quote.id, start=TEN + timedelta(days=1), at=at, expires_at=at + timedelta(days=1)
    )
    assert later.difference_amount == 0
    assert later.quote.during.start == TEN + timedelta(days=1)
    assert later.quote.during.duration == quote.during.duration
    assert later.quote.changes_quote_id == quote.id
    longer = pricing.price_of_change(
        session, quote.id, units=150, options=[], at=at, expires_at=at + timedelta(days=1)
    )
    assert longer.quote.pay_in_amount == 11_250 + 562
    assert longer.difference_amount == 11_250 + 562 - quote.pay_in_amount
    assert pricing.is_genuine(stored(session, longer.quote.id))


def test_a_moved_ride_takes_as_long_as_before(session: Session, at: datetime) -> None:
    offer = published(session, category="ride")
    quote = asked(session, offer, at, units=12, end=TEN + timedelta(minutes=45))
    change = pricing.price_of_change(
        session, quote.id, start=TEN + timedelta(hours=3), at=at, expires_at=at + timedelta(days=1)
    )
    assert (change.difference_amount, change.quote.during.duration) == (0, timedelta(minutes=45))


def test_quotes_nobody_took_are_forgotten_after_a_month(session: Session, at: datetime) -> None:
    offer = published(session)
    taken, changed, forgotten = (asked(session, offer, at) for _ in range(3))
    for quote in (taken, changed):
        pricing.take(session, quote.id, customer_id=quote.customer_id, at=at)
    change = pricing.price_of_change(session, changed.id, units=60, at=at, expires_at=at + timedelta(days=1))
    a_month_later = forgotten.expires_at + timedelta(days=30)
    assert pricing.sweep_quotes(session, at=a_month_later - timedelta(seconds=1)) == 0
    assert pricing.sweep_quotes(session, at=a_month_later + timedelta(days=30)) == 1
    left = session.execute(text("SELECT id FROM quotes")).scalars().all()
    assert set(left) == {taken.id, changed.id, change.quote.id}


def test_every_invariant_holds_and_would_be_seen_broken(session: Session, at: datetime) -> None:
    offer = published(session)
    new_policy(session, MarketPolicy(tax=TaxRule(rate_bp=2_550, applies_to="service", inclusive=True)), at)
    quote = asked(session, offer, at)
    pricing.price_of_change(session, quote.id, units=60, at=at, expires_at=at + timedelta(days=1))
    assert [name for name, query in INVARIANTS.items() if session.execute(text(query)).all()] == []
    session.execute(text("ALTER TABLE quotes DISABLE TRIGGER quotes_are_kept"))
    spoilt = """
        UPDATE quotes SET lines = '[]', currency = 'SEK', agreed_at = created_at, stake_amount = 1,
                          inputs = jsonb_set(inputs, '{surge,multiplier_bp}', '20000')
        WHERE changes_quote_id IS NOT NULL
    """
    session.execute(text(spoilt))
    assert len([name for name, query in INVARIANTS.items() if session.execute(text(query)).all()]) == len(
        INVARIANTS
    )
