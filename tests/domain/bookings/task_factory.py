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
from domain.bookings import Booking, task_queries
from domain.bookings.booking_tasks import BookingTask, TaskReference
from domain.bookings.invariants import INVARIANTS
from domain.credits import wallet
from domain.foundation import ids
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.identity import Caller
from domain.markets import MarketPolicy
from domain.offers import SavingTerms, TaskContent, TaskKind
from domain.payments.invariants import INVARIANTS as OF_PAYMENTS
from domain.pricing.invariants import INVARIANTS as OF_PRICING
from tests.domain.bookings.booking_factory import DAY, HOUR, BookingFactory, make_booking_factory
from tests.domain.bookings.fake_gateway import SingleSessionTransactions

LIST, PAY_IN, STAKE = 9_450, 6_930, 2_520
SORTING, HELPING = 910, 1_610
CONTRIBUTIONS: dict[str, Any] = {"tasks": {}, "credits": {"value_amount": 10}}


def make_task_factory(
    session: Session, at: datetime, *, policy: dict[str, Any] | None = None, **content: Any
) -> BookingFactory:
    """The scene in a market that lets customers take part, with the two tasks on Ellen's offer."""
    factory = make_booking_factory(session, at, **content)
    rules = MarketPolicy(**{"contributions": CONTRIBUTIONS} | (policy or {}))
    markets.publish_policy(session, factory.offer.market_id, rules=rules, by=SYSTEM, at=at - 100 * DAY)
    by = Actor(ActorKind.USER, factory.ellen.user_id)
    contents = (
        TaskContent(title="Sort the shirts", kind=TaskKind.PREPARES, saving_amount=1_000),
        TaskContent(title="Help with the sheets", kind=TaskKind.HELPS, saving_amount=2_000, position=1),
    )
    made = [offers.add_task(session, factory.offer.id, content, by=by, at=at) for content in contents]
    both = [SavingTerms(tuple(task.id for task in made), 3_600)]
    offers.say_savings(session, factory.offer.id, both, by=by, at=at)
    return factory


def offer_task_ids(factory: BookingFactory) -> list[UUID]:
    """The offer's tasks, as a quote takes them."""
    return [task.task_id for task in offers.terms(factory.session, factory.offer.id).tasks]


def make_quote(factory: BookingFactory, **more: Any) -> pricing.Quote:
    return factory.make_quote(**{"tasks": offer_task_ids(factory)} | more)


def make_requested_booking(factory: BookingFactory, **more: Any) -> Booking:
    return bookings.request(factory.session, make_quote(factory, **more).id, by=factory.aino, at=factory.at)


def make_confirmed_booking(factory: BookingFactory, **more: Any) -> Booking:
    booking = make_requested_booking(factory, **more)
    factory.pay(booking.id)
    bookings.accept(factory.session, booking.id, by=factory.ellen, at=factory.at)
    factory.sync_payment(booking, factory.at)
    return booking


def make_started_booking(factory: BookingFactory, **more: Any) -> Booking:
    booking = make_confirmed_booking(factory, **more)
    return bookings.start(factory.session, booking.id, by=factory.ellen, at=factory.start)


def make_delivered_booking(factory: BookingFactory, **more: Any) -> Booking:
    booking = make_started_booking(factory, **more)
    return bookings.deliver(factory.session, booking.id, by=factory.ellen, at=factory.start + 2 * HOUR)


def list_tasks(factory: BookingFactory, booking: Booking) -> list[BookingTask]:
    """Sorting and helping, or which of them were taken over, as they are now."""
    return task_queries.lock_tasks(factory.session, booking.id)


def reference_of(task: BookingTask, if_match: int | None = None) -> TaskReference:
    return TaskReference(task.booking_id, task.id, if_match)


def complete_by_clock(factory: BookingFactory, booking: Booking) -> None:
    """Let it be so late that the clock completes a delivered booking, and the bank follow."""
    assert booking.due_at is not None
    when = booking.due_at
    assert bookings.run_due_transition(factory.session, booking.id, at=when)
    sync_until_closed(factory, booking, when)


def sync_until_closed(factory: BookingFactory, booking: Booking, when: datetime) -> None:
    factory.sync_payment(booking, when)
    bookings.apply_payment_state(factory.session, booking.id, at=when + timedelta(minutes=1))


def grant_credits(factory: BookingFactory, thousandths: int, *, to: Caller | None = None) -> None:
    """Aino has so many to spend, from something she gave before."""
    subject = ids.new()
    wallet.grant(
        factory.session,
        (to or factory.aino).user_id,
        thousandths,
        key=f"test:{subject}",
        subject_id=subject,
        hold=False,
        by=SYSTEM,
        at=factory.at,
    )


def credits_of(factory: BookingFactory) -> int:
    return ledger.get_wallet(factory.session, factory.aino.user_id).available


def transactions_of(factory: BookingFactory) -> SingleSessionTransactions:
    return SingleSessionTransactions(factory.session)


def broken_invariants(session: Session) -> list[str]:
    """The invariants of money that do not hold."""
    session.flush()
    several = INVARIANTS | ledger.INVARIANTS | OF_PAYMENTS | OF_PRICING
    return [name for name, query in several.items() if session.execute(text(query)).all()]
