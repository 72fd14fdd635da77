"""Many at once at the same time: one wins, capacity is capacity, all resources or none."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from domain import availability
from domain.availability.models import GroupSession, Hold
from domain.foundation import ids
from domain.foundation.errors import DomainError
from domain.foundation.persistence.database import Transactions
from domain.foundation.spans import Span
from domain.offers import Terms
from tests import cast
from tests.domain.availability.availability_factory import (
    NOW,
    make_calendar,
    make_hold,
    make_offer,
    make_thing,
    on,
    provider_of,
)
from tests.domain.availability.truths import broken
from tests.together import patiently, together

CROWD = 24
TIME = on(25, "09:00")
LESSON = on(25, "09:00", 0.75)

Deed = Callable[[Session, UUID], object]


def crowd(transactions: Transactions, deeds: Sequence[Deed]) -> Counter[str]:
    """All deeds in transactions of their own, let go at once. Counts how each ended."""

    def one(number: int) -> str:
        try:
            patiently(lambda: transactions.run(lambda session: deeds[number](session, ids.new())))
        except (DomainError, DBAPIError) as ended:
            return type(ended).__name__
        return "done"

    return Counter(together(one, len(deeds)))


def promising(terms: Terms, during: Span, seats: int = 1) -> Deed:
    return lambda session, booking_id: make_hold(session, terms, during, seats=seats, booking_id=booking_id)


@pytest.mark.parametrize("_round", range(3))
def test_one_of_a_crowd_gets_the_time_and_the_others_learn_that_it_is_taken(
    transactions: Transactions, _round: int
) -> None:
    with transactions() as session:
        terms = make_offer(session)
    assert crowd(transactions, [promising(terms, TIME)] * CROWD) == {"done": 1, "SlotTaken": CROWD - 1}


def test_times_that_overlap_in_a_chain_never_both_win(transactions: Transactions) -> None:
    with transactions() as session:
        terms = make_offer(session)
    chain = [on(25, clock, 2) for clock in ("08:00", "09:00", "10:00", "11:00", "12:00", "13:00")]
    ended = crowd(transactions, [promising(terms, during) for during in chain * 4])
    assert ended.keys() == {"done", "SlotTaken"}
    with transactions() as session:
        assert broken(session) == {}
        assert 2 <= ended["done"] <= 3


def test_a_lapsed_hold_is_taken_over_by_one_of_the_crowd(transactions: Transactions) -> None:
    with transactions() as session:
        terms = make_offer(session)
        make_hold(session, terms, TIME, expires_at=NOW - timedelta(minutes=1), at=NOW - timedelta(hours=1))
    assert crowd(transactions, [promising(terms, TIME)] * CROWD) == {"done": 1, "SlotTaken": CROWD - 1}


def test_a_session_of_seven_seats_gives_exactly_seven(transactions: Transactions) -> None:
    with transactions() as session:
        terms = make_offer(session, category="lesson", seats=7)
    ended = crowd(transactions, [promising(terms, LESSON)] * CROWD)
    assert ended == {"done": 7, "SeatsTaken": CROWD - 7}
    with transactions() as session:
        (standing,) = session.exec(select(GroupSession)).all()
        assert (standing.taken, broken(session)) == (7, {})


def test_seats_are_taken_and_given_back_at_once_without_losing_any(transactions: Transactions) -> None:
    with transactions() as session:
        terms = make_offer(session, category="lesson", seats=5)

    def take_and_return(session: Session, booking_id: UUID) -> None:
        make_hold(session, terms, LESSON, booking_id=booking_id)
        availability.release_hold(session, booking_id, at=NOW)

    ended = crowd(transactions, [take_and_return, promising(terms, LESSON)] * (CROWD // 2))
    assert ended["done"] >= 5
    assert ended.keys() <= {"done", "SeatsTaken"}
    with transactions() as session:
        assert broken(session) == {}


def test_a_crowd_that_needs_two_things_gets_both_or_none(transactions: Transactions) -> None:
    """Some need sauna and boat, some boat and provider, some all three, each named in another order."""
    with transactions() as session:
        ellen = cast.ellen(session)
        by, calendar = provider_of(ellen), make_calendar(session, ellen)
        sauna, boat = make_thing(session, ellen), make_thing(session, ellen, "Boat")
        needs = [[sauna.id, boat.id], [boat.id, calendar.id], [calendar.id, boat.id, sauna.id]]
        wanted = [make_offer(session) for _ in needs]
        for terms, resources in zip(wanted, needs, strict=True):
            availability.set_required_resources(session, terms.offer_id, resources, by=by, at=NOW)
    ended = crowd(transactions, [promising(terms, TIME) for terms in wanted * 8])
    assert ended == {"done": 1, "SlotTaken": 23}
    with transactions() as session:
        held = session.exec(select(Hold).where(col(Hold.released_at).is_(None))).all()
        assert len({hold.booking_id for hold in held}) == 1
        assert len(held) in {2, 3}


def test_moving_and_sweeping_and_promising_leave_one_promise_for_each_time(
    transactions: Transactions,
) -> None:
    with transactions() as session:
        terms = make_offer(session)
        booked = [make_hold(session, terms, on(25, clock)) for clock in ("08:00", "10:00", "12:00")]

    def moving(to: str) -> list[Deed]:
        return [
            lambda session, _, mine=mine: availability.move_hold(
                session, terms=terms, booking_id=mine, during=on(25, to), seats=1, option_ids=[], at=NOW
            )
            for mine in booked
        ]

    def sweep(session: Session, _: UUID) -> None:
        availability.release_expired_holds(session, at=NOW)

    ended = crowd(
        transactions, [*moving("14:00"), *moving("09:00"), sweep, sweep, promising(terms, on(25, "14:00"))]
    )
    assert ended.keys() <= {"done", "SlotTaken"}
    with transactions() as session:
        assert broken(session) == {}
