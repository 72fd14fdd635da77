"""Reliability: what somebody does about their bookings, beside what is said of them. Never mixed into stars.

Counted over the last 365 days, each share beside how many cases it is of. **Excluded** is what nobody is to
blame for: what the customer, an operator or a lost payment called off says nothing about a provider, and
neither does what anybody called off for an emergency, the weather or their safety. Pure; `reliability_of`
reads.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.ratings.kinds import Side

WINDOW = timedelta(days=365)  # the year that tiers look at
ANSWER_WITHIN = timedelta(hours=24)  # what a customer can plan with
ON_TIME_WITHIN = timedelta(minutes=15)  # a late bus is no breach of faith
BLAMELESS = ("emergency", "weather", "unsafe")  # reasons to call off that count against nobody


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many cases; no value where there was no case."""

    cases: int
    kept: int

    @property
    def value(self) -> float | None:
        """The share, 0 … 1."""
        return self.kept / self.cases if self.cases else None


@dataclass(frozen=True, slots=True)
class Reliability:
    """Shares of a year. A customer is asked nothing, so `answered` and `accepted` have no cases for them.

    `called_off` is of agreed bookings that ended: those this side cancelled or did not come to.
    """

    completed_bookings: int
    answered: Share
    accepted: Share
    completed: Share
    on_time: Share
    called_off: Share


_ASKED = """NOT books_instantly AND authorized_at IS NOT NULL AND (
    confirmed_at IS NOT NULL OR state = 'declined' OR reason_code = 'not_answered'
    OR state = 'requested' AND authorized_at <= :at - :answer_within)"""
_ANSWERED_AT = "coalesce(confirmed_at, CASE WHEN state = 'declined' THEN ended_at END)"
_AGREED = "confirmed_at IS NOT NULL AND ended_at IS NOT NULL"
_THEIR_DOING = """state = 'cancelled' AND (cancelled_by = :side OR no_show_side = :side)
    AND reason_code <> ALL(:blameless)"""
_COUNT: Final = f"""
    SELECT count(*) FILTER (WHERE state = 'completed') AS done,
           count(*) FILTER (WHERE {_ASKED}) AS asked,
           count(*) FILTER (WHERE {_ASKED} AND {_ANSWERED_AT} <= authorized_at + :answer_within) AS answered,
           count(*) FILTER (WHERE {_ASKED} AND confirmed_at IS NOT NULL) AS accepted,
           count(*) FILTER (WHERE {_AGREED} AND (state = 'completed' OR {_THEIR_DOING})) AS agreed,
           count(*) FILTER (WHERE {_AGREED} AND {_THEIR_DOING}) AS called_off,
           count(*) FILTER (WHERE {_AGREED} AND (started_at IS NOT NULL OR no_show_side = :side)) AS begun,
           count(*) FILTER (WHERE {_AGREED} AND no_show_side IS DISTINCT FROM :side
                            AND started_at <= lower(during) + :on_time_within) AS on_time
    FROM bookings WHERE {{whose}} = :user_id AND requested_at > :since
"""  # noqa: S608 -- our own words
_READS: Final = {
    Side.PROVIDER: text(_COUNT.format(whose="provider_user_id")),
    Side.CUSTOMER: text(_COUNT.format(whose="customer_id")),
}


def reliability_of(session: Session, user_id: UUID, side: Side, *, at: datetime) -> Reliability:
    """How reliable somebody was on a side of their bookings, in the year before `at`; one statement."""
    values = {
        "user_id": user_id,
        "side": side,
        "at": at,
        "since": at - WINDOW,
        "answer_within": ANSWER_WITHIN,
        "on_time_within": ON_TIME_WITHIN,
        "blameless": list(BLAMELESS),
    }
    row = session.execute(_READS[side], values).one()
    is_asked = side is Side.PROVIDER
    return Reliability(
        completed_bookings=row.done,
        answered=Share(row.asked, row.answered) if is_asked else Share(0, 0),
        accepted=Share(row.asked, row.accepted) if is_asked else Share(0, 0),
        completed=Share(row.agreed, row.agreed - row.called_off),
        on_time=Share(row.begun, row.on_time),
        called_off=Share(row.agreed, row.called_off),
    )
