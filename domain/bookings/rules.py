"""When the clock acts next, and what a person may do only at certain times. Pure.

Everything is elapsed time from stored instants in UTC; nothing here knows a wall clock. Lengths that a market
may choose come from the booking's snapshot, the rest are the constants below.
"""

from datetime import datetime, timedelta

from domain.foundation.spans import Span

from .errors import NotYoursToAnswer, TooEarly
from .kinds import Side, State
from .snapshot import Snapshot

# Accepting is followed by a capture that a worker makes and may have to repeat. An hour outlasts the outages
# that Stripe's status page has shown in a year, so that no authorization lapses between the two.
CAPTURE_MARGIN = timedelta(hours=1)

# The other side of a dispute answers within three days, so that a weekend never decides against anybody.
DISPUTE_ANSWER = timedelta(hours=72)

# Operators decide within a fortnight; the EU's consumer dispute rules give a body 90 days, and money that
# belongs to somebody should not lie that long (Directive 2013/11/EU, article 8 (e)).
DISPUTE_DECISION = timedelta(days=14)

# A preview is a promise for a minute: long enough to read a sentence and click.
PREVIEW_HOLDS = timedelta(minutes=1)


def payment_due(requested_at: datetime, during: Span, snapshot: Snapshot) -> datetime:
    """Until when a slot waits for the payment: the hold's minutes, and never beyond the start."""
    return min(requested_at + snapshot.hold, during.start)


def answer_due(
    authorized_at: datetime, capture_before: datetime | None, during: Span, snapshot: Snapshot
) -> datetime:
    """Until when the provider may answer: the earliest of three deadlines.

    The answer window, the authorization's own deadline with room for the capture, and start minus notice.
    """
    window = authorized_at + snapshot.answer_window
    authorization = window if capture_before is None else capture_before - CAPTURE_MARGIN
    return min(window, authorization, during.start - snapshot.notice)


def completion_due(delivered_at: datetime, snapshot: Snapshot) -> datetime:
    """Until when the customer may object to what was delivered."""
    return delivered_at + snapshot.completion


def contest_due(reported_at: datetime, snapshot: Snapshot) -> datetime:
    """Until when a no-show may be contested before fees post."""
    return reported_at + snapshot.contest


def proposal_due(proposed_at: datetime, current: Span, start: datetime, snapshot: Snapshot) -> datetime:
    """Until when a proposal may be answered: the answer window, and before either start has come."""
    return min(proposed_at + snapshot.answer_window, current.start, start)


def may_start(during: Span, *, at: datetime) -> None:
    """Refuse a beginning before the agreed start."""
    if at < during.start:
        raise TooEarly("A booking begins at its start.", possible_from=during.start.isoformat())


def may_report_no_show(during: Span, snapshot: Snapshot, *, at: datetime) -> None:
    """Refuse to call somebody absent who is only a little late."""
    earliest = during.start + snapshot.no_show_after
    if at < earliest:
        raise TooEarly("Give them a little longer.", possible_from=earliest.isoformat())


def may_answer(asked_by: Side, *, by: Side) -> None:
    """Refuse an answer from the side that asked: reports, disputes and proposals are the other side's."""
    if by is asked_by:
        raise NotYoursToAnswer(f"It was the {asked_by} who said so; the {asked_by.other} may answer.")


def when_nobody_answers(opened_by: Side, *, answered: bool) -> State:
    """How a dispute ends when a clock runs out.

    Whoever stays silent loses: a provider who does not answer a customer's dispute, a customer who does not
    answer a provider's. When both have spoken and the operators stay silent, what was agreed stands.
    """
    if not answered and opened_by is Side.CUSTOMER:
        return State.CANCELLED
    return State.COMPLETED
