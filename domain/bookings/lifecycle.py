"""The lifecycles of bookings, proposals and tasks: transitions with actors, source states and times.

Every non-final state has a transition by the clock, so nothing waits for a person without limit. `rules.py`
computes the instants named in `due`; a booking stores the next one in `due_at`.

Two rows are more than a booking's plain course, and both close a gap. *Lose payment*: an authorization can be
voided by the bank behind our back, and a confirmed booking nobody pays for must not be carried out.
*Answer dispute*: the other side's answer stops their clock and starts the operators'.

A task's life ends with its booking's, whoever ended that. Either side may give in at any time: the provider
by confirming or admitting a block, the customer by saying themselves that a task was left undone. Silence is
the provider's yes, and operators who stay silent have decided for the customer: the saving was promised.
"""

from domain.bookings.kinds import (
    ENDED,
    BookingParty,
    BookingState,
    BookingTransition,
    ProposalParty,
    ProposalState,
    TaskState,
    TaskTransition,
)
from domain.foundation.lifecycle import Lifecycle, Transition

_PARTIES = frozenset({BookingParty.CUSTOMER, BookingParty.PROVIDER})


def _booking_transition(
    transition: BookingTransition,
    who: BookingParty | frozenset[BookingParty],
    source: BookingState | frozenset[BookingState],
    target: BookingState,
    due: str = "",
) -> Transition[BookingState, BookingParty]:
    return Transition(
        name=transition,
        actors=frozenset({who}) if isinstance(who, BookingParty) else who,
        sources=frozenset({source}) if isinstance(source, BookingState) else source,
        target=target,
        due=due,
    )


BOOKINGS: Lifecycle[BookingState, BookingParty] = Lifecycle(
    noun="booking",
    initial=frozenset({BookingState.PENDING_PAYMENT}),
    final=ENDED,
    transitions=(
        _booking_transition(
            BookingTransition.AUTHORIZE,
            BookingParty.PAYMENT,
            BookingState.PENDING_PAYMENT,
            BookingState.REQUESTED,
        ),
        _booking_transition(
            BookingTransition.AUTHORIZE_INSTANTLY,
            BookingParty.PAYMENT,
            BookingState.PENDING_PAYMENT,
            BookingState.CONFIRMED,
        ),
        _booking_transition(
            BookingTransition.EXPIRE_PAYMENT,
            BookingParty.CLOCK,
            BookingState.PENDING_PAYMENT,
            BookingState.EXPIRED,
            "when the hold expires",
        ),
        _booking_transition(
            BookingTransition.ACCEPT, BookingParty.PROVIDER, BookingState.REQUESTED, BookingState.CONFIRMED
        ),
        _booking_transition(
            BookingTransition.DECLINE, BookingParty.PROVIDER, BookingState.REQUESTED, BookingState.DECLINED
        ),
        _booking_transition(
            BookingTransition.EXPIRE_REQUEST,
            BookingParty.CLOCK,
            BookingState.REQUESTED,
            BookingState.EXPIRED,
            "the earliest of the answer window, the authorization's deadline, start minus notice",
        ),
        _booking_transition(
            BookingTransition.WITHDRAW, BookingParty.CUSTOMER, BookingState.REQUESTED, BookingState.CANCELLED
        ),
        _booking_transition(
            BookingTransition.CANCEL,
            _PARTIES | {BookingParty.OPERATOR},
            BookingState.CONFIRMED,
            BookingState.CANCELLED,
        ),
        _booking_transition(
            BookingTransition.LOSE_PAYMENT,
            BookingParty.PAYMENT,
            frozenset({BookingState.REQUESTED, BookingState.CONFIRMED}),
            BookingState.CANCELLED,
        ),
        _booking_transition(
            BookingTransition.CANCEL_FOR_SUSPENSION,
            BookingParty.CLOCK,
            BookingState.CONFIRMED,
            BookingState.CANCELLED,
            "24 hours before the start, where the user of either side is suspended",
        ),
        _booking_transition(
            BookingTransition.START,
            _PARTIES | {BookingParty.CLOCK},
            BookingState.CONFIRMED,
            BookingState.IN_PROGRESS,
            "at the start",
        ),
        _booking_transition(
            BookingTransition.DELIVER,
            frozenset({BookingParty.PROVIDER, BookingParty.CLOCK}),
            BookingState.IN_PROGRESS,
            BookingState.DELIVERED,
            "at the end",
        ),
        _booking_transition(
            BookingTransition.COMPLETE,
            frozenset({BookingParty.CUSTOMER, BookingParty.CLOCK}),
            BookingState.DELIVERED,
            BookingState.COMPLETED,
            "48 hours after delivery",
        ),
        _booking_transition(
            BookingTransition.REPORT_NO_SHOW,
            _PARTIES,
            frozenset({BookingState.CONFIRMED, BookingState.IN_PROGRESS}),
            BookingState.NO_SHOW,
        ),
        _booking_transition(
            BookingTransition.CONTEST_NO_SHOW, _PARTIES, BookingState.NO_SHOW, BookingState.DISPUTED
        ),
        _booking_transition(
            BookingTransition.CANCEL_FOR_NO_SHOW,
            BookingParty.CLOCK,
            BookingState.NO_SHOW,
            BookingState.CANCELLED,
            "24 hours after the report, unless contested",
        ),
        _booking_transition(
            BookingTransition.DISPUTE, BookingParty.CUSTOMER, BookingState.DELIVERED, BookingState.DISPUTED
        ),
        _booking_transition(
            BookingTransition.ANSWER_DISPUTE, _PARTIES, BookingState.DISPUTED, BookingState.DISPUTED
        ),
        _booking_transition(
            BookingTransition.RESOLVE_AS_COMPLETED,
            frozenset({BookingParty.OPERATOR, BookingParty.CLOCK}),
            BookingState.DISPUTED,
            BookingState.COMPLETED,
            "the customer did not answer in 72 hours, or no operator decided in 14 days",
        ),
        _booking_transition(
            BookingTransition.RESOLVE_AS_CANCELLED,
            frozenset({BookingParty.OPERATOR, BookingParty.CLOCK}),
            BookingState.DISPUTED,
            BookingState.CANCELLED,
            "the provider did not answer in 72 hours",
        ),
    ),
)

