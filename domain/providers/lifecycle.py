"""The life of a provider profile, as a table.

Nothing here waits for the clock: an application waits for a person, and an approved provider may stay one
for ever.
"""

from typing import Final

from domain.foundation.lifecycle import Lifecycle, Transition
from domain.providers.kinds import Side, State, Step

STAFF: Final = frozenset({Side.MODERATOR, Side.OPERATOR})
_PROVIDER: Final = frozenset({Side.PROVIDER})

PROFILES: Final = Lifecycle(
    noun="provider profile",
    initial=frozenset({State.APPLIED}),
    final=frozenset({State.CLOSED}),
    transitions=(
        Transition(Step.REVIEW, STAFF, frozenset({State.APPLIED}), State.IN_REVIEW),
        Transition(Step.REQUEST_CHANGES, STAFF, frozenset({State.IN_REVIEW}), State.CHANGES_REQUESTED),
        Transition(Step.RESUBMIT, _PROVIDER, frozenset({State.CHANGES_REQUESTED}), State.APPLIED),
        Transition(Step.APPROVE, STAFF, frozenset({State.IN_REVIEW}), State.APPROVED),
        Transition(Step.SUSPEND, STAFF, frozenset({State.APPROVED}), State.SUSPENDED),
        Transition(Step.REINSTATE, STAFF, frozenset({State.SUSPENDED}), State.APPROVED),
        Transition(
            Step.CLOSE,
            frozenset({Side.PROVIDER, Side.OPERATOR}),
            frozenset(State) - {State.CLOSED},
            State.CLOSED,
        ),
    ),
)
