from dataclasses import dataclass
from typing import ClassVar

from domain.foundation import events, ids
from domain.foundation.actors import CLOCK
from tests.together import together


@dataclass(frozen=True)
class TeaBrewed(events.Fact):
    name: ClassVar[str] = "tea.brewed"
    audit_only: ClassVar[bool] = True
    cups: int


def test_a_subjects_facts_are_numbered_in_order(session, at):
    pot = ids.new()
    for cups in (3, 1, 2):
        events.record(session, TeaBrewed(cups), subject=("pot", pot), by=CLOCK, at=at)
    told = events.history(session, pot)
    assert [(row.version, row.data["cups"]) for row in told] == [(1, 3), (2, 1), (3, 2)]


def test_facts_recorded_at_once_get_different_numbers(transactions, at):
    pot = ids.new()

    def brew(cups):
        with transactions() as session:
            events.record(session, TeaBrewed(cups), subject=("pot", pot), by=CLOCK, at=at)

    together(brew, 40, threads=8)
    with transactions.reading() as session:
        assert [row.version for row in events.history(session, pot)] == list(range(1, 41))


def test_a_reader_handles_an_event_once(session, at):
    event_id = events.record(session, TeaBrewed(1), subject=("pot", ids.new()), by=CLOCK, at=at)
    assert events.once(session, event_id, "taster", at=at)
    assert not events.once(session, event_id, "taster", at=at)
    assert events.once(session, event_id, "washer", at=at)
