"""What the suspension of a user or provider profile changes in bookings and pay."""

from domain.bookings.money.pay_holds import move_provider_pay
from domain.bookings.suspensions.suspension_rule import (
    apply_user_reinstatement,
    apply_user_suspension,
    expire_requests_of_inactive_profile,
)

__all__ = [
    "apply_user_reinstatement",
    "apply_user_suspension",
    "expire_requests_of_inactive_profile",
    "move_provider_pay",
]
