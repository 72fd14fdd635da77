"""A review's life as a table: sealed until revealed, then shown, held for a look, removed, brought back.

What is held is shown again by the clock unless a person decides: a suspicion alone never silences anybody.
A hold on a sealed review changes nothing that anybody could see; it counts from the reveal on.
"""

from domain.foundation.lifecycle import Lifecycle, Transition
from domain.ratings.kinds import ReviewActor, ReviewState

_SEALED, _PUBLISHED = frozenset({ReviewState.SEALED}), frozenset({ReviewState.PUBLISHED})
_HELD, _REMOVED = frozenset({ReviewState.HELD}), frozenset({ReviewState.REMOVED})
_WHO_HOLDS = frozenset({ReviewActor.MODERATOR, ReviewActor.DETECTOR})
_MODERATOR = frozenset({ReviewActor.MODERATOR})
_WHO_REVEALS = frozenset({ReviewActor.AUTHOR, ReviewActor.CLOCK})

REVIEWS: Lifecycle[ReviewState, ReviewActor] = Lifecycle(
    noun="review",
    initial=_SEALED,
    final=frozenset(),
    transitions=(
        Transition(
            "reveal", _WHO_REVEALS, _SEALED, ReviewState.PUBLISHED, "when both are in, or the window closes"
        ),
        Transition(
            "reveal_held",
            _WHO_REVEALS,
            _SEALED,
            ReviewState.HELD,
            "likewise, where a detector asked for a look",
        ),
        Transition("hold", frozenset({ReviewActor.DETECTOR}), _SEALED, ReviewState.SEALED),
        Transition("hold", _WHO_HOLDS, _PUBLISHED, ReviewState.HELD),
        Transition(
            "release",
            _MODERATOR | {ReviewActor.CLOCK},
            _HELD,
            ReviewState.PUBLISHED,
            "72 hours after it was held, unless somebody decided",
        ),
        Transition("remove", _MODERATOR, _PUBLISHED | _HELD, ReviewState.REMOVED),
        Transition("restore", _MODERATOR, _REMOVED, ReviewState.PUBLISHED),
    ),
)
