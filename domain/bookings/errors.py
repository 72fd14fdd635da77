"""What a booking refuses, and what can be done about it."""

from domain.foundation.errors import Conflict, NotFound, Unacceptable


class BookingNotFound(NotFound):
    """There is no such booking, or none this caller is a side of."""

    slug = "booking-not-found"
    title = "There is no such booking"


class ProposalNotFound(NotFound):
    """This booking has no such proposal."""

    slug = "proposal-not-found"
    title = "There is no such proposal"


class TaskNotFound(NotFound):
    """The customer of this booking took over no such task."""

    slug = "task-not-found"
    title = "There is no such task"


class TaskDecided(Conflict):
    """Operators decided how the task went, and decide once."""

    slug = "task-decided"
    title = "This was decided"


class TasksOpen(Conflict):
    """What is at stake cannot be settled yet: somebody may still say how a task went, until `possible_from`.

    The clock completes the booking then; the provider's confirmation makes it sooner.
    """

    slug = "tasks-open"
    title = "How the tasks went is not settled yet"


class TooEarly(Conflict):
    """It can be done, from `possible_from` on."""

    slug = "too-early"
    title = "It is too early for this"


class TooLate(Conflict):
    """It could have been done, until `possible_until`."""

    slug = "too-late"
    title = "The time for this is over"


class NotPayable(Conflict):
    """The booking waits for no payment, or not for this caller's."""

    slug = "not-payable"
    title = "There is nothing to pay here"


class OtherPartyMustAnswer(Conflict):
    """The side that asked cannot answer for the other."""

    slug = "other-party-must-answer"
    title = "This is for the other side to answer"


class DisputeAlreadyAnswered(Conflict):
    """A dispute is answered once; operators have the word now."""

    slug = "dispute-answered"
    title = "This dispute was answered already"


class ResolutionImpossible(Unacceptable):
    """The share given back does not fit the outcome."""

    slug = "resolution-impossible"
    title = "This resolution contradicts itself"


class ProposalOpen(Conflict):
    """One proposal at a time, so that both sides know what an acceptance means."""

    slug = "proposal-open"
    title = "A proposal waits for an answer already"
    constraint = "a_booking_has_one_open_proposal"


class NothingProposed(Unacceptable):
    """The proposal asks for what is agreed already."""

    slug = "nothing-proposed"
    title = "This changes nothing"


class IncreaseNotPayable(Conflict):
    """The change would cost more than the payment can still take; the extras say how much."""

    slug = "increase-not-payable"
    title = "This change would cost more"


class PreviewExpired(Conflict):
    """The preview is older than a minute, of another state of the booking, or not one of ours."""

    slug = "preview-expired"
    title = "Look at the preview again"
