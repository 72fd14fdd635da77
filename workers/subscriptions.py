"""Who hears of what: the name of a fact, and the functions that react to it. The one table of its kind.

A fact that is not here is `audit_only`, kept for people to look up; the house tests see to it.
"""

from collections.abc import Mapping, Sequence

from workers import availability, bookings, payments
from workers.task import Reader, WorldReader

READERS: Mapping[str, Sequence[Reader | WorldReader]] = {
    "provider.approved": (availability.open_calendar,),
    "payment.authorized": (bookings.follow_payment,),
    "payment.captured": (bookings.follow_payment,),
    "payment.cancelled": (bookings.follow_payment,),
    "payment.settled": (bookings.follow_payment,),
    "payment.target_changed": (payments.settle,),
    "payment.refund_planned": (payments.settle,),
    "webhook.received": (payments.apply_webhook,),
}
