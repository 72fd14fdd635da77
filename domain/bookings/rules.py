"""When the clock acts next, and what a person may do only at certain times. Pure.

Everything is elapsed time from stored instants in UTC; nothing here knows a wall clock. Lengths that a market
may choose come from the booking's snapshot, the rest are the constants below.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from domain.bookings.errors import NotYoursToAnswer, TaskDecided, TooEarly, TooLate
from domain.bookings.kinds import Side, State, TaskState, TaskStep
from domain.bookings.lifecycle import TASKS
from domain.bookings.snapshot import Snapshot
from domain.foundation.errors import DomainError
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.foundation.spans import Span

# Accepting is followed by a capture that a worker makes and may have to repeat. An hour outlasts the outages
# that Stripe's status page has shown in a year, so that no authorization lapses between the two.
CAPTURE_MARGIN = timedelta(hours=1)

# The other side of a dispute answers within three days, so that a weekend never decides against anybody.
DISPUTE_ANSWER = timedelta(hours=72)

# Operators decide within a fortnight; the EU's consumer dispute rules give a body 90 days, and money that
# belongs to somebody should not lie that long (Directive 2013/11/EU, article 8 (e)).
DISPUTE_DECISION = timedelta(days=14)

# A confirmed booking with a suspended side stands until then: long enough before the start for the other
# side to make another plan, and as late as that allows, so that an appeal can be heard first.
SUSPENDED_START_LEAD = timedelta(hours=24)

# While the booking itself is disputed its tasks can be spoken of, since the operators then look at both.
_BEGUN = frozenset({State.IN_PROGRESS, State.DELIVERED, State.DISPUTED})

# A preview is a promise for a minute: long enough to read a sentence and click.
PREVIEW_HOLDS = timedelta(minutes=1)


def payment_due(requested_at: datetime, during: Span, snapshot: Snapshot) -> datetime:
    """Until when a slot waits for the payment: the hold's minutes, and never beyond the start."""
    return min(requested_at + snapshot.hold, during.start)


def answer_due(
    authorized_at: datetime, capture_before: datetime | None, during: Span, snapshot: Snapshot
) -> datetime:
    """Until when the provider may answer: the earliest of three deadlines.

    The answer window, the authorization's own deadline with room for the capture, and start minus notice.
    """
    window = authorized_at + snapshot.answer_window
    authorization = window if capture_before is None else capture_before - CAPTURE_MARGIN
    return min(window, authorization, during.start - snapshot.notice)


def completion_due(delivered_at: datetime, snapshot: Snapshot, answers: Iterable[datetime] = ()) -> datetime:
    """Until when the customer may object to what was delivered, and the answers about tasks are awaited."""
    return max((delivered_at + snapshot.completion, *answers))


def task_answer_due(said_at: datetime, snapshot: Snapshot) -> datetime:
    """Until when the other side may object to what was said of a task."""
    return said_at + snapshot.task_answer


def task_decision_due(objected_at: datetime, snapshot: Snapshot) -> datetime:
    """Until when operators may decide about a task; after that it counts as done."""
    return objected_at + snapshot.task_dispute


def reminder_due(start: datetime, snapshot: Snapshot, *, at: datetime) -> datetime | None:
    """When to tell the customer again of what they took over; None when that instant has passed already."""
    due = start - snapshot.task_reminder
    return due if due > at else None


def contest_due(reported_at: datetime, snapshot: Snapshot) -> datetime:
    """Until when a no-show may be contested before fees post."""
    return reported_at + snapshot.contest


def suspended_start_due(start: datetime) -> datetime:
    """When a confirmed booking is cancelled if one of its sides is still suspended then."""
    return start - SUSPENDED_START_LEAD


def answer_of_suspended_due(since: datetime) -> datetime:
    """Until when the answer of a suspended side, asked for at `since`, is awaited: a fortnight.

    Who cannot sign in cannot answer; an appeal against the suspension is decided within that time.
    """
    return since + DISPUTE_DECISION


def proposal_due(proposed_at: datetime, current: Span, start: datetime, snapshot: Snapshot) -> datetime:
    """Until when a proposal may be answered: the answer window, and before either start has come."""
    return min(proposed_at + snapshot.answer_window, current.start, start)


