"""What markets refuse."""

from domain.foundation.errors import Conflict, NotFound, Stale, Unacceptable


class MarketNotFound(NotFound):
    """There is no market of this id or slug."""

    slug = "market-unknown"
    title = "There is no such market"


class PolicyNotFound(NotFound):
    """There is no such policy version, or none was in force then."""

    slug = "policy-unknown"
    title = "There is no such policy"


class MarketSlugTaken(Conflict):
    """Another market has this slug."""

    slug = "market-slug-taken"
    title = "Another market has this slug"
    constraint = "markets_have_one_slug_each"


class InvalidMarket(Unacceptable):
    """The currency, time zone, locale or country is none that exists."""

    slug = "invalid-market"
    title = "This market is not valid"


class PolicyStartsInPast(Unacceptable):
    """A policy would be in force before it was published, and decisions made meanwhile would look wrong."""

    slug = "policy-starts-in-past"
    title = "A policy cannot start in the past"


class PolicyVersionConflict(Stale):
    """Somebody else published a version since the caller looked."""

    slug = "policy-version-conflict"
    title = "Another version was published in the meantime"
    constraint = "policy_versions_are_numbered"
