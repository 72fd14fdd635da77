"""When the clock acts next, and what a person may do only at certain times. Pure.

Everything is elapsed time from stored instants in UTC; nothing here knows a wall clock. Lengths that a market
may choose come from the booking's snapshot, the rest are the constants below.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from domain.bookings.errors import OtherPartyMustAnswer, TaskDecided, TooEarly, TooLate
from domain.bookings.kinds import BookingParty, BookingState, TaskState, TaskTransition
from domain.bookings.lifecycle import TASKS
from domain.bookings.policy_snapshot import PolicySnapshot
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
_STARTED = frozenset({BookingState.IN_PROGRESS, BookingState.DELIVERED, BookingState.DISPUTED})

# A preview is a promise for a minute: long enough to read a sentence and click.
PREVIEW_VALIDITY = timedelta(minutes=1)


def payment_due(requested_at: datetime, during: Span, snapshot: PolicySnapshot) -> datetime:
    """Until when a slot waits for the payment: the hold's minutes, and never beyond the start."""
    return min(requested_at + snapshot.hold, during.start)


def answer_due(
    authorized_at: datetime, capture_before: datetime | None, during: Span, snapshot: PolicySnapshot
) -> datetime:
    """Until when the provider may answer: the earliest of three deadlines.

    The answer window, the authorization's own deadline with room for the capture, and start minus notice.
    """
    window = authorized_at + snapshot.answer_window
    authorization = window if capture_before is None else capture_before - CAPTURE_MARGIN
    return min(window, authorization, during.start - snapshot.notice)


def completion_due(
    delivered_at: datetime, snapshot: PolicySnapshot, answers: Iterable[datetime] = ()
) -> datetime:
    """Until when the customer may object to what was delivered, and the answers about tasks are awaited."""
    return max((delivered_at + snapshot.completion, *answers))


def task_answer_due(reported_at: datetime, snapshot: PolicySnapshot) -> datetime:
    """Until when the other side may object to what was said of a task."""
    return reported_at + snapshot.task_answer


def task_decision_due(objected_at: datetime, snapshot: PolicySnapshot) -> datetime:
    """Until when operators may decide about a task; after that it counts as done."""
    return objected_at + snapshot.task_dispute


def reminder_due(start: datetime, snapshot: PolicySnapshot, *, at: datetime) -> datetime | None:
    """When to tell the customer again of what they took over; None when that instant has passed already."""
    due = start - snapshot.task_reminder
    return due if due > at else None


def contest_due(reported_at: datetime, snapshot: PolicySnapshot) -> datetime:
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


def proposal_due(proposed_at: datetime, current: Span, start: datetime, snapshot: PolicySnapshot) -> datetime:
    """Until when a proposal may be answered: the answer window, and before either start has come."""
    return min(proposed_at + snapshot.answer_window, current.start, start)


def check_start_time(during: Span, *, at: datetime) -> None:
    """Refuse a beginning before the agreed start."""
    if at < during.start:
        raise TooEarly("A booking begins at its start.", possible_from=during.start.isoformat())


def check_no_show_time(during: Span, snapshot: PolicySnapshot, *, at: datetime) -> None:
    """Refuse to call somebody absent who is only a little late."""
    earliest = during.start + snapshot.no_show_after
    if at < earliest:
        raise TooEarly("Give them a little longer.", possible_from=earliest.isoformat())


def check_may_answer(opened_by: BookingParty, *, by: BookingParty) -> None:
    """Refuse an answer from the side that asked: reports, disputes and proposals are the other side's."""
    if by is opened_by:
        raise OtherPartyMustAnswer(
            f"It was the {opened_by} who said so; the {opened_by.counterparty} may answer."
        )


def check_task_phase(booking: BookingState, transition: TaskTransition, party: BookingParty) -> None:
    """Refuse what this side cannot know yet, or what matters no more, where the booking is."""
    if booking not in _booking_states_for_task(transition, party):
        state_words, transition_words = booking.replace("_", " "), transition.replace("_", " ")
        raise TransitionNotAllowed(
            f"A {state_words} booking does not allow the {party} to {transition_words} its tasks.",
            state=str(booking),
        )


class TaskProgress(Protocol):
    """What decides, of a task, which steps it may take."""

    @property
    def state(self) -> TaskState: ...  # noqa: D102 -- named like the columns
    @property
    def said_by(self) -> BookingParty | None: ...  # noqa: D102
    @property
    def answer_by(self) -> datetime | None: ...  # noqa: D102
    @property
    def decided_at(self) -> datetime | None: ...  # noqa: D102


def check_task_transition(
    task: TaskProgress,
    booking: BookingState,
    due_at: datetime | None,
    transition: TaskTransition,
    party: BookingParty,
    *,
    at: datetime,
) -> TaskState:
    """The state of a task after a step that this side takes, in a booking in this state until `due_at`.

    Raises `NotNow`, `TooLate` once the clock has decided, and to who objects `NotYoursToAnswer` and
    `TaskDecided`.
    """
    check_task_phase(booking, transition, party)
    state = TASKS.next_state(task.state, transition, party)
    if booking is BookingState.DELIVERED:
        check_before_deadline(due_at, at)
    if transition is TaskTransition.OBJECT:
        assert task.said_by is not None  # noqa: S101 -- the table's sources are states that somebody said
        check_may_answer(task.said_by, by=party)
        if task.decided_at is not None:
            raise TaskDecided("The operators have looked at both sides.")
    if transition is TaskTransition.OBJECT or party is BookingParty.OPERATOR:
        check_before_deadline(task.answer_by, at)
    return state


def check_before_deadline(until: datetime | None, at: datetime) -> None:
    """Raise `TooLate` from the instant on at which the clock speaks, whether it has or not."""
    if until is not None and at >= until:
        raise TooLate("The time for this is over.", possible_until=until.isoformat())


def allowed_task_transitions(
    task: TaskProgress, booking: BookingState, due_at: datetime | None, party: BookingParty, *, at: datetime
) -> list[str]:
    """What would be accepted now from this side about a task, in the order of the table."""
    accepted = []
    for transition in TASKS.allowed_transitions(task.state, party):
        with suppress(DomainError):
            check_task_transition(task, booking, due_at, TaskTransition(transition), party, at=at)
            accepted.append(transition)
    return accepted


def outcome_without_answer(opened_by: BookingParty, *, answered: bool) -> BookingState:
    """How a dispute ends when a clock runs out.

    Whoever stays silent loses: a provider who does not answer a customer's dispute, a customer who does not
    answer a provider's. When both have spoken and the operators stay silent, what was agreed stands.
    """
    if not answered and opened_by is BookingParty.CUSTOMER:
        return BookingState.CANCELLED
    return BookingState.COMPLETED


def _booking_states_for_task(transition: TaskTransition, party: BookingParty) -> frozenset[BookingState]:
    """Customers know before the start what they cannot do; a provider sees it when the service begins."""
    if transition is TaskTransition.PERFORM:
        return frozenset({BookingState.CONFIRMED, BookingState.IN_PROGRESS, BookingState.DELIVERED})
    if transition is TaskTransition.REPORT_UNMET and party is BookingParty.PROVIDER:
        return _STARTED
    return _STARTED | {BookingState.CONFIRMED}
