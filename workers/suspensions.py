"""What follows a suspension: what is agreed ends or waits, and pay is held until the suspension is over."""

from sqlmodel import Session

from domain import providers
from domain.bookings import suspensions
from domain.foundation import clock
from domain.foundation.events import EventRow


def apply_user_suspension(session: Session, event: EventRow) -> None:
    """Apply to a user's bookings and pay that their account was suspended, or given back."""
    user_id, at = event.subject_id, clock.now()
    suspensions.apply_user_suspension(session, user_id, at=at)
    suspensions.apply_user_reinstatement(session, user_id, at=at)
    for profile in providers.list_user_profiles(session, user_id):
        suspensions.move_provider_pay(session, profile.id, cause_id=event.id, at=at)


def apply_profile_state(session: Session, event: EventRow) -> None:
    """Apply to a provider's bookings and pay that their profile was suspended, reinstated or closed."""
    profile_id, at = event.subject_id, clock.now()
    suspensions.expire_requests_of_inactive_profile(session, profile_id, at=at)
    suspensions.move_provider_pay(session, profile_id, cause_id=event.id, at=at)
