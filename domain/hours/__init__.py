"""Hours: neighbours help one another minute for minute; the other side confirms before minutes are posted.

All balances of hours sum to zero. Hours are never money and never become credits.
"""

from domain.hours.actions import (
    claim_hours,
    confirm_hours,
    decline_hours,
    lapse_hours,
    post_hours,
    withdraw_hours,
)
from domain.hours.lifecycle import HOUR_TRANSFERS
from domain.hours.models import HourSide, HourTransfer, HourTransferState
from domain.hours.policy import HourRules
from domain.hours.queries import (
    HoursBalance,
    get_hour_transfer,
    get_hours_balance,
    list_due_hour_transfers,
    list_hour_postings,
    list_hour_transfers,
)

__all__ = [
    "HOUR_TRANSFERS",
    "HourRules",
    "HourSide",
    "HourTransfer",
    "HourTransferState",
    "HoursBalance",
    "claim_hours",
    "confirm_hours",
    "decline_hours",
    "get_hour_transfer",
    "get_hours_balance",
    "lapse_hours",
    "list_due_hour_transfers",
    "list_hour_postings",
    "list_hour_transfers",
    "post_hours",
    "withdraw_hours",
]
