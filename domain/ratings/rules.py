"""Which bookings are reviewed, what each side rates, and until when what may be done. Pure.

No rule here is given the stars of a review but the one that keeps an author from changing them, and no rule
for decisions of staff is given anything of what a review says.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from domain import bookings
from domain.ratings.errors import (
    DimensionsUnfit,
    NotAppealable,
    NotReviewable,
    ReasonUnfit,
    ReplyTooLate,
    ReviewFinal,
    ReviewThereAlready,
    ReviewWindowOver,
)
from domain.ratings.kinds import DecisionKind, DecisionReason, Dimension, Side, WindowReason

# Long enough for a holiday, short enough to remember: what the large two-sided platforms settled on.
WINDOW = timedelta(days=14)

# A dispute in which money is at stake must not be fought with stars, and must not seal them for ever either.
LONGEST_WINDOW_HOLD = timedelta(days=30)

# A slip of the pen shows when one reads oneself in public; who changes more than that has had two weeks.
TEXT_CHANGEABLE = timedelta(hours=48)

# Who was reviewed answers while readers still come.
REPLY_WITHIN = timedelta(days=30)

# A person looks within three days, weekends included, or the review is shown as it is.
REVIEW_HOLD = timedelta(hours=72)

# Six months, as the Digital Services Act asks (Regulation (EU) 2022/2065, article 20 (1)).
APPEAL_WITHIN = timedelta(days=183)

# A customer rates the provider, a provider the customer; the two have little in common.
DIMENSIONS: Final = {
    Side.CUSTOMER: frozenset(
        {
            Dimension.AS_DESCRIBED,
            Dimension.COMMUNICATION,
            Dimension.PUNCTUALITY,
            Dimension.QUALITY,
            Dimension.VALUE,
            Dimension.SAFETY,
        }
    ),
    Side.PROVIDER: frozenset(
        {Dimension.COMMUNICATION, Dimension.CARE, Dimension.PUNCTUALITY, Dimension.RULES}
    ),
}

# Ends of a booking that lie after its start: somebody did not come, or what was done was disputed.
_AFTER_THE_START = frozenset(
    {bookings.BookingReasonCode.NO_SHOW, bookings.BookingReasonCode.DISPUTE_RESOLVED}
)
_AGAINST_THE_AUTHOR = frozenset({DecisionKind.HOLD, DecisionKind.REMOVE})

# What may be wrong with a review. The other reasons are those for showing it again.
WRONG: Final = tuple(
    reason
    for reason in DecisionReason
    if reason not in {DecisionReason.NOTHING_FOUND, DecisionReason.APPEAL_GRANTED}
)


def window_reason(
    state: bookings.BookingState, reason_code: bookings.BookingReasonCode | None
) -> WindowReason | None:
    """Why a booking that ended so is reviewed; None where it is not.

    What was called off before it began, by whomever, is not reviewed: nobody met. It counts in reliability.
    """
    if state is bookings.BookingState.COMPLETED:
        return WindowReason.COMPLETED
    if state is bookings.BookingState.CANCELLED and reason_code in _AFTER_THE_START:
        return WindowReason.ELIGIBLE_CANCELLATION
    return None


def not_reviewable(state: bookings.BookingState, *, has_ended: bool) -> NotReviewable:
    """The refusal of a booking that is not reviewed, or not yet."""
    if has_ended:
        return NotReviewable(f"It was {state} before it began, so nobody met.", state=state)
    return NotReviewable(f"It is reviewed once it is completed; now it is {state}.", state=state)


def end_of(closes_at: datetime, held_until: datetime | None) -> datetime:
    """When the time to write is over: at the close, or when a hold ends that lasts longer."""
    return closes_at if held_until is None else max(closes_at, held_until)


def may_write(closes_at: datetime, held_until: datetime | None, *, is_revealed: bool, at: datetime) -> None:
    """Refuse what comes after the end, whether the sweep has revealed it yet or not."""
    end = end_of(closes_at, held_until)
    if is_revealed or at >= end:
        raise ReviewWindowOver("Both sides' reviews are revealed by now.", possible_until=end.isoformat())


def may_submit(
    closes_at: datetime,
    held_until: datetime | None,
    *,
    is_revealed: bool,
    has_written: bool,
    at: datetime,
) -> None:
    """Raise `ReviewThereAlready` to who has reviewed, and `ReviewWindowOver` after the end."""
    if has_written:
        raise ReviewThereAlready("Until it is revealed you can write it anew (PUT).")
    may_write(closes_at, held_until, is_revealed=is_revealed, at=at)


def reveal_due(
    closes_at: datetime, held_until: datetime | None, submitted_at: Iterable[datetime]
) -> datetime:
    """When a window is revealed: when both were in, or when its time was over; never while it is held.

    It depends on what was done and not on who comes first to see it, so a late sweep writes the same row.
    """
    instants = list(submitted_at)
    in_time = max(instants) if len(instants) == len(Side) else closes_at
    return end_of(in_time, held_until)


def check_dimensions(author_side: Side, dimensions: Iterable[Dimension]) -> None:
    """Refuse dimensions that are the other side's."""
    if strange := sorted(set(dimensions) - DIMENSIONS[author_side]):
        raise DimensionsUnfit(
            f"A {author_side} does not rate {', '.join(strange)}.",
            field="dimensions",
            known=sorted(DIMENSIONS[author_side]),
        )


def may_change_text(revealed_at: datetime, *, changes_more: bool, at: datetime) -> None:
    """Refuse more than the text once a review is revealed, and the text after 48 hours."""
    until = revealed_at + TEXT_CHANGEABLE
    if at > until:
        raise ReviewFinal("Its text could be changed until then.", possible_until=until.isoformat())
    if changes_more:
        raise ReviewFinal(
            "It is revealed: send the same stars, dimensions and notes with another text.",
            possible_until=until.isoformat(),
        )


def may_reply(revealed_at: datetime, *, at: datetime) -> None:
    """Refuse a reply that comes later than thirty days after the reveal."""
    until = revealed_at + REPLY_WITHIN
    if at > until:
        raise ReplyTooLate("It could be replied to until then.", possible_until=until.isoformat())


def hold_ends(held_at: datetime) -> datetime:
    """How long a window waits at most, counted from the first reason to."""
    return held_at + LONGEST_WINDOW_HOLD


def may_appeal(kind: DecisionKind, decided_at: datetime, *, is_appealed: bool, at: datetime) -> None:
    """Refuse an appeal against what is in the author's favour, a second one, and one after 183 days."""
    until = decided_at + APPEAL_WITHIN
    if kind not in _AGAINST_THE_AUTHOR:
        raise NotAppealable("It is in your favour.")
    if is_appealed:
        raise NotAppealable("You have appealed already; the answer stands beside the decision.")
    if at > until:
        raise NotAppealable("It could be appealed until then.", possible_until=until.isoformat())


def check_reason(kind: DecisionKind, reason_code: DecisionReason) -> None:
    """Refuse to take a review from the readers without saying what is wrong with it."""
    if kind in _AGAINST_THE_AUTHOR and reason_code not in WRONG:
        raise ReasonUnfit("Say what is wrong with it.", field="reason_code", known=sorted(WRONG))
