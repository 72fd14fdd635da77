from dataclasses import dataclass
from typing import ClassVar

from domain.foundation import events, ids
from domain.foundation.actors import CLOCK
from tests.together import together


@dataclass(frozen=True)
class TeaBrewed(events.DomainEvent):
    name: ClassVar[str] = "tea.brewed"
    audit_only: ClassVar[bool] = True
    cups: int


def test_a_subjects_facts_are_numbered_in_order(session, at):
    pot = ids.new()
    for cups in (3, 1, 2):
        events.record_event(session, TeaBrewed(cups), subject=("pot", pot), by=CLOCK, at=at)
    event_rows = events.subject_history(session, pot)
    assert [(row.version, row.data["cups"]) for row in event_rows] == [(1, 3), (2, 1), (3, 2)]


def test_facts_recorded_at_once_get_different_numbers(transactions, at):
    pot = ids.new()

    def brew(cups):
        with transactions() as session:
            events.record_event(session, TeaBrewed(cups), subject=("pot", pot), by=CLOCK, at=at)

    together(brew, 40, threads=8)
    with transactions.read_session() as session:
        assert [row.version for row in events.subject_history(session, pot)] == list(range(1, 41))


def test_a_reader_handles_an_event_once(session, at):
    event_id = events.record_event(session, TeaBrewed(1), subject=("pot", ids.new()), by=CLOCK, at=at)
    assert events.mark_handled(session, event_id, "taster", at=at)
    assert not events.mark_handled(session, event_id, "taster", at=at)
    assert events.mark_handled(session, event_id, "washer", at=at)
