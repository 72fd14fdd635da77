"""A shield that was bought at a higher factor gives back what it no longer has to cover, in credits, once.

An hour's lesson for 90.00 at a factor of 1.5: demand adds 45.00, and credits, ten minor units each, pay for
all or a part of it. Somebody who comes later pays a factor of 1.1, so demand adds 9.00 for everybody.
"""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import bookings, ledger, payments
from domain.bookings import Booking, BookingReasonCode, changes
from domain.bookings.cancellations.final_amounts import RedeemedCredits
from domain.contributions.explanations import posting, recompute
from domain.credits import pots
from domain.foundation import events
from domain.foundation.actors import SYSTEM
from domain.foundation.persistence.database import Transactions
from domain.ledger import AccountKind, Posting
from domain.pricing import Wish
from tests import snapshots
from tests.domain.bookings.booking_factory import HOUR, BookingFactory
from tests.domain.bookings.task_factory import (
    broken_invariants,
    credits_of,
    grant_credits,
    make_task_factory,
    offer_task_ids,
    sync_until_closed,
)
from tests.together import together

HELSINKI, MINUTE = ZoneInfo("Europe/Helsinki"), timedelta(minutes=1)
SURGE, LESS = 4_500, 900
ALL, RETURNED = SURGE * 100, (SURGE - LESS) * 100  # thousandths: ten minor units are a credit
HAD = 1_000_000


def lesson(session: Session, at: datetime) -> BookingFactory:
    rules = {"surge": {"scheduled": {"lesson": {}}}}
    return make_task_factory(
        session, at, policy=rules, category="lesson", price_amount=9_000, books_instantly=True
    )


