"""What reviews refuse, and what can be done about it."""

from domain.foundation.errors import Conflict, NotFound, Unacceptable


class NotReviewable(Conflict):
    """Only a booking that was carried out, or that ended after it should have begun, is reviewed."""

    slug = "not-reviewable"
    title = "This booking cannot be reviewed"


class ReviewWindowOver(Conflict):
    """The time in which both sides could write is over; what was written is revealed."""

    slug = "review-window-over"
    title = "The time for this review is over"


class ReviewThereAlready(Conflict):
    """Each side writes one review of a booking; it can be edited until it is revealed."""

    slug = "review-there-already"
    title = "You have reviewed this booking already"
    constraint = "one_review_per_direction"


class ReviewNotFound(NotFound):
    """There is no such review, or none that this caller may know of."""

    slug = "review-not-found"
    title = "There is no such review"


class ReviewFinal(Conflict):
    """Once it is revealed a review keeps its stars; its text can be changed for 48 hours."""

    slug = "review-final"
    title = "This review can no longer be changed so"


class ReasonUnfit(Unacceptable):
    """Who takes a review from the readers says what is wrong with it: nothing found is no reason to."""

    slug = "reason-unfit"
    title = "This is no reason to hold or remove a review"


class DimensionsUnfit(Unacceptable):
    """A customer rates other things about a provider than a provider about a customer."""

    slug = "dimensions-unfit"
    title = "These are not the things to rate here"


class RepliedAlready(Conflict):
    """A review is replied to once."""

    slug = "replied-already"
    title = "You have replied already"
    constraint = "review_replies_pkey"


class ReplyTooLate(Conflict):
    """A review is replied to within thirty days of its reveal."""

    slug = "reply-too-late"
    title = "The time to reply is over"


class DecisionNotFound(NotFound):
    """There is no such decision, or none that this caller may know of."""

    slug = "decision-not-found"
    title = "There is no such decision"


class NotAppealable(Conflict):
    """Decisions against a review are appealed, once, within 183 days."""

    slug = "not-appealable"
    title = "This decision cannot be appealed"


class NoAppealOpen(Conflict):
    """Nobody appealed this decision, or the appeal was answered."""

    slug = "no-appeal-open"
    title = "No appeal waits for an answer here"


class NotImpartial(Conflict):
    """No side of a booking decides about its reviews or when they are revealed, nor twice the same person."""

    slug = "not-impartial"
    title = "Somebody else must decide this"
    constraint = "appeals_go_to_a_different_person"
