"""Domain errors of markets."""

from domain.foundation.errors import Conflict, NotFound, Stale, Unacceptable


class MarketNotFound(NotFound):
    """There is no market with this id or slug."""

    slug = "market-unknown"
    title = "There is no such market"


class PolicyNotFound(NotFound):
    """There is no such policy version, or none was in force at that instant."""

    slug = "policy-unknown"
    title = "There is no such policy"


class MarketSlugTaken(Conflict):
    """Another market has this slug."""

    slug = "market-slug-taken"
    title = "Another market has this slug"
    constraint = "markets_have_one_slug_each"


class InvalidMarket(Unacceptable):
    """The currency, time zone, locale or country does not exist, or cards cannot pay in the currency."""

    slug = "invalid-market"
    title = "This market is not valid"


class PolicyStartsInPast(Unacceptable):
    """The policy would start before it is published, and contradict decisions made since then."""

    slug = "policy-starts-in-past"
    title = "A policy cannot start in the past"


class PolicyVersionConflict(Stale):
    """Another version was published since the caller read the policy."""

    slug = "policy-version-conflict"
    title = "Another version was published in the meantime"
    constraint = "policy_versions_are_numbered"