PROPOSALS: Lifecycle[ProposalState, ProposalParty] = Lifecycle(
    noun="proposal",
    initial=frozenset({ProposalState.OPEN}),
    final=frozenset(ProposalState) - {ProposalState.OPEN},
    transitions=tuple(
        Transition(
            name=name,
            actors=frozenset({who}),
            sources=frozenset({ProposalState.OPEN}),
            target=target,
            due=due,
        )
        for name, who, target, due in (
            ("accept", ProposalParty.ANSWERER, ProposalState.ACCEPTED, ""),
            ("decline", ProposalParty.ANSWERER, ProposalState.DECLINED, ""),
            ("withdraw", ProposalParty.PROPOSER, ProposalState.WITHDRAWN, ""),
            (
                "expire",
                ProposalParty.CLOCK,
                ProposalState.EXPIRED,
                "when its time to answer is over, or the booking is no longer confirmed",
            ),
        )
    ),
)

_UNREPORTED = frozenset({TaskState.AGREED, TaskState.PERFORMED})


def _task_transition(
    transition: TaskTransition,
    who: BookingParty | frozenset[BookingParty],
    source: frozenset[TaskState],
    target: TaskState,
    due: str = "",
) -> Transition[TaskState, BookingParty]:
    return Transition(
        name=transition,
        actors=frozenset({who}) if isinstance(who, BookingParty) else who,
        sources=source,
        target=target,
        due=due,
    )


TASKS: Lifecycle[TaskState, BookingParty] = Lifecycle(
    noun="task",
    initial=frozenset({TaskState.AGREED}),
    final=frozenset({TaskState.SETTLED}),
    transitions=(
        _task_transition(
            TaskTransition.PERFORM, BookingParty.CUSTOMER, frozenset({TaskState.AGREED}), TaskState.PERFORMED
        ),
        _task_transition(
            TaskTransition.CONFIRM,
            BookingParty.PROVIDER,
            frozenset(TaskState) - {TaskState.CONFIRMED, TaskState.SETTLED},
            TaskState.CONFIRMED,
        ),
        _task_transition(
            TaskTransition.CONFIRM,
            BookingParty.CLOCK,
            _UNREPORTED,
            TaskState.CONFIRMED,
            "when the booking is completed and the provider has said nothing",
        ),
        _task_transition(TaskTransition.REPORT_UNMET, BookingParty.PROVIDER, _UNREPORTED, TaskState.UNMET),
        _task_transition(
            TaskTransition.REPORT_UNMET,
            BookingParty.CUSTOMER,
            _UNREPORTED | {TaskState.BLOCKED, TaskState.DISPUTED},
            TaskState.UNMET,
        ),
        _task_transition(TaskTransition.REPORT_BLOCK, BookingParty.CUSTOMER, _UNREPORTED, TaskState.BLOCKED),
        _task_transition(
            TaskTransition.REPORT_BLOCK,
            BookingParty.PROVIDER,
            _UNREPORTED | {TaskState.UNMET, TaskState.DISPUTED},
            TaskState.BLOCKED,
        ),
        _task_transition(
            TaskTransition.OBJECT, BookingParty.CUSTOMER, frozenset({TaskState.UNMET}), TaskState.DISPUTED
        ),
        _task_transition(
            TaskTransition.OBJECT, BookingParty.PROVIDER, frozenset({TaskState.BLOCKED}), TaskState.DISPUTED
        ),
        _task_transition(
            TaskTransition.DECIDE_AS_CONFIRMED,
            frozenset({BookingParty.OPERATOR, BookingParty.CLOCK}),
            frozenset({TaskState.DISPUTED}),
            TaskState.CONFIRMED,
            "no operator decided within the time of the policy, 72 hours unless it says otherwise",
        ),
        _task_transition(
            TaskTransition.DECIDE_AS_UNMET,
            BookingParty.OPERATOR,
            frozenset({TaskState.DISPUTED}),
            TaskState.UNMET,
        ),
        _task_transition(
            TaskTransition.DECIDE_AS_BLOCKED,
            BookingParty.OPERATOR,
            frozenset({TaskState.DISPUTED}),
            TaskState.BLOCKED,
        ),
        _task_transition(
            TaskTransition.SETTLE,
            BookingParty.CLOCK,
            frozenset(TaskState) - {TaskState.SETTLED},
            TaskState.SETTLED,
            "when the booking ends",
        ),
    ),
)
