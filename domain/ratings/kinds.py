"""The closed sets of words in reviews and reputation."""

from enum import StrEnum


class Side(StrEnum):
    """A party of a booking: who writes a review, or in which role somebody is reviewed."""

    CUSTOMER = "customer"
    PROVIDER = "provider"

    @property
    def other(self) -> "Side":
        """The party across the table."""
        return Side.PROVIDER if self is Side.CUSTOMER else Side.CUSTOMER


class WindowReason(StrEnum):
    """Why a booking may be reviewed: it was carried out, or it ended after it should have begun."""

    COMPLETED = "completed"
    ELIGIBLE_CANCELLATION = "eligible_cancellation"


class HoldReason(StrEnum):
    """Why a window waits, whatever stands in it."""

    DISPUTE = "dispute"
    INVESTIGATION = "investigation"


class ReviewState(StrEnum):
    """Where a review is in its life. Only a published one is shown to the world and counts."""

    SEALED = "sealed"
    PUBLISHED = "published"
    HELD = "held"
    REMOVED = "removed"


class Dimension(StrEnum):
    """What can be rated beside the whole; never averaged into it."""

    AS_DESCRIBED = "as_described"
    COMMUNICATION = "communication"
    PUNCTUALITY = "punctuality"
    QUALITY = "quality"
    VALUE = "value"
    SAFETY = "safety"
    CARE = "care"
    RULES = "rules"


class DecisionKind(StrEnum):
    """What staff may decide about a review that is revealed."""

    HOLD = "hold"
    RELEASE = "release"
    REMOVE = "remove"
    RESTORE = "restore"


class DecisionReason(StrEnum):
    """Why a review was held, removed or brought back. None of them is about how good it was."""

    RETALIATION = "retaliation"
    EXTORTION = "extortion"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    NOT_AN_EXPERIENCE = "not_an_experience"
    OFF_TOPIC = "off_topic"
    HATE = "hate"
    PERSONAL_DATA = "personal_data"
    ILLEGAL = "illegal"
    SPAM = "spam"
    NOTHING_FOUND = "nothing_found"
    APPEAL_GRANTED = "appeal_granted"


class AppealOutcome(StrEnum):
    """What became of an appeal: the decision stands, or it does not."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"


class Tier(StrEnum):
    """What a provider's reputation amounts to, decided each quarter on bounds of intervals."""

    STANDARD = "standard"
    TRUSTED = "trusted"
    ELITE = "elite"
    WATCH = "watch"


class ReviewActor(StrEnum):
    """Who acts on a review. A detector only asks a person to look; the clock ends what nobody decided."""

    AUTHOR = "author"
    MODERATOR = "moderator"
    DETECTOR = "detector"
    CLOCK = "clock"
