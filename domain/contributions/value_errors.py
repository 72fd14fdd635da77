"""What is refused about credits that contributions earned, and what can be done about it."""

from domain.foundation.errors import Conflict, NotFound, Unacceptable


class ClawBackNotFound(NotFound):
    """Nothing was taken back under this id, or nothing that this caller may know of."""

    slug = "claw-back-not-found"
    title = "Nothing was taken back here"


class ClawBackNotAppealable(Conflict):
    """It was appealed already, its time is over, or the contributor's own better claim decided it."""

    slug = "claw-back-not-appealable"
    title = "This cannot be appealed"


class NoClawBackAppeal(Conflict):
    """There is no appeal that waits for an answer."""

    slug = "no-claw-back-appeal"
    title = "There is no open appeal"


class SomebodyElseMustLook(Conflict):
    """Who took credits back does not answer the appeal against it."""

    slug = "somebody-else-must-look"
    title = "Somebody else must answer this appeal"
    constraint = "claw_back_appeals_go_to_a_different_person"


class NobodyDecides(Unacceptable):
    """Refunds and better claims take credits back by themselves; a person gives another reason."""

    slug = "nobody-decides-this"
    title = "Nobody decides this"


class PostingNotExplained(NotFound):
    """There is no such posting of credits, or none of this caller's."""

    slug = "posting-not-found"
    title = "There is no such posting"


class ReferralNotPossible(Unacceptable):
    """The code is nobody's, or who uses it is not new here; which of them is not told."""

    slug = "referral-not-possible"
    title = "This referral is not possible"


class ReferralMadeAlready(Conflict):
    """A person is referred to a market once."""

    slug = "referral-made-already"
    title = "You came by a code already"
    constraint = "a_person_is_referred_to_a_market_once"


class SignalNotFound(NotFound):
    """There is no such signal, or none that this caller may see."""

    slug = "signal-not-found"
    title = "There is no such signal"


class LookedAtAlready(Conflict):
    """Somebody has looked at this signal and said what they made of it."""

    slug = "looked-at-already"
    title = "Somebody has looked at this"
