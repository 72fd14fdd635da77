"""Disputes between the two parties of a booking, and contested no-show reports."""

from domain.bookings.booking_disputes.actions import (
    answer_dispute,
    contest_no_show,
    open_dispute,
    resolve_dispute,
)
from domain.bookings.queries import DisputeRow

__all__ = [
    "DisputeRow",
    "answer_dispute",
    "contest_no_show",
    "open_dispute",
    "resolve_dispute",
]
