"""Errors of hours."""

from domain.foundation.errors import Conflict, NotFound


class HoursNotEnabled(Conflict):
    """The market's policy in force says nothing of contributions, so no hours pass in it."""

    slug = "hours-not-enabled"
    title = "This market has no hours"


class HourTransferNotFound(NotFound):
    """There is no such transfer of hours, or none that this caller may know of."""

    slug = "hour-transfer-not-found"
    title = "There is no such transfer of hours"


class HourClaimPending(Conflict):
    """One claim between the same two people waits for an answer; the next one can be made after it."""

    slug = "hour-claim-pending"
    title = "Your last claim between you two is not answered yet"
    constraint = "one_claim_of_hours_waits_for_an_answer"
