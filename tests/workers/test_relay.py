from dataclasses import dataclass
from typing import ClassVar

import pytest
from sqlalchemy import text

from domain.foundation import events, ids
from domain.foundation.actors import CLOCK
from tests.together import together
from workers import relay, task
from workers.relay import BrokerAway
from workers.task import Work


@dataclass(frozen=True)
class LanternLit(events.DomainEvent):
    name: ClassVar[str] = "lantern.lit"
    audit_only: ClassVar[bool] = True


@dataclass(frozen=True)
class MothCame(events.DomainEvent):
    name: ClassVar[str] = "moth.came"
    audit_only: ClassVar[bool] = True


def moth(session, event):
    events.record_event(
        session, MothCame(), subject=("moth", event.subject_id), by=CLOCK, at=event.occurred_at
    )


def clumsy(session, event):
    events.record_event(
        session, MothCame(), subject=("moth", event.subject_id), by=CLOCK, at=event.occurred_at
    )
    raise LookupError("fell into the lantern")


READERS = {"lantern.lit": (moth,)}


class Killed(BaseException):
    """Stands for kill -9: nothing catches it, nothing after it runs."""


@pytest.fixture
def work(transactions):
    return Work(transactions, gateway=None)


@pytest.fixture
def lit(transactions, at):
    """Light some lanterns; answers their ids."""

    def light(how_many=1):
        lanterns = [ids.new() for _ in range(how_many)]
        with transactions() as session:
            for lantern in lanterns:
                events.record_event(session, LanternLit(), subject=("lantern", lantern), by=CLOCK, at=at)
        return lanterns

    return light


def moths(transactions):
    with transactions.read_session() as session:
        return session.execute(text("SELECT count(*) FROM events WHERE name = 'moth.came'")).scalar_one()


def by_hand(work, reader=moth):
    """A broker without a broker: the message is handled before `publish` returns."""
    return lambda message: task.deliver(work, reader, message.event_id)


def everything_is_due(transactions):
    with transactions() as session:
        session.execute(text("UPDATE event_deliveries SET due_at = now() - interval '1 second'"))


def test_every_reader_of_a_fact_hears_of_it_once(work, transactions, lit):
    lit(3)
    assert relay.dispatch(transactions, READERS, by_hand(work)) == 3
    assert relay.dispatch(transactions, READERS, by_hand(work)) == 0
    assert moths(transactions) == 3


def test_a_message_that_arrives_twice_has_one_effect(work, transactions, lit):
    lit()
    sent = []
    relay.dispatch(transactions, READERS, sent.append)
    for _ in range(3):
        task.deliver(work, moth, sent[0].event_id)
    assert moths(transactions) == 1


def test_a_message_that_arrives_at_many_workers_at_once_has_one_effect(work, transactions, lit):
    lit()
    sent = []
    relay.dispatch(transactions, READERS, sent.append)
    together(lambda _: task.deliver(work, moth, sent[0].event_id), 8)
    assert moths(transactions) == 1


def test_a_relay_killed_before_its_commit_leaves_the_event_for_the_next_one(work, transactions, lit):
    lit()

    def mark_and_die():
        with transactions() as session:
            session.execute(text("UPDATE events SET dispatched_at = now() WHERE dispatched_at IS NULL"))
            raise Killed

    with pytest.raises(Killed):
        mark_and_die()
    relay.dispatch(transactions, READERS, by_hand(work))
    assert moths(transactions) == 1


@pytest.mark.parametrize("survives", range(4))
def test_a_relay_killed_between_commit_and_publish_loses_and_doubles_nothing(
    work, transactions, lit, survives
):
    lit(4)
    sent = []

    def publish(message):
        if len(sent) == survives:
            raise Killed
        sent.append(message)
        by_hand(work)(message)

    with pytest.raises(Killed):
        relay.dispatch(transactions, READERS, publish)
    assert moths(transactions) == survives
    everything_is_due(transactions)
    relay.send_again(transactions, by_hand(work))
    assert moths(transactions) == 4
    everything_is_due(transactions)
    assert relay.send_again(transactions, by_hand(work)) == 0


def test_what_a_broker_that_is_away_did_not_take_is_sent_when_it_is_back(work, transactions, lit):
    lit(2)

    def away(message):
        raise BrokerAway("gone fishing")

    with pytest.raises(BrokerAway):
        relay.dispatch(transactions, READERS, away)
    for _ in range(3):
        with pytest.raises(BrokerAway):
            relay.send_again(transactions, away)
    assert relay.send_again(transactions, by_hand(work)) == 2
    assert moths(transactions) == 2


def test_a_message_that_waits_in_a_long_queue_is_sent_again_ever_more_rarely(transactions, lit):
    lit()
    relay.dispatch(transactions, READERS, [].append)
    waits = []
    for _ in range(3):
        everything_is_due(transactions)
        relay.send_again(transactions, [].append)
        with transactions.read_session() as session:
            wait = text("SELECT extract(epoch FROM due_at - now()) FROM event_deliveries")
            waits.append(round(session.execute(wait).scalar_one() / task.FIRST_WAIT_SECONDS))
    assert waits == [2, 4, 8]


def test_two_relays_do_not_send_the_same_event(work, transactions, lit):
    lit(50)
    sent = sum(together(lambda _: relay.dispatch(transactions, READERS, by_hand(work)), 4))
    assert (sent, moths(transactions)) == (50, 50)


def test_a_failing_reader_leaves_no_trace_of_its_work_and_is_parked_after_five_attempts(
    work, transactions, lit
):
    lit()
    readers = {"lantern.lit": (clumsy,)}
    relay.dispatch(transactions, readers, by_hand(work, clumsy))
    for _ in range(6):
        everything_is_due(transactions)
        relay.send_again(transactions, by_hand(work, clumsy))
    with transactions.read_session() as session:
        row = session.execute(text("SELECT attempts, parked_at, last_error FROM event_deliveries")).one()
    assert (row.attempts, row.last_error) == (6, "LookupError: fell into the lantern")
    assert row.parked_at is not None
    assert moths(transactions) == 0
