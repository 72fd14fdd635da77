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

from domain.bookings.kinds import ENDED, ProposalSide, ProposalState, Side, State, Step, TaskState, TaskStep
from domain.foundation.lifecycle import Lifecycle, Transition

_PARTIES = frozenset({Side.CUSTOMER, Side.PROVIDER})


def _row(
    step: Step, who: Side | frozenset[Side], source: State | frozenset[State], target: State, due: str = ""
) -> Transition[State, Side]:
    return Transition(
        name=step,
        actors=frozenset({who}) if isinstance(who, Side) else who,
        sources=frozenset({source}) if isinstance(source, State) else source,
        target=target,
        due=due,
    )


BOOKINGS: Lifecycle[State, Side] = Lifecycle(
    noun="booking",
    initial=frozenset({State.PENDING_PAYMENT}),
    final=ENDED,
    transitions=(
        _row(Step.AUTHORIZE, Side.PAYMENT, State.PENDING_PAYMENT, State.REQUESTED),
        _row(Step.AUTHORIZE_INSTANTLY, Side.PAYMENT, State.PENDING_PAYMENT, State.CONFIRMED),
        _row(Step.EXPIRE_PAYMENT, Side.CLOCK, State.PENDING_PAYMENT, State.EXPIRED, "when the hold expires"),
        _row(Step.ACCEPT, Side.PROVIDER, State.REQUESTED, State.CONFIRMED),
        _row(Step.DECLINE, Side.PROVIDER, State.REQUESTED, State.DECLINED),
        _row(
            Step.EXPIRE_REQUEST,
            Side.CLOCK,
            State.REQUESTED,
            State.EXPIRED,
            "the earliest of the answer window, the authorization's deadline, start minus notice",
        ),
        _row(Step.WITHDRAW, Side.CUSTOMER, State.REQUESTED, State.CANCELLED),
        _row(Step.CANCEL, _PARTIES | {Side.OPERATOR}, State.CONFIRMED, State.CANCELLED),
        _row(
            Step.LOSE_PAYMENT,
            Side.PAYMENT,
            frozenset({State.REQUESTED, State.CONFIRMED}),
            State.CANCELLED,
        ),
        _row(
            Step.CANCEL_FOR_SUSPENSION,
            Side.CLOCK,
            State.CONFIRMED,
            State.CANCELLED,
            "24 hours before the start, where the user of either side is suspended",
        ),
        _row(Step.START, _PARTIES | {Side.CLOCK}, State.CONFIRMED, State.IN_PROGRESS, "at the start"),
        _row(
            Step.DELIVER,
            frozenset({Side.PROVIDER, Side.CLOCK}),
            State.IN_PROGRESS,
            State.DELIVERED,
            "at the end",
        ),
        _row(
            Step.COMPLETE,
            frozenset({Side.CUSTOMER, Side.CLOCK}),
            State.DELIVERED,
            State.COMPLETED,
            "48 hours after delivery",
        ),
        _row(
            Step.REPORT_NO_SHOW,
            _PARTIES,
            frozenset({State.CONFIRMED, State.IN_PROGRESS}),
            State.NO_SHOW,
        ),
        _row(Step.CONTEST_NO_SHOW, _PARTIES, State.NO_SHOW, State.DISPUTED),
        _row(
            Step.SETTLE_NO_SHOW,
            Side.CLOCK,
            State.NO_SHOW,
            State.CANCELLED,
            "24 hours after the report, unless contested",
        ),
        _row(Step.DISPUTE, Side.CUSTOMER, State.DELIVERED, State.DISPUTED),
        _row(Step.ANSWER_DISPUTE, _PARTIES, State.DISPUTED, State.DISPUTED),
        _row(
            Step.RESOLVE_AS_COMPLETED,
            frozenset({Side.OPERATOR, Side.CLOCK}),
            State.DISPUTED,
            State.COMPLETED,
            "the customer did not answer in 72 hours, or no operator decided in 14 days",
        ),
        _row(
            Step.RESOLVE_AS_CANCELLED,
            frozenset({Side.OPERATOR, Side.CLOCK}),
            State.DISPUTED,
            State.CANCELLED,
            "the provider did not answer in 72 hours",
        ),
    ),
)

