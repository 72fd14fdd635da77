"""Whatever anybody tries, in any order: no review without a booking of these two that is over.

A machine takes the steps of bookings and tries to review them as everybody, at all times, through the domain
and past it with SQL of its own. A plain model says who should have got through.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from domain import bookings, ratings
from domain.bookings import booking_disputes
from domain.foundation import ids
from domain.foundation.errors import DomainError
from domain.identity import Caller
from domain.ratings import Content
from tests.domain.bookings.booking_factory import HOUR
from tests.domain.ratings.stagecraft import Play, play
from tests.market_calendar import START

PEOPLE = ("aino", "ben", "ellen", "farah", "otto")
SAID = st.builds(Content, stars=st.integers(1, 5), locale=st.just("en"))

_UNEARNED = text("""
    SELECT reviews.author_id FROM reviews
    LEFT JOIN bookings ON bookings.id = reviews.booking_id
    WHERE NOT coalesce(
        (bookings.state = 'completed' OR bookings.state = 'cancelled' AND bookings.reason_code = 'no_show')
        AND (reviews.author_id, reviews.subject_id) IN (
            (bookings.customer_id, bookings.provider_user_id),
            (bookings.provider_user_id, bookings.customer_id)), false)
""")
_REVIEW = text("""
    INSERT INTO reviews (id, booking_id, author_side, author_id, subject_id, state, stars, dimensions,
                         locale, submitted_at)
    VALUES (:id, :booking_id, :side, :author_id, :subject_id, 'sealed', 5, '{}', 'en', :at)
""")
_WINDOW = text("""
    INSERT INTO review_windows (booking_id, market_id, category_id, offer_id, profile_id, provider_user_id,
                                customer_id, reason, value_amount, currency, opened_at, closes_at)
    SELECT bookings.id, bookings.market_id, offers.category_id, offer_id, bookings.profile_id, :provider,
           :customer, :reason, 0, 'EUR', cast(:at AS timestamptz), cast(:at AS timestamptz) + interval '1 day'
    FROM bookings JOIN offers ON offers.id = offer_id WHERE bookings.id = :booking_id
