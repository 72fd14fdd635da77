"""The life of hours on their way: the other side says yes or no, and silence is a no that costs nothing."""

from domain.foundation.lifecycle import Lifecycle, Transition
from domain.hours.models import HourActor, HourTransferState

_CLAIMED = frozenset({HourTransferState.CLAIMED})

HOUR_TRANSFERS: Lifecycle[HourTransferState, HourActor] = Lifecycle(
    noun="transfer of hours",
    initial=_CLAIMED,
    final=frozenset(HourTransferState) - _CLAIMED,
    transitions=(
        Transition("confirm", frozenset({HourActor.OTHER}), _CLAIMED, HourTransferState.CONFIRMED),
        Transition("decline", frozenset({HourActor.OTHER}), _CLAIMED, HourTransferState.DECLINED),
        Transition("withdraw", frozenset({HourActor.CLAIMANT}), _CLAIMED, HourTransferState.WITHDRAWN),
        Transition(
            "lapse",
            frozenset({HourActor.CLOCK}),
            _CLAIMED,
            HourTransferState.LAPSED,
            "when nobody has answered in the time that the market gives",
        ),
    ),
)
