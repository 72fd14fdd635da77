"""Any sequence of promises, confirmations, moves, releases and waits, beside a plain model of intervals.

The model is a dictionary: who has which hours until when. The tables must agree with it after every step.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine
from sqlmodel import Session

from domain import availability
from domain.availability.errors import HoldLost, SlotTaken
from domain.foundation import ids
from domain.foundation.errors import DomainError
from domain.foundation.spans import Span
from tests.domain.availability.availability_factory import NOW, live_holds, make_hold, make_offer, on
from tests.domain.availability.truths import broken

hours = st.integers(8, 13)
lengths = st.integers(1, 3)


class Promises(RuleBasedStateMachine):
    """One provider's day, in a transaction that is undone at the end. `had` models the living holds."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.session = Session(self.connection, join_transaction_mode="create_savepoint")
        self.terms = make_offer(self.session)
        self.now = NOW
        self.had: dict[UUID, tuple[Span, datetime | None]] = {}
        self.everybody = [ids.new()]

    def teardown(self) -> None:
        self.session.close()
        self.outer.rollback()
        self.connection.close()

    @rule(hour=hours, length=lengths, minutes=st.sampled_from([None, 15, 60]))
    def query(self, hour: int, length: int, minutes: int | None) -> None:
        during, booking_id = on(25, f"{hour:02}:00", length), ids.new()
        expires_at = None if minutes is None else self.now + timedelta(minutes=minutes)
        can = not self._standing_in(during)
        with self._refusing(SlotTaken, unless=can):
            given = {"expires_at": expires_at, "booking_id": booking_id, "at": self.now}
            make_hold(self.session, self.terms, during, **given)
        self.everybody.append(booking_id)
        if can:
            self._make_room(during)
            self.had[booking_id] = during, expires_at

    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        booking_id = self._somebody(data)
        with self._refusing(HoldLost, unless=booking_id in self.had):
            availability.confirm_hold(self.session, booking_id)
        if booking_id in self.had:
            self.had[booking_id] = self.had[booking_id][0], None

    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        booking_id = self._somebody(data)
        availability.release_hold(self.session, booking_id, at=self.now)
        self.had.pop(booking_id, None)

    @rule(data=st.data(), hour=hours, length=lengths)
    def move(self, data: st.DataObject, hour: int, length: int) -> None:
        booking_id, during = self._somebody(data), on(25, f"{hour:02}:00", length)
        can = booking_id in self.had and not self._standing_in(during, but=booking_id)
        with self._refusing(SlotTaken if booking_id in self.had else HoldLost, unless=can):
            availability.move_hold(
                self.session,
                terms=self.terms,
                booking_id=booking_id,
                during=during,
                seats=1,
                option_ids=[],
                at=self.now,
            )
        if can:
            _, expires_at = self.had.pop(booking_id)
            self._make_room(during)
            self.had[booking_id] = during, expires_at

    @rule(minutes=st.sampled_from([10, 15, 45]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        assert availability.release_expired_holds(self.session, at=self.now) == len(self._expired())
        self._forget(self._expired())

    @invariant()
    def the_tables_tell_what_the_model_tells(self) -> None:
        self.session.expire_all()
        told = {hold.booking_id: (hold.during, hold.expires_at) for hold in live_holds(self.session)}
        assert told == self.had
        assert broken(self.session) == {}

    def _somebody(self, data: st.DataObject) -> UUID:
        return data.draw(st.sampled_from(self.everybody))

    def _expired(self) -> list[UUID]:
        return [who for who, (_, until) in self.had.items() if until is not None and until <= self.now]

    def _standing_in(self, during: Span, but: UUID | None = None) -> bool:
        others = self.had.keys() - {but, *self._expired()}
        return any(self.had[other][0].overlaps(during) for other in others)

    def _make_room(self, during: Span) -> None:
        """Who meets an expired hold releases all that are expired; who meets none leaves them."""
        if any(self.had[who][0].overlaps(during) for who in self._expired()):
            self._forget(self._expired())

    def _forget(self, somebody: list[UUID]) -> None:
        for who in somebody:
            del self.had[who]

    @contextmanager
    def _refusing(self, kind: type[DomainError], *, unless: bool) -> Iterator[None]:
        """What is done inside is refused, and undone, exactly if it should be."""
        undone = nullcontext() if unless else pytest.raises(kind)
        with undone, self.session.begin_nested():
            yield


@pytest.mark.parametrize("steps", [15])
def test_the_tables_agree_with_a_plain_model_of_intervals(engine: Engine, steps: int) -> None:
    machine = type("PromisesHere", (Promises,), {"engine": engine})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # Hypothesis leaves it untyped
        machine, settings=settings(max_examples=12, stateful_step_count=steps, deadline=None)
    )


@pytest.mark.long
def test_the_tables_agree_with_the_model_for_long(engine: Engine) -> None:
    test_the_tables_agree_with_a_plain_model_of_intervals(engine, 200)
