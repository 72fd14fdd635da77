"""A booking whose customer takes over two tasks: Aino sorts the shirts beforehand and helps with the sheets.

Two hours of ironing cost 90.00, of which the provider gets 81.00, and a service fee of 4.50. Sorting saves
Ellen 10.00, helping 20.00, and both of them 36.00; customers get 70 % of it, 25.20, which is 9.10 for sorting
and 16.10 for helping (each its own saving and half of what doing both adds). So Aino pays 69.30 of 94.50.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import bookings, ledger, markets, offers, pricing
from domain.bookings import Booking, BookingTask, WhichTask, task_queries
from domain.bookings.invariants import INVARIANTS
from domain.contributions import wallet
from domain.foundation import ids
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.identity import Caller
from domain.markets import MarketPolicy
from domain.offers import SavingTerms, TaskContent, TaskKind
from domain.payments.invariants import INVARIANTS as OF_PAYMENTS
from domain.pricing.invariants import INVARIANTS as OF_PRICING
from tests.domain.bookings.bank import OneSession
from tests.domain.bookings.scene import DAY, HOUR, Scene, scene

LIST, PAY_IN, STAKE = 9_450, 6_930, 2_520
SORTING, HELPING = 910, 1_610
GIVES: dict[str, Any] = {"tasks": {}, "credits": {"value_amount": 10}}


def task_scene(
    session: Session, at: datetime, *, policy: dict[str, Any] | None = None, **content: Any
) -> Scene:
    """The scene in a market that lets customers take part, with the two tasks on Ellen's offer."""
    play = scene(session, at, **content)
    rules = MarketPolicy(**{"contributions": GIVES} | (policy or {}))
    markets.publish_policy(session, play.offer.market_id, rules=rules, by=SYSTEM, at=at - 100 * DAY)
    by = Actor(ActorKind.USER, play.ellen.user_id)
    wanted = (
        TaskContent(title="Sort the shirts", kind=TaskKind.PREPARES, saving_amount=1_000),
        TaskContent(title="Help with the sheets", kind=TaskKind.HELPS, saving_amount=2_000, position=1),
    )
    made = [offers.add_task(session, play.offer.id, content, by=by, at=at) for content in wanted]
    both = [SavingTerms(tuple(task.id for task in made), 3_600)]
    offers.say_savings(session, play.offer.id, both, by=by, at=at)
    return play


def taken_over(play: Scene) -> list[UUID]:
    """The offer's tasks, as a quote takes them."""
    return [task.task_id for task in offers.terms(play.session, play.offer.id).tasks]


def quoted(play: Scene, **more: Any) -> pricing.Quote:
    return play.quoted(**{"tasks": taken_over(play)} | more)


def requested(play: Scene, **more: Any) -> Booking:
    return bookings.request(play.session, quoted(play, **more).id, by=play.aino, at=play.at)


def confirmed(play: Scene, **more: Any) -> Booking:
    booking = requested(play, **more)
    play.pay(booking.id)
    bookings.accept(play.session, booking.id, by=play.ellen, at=play.at)
    play.settle(booking, play.at)
    return booking


def begun(play: Scene, **more: Any) -> Booking:
    booking = confirmed(play, **more)
    return bookings.start(play.session, booking.id, by=play.ellen, at=play.start)


def delivered(play: Scene, **more: Any) -> Booking:
    booking = begun(play, **more)
    return bookings.deliver(play.session, booking.id, by=play.ellen, at=play.start + 2 * HOUR)


def tasks(play: Scene, booking: Booking) -> list[BookingTask]:
    """Sorting and helping, or which of them were taken over, as they are now."""
    return task_queries.tasks_locked(play.session, booking.id)


def which(task: BookingTask, if_match: int | None = None) -> WhichTask:
    return WhichTask(task.booking_id, task.id, if_match)


def clock_completes(play: Scene, booking: Booking) -> None:
    """Let it be so late that the clock completes a delivered booking, and the bank follow."""
    assert booking.due_at is not None
    when = booking.due_at
    assert bookings.act(play.session, booking.id, at=when)
    end_of_money(play, booking, when)


def end_of_money(play: Scene, booking: Booking, when: datetime) -> None:
    play.settle(booking, when)
    bookings.follow_payment(play.session, booking.id, at=when + timedelta(minutes=1))


def given_credits(play: Scene, thousandths: int, *, to: Caller | None = None) -> None:
    """Aino has so many to spend, from something she gave before."""
    subject = ids.new()
    wallet.grant(
        play.session,
        (to or play.aino).user_id,
        thousandths,
        key=f"test:{subject}",
        subject_id=subject,
        hold=False,
        by=SYSTEM,
        at=play.at,
    )


def credits_of(play: Scene) -> int:
    return ledger.wallet(play.session, play.aino.user_id).available


def as_one(play: Scene) -> OneSession:
    return OneSession(play.session)


def broken(session: Session) -> list[str]:
    """The invariants of money that do not hold."""
    session.flush()
    several = INVARIANTS | ledger.INVARIANTS | OF_PAYMENTS | OF_PRICING
    return [name for name, query in several.items() if session.execute(text(query)).all()]
