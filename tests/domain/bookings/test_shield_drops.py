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

from domain import bookings, contributions, ledger, payments
from domain.bookings import Booking, ReasonCode
from domain.bookings.cancellation import CreditsUsed
from domain.contributions import explaining, recounting
from domain.foundation import events
from domain.foundation.actors import SYSTEM
from domain.foundation.persistence.database import Transactions
from domain.ledger import AccountKind, Posting
from domain.pricing import Wish
from tests import snapshots
from tests.domain.bookings.scene import HOUR, Scene
from tests.domain.bookings.task_scene import (
    broken,
    credits_of,
    end_of_money,
    given_credits,
    taken_over,
    task_scene,
)
from tests.together import together

HELSINKI, MINUTE = ZoneInfo("Europe/Helsinki"), timedelta(minutes=1)
SURGE, LESS = 4_500, 900
ALL, RETURNED = SURGE * 100, (SURGE - LESS) * 100  # thousandths: ten minor units are a credit
HAD = 1_000_000


def lesson(session: Session, at: datetime) -> Scene:
    rules = {"surge": {"scheduled": {"lesson": {}}}}
    return task_scene(session, at, policy=rules, category="lesson", price_amount=9_000, books_instantly=True)


def market_says(play: Scene, multiplier_bp: int, *, later: timedelta = timedelta(0)) -> None:
    local = play.start.astimezone(HELSINKI)
    snapshots.published(
        play.session,
        play.offer.market_id,
        {},
        category="lesson",
        tick_at=play.at + later,
        scheduled={"lesson": {(local.date(), local.hour // 4): multiplier_bp}},
        typical_amount=4_000,
    )


def early(play: Scene, wish: Wish | None, *, fills: bool = True, multiplier_bp: int = 15_000) -> Booking:
    """Aino's seat, confirmed at the higher factor."""
    if fills:
        given_credits(play, HAD)
    market_says(play, multiplier_bp)
    quote = play.quoted(units=1, credits=wish)
    booking = bookings.request(play.session, quote.id, by=play.aino, at=play.at)
    if booking.payment_id is not None:
        play.pay(booking.id)
        play.settle(booking, play.at)
    return booking


def late(play: Scene, multiplier_bp: int = 11_000, *, minutes: int = 5) -> Booking:
    """Ben's seat of the same start, at the lower one."""
    market_says(play, multiplier_bp, later=minutes * MINUTE)
    when = play.at + (minutes + 1) * MINUTE
    quote = play.quoted(by=play.ben, units=1, at=when)
    return bookings.request(play.session, quote.id, by=play.ben, at=when)


def dropped(play: Scene, booking: Booking) -> list[UUID]:
    lowered = bookings.follow_price_drop(play.session, booking.id, at=play.at + 7 * MINUTE)
    assert broken(play.session) == []
    return lowered


def told(play: Scene, booking: Booking) -> list[tuple[int, int]]:
    rows = events.subject_history(play.session, booking.id)
    lowered = [row.data for row in rows if row.name == "booking.price_lowered"]
    return [(data["less_amount"], data["less_credits"]) for data in lowered]


def returns(play: Scene, booking: Booking) -> list[UUID]:
    """The postings by which this booking gave credits back."""
    wanted = text("""
        SELECT p.id FROM ledger_postings p JOIN ledger_entries e ON e.id = p.entry_id
        WHERE e.subject_id = :id AND e.kind = 'redemption_return' ORDER BY p.id
    """)
    return list(play.session.scalars(wanted, {"id": booking.id}))


@pytest.fixture
def play(session: Session, at: datetime) -> Scene:
    return lesson(session, at)


def test_a_shield_that_covered_everything_gives_back_what_it_no_longer_covers(play: Scene) -> None:
    booking = early(play, Wish(surge_shield_amount=10_000))
    assert (booking.pay_in_amount, booking.redeemed) == (9_450, CreditsUsed(surge=ALL))
    assert dropped(play, late(play)) == [booking.id]
    assert (booking.pay_in_amount, booking.redeemed) == (9_450, CreditsUsed(surge=ALL - RETURNED))
    assert credits_of(play) == HAD - ALL + RETURNED
    assert told(play, booking) == [(0, RETURNED)]


def test_nothing_of_the_money_moves_for_it(play: Scene) -> None:
    booking = early(play, Wish(surge_shield_amount=10_000))
    before = payments.of(play.session, booking.id).model_dump()
    dropped(play, late(play))
    play.settle(booking, play.at + 8 * MINUTE)
    payment = payments.of(play.session, booking.id)
    assert (payment.keep_amount, payment.refunded_amount) == (9_450, 0)
    assert payment.model_dump() == before
    assert play.balance(AccountKind.HELD, booking.id) == 9_450


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
    play: Scene, shield: int, pay_in: int, less_amount: int, left: int
) -> None:
    booking = early(play, Wish(surge_shield_amount=shield))
    dropped(play, late(play))
    assert (booking.pay_in_amount, booking.surge_credits) == (pay_in, left * 100)
    assert told(play, booking) == [(less_amount, (shield - left) * 100)]
    assert credits_of(play) == HAD - left * 100


def test_a_factor_of_one_leaves_nothing_to_shield_from(play: Scene) -> None:
    booking = early(play, Wish(surge_shield_amount=10_000))
    dropped(play, late(play, 10_000))
    assert (booking.redeemed, credits_of(play)) == (CreditsUsed(), HAD)


def test_following_the_same_drop_again_gives_nothing_back_twice(play: Scene) -> None:
    booking = early(play, Wish(surge_shield_amount=10_000))
    later = late(play)
    assert dropped(play, later) == [booking.id]
    assert dropped(play, later) == []
    assert (len(returns(play, booking)), len(told(play, booking))) == (1, 1)
    assert credits_of(play) == HAD - ALL + RETURNED


def test_each_further_drop_gives_back_its_own_part(play: Scene) -> None:
    booking = early(play, Wish(surge_shield_amount=10_000))
    dropped(play, late(play, 13_000))
    dropped(play, late(play, 11_000, minutes=10))
    assert [credits_ for _, credits_ in told(play, booking)] == [1_800 * 100, 1_800 * 100]
    assert credits_of(play) == HAD - ALL + RETURNED


def test_the_posting_explains_itself_and_is_counted_again(play: Scene) -> None:
    booking = early(play, Wish(fee_discount_amount=100, surge_shield_amount=10_000))
    dropped(play, late(play))
    [posting_id] = returns(play, booking)
    why = explaining.explain(play.session, posting_id, by=play.aino)
    assert (why.amount, recounting.recount(why.document)) == (RETURNED, RETURNED)
    assert (why.document["rule"], why.event_type, why.event_id) == ("changed_price", "booking", booking.id)
    assert why.document["factors"] == {
        "redeemed_before": ALL + 10_000, "fee_amount": 100, "surge_amount": LESS, "value_amount": 10,
    }  # fmt: skip


def test_what_pays_for_the_fee_stays_redeemed(play: Scene) -> None:
    booking = early(play, Wish(fee_discount_amount=10_000, surge_shield_amount=10_000))
    dropped(play, late(play))
    assert booking.redeemed == CreditsUsed(fee=22_500, surge=LESS * 100)


def test_called_off_afterwards_the_rest_comes_back_and_no_more(play: Scene) -> None:
    booking = early(play, Wish(fee_discount_amount=10_000, surge_shield_amount=10_000))
    dropped(play, late(play))
    when = play.at + HOUR
    bookings.cancel(play.session, booking.id, by=play.ellen, at=when, reason_code=ReasonCode.ILLNESS)
    end_of_money(play, booking, when)
    assert (booking.returned_credits, credits_of(play)) == (22_500 + LESS * 100, HAD)
    assert broken(play.session) == []


def test_what_is_owed_is_paid_off_first(play: Scene) -> None:
    given_credits(play, ALL)
    booking = early(play, Wish(surge_shield_amount=10_000), fills=False)
    mine = ledger.wallet_accounts(play.session, play.aino.user_id)
    owed = {"key": "owed", "kind": "claw_back", "subject_id": booking.offer_id, "by": SYSTEM, "at": play.at}
    ledger.post(play.session, postings=[Posting(mine.owed, mine.pool, 100_000)], **owed)
    dropped(play, late(play))
    assert ledger.wallet(play.session, play.aino.user_id) == ledger.Wallet(RETURNED - 100_000, 0, 0)
    for posting_id in returns(play, booking):
        why = explaining.explain(play.session, posting_id, by=play.aino)
        assert recounting.recount(why.document) == why.amount


def test_a_pot_that_paid_for_the_fee_gets_nothing_of_the_shield(play: Scene) -> None:
    given_credits(play, 10_000, to=play.farah)
    pot = contributions.open_pot(
        play.session, market_id=play.offer.market_id, title="For Aino", beneficiary_id=play.aino.user_id,
        by=play.farah, at=play.at,
    )  # fmt: skip
    contributions.feed_pot(play.session, pot.id, 10_000, by=play.farah, at=play.at)
    booking = early(play, Wish(fee_discount_amount=100, surge_shield_amount=10_000))
    assert credits_of(play) == HAD - ALL
    dropped(play, late(play))
    assert credits_of(play) == HAD - ALL + RETURNED
    assert booking.redeemed == CreditsUsed(fee=10_000, surge=LESS * 100)


def test_tasks_and_what_is_at_stake_stay_as_they_are(play: Scene) -> None:
    given_credits(play, HAD)
    market_says(play, 15_000)
    quote = play.quoted(units=1, tasks=taken_over(play), credits=Wish(surge_shield_amount=10_000))
    booking = bookings.request(play.session, quote.id, by=play.aino, at=play.at)
    play.pay(booking.id)
    play.settle(booking, play.at)
    stake, paid = booking.stake_amount, booking.paid_amount
    dropped(play, late(play))
    assert (booking.stake_amount, booking.paid_amount) == (stake, paid)
    assert (stake, credits_of(play)) == (2_520, HAD - LESS * 100)


def test_an_open_proposal_lapses_since_its_price_has_moved(play: Scene) -> None:
    booking = early(play, Wish(surge_shield_amount=10_000))
    change = bookings.Change(start=play.start + timedelta(days=1))
    bookings.propose(play.session, booking.id, change, by=play.aino, at=play.at)
    version = booking.version
    dropped(play, late(play))
    assert booking.version == version + 1
    assert play.facts(booking)[-2:] == ["booking.change_expired", "booking.price_lowered"]


def test_who_paid_with_money_alone_is_told_of_no_credits(play: Scene) -> None:
    booking = early(play, None)
    dropped(play, late(play))
    assert told(play, booking) == [(SURGE - LESS, 0)]


def test_followed_by_many_workers_at_once_it_comes_back_once(
    transactions: Transactions, at: datetime
) -> None:
    with transactions() as session:
        play = lesson(session, at)
        booking, later = early(play, Wish(surge_shield_amount=10_000)), late(play)

    def follow(_: int) -> list[UUID]:
        return transactions.run(
            lambda session: bookings.follow_price_drop(session, later.id, at=at + 7 * MINUTE)
        )

    assert sorted(together(follow, 6)) == [[]] * 5 + [[booking.id]]
    with transactions() as session:
        assert ledger.wallet(session, play.aino.user_id).available == HAD - ALL + RETURNED
        assert broken(session) == []


def test_where_tasks_pay_for_everything_a_drop_lowers_what_is_at_stake(
    session: Session, at: datetime
) -> None:
    """Nothing is to be paid but the stake; a later discount makes that less, and the payment keeps less."""
    sharing = {"contributions": {"tasks": {"sharing_bp": {"default": 10_000}}}}
    policy = {"surge": {"scheduled": {"lesson": {}}}, "service_fee_bp": 0, "commission_bp": 0} | sharing
    play = task_scene(
        session, at, policy=policy, category="lesson", price_amount=3_600, lowest_price_amount=2_000,
        books_instantly=True,
    )  # fmt: skip
    market_says(play, 10_000)
    quote = play.quoted(units=1, tasks=taken_over(play))
    booking = bookings.request(session, quote.id, by=play.aino, at=at)
    play.pay(booking.id)
    play.settle(booking, at)
    assert (booking.pay_in_amount, booking.stake_amount) == (0, 3_600)
    assert dropped(play, late(play, 8_000)) == [booking.id]
    play.settle(booking, at + 8 * MINUTE)
    assert (booking.pay_in_amount, booking.stake_amount) == (0, 2_880)
    assert play.balance(AccountKind.HELD, booking.id) == 2_880
    assert broken(session) == []
