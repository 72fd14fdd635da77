"""Who hears of what: the name of a fact, and the functions that react to it. The one table of its kind.

A fact that is not here is `audit_only`, kept for people to look up; the house tests see to it.
"""

from collections.abc import Mapping, Sequence

from workers import (
    availability,
    bookings,
    contribution_value,
    contributions,
    payments,
    ratings,
    surge,
    suspensions,
)
from workers.task import Reader, WorldReader

READERS: Mapping[str, Sequence[Reader | WorldReader]] = {
    "provider.approved": (availability.open_calendar,),
    "provider.suspended": (suspensions.apply_profile_state,),
    "provider.reinstated": (suspensions.apply_profile_state,),
    "provider.closed": (suspensions.apply_profile_state,),
    "booking.confirmed": (bookings.follow_price_drop,),
    "booking.completed": (ratings.open_window, contribution_value.follow_completion),
    "booking.cancelled": (ratings.open_window,),
    "payment.authorized": (bookings.follow_payment,),
    "payment.captured": (bookings.follow_payment,),
    "payment.cancelled": (bookings.follow_payment,),
    "payment.settled": (bookings.follow_payment,),
    "payment.disputed": (bookings.follow_payment,),
    "payment.dispute_closed": (bookings.follow_payment,),
    "payment.dispute_resolved": (bookings.follow_payment,),
    "payment.target_changed": (payments.settle,),
    "payment.refund_planned": (payments.settle, contribution_value.follow_refund),
    "payment.refund_failed": (contribution_value.follow_failed_refund,),
    "review.submitted": (ratings.hold_retaliation,),
    "review.edited": (ratings.hold_retaliation,),
    "contribution.submitted": (contributions.follow_submission,),
    "contribution.corrected": (contribution_value.follow_correction,),
    "review.revealed": (
        ratings.follow_scores,
        contributions.see_reviews,
        contribution_value.remember_reviews,
    ),
    "review.held": (ratings.follow_scores,),
    "review.released": (ratings.follow_scores,),
    "review.removed": (ratings.follow_scores,),
    "review.restored": (ratings.follow_scores,),
    "surge.emergency_declared": (surge.tick_at_once,),
    "surge.emergency_lifted": (surge.tick_at_once,),
    "user.suspended": (suspensions.apply_user_suspension,),
    "user.reinstated": (suspensions.apply_user_suspension,),
    "user.cluster_changed": (ratings.follow_clusters,),
    "webhook.received": (payments.apply_webhook,),
}
