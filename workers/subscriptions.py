"""Who hears of what: the name of a fact, and the functions that react to it. The one table of its kind.

A fact that is not here is `audit_only`, kept for people to look up; the house tests see to it.
"""

from collections.abc import Mapping, Sequence

from workers import (
    availability,
    bookings,
    contribution_valuation,
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
    "booking.confirmed": (bookings.apply_price_drop,),
    "booking.completed": (ratings.open_window, contribution_valuation.claim_referral),
    "booking.cancelled": (ratings.open_window,),
    "payment.authorized": (bookings.apply_payment_state,),
    "payment.captured": (bookings.apply_payment_state,),
    "payment.cancelled": (bookings.apply_payment_state,),
    "payment.target_reached": (bookings.apply_payment_state,),
    "payment.disputed": (bookings.apply_payment_state,),
    "payment.dispute_closed": (bookings.apply_payment_state,),
    "payment.dispute_resolved": (bookings.apply_payment_state,),
    "payment.target_changed": (payments.sync_payment,),
    "payment.refund_planned": (payments.sync_payment, contribution_valuation.claw_back_refunded),
    "payment.refund_failed": (contribution_valuation.restore_after_failed_refund,),
    "review.submitted": (ratings.hold_retaliation,),
    "review.edited": (ratings.hold_retaliation,),
    "contribution.submitted": (contributions.check_submission,),
    "contribution.corrected": (contribution_valuation.claw_back_corrected,),
    "review.revealed": (
        ratings.follow_scores,
        contributions.record_substantive_reviews,
        contribution_valuation.link_reviews_to_bookings,
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
