"""The lives of contributions, attestations, calls and commitments, as tables.

Withdrawing is free wherever nothing is confirmed yet. Who asked for thanks alone is thanked and nothing else
follows. A rejection can be appealed; an appeal that nobody answers in time leaves the rejection as it is, so
that nothing is ever paid that nobody confirmed.
"""

from domain.contributions.kinds import (
    AttestationActor,
    AttestationState,
    CallActor,
    CallState,
    CommitmentActor,
    CommitmentState,
    ContributionActor,
    ContributionState,
)
from domain.foundation.lifecycle import Lifecycle, Transition

_S, _A = ContributionState, ContributionActor
_SYSTEM = frozenset({_A.SYSTEM, _A.CLOCK})
_UNCONFIRMED = frozenset({_S.SUBMITTED, _S.CHECKED, _S.AWAITING_VERIFICATION, _S.APPEALED})
_PAID = frozenset({_S.VERIFIED, _S.THANKED, _S.VALUED, _S.HELD, _S.SETTLED})

CONTRIBUTIONS: Lifecycle[ContributionState, ContributionActor] = Lifecycle(
    noun="contribution",
    initial=frozenset({_S.SUBMITTED}),
    final=frozenset({_S.REJECTED_FOR_GOOD, _S.WITHDRAWN}),
    transitions=(
        Transition("check", _SYSTEM, frozenset({_S.SUBMITTED}), _S.CHECKED, "at once"),
        Transition("assign", _SYSTEM, frozenset({_S.CHECKED}), _S.AWAITING_VERIFICATION, "at once"),
        Transition(
            "verify",
            frozenset({_A.ATTESTER, _A.MODERATOR, _A.SYSTEM, _A.CLOCK}),
            frozenset({_S.AWAITING_VERIFICATION}),
            _S.VERIFIED,
            "72 hours after the other person was asked, if they are silent after two notices",
        ),
        Transition(
            "reject",
            frozenset({_A.ATTESTER, _A.MODERATOR, _A.SYSTEM}),
            frozenset({_S.AWAITING_VERIFICATION}),
            _S.REJECTED,
        ),
        Transition("reject", frozenset({_A.SYSTEM}), frozenset({_S.SUBMITTED}), _S.REJECTED),
        # Nothing becomes of it by itself: who is to decide is told, again and again, and so is an operator.
        *(
            Transition(
                "escalate",
                frozenset({_A.CLOCK}),
                frozenset({waiting}),
                waiting,
                "each 7 days for which a moderator is waited for",
            )
            for waiting in (_S.AWAITING_VERIFICATION, _S.APPEALED)
        ),
        Transition("appeal", frozenset({_A.CONTRIBUTOR}), frozenset({_S.REJECTED}), _S.APPEALED),
        Transition(
            "let_stand",
            frozenset({_A.CLOCK}),
            frozenset({_S.REJECTED}),
            _S.REJECTED_FOR_GOOD,
            "183 days after the rejection",
        ),
        Transition("grant", frozenset({_A.MODERATOR}), frozenset({_S.APPEALED}), _S.VERIFIED),
        Transition(
            "refuse",
            frozenset({_A.MODERATOR, _A.CLOCK}),
            frozenset({_S.APPEALED}),
            _S.REJECTED_FOR_GOOD,
            "30 days after the appeal, if nobody answered it",
        ),
        Transition("thank", _SYSTEM, frozenset({_S.VERIFIED}), _S.THANKED, "at once, without credits"),
        Transition("value", _SYSTEM, frozenset({_S.VERIFIED}), _S.VALUED, "when its period is closed"),
        Transition("hold", _SYSTEM, frozenset({_S.VALUED}), _S.HELD, "at once"),
        Transition("settle", _SYSTEM, frozenset({_S.HELD}), _S.SETTLED, "when its hold is over"),
        Transition("claw_back", frozenset({_A.SYSTEM, _A.MODERATOR}), _PAID, _S.CLAWED_BACK),
        # An appeal restores: what was worth something is held again, what was not yet valued will be.
        Transition("restore", frozenset({_A.MODERATOR}), frozenset({_S.CLAWED_BACK}), _S.HELD),
        Transition("restore_unvalued", frozenset({_A.MODERATOR}), frozenset({_S.CLAWED_BACK}), _S.VERIFIED),
        Transition("withdraw", frozenset({_A.CONTRIBUTOR}), _UNCONFIRMED, _S.WITHDRAWN),
    ),
)

_OPEN_ATTESTATION = frozenset({AttestationState.ASKED})
_ATTESTER, _MACHINE = frozenset({AttestationActor.ATTESTER}), frozenset({AttestationActor.SYSTEM})

ATTESTATIONS: Lifecycle[AttestationState, AttestationActor] = Lifecycle(
    noun="attestation",
    initial=_OPEN_ATTESTATION,
    final=frozenset(AttestationState) - _OPEN_ATTESTATION,
    transitions=(
        Transition("confirm", _ATTESTER | _MACHINE, _OPEN_ATTESTATION, AttestationState.CONFIRMED),
        Transition("reject", _ATTESTER | _MACHINE, _OPEN_ATTESTATION, AttestationState.REJECTED),
        Transition("decline", _ATTESTER, _OPEN_ATTESTATION, AttestationState.DECLINED),
        Transition(
            "confirm_by_silence",
            frozenset({AttestationActor.CLOCK}),
            _OPEN_ATTESTATION,
            AttestationState.CONFIRMED_BY_SILENCE,
            "72 hours after the other person was asked, after two notices",
        ),
        Transition(
            "replace",
            frozenset({AttestationActor.CLOCK}),
            _OPEN_ATTESTATION,
            AttestationState.REPLACED,
            "72 hours after somebody of a quorum was asked",
        ),
        Transition("release", _MACHINE, _OPEN_ATTESTATION, AttestationState.RELEASED),
    ),
)

CALLS: Lifecycle[CallState, CallActor] = Lifecycle(
    noun="call",
    initial=frozenset({CallState.OPEN}),
    final=frozenset({CallState.CLOSED}),
    transitions=(
        Transition(
            "close",
            frozenset({CallActor.ASKER, CallActor.MODERATOR, CallActor.CLOCK}),
            frozenset({CallState.OPEN}),
            CallState.CLOSED,
            "when its time is over",
        ),
    ),
)

_PROMISED = frozenset({CommitmentState.PROMISED})

COMMITMENTS: Lifecycle[CommitmentState, CommitmentActor] = Lifecycle(
    noun="commitment",
    initial=_PROMISED,
    final=frozenset(CommitmentState) - _PROMISED,
    transitions=(
        Transition("fulfil", frozenset({CommitmentActor.PROMISER}), _PROMISED, CommitmentState.FULFILLED),
        Transition("withdraw", frozenset({CommitmentActor.PROMISER}), _PROMISED, CommitmentState.WITHDRAWN),
        Transition(
            "lapse",
            frozenset({CommitmentActor.CLOCK}),
            _PROMISED,
            CommitmentState.LAPSED,
            "30 days after its call was closed",
        ),
    ),
)
