"""Where the money of a busy hour goes: into the pool, out of it to the provider, back with the service."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import bookings, ledger, payments, pricing
from domain.bookings import Booking, BookingReasonCode, BookingState, booking_disputes, changes
from domain.bookings.invariants import INVARIANTS
from domain.foundation import events
from domain.ledger import AccountKind
from domain.payments.invariants import INVARIANTS as OF_PAYMENTS
from domain.pricing.invariants import INVARIANTS as OF_PRICING
from tests import snapshots
from tests.domain.bookings.booking_factory import DAY, HOUR, BookingFactory, make_booking_factory
from tests.domain.bookings.fake_gateway import SingleSessionTransactions

HELSINKI = ZoneInfo("Europe/Helsinki")
CATEGORIES = ("hourly-service", "lesson")


def play_of(session: Session, at: datetime, **content: Any) -> BookingFactory:
    """A scene in a market whose days fill; a scheduled factor needs no place on the map."""
    factory = make_booking_factory(session, at, **content)
    rules = {"scheduled": {slug: {} for slug in CATEGORIES}}
    snapshots.in_force(session, factory.offer.market_id, rules, at=at - 100 * DAY)
    return factory


@pytest.fixture
def factory(session: Session, at: datetime) -> BookingFactory:
    busy = play_of(session, at)
    market_says(busy, 15_000)
    return busy


def market_says(
    factory: BookingFactory,
    multiplier_bp: int,
    *,
    later: timedelta = timedelta(0),
    typical_amount: int = 4_000,
) -> UUID:
    """Publish this factor for the block of the scene's start."""
    local = factory.start.astimezone(HELSINKI)
    day = {(local.date(), local.hour // 4): multiplier_bp}
    return snapshots.published(
        factory.session,
        factory.offer.market_id,
        {},
        category=CATEGORIES[0],
        tick_at=factory.at + later,
        scheduled=dict.fromkeys(CATEGORIES, day),
        typical_amount=typical_amount,
    )


def sound(session: Session) -> list[str]:
    """The invariants of money that are broken."""
    session.flush()
    several = INVARIANTS | ledger.INVARIANTS | OF_PAYMENTS | OF_PRICING
    return [name for name, query in several.items() if session.execute(text(query)).all()]


def closed_facts(factory: BookingFactory, booking: Booking) -> dict[str, Any]:
    rows = events.subject_history(factory.session, booking.id)
    return next(dict(row.data) for row in rows if row.name == "booking.books_closed")


def test_a_booking_carries_what_its_quote_promised(factory: BookingFactory) -> None:
    booking = factory.make_requested_booking()
    assert (booking.surge_amount, booking.bonus_amount) == (4_500, 2_000)
    assert booking.pay_in_amount == 9_000 + 4_500 + 450


def test_what_was_carried_out_fills_the_pool_and_pays_the_bonus_out_of_it(factory: BookingFactory) -> None:
    booking = factory.make_delivered_booking()
    when = factory.start + 3 * HOUR
    bookings.complete(factory.session, booking.id, by=factory.aino, at=when)
    factory.sync_payment(booking, when)
    bookings.apply_payment_state(factory.session, booking.id, at=when)
    assert factory.balance(AccountKind.SURGE_POOL) == 4_500 - 2_000
    assert factory.balance(AccountKind.PAYABLE, booking.profile_id) == 8_100 + 2_000
    assert factory.balance(AccountKind.HELD, booking.id) == 0
    told = closed_facts(factory, booking)
    assert (told["surge_amount"], told["bonus_amount"]) == (4_500, 2_000)
    assert sound(factory.session) == []


def test_a_pool_may_be_overdrawn_so_that_a_promise_holds(session: Session, at: datetime) -> None:
    """A protected customer pays less; the provider gets what was shown."""
    busy = play_of(session, at)
    market_says(busy, 15_000, typical_amount=12_000)
    for hours in (5, 4, 3, 2, 1):
        when = at - 30 * DAY - hours * HOUR
        quote = busy.make_quote(by=busy.aino, at=when, start=when + DAY)
        pricing.agree(
            session, pricing.take(session, quote.id, customer_id=quote.customer_id, at=when).quote.id, at=when
        )
    booking = busy.make_delivered_booking()
    bookings.complete(session, booking.id, by=busy.aino, at=busy.start + 3 * HOUR)
    assert (booking.surge_amount, booking.bonus_amount) == (2_250, 6_000)
    assert busy.balance(AccountKind.SURGE_POOL) == 2_250 - 6_000


def test_who_calls_it_off_in_time_gets_the_surge_back_and_nobody_a_bonus(factory: BookingFactory) -> None:
    booking = factory.make_confirmed_booking()
    bookings.cancel(
        factory.session,
        booking.id,
        by=factory.aino,
        at=factory.at + HOUR / 2,
        reason_code=BookingReasonCode.ILLNESS,
    )
    factory.sync_payment(booking, factory.at + HOUR)
    assert (booking.refund_amount, booking.kept_surge_amount) == (booking.pay_in_amount, 0)
    assert factory.balance(AccountKind.SURGE_POOL) == 0
    assert sound(factory.session) == []


def test_surge_goes_back_by_the_share_of_the_service(factory: BookingFactory) -> None:
    booking = factory.make_confirmed_booking()
    bookings.cancel(
        factory.session,
        booking.id,
        by=factory.aino,
        at=factory.start - 2 * DAY,
        reason_code=BookingReasonCode.CHANGED_PLANS,
    )
    factory.sync_payment(booking, factory.start - 2 * DAY)
    assert (booking.kept_surge_amount, booking.kept_pay_out_amount) == (2_250, 4_050)
    assert factory.balance(AccountKind.SURGE_POOL) == 2_250
    assert sound(factory.session) == []


def test_a_part_of_the_service_given_back_leaves_that_part_of_the_bonus_in_the_pool(
    factory: BookingFactory,
) -> None:
    booking = factory.make_delivered_booking()
    booking_disputes.open_dispute(
        factory.session,
        booking.id,
        by=factory.aino,
        at=factory.start + 3 * HOUR,
        reason_code=BookingReasonCode.NOT_AS_AGREED,
        statement="Half of it was done.",
    )
    booking_disputes.resolve_dispute(
        factory.session,
        booking.id,
        by=factory.otto,
        at=factory.start + DAY,
        outcome=BookingState.COMPLETED,
        refund_bp=5_000,
        decision="Half of it.",
    )
    factory.sync_payment(booking, factory.start + DAY)
    assert closed_facts(factory, booking)["bonus_amount"] == 1_000
    assert sound(factory.session) == []


def test_both_sides_agreement_is_noted_until_it_is_called_off(factory: BookingFactory) -> None:
    booking = factory.make_confirmed_booking()
    agreed = "SELECT count(*) FROM quotes WHERE agreed_at IS NOT NULL"
    assert factory.session.execute(text(agreed)).scalar() == 1
    bookings.cancel(
        factory.session, booking.id, by=factory.ellen, at=factory.at, reason_code=BookingReasonCode.ILLNESS
    )
    assert factory.session.execute(text(agreed)).scalar() == 0


def test_a_change_keeps_factor_and_bonus(factory: BookingFactory) -> None:
    booking = factory.make_confirmed_booking()
    market_says(factory, 20_000, later=timedelta(minutes=5))
    at = factory.at + HOUR / 10
    line = changes.propose_change(
        factory.session, booking.id, changes.ProposedChange(units=60), by=factory.aino, at=at
    )
    changes.accept_proposal(factory.session, booking.id, line.id, by=factory.ellen, at=at)
    assert (booking.surge_amount, booking.bonus_amount) == (2_250, 2_000)
    assert sound(factory.session) == []


# A lesson is one start for several: 20.00 a seat.


@pytest.fixture
def lesson(session: Session, at: datetime) -> BookingFactory:
    return play_of(session, at, category="lesson", price_amount=2_000, books_instantly=True)


def dropped(lesson: BookingFactory, first_bp: int, then_bp: int) -> tuple[Booking, Booking]:
    """Aino's seat at one factor, then Ben's at another, both confirmed."""
    market_says(lesson, first_bp)
    early = lesson.make_confirmed_booking(units=1)
    market_says(lesson, then_bp, later=timedelta(minutes=5))
    quote = lesson.make_quote(by=lesson.ben, units=1, at=lesson.at + timedelta(minutes=6))
    late = bookings.request(lesson.session, quote.id, by=lesson.ben, at=lesson.at + timedelta(minutes=6))
    bookings.pay(
        SingleSessionTransactions(lesson.session),
        lesson.gateway,
        late.id,
        payment_method="pm_card_visa",
        by=lesson.ben,
        at=lesson.at + timedelta(minutes=7),
    )
    return early, late


def test_an_earlier_customer_of_the_same_start_is_given_back_a_later_drop(lesson: BookingFactory) -> None:
    early, late = dropped(lesson, 16_000, 12_000)
    assert early.surge_amount == 1_200
    at = lesson.at + timedelta(minutes=8)
    assert changes.apply_price_drop(lesson.session, late.id, at=at) == [early.id]
    assert (early.surge_amount, early.pay_in_amount) == (400, late.pay_in_amount)
    lesson.sync_payment(early, at)
    assert payments.get_payment_of_subject(lesson.session, early.id).keep_amount == early.pay_in_amount
    assert lesson.balance(AccountKind.HELD, early.id) == early.pay_in_amount
    assert sound(lesson.session) == []


def test_following_a_drop_twice_lowers_nothing_twice(lesson: BookingFactory) -> None:
    early, late = dropped(lesson, 16_000, 12_000)
    at = lesson.at + timedelta(minutes=8)
    changes.apply_price_drop(lesson.session, late.id, at=at)
    lowered = early.pay_in_amount
    assert changes.apply_price_drop(lesson.session, late.id, at=at) == []
    assert early.pay_in_amount == lowered
    assert lesson.event_names(early).count("booking.price_lowered") == 1


def test_the_bonus_that_was_shown_stays_when_the_price_drops(lesson: BookingFactory) -> None:
    early, late = dropped(lesson, 16_000, 12_000)
    shown = early.bonus_amount
    changes.apply_price_drop(lesson.session, late.id, at=lesson.at + timedelta(minutes=8))
    assert (early.bonus_amount, early.pay_out_amount) == (shown, 1_800)


def test_a_price_that_rises_later_asks_nobody_for_more(lesson: BookingFactory) -> None:
    early, late = dropped(lesson, 12_000, 16_000)
    assert changes.apply_price_drop(lesson.session, late.id, at=lesson.at + timedelta(minutes=8)) == []
    assert early.surge_amount == 400


@pytest.mark.parametrize(("lowest", "pay_in"), [(None, 2_100), (1_500, 1_680), (1_900, 1_995)])
def test_a_later_discount_reaches_those_before_as_far_as_the_provider_agreed(
    session: Session, at: datetime, lowest: int | None, pay_in: int
) -> None:
    lesson = play_of(
        session,
        at,
        category="lesson",
        price_amount=2_000,
        books_instantly=True,
        lowest_price_amount=lowest,
    )
    early, late = dropped(lesson, 10_000, 8_000)
    changes.apply_price_drop(session, late.id, at=at + timedelta(minutes=8))
    assert early.pay_in_amount == late.pay_in_amount == pay_in
    assert sound(session) == []


def test_a_booking_that_was_called_off_follows_nothing(lesson: BookingFactory) -> None:
    early, late = dropped(lesson, 16_000, 12_000)
    bookings.cancel(
        lesson.session, early.id, by=lesson.aino, at=lesson.at + HOUR / 7, reason_code=BookingReasonCode.OTHER
    )
    assert changes.apply_price_drop(lesson.session, late.id, at=lesson.at + HOUR / 6) == []


def test_a_quote_shows_what_its_booking_will_cost(factory: BookingFactory) -> None:
    quote = factory.make_quote()
    booking = bookings.request(factory.session, quote.id, by=factory.aino, at=factory.at)
    assert pricing.own_quote(factory.session, booking.quote_id, customer_id=booking.customer_id).lines == (
        quote.lines
    )