def may_start(during: Span, *, at: datetime) -> None:
    """Refuse a beginning before the agreed start."""
    if at < during.start:
        raise TooEarly("A booking begins at its start.", possible_from=during.start.isoformat())


def may_report_no_show(during: Span, snapshot: Snapshot, *, at: datetime) -> None:
    """Refuse to call somebody absent who is only a little late."""
    earliest = during.start + snapshot.no_show_after
    if at < earliest:
        raise TooEarly("Give them a little longer.", possible_from=earliest.isoformat())


def may_answer(asked_by: Side, *, by: Side) -> None:
    """Refuse an answer from the side that asked: reports, disputes and proposals are the other side's."""
    if by is asked_by:
        raise NotYoursToAnswer(f"It was the {asked_by} who said so; the {asked_by.other} may answer.")


def may_speak_of_tasks(booking: State, step: TaskStep, side: Side) -> None:
    """Refuse what this side cannot know yet, or what matters no more, where the booking is."""
    if booking not in _speakable(step, side):
        there, deed = booking.replace("_", " "), step.replace("_", " ")
        raise TransitionNotAllowed(
            f"A {there} booking does not allow the {side} to {deed} its tasks.", state=str(booking)
        )


class TaskFacts(Protocol):
    """What decides, of a task, which steps it may take."""

    @property
    def state(self) -> TaskState: ...  # noqa: D102 -- named like the columns
    @property
    def said_by(self) -> Side | None: ...  # noqa: D102
    @property
    def answer_by(self) -> datetime | None: ...  # noqa: D102
    @property
    def decided_at(self) -> datetime | None: ...  # noqa: D102


def check_task_step(
    task: TaskFacts, booking: State, due_at: datetime | None, step: TaskStep, side: Side, *, at: datetime
) -> TaskState:
    """The state of a task after a step that this side takes, in a booking in this state until `due_at`.

    Raises `NotNow`, `TooLate` once the clock has decided, and to who objects `NotYoursToAnswer` and
    `TaskDecided`.
    """
    may_speak_of_tasks(booking, step, side)
    state = TASKS.next_state(task.state, step, side)
    if booking is State.DELIVERED:
        check_in_time(due_at, at)
    if step is TaskStep.OBJECT:
        assert task.said_by is not None  # noqa: S101 -- the table's sources are states that somebody said
        may_answer(task.said_by, by=side)
        if task.decided_at is not None:
            raise TaskDecided("The operators have looked at both sides.")
    if step is TaskStep.OBJECT or side is Side.OPERATOR:
        check_in_time(task.answer_by, at)
    return state


def check_in_time(until: datetime | None, at: datetime) -> None:
    """Raise `TooLate` from the instant on at which the clock speaks, whether it has or not."""
    if until is not None and at >= until:
        raise TooLate("The time for this is over.", possible_until=until.isoformat())


def task_steps(
    task: TaskFacts, booking: State, due_at: datetime | None, side: Side, *, at: datetime
) -> list[str]:
    """What would be accepted now from this side about a task, in the order of the table."""
    accepted = []
    for step in TASKS.allowed_transitions(task.state, side):
        with suppress(DomainError):
            check_task_step(task, booking, due_at, TaskStep(step), side, at=at)
            accepted.append(step)
    return accepted


def when_nobody_answers(opened_by: Side, *, answered: bool) -> State:
    """How a dispute ends when a clock runs out.

    Whoever stays silent loses: a provider who does not answer a customer's dispute, a customer who does not
    answer a provider's. When both have spoken and the operators stay silent, what was agreed stands.
    """
    if not answered and opened_by is Side.CUSTOMER:
        return State.CANCELLED
    return State.COMPLETED


def _speakable(step: TaskStep, side: Side) -> frozenset[State]:
    """Customers know before the start what they cannot do; a provider sees it when the service begins."""
    if step is TaskStep.PERFORM:
        return frozenset({State.CONFIRMED, State.IN_PROGRESS, State.DELIVERED})
    if step is TaskStep.REPORT_UNMET and side is Side.PROVIDER:
        return _BEGUN
    return _BEGUN | {State.CONFIRMED}
