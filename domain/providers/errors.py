"""What providers refuse."""

from domain.foundation.errors import Conflict, Forbidden, NotFound, Unacceptable


class ProviderProfileNotFound(NotFound):
    """There is no such profile, or none that this caller may know of."""

    slug = "provider-profile-unknown"
    title = "There is no such provider profile"


class AlreadyApplied(Conflict):
    """One user has one profile in a market."""

    slug = "already-applied"
    title = "You have a profile in this market already"
    constraint = "provider_profiles_one_per_user_and_market"


class CapabilityMissing(Forbidden):
    """The profile's state does not let it do this."""

    slug = "capability-missing"
    title = "Your provider profile does not allow this now"


class SegmentUnknown(Unacceptable):
    """The market's policy knows no such segment."""

    slug = "segment-unknown"
    title = "The market knows no such segment"
