"""Domain errors of providers."""

from domain.foundation.errors import Conflict, Forbidden, NotFound, Unacceptable


class ProviderProfileNotFound(NotFound):
    """There is no such profile, or the caller may not see it."""

    slug = "provider-profile-unknown"
    title = "There is no such provider profile"


class AlreadyApplied(Conflict):
    """The user has a profile in this market already."""

    slug = "already-applied"
    title = "You have a profile in this market already"
    constraint = "provider_profiles_one_per_user_and_market"


class CapabilityMissing(Forbidden):
    """The profile does not have the capability for this in its state."""

    slug = "capability-missing"
    title = "Your provider profile does not allow this now"


class SegmentUnknown(Unacceptable):
    """The market's policy does not name this segment."""

    slug = "segment-unknown"
    title = "The market knows no such segment"
