"""What levels refuse, and what can be done about it. Visitors find it in `errors`."""

from domain.foundation.errors import Conflict, NotFound


class LevelDecisionNotFound(NotFound):
    """There is no such decision, or none that this caller may know of."""

    slug = "level-decision-not-found"
    title = "There is no such decision about a level"


class LevelNotAppealable(Conflict):
    """The loss of a level is appealed, once, within 183 days."""

    slug = "level-not-appealable"
    title = "This decision about a level cannot be appealed"


class NoOpenLevelAppeal(Conflict):
    """Nobody appealed this decision, or the appeal was answered."""

    slug = "no-open-level-appeal"
    title = "There is no open appeal about this level"


class OwnLevelAppeal(Conflict):
    """Whoever appealed does not answer it; somebody else of the staff does."""

    slug = "own-level-appeal"
    title = "A different moderator must answer this appeal"
    constraint = "nobody_answers_their_own_appeal"
