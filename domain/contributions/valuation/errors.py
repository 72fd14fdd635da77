"""What is refused about credits that contributions earned, and what can be done about it."""

from domain.foundation.errors import Conflict, NotFound, Unacceptable


class ClawBackNotFound(NotFound):
    """Nothing was taken back under this id, or nothing that this caller may know of."""

    slug = "claw-back-not-found"
    title = "There is no such claw-back"


class ClawBackNotAppealable(Conflict):
    """It was appealed already, its time is over, or the contributor's own better claim decided it."""

    slug = "claw-back-not-appealable"
    title = "This claw-back cannot be appealed"


class NoOpenClawBackAppeal(Conflict):
    """There is no appeal that waits for an answer."""

    slug = "no-open-claw-back-appeal"
    title = "There is no open appeal"


class DifferentModeratorRequired(Conflict):
    """Who took credits back does not answer the appeal against it."""

    slug = "different-moderator-required"
    title = "A different moderator must answer this appeal"
    constraint = "claw_back_appeals_go_to_a_different_person"


class AutomaticClawBackReason(Unacceptable):
    """Refunds and better claims take credits back by themselves; a person gives another reason."""

    slug = "automatic-claw-back-reason"
    title = "This reason is set automatically"
