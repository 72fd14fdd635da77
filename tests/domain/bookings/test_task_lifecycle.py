"""A task's life as a product: every state × every step × everybody, and its booking's states."""

from itertools import product
from types import SimpleNamespace

import pytest

from domain.bookings import rules
from domain.bookings.kinds import BookingParty, BookingState, TaskState, TaskTransition
from domain.bookings.lifecycle import TASKS
from domain.foundation.lifecycle import TransitionNotAllowed

_ALLOWED = {
    # (from, step, who): to.  Written by hand, so that the table is written twice.
    ("agreed", "perform", "customer"): "performed",
    ("agreed", "confirm", "provider"): "confirmed",
    ("performed", "confirm", "provider"): "confirmed",
    ("unmet", "confirm", "provider"): "confirmed",
    ("blocked", "confirm", "provider"): "confirmed",
    ("disputed", "confirm", "provider"): "confirmed",
    ("agreed", "confirm", "clock"): "confirmed",
    ("performed", "confirm", "clock"): "confirmed",
    ("agreed", "report_unmet", "provider"): "unmet",
    ("performed", "report_unmet", "provider"): "unmet",
    ("agreed", "report_unmet", "customer"): "unmet",
    ("performed", "report_unmet", "customer"): "unmet",
    ("blocked", "report_unmet", "customer"): "unmet",
    ("disputed", "report_unmet", "customer"): "unmet",
    ("agreed", "report_block", "customer"): "blocked",
    ("performed", "report_block", "customer"): "blocked",
    ("agreed", "report_block", "provider"): "blocked",
    ("performed", "report_block", "provider"): "blocked",
    ("unmet", "report_block", "provider"): "blocked",
    ("disputed", "report_block", "provider"): "blocked",
    ("unmet", "object", "customer"): "disputed",
    ("blocked", "object", "provider"): "disputed",
    ("disputed", "decide_as_confirmed", "operator"): "confirmed",
    ("disputed", "decide_as_confirmed", "clock"): "confirmed",
    ("disputed", "decide_as_unmet", "operator"): "unmet",
    ("disputed", "decide_as_blocked", "operator"): "blocked",
    ("agreed", "settle", "clock"): "settled",
    ("performed", "settle", "clock"): "settled",
    ("confirmed", "settle", "clock"): "settled",
    ("unmet", "settle", "clock"): "settled",
    ("blocked", "settle", "clock"): "settled",
    ("disputed", "settle", "clock"): "settled",
}
_BEGUN = {"in_progress", "delivered", "disputed"}
_WHEN = {(step, side): _BEGUN | {"confirmed"} for step in TaskTransition for side in BookingParty}
_WHEN |= {(TaskTransition.PERFORM, side): {"confirmed", "in_progress", "delivered"} for side in BookingParty}
_WHEN[TaskTransition.REPORT_UNMET, BookingParty.PROVIDER] = _BEGUN


@pytest.mark.parametrize("state", TaskState)
def test_everybody_may_say_in_every_state_what_the_page_says_and_nothing_else(state):
    for step, side in product(TaskTransition, BookingParty):
        expected = _ALLOWED.get((state.value, step.value, side.value))
        if expected is None:
            with pytest.raises(TransitionNotAllowed):
                TASKS.next_state(state, step, side)
        else:
            assert TASKS.next_state(state, step, side) is TaskState(expected), (state, step, side)


def test_every_step_is_in_the_table():
    assert {row.name for row in TASKS.transitions} == set(TaskTransition)


def test_every_state_that_is_not_final_has_a_way_out_by_the_clock_and_says_when():
    by_clock = [row for row in TASKS.transitions if BookingParty.CLOCK in row.actors]
    assert all(row.due for row in by_clock)
    assert {source for row in by_clock for source in row.sources} == set(TaskState) - TASKS.final


@pytest.mark.parametrize("booking", BookingState)
def test_tasks_are_spoken_of_from_the_confirmation_to_the_end_and_not_in_a_no_show(booking):
    for step, side in product(TaskTransition, BookingParty):
        if booking.value in _WHEN[step, side]:
            rules.check_task_phase(booking, step, side)
        else:
            with pytest.raises(TransitionNotAllowed):
                rules.check_task_phase(booking, step, side)


_OTHERS = {BookingParty.CUSTOMER: BookingParty.PROVIDER, BookingParty.PROVIDER: BookingParty.CUSTOMER}


@pytest.mark.parametrize("task", TaskState)
def test_what_is_shown_as_allowed_is_what_the_table_and_the_booking_allow(task, at):
    for booking, side in product(BookingState, BookingParty):
        expected = {
            step
            for (state, step, who) in _ALLOWED
            if (state, who) == (task, side) and booking.value in _WHEN[TaskTransition(step), side]
        }
        of_the_other = SimpleNamespace(state=task, said_by=_OTHERS.get(side), answer_by=None, decided_at=None)
        assert set(rules.allowed_task_transitions(of_the_other, booking, None, side, at=at)) == expected
