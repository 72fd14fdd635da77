"""What markets refuse."""

from domain.foundation.errors import Conflict, NotFound, Stale, Unacceptable


class MarketUnknown(NotFound):
    """There is no market of this id or slug."""

    slug = "market-unknown"
    title = "There is no such market"


class PolicyUnknown(NotFound):
    """There is no such policy version, or none was in force then."""

    slug = "policy-unknown"
    title = "There is no such policy"


class MarketSlugTaken(Conflict):
    """Another market has this slug."""

    slug = "market-slug-taken"
    title = "Another market has this slug"
    constraint = "markets_have_one_slug_each"


class MarketImpossible(Unacceptable):
    """The currency, time zone, locale or country is none that exists."""

    slug = "market-impossible"
    title = "A market cannot be like this"


class PolicyForThePast(Unacceptable):
    """A policy would be in force before it was published, and decisions made meanwhile would look wrong."""

    slug = "policy-for-the-past"
    title = "A policy cannot start in the past"


class PolicyPublishedMeanwhile(Stale):
    """Somebody else published a version since the caller looked."""

    slug = "policy-published-meanwhile"
    title = "Somebody published another version meanwhile"
    constraint = "policy_versions_are_numbered"