""")


_COURSES = (
    ("forward",),
    ("forward",) * 5,
    ("forward", "forward", "cancel"),
    ("forward", "forward", "no_show", "forward"),
    ("forward",) * 4 + ("dispute",),
)


class Tries(RuleBasedStateMachine):
    """Bookings of Aino with Ellen and what everybody tries with them. Undone after each run."""

    engine: Engine
    broken: str = ""

    def __init__(self) -> None:
        super().__init__()
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        self.session = Session(
            self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )
        if self.broken:
            self.connection.execute(text(self.broken))
        self.here: Play = play(self.session, START)
        self.bookings: list[UUID] = []
        self.reviewed: set[tuple[UUID, UUID]] = set()

    def teardown(self) -> None:
        self.session.close()
        self.outer.rollback()
        self.connection.close()

    @rule()
    @precondition(lambda self: len(self.bookings) < 3)
    def book(self) -> None:
        start = self.here.scene.start + len(self.bookings) * 4 * HOUR
        self.bookings.append(self.here.scene.make_requested_booking(start=start).id)

    @rule(data=st.data())
    @precondition(lambda self: self.bookings)
    def go_on(self, data: st.DataObject) -> None:
        """One booking takes its next step, or ends some other way."""
        booking_id = data.draw(st.sampled_from(self.bookings))
        steps = data.draw(st.sampled_from(_COURSES))
        for step in steps:
            with self._tried():
                getattr(self, f"_{step}")(booking_id)

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), said=SAID, hours=st.integers(0, 600))
    @precondition(lambda self: self.bookings)
    def review(self, data: st.DataObject, who: str, said: Content, hours: int) -> None:
        booking_id = data.draw(st.sampled_from(self.bookings))
        at, by = self._end(booking_id) + timedelta(hours=hours), self._caller(who)
        in_time = hours < ratings.rules.WINDOW / HOUR
        should = in_time and self._is_over(booking_id) and who in {"aino", "ellen"}
        should = should and (booking_id, by.user_id) not in self.reviewed and not self._revealed(booking_id)
        went = False
        with self._tried():
            ratings.submit(self.session, booking_id, said, by=by, at=at)
            went = True
            self.reviewed.add((booking_id, by.user_id))
        assert went == should

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), said=SAID)
    @precondition(lambda self: self.bookings)
    def edit(self, data: st.DataObject, who: str, said: Content) -> None:
        booking_id = data.draw(st.sampled_from(self.bookings))
        with self._tried():
            ratings.edit(
                self.session, booking_id, said, by=self._caller(who), at=self._end(booking_id) + HOUR
            )
            assert (booking_id, self._caller(who).user_id) in self.reviewed

    @rule(data=st.data())
    @precondition(lambda self: self.bookings)
    def past_the_domain(self, data: st.DataObject) -> None:
        """Whoever reaches the tables tries a window and a review of anybody by anybody."""
        booking_id = data.draw(st.sampled_from(self.bookings))
        people = st.sampled_from(PEOPLE).map(lambda who: self._caller(who).user_id)
        at = self._end(booking_id)
        window = {"provider": data.draw(people), "customer": data.draw(people)}
        window["reason"] = data.draw(st.sampled_from(("completed", "eligible_cancellation")))
        review = {"author_id": data.draw(people), "subject_id": data.draw(people), "id": ids.new()}
        review["side"] = data.draw(st.sampled_from(("customer", "provider")))
        for statement, values in ((_WINDOW, window), (_REVIEW, review)):
            with self._tried():
                self.session.execute(statement, {"booking_id": booking_id, "at": at, **values})
                if statement is _REVIEW:
                    self.reviewed.add((booking_id, review["author_id"]))

    @rule(data=st.data())
    @precondition(lambda self: self.bookings)
    def sweep(self, data: st.DataObject) -> None:
        booking_id = data.draw(st.sampled_from(self.bookings))
        with self._tried():
            ratings.open_window(self.session, booking_id)
            ratings.reveal(self.session, booking_id, at=self._end(booking_id) + timedelta(days=15))

    @invariant()
    def no_review_is_unearned(self) -> None:
        assert self.session.execute(_UNEARNED).all() == []

    @contextmanager
    def _tried(self) -> Iterator[None]:
        """What is refused, by us or by the database, leaves nothing behind."""
        nested = self.session.begin_nested()
        try:
            yield
            self.session.flush()
        except (DomainError, DBAPIError):
            nested.rollback()
            self.session.expire_all()
        else:
            nested.commit()

    def _booking(self, booking_id: UUID) -> bookings.Booking:
        return self.session.get_one(bookings.Booking, booking_id, populate_existing=True)

    def _is_over(self, booking_id: UUID) -> bool:
        found = self._booking(booking_id)
        return found.state == "completed" or (found.state, found.reason_code) == ("cancelled", "no_show")

    def _revealed(self, booking_id: UUID) -> bool:
        window = self.session.get(ratings.ReviewWindow, booking_id, populate_existing=True)
        return window is not None and window.revealed_at is not None

    def _end(self, booking_id: UUID) -> Any:
        found = self._booking(booking_id)
        return found.ended_at or found.during.end

    def _caller(self, who: str) -> Caller:
        return getattr(self.here.scene, who)

    def _forward(self, booking_id: UUID) -> None:
        scene, booking = self.here.scene, self._booking(booking_id)
        start = booking.during.start
        match booking.state:
            case "pending_payment":
                scene.pay(booking_id)
            case "requested":
                bookings.accept(self.session, booking_id, by=scene.ellen, at=scene.at)
            case "confirmed":
                bookings.start(self.session, booking_id, by=scene.ellen, at=start)
            case "in_progress":
                bookings.deliver(self.session, booking_id, by=scene.ellen, at=start + 2 * HOUR)
            case "delivered":
                bookings.complete(self.session, booking_id, by=scene.aino, at=start + 3 * HOUR)
            case "no_show":
                bookings.run_due_transition(self.session, booking_id, at=start + timedelta(days=3))

    def _cancel(self, booking_id: UUID) -> None:
        reason = bookings.BookingReasonCode.ILLNESS
        bookings.cancel(
            self.session, booking_id, by=self.here.scene.ellen, at=self.here.scene.at, reason_code=reason
        )

    def _no_show(self, booking_id: UUID) -> None:
        start = self._booking(booking_id).during.start
        with suppress(DomainError):
            bookings.report_no_show(self.session, booking_id, by=self.here.scene.ellen, at=start + HOUR)

    def _dispute(self, booking_id: UUID) -> None:
        booking_disputes.open_dispute(
            self.session,
            booking_id,
            by=self.here.scene.aino,
            at=self._booking(booking_id).during.end + HOUR,
            reason_code=bookings.BookingReasonCode.NOT_AS_AGREED,
            statement="Not so.",
        )


def machine(engine: Engine, *, runs: int = 12, broken: str = "") -> None:
    Tries.engine, Tries.broken = engine, broken
    run_state_machine_as_test(
        Tries,
        settings=settings(
            max_examples=runs,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("runs", [5, pytest.param(60, marks=[pytest.mark.long, pytest.mark.timeout(1_200)])])
def test_no_sequence_of_tries_ends_in_a_review_that_was_not_earned(engine: Engine, runs: int):
    machine(engine, runs=runs)


@pytest.mark.long
@pytest.mark.parametrize(
    "broken",
    [
        "ALTER TABLE review_windows DISABLE TRIGGER review_windows_are_of_ended_bookings",
        "ALTER TABLE reviews DROP CONSTRAINT reviews_are_between_the_parties",
    ],
)
def test_without_a_guard_of_the_database_the_machine_finds_one(engine: Engine, broken: str):
    with pytest.raises(AssertionError):
        machine(engine, runs=200, broken=broken)  # the first violation ends it