PROPOSALS: Lifecycle[ProposalState, ProposalSide] = Lifecycle(
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
            ("accept", ProposalSide.ANSWERER, ProposalState.ACCEPTED, ""),
            ("decline", ProposalSide.ANSWERER, ProposalState.DECLINED, ""),
            ("withdraw", ProposalSide.PROPOSER, ProposalState.WITHDRAWN, ""),
            (
                "expire",
                ProposalSide.CLOCK,
                ProposalState.EXPIRED,
                "when its time to answer is over, or the booking is no longer confirmed",
            ),
        )
    ),
)

_UNSAID = frozenset({TaskState.AGREED, TaskState.PERFORMED})


def _task_row(
    step: TaskStep,
    who: Side | frozenset[Side],
    source: frozenset[TaskState],
    target: TaskState,
    due: str = "",
) -> Transition[TaskState, Side]:
    return Transition(
        name=step,
        actors=frozenset({who}) if isinstance(who, Side) else who,
        sources=source,
        target=target,
        due=due,
    )


TASKS: Lifecycle[TaskState, Side] = Lifecycle(
    noun="task",
    initial=frozenset({TaskState.AGREED}),
    final=frozenset({TaskState.SETTLED}),
    transitions=(
        _task_row(TaskStep.PERFORM, Side.CUSTOMER, frozenset({TaskState.AGREED}), TaskState.PERFORMED),
        _task_row(
            TaskStep.CONFIRM,
            Side.PROVIDER,
            frozenset(TaskState) - {TaskState.CONFIRMED, TaskState.SETTLED},
            TaskState.CONFIRMED,
        ),
        _task_row(
            TaskStep.CONFIRM,
            Side.CLOCK,
            _UNSAID,
            TaskState.CONFIRMED,
            "when the booking is completed and the provider has said nothing",
        ),
        _task_row(TaskStep.REPORT_UNMET, Side.PROVIDER, _UNSAID, TaskState.UNMET),
        _task_row(
            TaskStep.REPORT_UNMET,
            Side.CUSTOMER,
            _UNSAID | {TaskState.BLOCKED, TaskState.DISPUTED},
            TaskState.UNMET,
        ),
        _task_row(TaskStep.REPORT_BLOCK, Side.CUSTOMER, _UNSAID, TaskState.BLOCKED),
        _task_row(
            TaskStep.REPORT_BLOCK,
            Side.PROVIDER,
            _UNSAID | {TaskState.UNMET, TaskState.DISPUTED},
            TaskState.BLOCKED,
        ),
        _task_row(TaskStep.OBJECT, Side.CUSTOMER, frozenset({TaskState.UNMET}), TaskState.DISPUTED),
        _task_row(TaskStep.OBJECT, Side.PROVIDER, frozenset({TaskState.BLOCKED}), TaskState.DISPUTED),
        _task_row(
            TaskStep.DECIDE_AS_CONFIRMED,
            frozenset({Side.OPERATOR, Side.CLOCK}),
            frozenset({TaskState.DISPUTED}),
            TaskState.CONFIRMED,
            "no operator decided within the time of the policy, 72 hours unless it says otherwise",
        ),
        _task_row(TaskStep.DECIDE_AS_UNMET, Side.OPERATOR, frozenset({TaskState.DISPUTED}), TaskState.UNMET),
        _task_row(
            TaskStep.DECIDE_AS_BLOCKED, Side.OPERATOR, frozenset({TaskState.DISPUTED}), TaskState.BLOCKED
        ),
        _task_row(
            TaskStep.SETTLE,
            Side.CLOCK,
            frozenset(TaskState) - {TaskState.SETTLED},
            TaskState.SETTLED,
            "when the booking ends",
        ),
    ),
)