def market_says(factory: BookingFactory, multiplier_bp: int, *, later: timedelta = timedelta(0)) -> None:
    local = factory.start.astimezone(HELSINKI)
    snapshots.published(
        factory.session,
        factory.offer.market_id,
        {},
        category="lesson",
        tick_at=factory.at + later,
        scheduled={"lesson": {(local.date(), local.hour // 4): multiplier_bp}},
        typical_amount=4_000,
    )


def early(
    factory: BookingFactory, wish: Wish | None, *, fills: bool = True, multiplier_bp: int = 15_000
) -> Booking:
    """Aino's seat, confirmed at the higher factor."""
    if fills:
        grant_credits(factory, HAD)
    market_says(factory, multiplier_bp)
    quote = factory.make_quote(units=1, credits=wish)
    booking = bookings.request(factory.session, quote.id, by=factory.aino, at=factory.at)
    if booking.payment_id is not None:
        factory.pay(booking.id)
        factory.sync_payment(booking, factory.at)
    return booking


def late(factory: BookingFactory, multiplier_bp: int = 11_000, *, minutes: int = 5) -> Booking:
    """Ben's seat of the same start, at the lower one."""
    market_says(factory, multiplier_bp, later=minutes * MINUTE)
    when = factory.at + (minutes + 1) * MINUTE
    quote = factory.make_quote(by=factory.ben, units=1, at=when)
    return bookings.request(factory.session, quote.id, by=factory.ben, at=when)


def dropped(factory: BookingFactory, booking: Booking) -> list[UUID]:
    lowered = changes.apply_price_drop(factory.session, booking.id, at=factory.at + 7 * MINUTE)
    assert broken_invariants(factory.session) == []
    return lowered


def told(factory: BookingFactory, booking: Booking) -> list[tuple[int, int]]:
    rows = events.subject_history(factory.session, booking.id)
    lowered = [row.data for row in rows if row.name == "booking.price_lowered"]
    return [(data["less_amount"], data["less_credits"]) for data in lowered]


def returns(factory: BookingFactory, booking: Booking) -> list[UUID]:
    """The postings by which this booking gave credits back."""
    wanted = text("""
        SELECT p.id FROM ledger_postings p JOIN ledger_entries e ON e.id = p.entry_id
        WHERE e.subject_id = :id AND e.kind = 'redemption_return' ORDER BY p.id
    """)
    return list(factory.session.scalars(wanted, {"id": booking.id}))


@pytest.fixture
def factory(session: Session, at: datetime) -> BookingFactory:
    return lesson(session, at)


def test_a_shield_that_covered_everything_gives_back_what_it_no_longer_covers(
    factory: BookingFactory,
) -> None:
    booking = early(factory, Wish(surge_shield_amount=10_000))
    assert (booking.pay_in_amount, booking.redeemed) == (9_450, RedeemedCredits(surge=ALL))
    assert dropped(factory, late(factory)) == [booking.id]
    assert (booking.pay_in_amount, booking.redeemed) == (9_450, RedeemedCredits(surge=ALL - RETURNED))
    assert credits_of(factory) == HAD - ALL + RETURNED
    assert told(factory, booking) == [(0, RETURNED)]


def test_nothing_of_the_money_moves_for_it(factory: BookingFactory) -> None:
    booking = early(factory, Wish(surge_shield_amount=10_000))
    before = payments.get_payment_of_subject(factory.session, booking.id).model_dump()
    dropped(factory, late(factory))
    factory.sync_payment(booking, factory.at + 8 * MINUTE)
    payment = payments.get_payment_of_subject(factory.session, booking.id)
    assert (payment.keep_amount, payment.refunded_amount) == (9_450, 0)
    assert payment.model_dump() == before
    assert factory.balance(AccountKind.HELD, booking.id) == 9_450


@pytest.mark.parametrize(
    ("shield", "pay_in", "less_amount", "left"),
    [
        (1_000, 9_450, 3_500, 900),
        (900, 9_450, 3_600, 900),
        (500, 9_850, 3_600, 500),
        (4_400, 9_450, 100, 900),
    ],
)
def test_a_shield_that_covered_a_part_gives_back_money_first_and_then_credits(
    factory: BookingFactory, shield: int, pay_in: int, less_amount: int, left: int
) -> None:
    booking = early(factory, Wish(surge_shield_amount=shield))
    dropped(factory, late(factory))
    assert (booking.pay_in_amount, booking.surge_credits) == (pay_in, left * 100)
    assert told(factory, booking) == [(less_amount, (shield - left) * 100)]
    assert credits_of(factory) == HAD - left * 100


def test_a_factor_of_one_leaves_nothing_to_shield_from(factory: BookingFactory) -> None:
    booking = early(factory, Wish(surge_shield_amount=10_000))
    dropped(factory, late(factory, 10_000))
    assert (booking.redeemed, credits_of(factory)) == (RedeemedCredits(), HAD)


def test_following_the_same_drop_again_gives_nothing_back_twice(factory: BookingFactory) -> None:
    booking = early(factory, Wish(surge_shield_amount=10_000))
    later = late(factory)
    assert dropped(factory, later) == [booking.id]
    assert dropped(factory, later) == []
    assert (len(returns(factory, booking)), len(told(factory, booking))) == (1, 1)
    assert credits_of(factory) == HAD - ALL + RETURNED


def test_each_further_drop_gives_back_its_own_part(factory: BookingFactory) -> None:
    booking = early(factory, Wish(surge_shield_amount=10_000))
    dropped(factory, late(factory, 13_000))
    dropped(factory, late(factory, 11_000, minutes=10))
    assert [credits_ for _, credits_ in told(factory, booking)] == [1_800 * 100, 1_800 * 100]
    assert credits_of(factory) == HAD - ALL + RETURNED


def test_the_posting_explains_itself_and_is_counted_again(factory: BookingFactory) -> None:
    booking = early(factory, Wish(fee_discount_amount=100, surge_shield_amount=10_000))
    dropped(factory, late(factory))
    [posting_id] = returns(factory, booking)
    why = posting.explain_posting(factory.session, posting_id, by=factory.aino)
    assert (why.amount, recompute.recompute_posting(why.document)) == (RETURNED, RETURNED)
    assert (why.document["rule"], why.event_type, why.event_id) == ("changed_price", "booking", booking.id)
    assert why.document["factors"] == {
        "redeemed_before": ALL + 10_000, "fee_amount": 100, "surge_amount": LESS, "value_amount": 10,
    }  # fmt: skip


def test_what_pays_for_the_fee_stays_redeemed(factory: BookingFactory) -> None:
    booking = early(factory, Wish(fee_discount_amount=10_000, surge_shield_amount=10_000))
    dropped(factory, late(factory))
    assert booking.redeemed == RedeemedCredits(fee=22_500, surge=LESS * 100)


def test_called_off_afterwards_the_rest_comes_back_and_no_more(factory: BookingFactory) -> None:
    booking = early(factory, Wish(fee_discount_amount=10_000, surge_shield_amount=10_000))
    dropped(factory, late(factory))
    when = factory.at + HOUR
    bookings.cancel(
        factory.session, booking.id, by=factory.ellen, at=when, reason_code=BookingReasonCode.ILLNESS
    )
    sync_until_closed(factory, booking, when)
    assert (booking.returned_credits, credits_of(factory)) == (22_500 + LESS * 100, HAD)
    assert broken_invariants(factory.session) == []


def test_what_is_owed_is_paid_off_first(factory: BookingFactory) -> None:
    grant_credits(factory, ALL)
    booking = early(factory, Wish(surge_shield_amount=10_000), fills=False)
    mine = ledger.get_wallet_accounts(factory.session, factory.aino.user_id)
    owed = {
        "key": "owed",
        "kind": "claw_back",
        "subject_id": booking.offer_id,
        "by": SYSTEM,
        "at": factory.at,
    }
    ledger.post(factory.session, postings=[Posting(mine.owed, mine.pool, 100_000)], **owed)
    dropped(factory, late(factory))
    assert ledger.get_wallet(factory.session, factory.aino.user_id) == ledger.Wallet(RETURNED - 100_000, 0, 0)
    for posting_id in returns(factory, booking):
        why = posting.explain_posting(factory.session, posting_id, by=factory.aino)
        assert recompute.recompute_posting(why.document) == why.amount


def test_a_pot_that_paid_for_the_fee_gets_nothing_of_the_shield(factory: BookingFactory) -> None:
    grant_credits(factory, 10_000, to=factory.farah)
    pot = pots.open_pot(
        factory.session,
        market_id=factory.offer.market_id,
        title="For Aino",
        beneficiary_id=factory.aino.user_id,
        by=factory.farah,
        at=factory.at,
    )
    pots.give_to_pot(factory.session, pot.id, 10_000, by=factory.farah, at=factory.at)
    booking = early(factory, Wish(fee_discount_amount=100, surge_shield_amount=10_000))
    assert credits_of(factory) == HAD - ALL
    dropped(factory, late(factory))
    assert credits_of(factory) == HAD - ALL + RETURNED
    assert booking.redeemed == RedeemedCredits(fee=10_000, surge=LESS * 100)


def test_tasks_and_what_is_at_stake_stay_as_they_are(factory: BookingFactory) -> None:
    grant_credits(factory, HAD)
    market_says(factory, 15_000)
    quote = factory.make_quote(
        units=1, tasks=offer_task_ids(factory), credits=Wish(surge_shield_amount=10_000)
    )
    booking = bookings.request(factory.session, quote.id, by=factory.aino, at=factory.at)
    factory.pay(booking.id)
    factory.sync_payment(booking, factory.at)
    stake, paid = booking.stake_amount, booking.paid_amount
    dropped(factory, late(factory))
    assert (booking.stake_amount, booking.paid_amount) == (stake, paid)
    assert (stake, credits_of(factory)) == (2_520, HAD - LESS * 100)


def test_an_open_proposal_lapses_since_its_price_has_moved(factory: BookingFactory) -> None:
    booking = early(factory, Wish(surge_shield_amount=10_000))
    change = changes.ProposedChange(start=factory.start + timedelta(days=1))
    changes.propose_change(factory.session, booking.id, change, by=factory.aino, at=factory.at)
    version = booking.version
    dropped(factory, late(factory))
    assert booking.version == version + 1
    assert factory.event_names(booking)[-2:] == ["booking.change_expired", "booking.price_lowered"]


def test_who_paid_with_money_alone_is_told_of_no_credits(factory: BookingFactory) -> None:
    booking = early(factory, None)
    dropped(factory, late(factory))
    assert told(factory, booking) == [(SURGE - LESS, 0)]


def test_followed_by_many_workers_at_once_it_comes_back_once(
    transactions: Transactions, at: datetime
) -> None:
    with transactions() as session:
        factory = lesson(session, at)
        booking, later = early(factory, Wish(surge_shield_amount=10_000)), late(factory)

    def follow(_: int) -> list[UUID]:
        return transactions.run(
            lambda session: changes.apply_price_drop(session, later.id, at=at + 7 * MINUTE)
        )

    assert sorted(together(follow, 6)) == [[]] * 5 + [[booking.id]]
    with transactions() as session:
        assert ledger.get_wallet(session, factory.aino.user_id).available == HAD - ALL + RETURNED
        assert broken_invariants(session) == []


def test_where_tasks_pay_for_everything_a_drop_lowers_what_is_at_stake(
    session: Session, at: datetime
) -> None:
    """Nothing is to be paid but the stake; a later discount makes that less, and the payment keeps less."""
    sharing = {"contributions": {"tasks": {"sharing_bp": {"default": 10_000}}}}
    policy = {"surge": {"scheduled": {"lesson": {}}}, "service_fee_bp": 0, "commission_bp": 0} | sharing
    factory = make_task_factory(
        session, at, policy=policy, category="lesson", price_amount=3_600, lowest_price_amount=2_000,
        books_instantly=True,
    )  # fmt: skip
    market_says(factory, 10_000)
    quote = factory.make_quote(units=1, tasks=offer_task_ids(factory))
    booking = bookings.request(session, quote.id, by=factory.aino, at=at)
    factory.pay(booking.id)
    factory.sync_payment(booking, at)
    assert (booking.pay_in_amount, booking.stake_amount) == (0, 3_600)
    assert dropped(factory, late(factory, 8_000)) == [booking.id]
    factory.sync_payment(booking, at + 8 * MINUTE)
    assert (booking.pay_in_amount, booking.stake_amount) == (0, 2_880)
    assert factory.balance(AccountKind.HELD, booking.id) == 2_880
    assert broken_invariants(session) == []
