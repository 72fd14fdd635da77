"""Markets: a **market** has a currency, a time zone, a locale, and a versioned **policy**.

Invariants: policy versions are immutable and numbered. The version in force at an instant is the one with the
latest `active_from` up to then, and of equal ones the one with the highest number. So a version can be
scheduled, and a scheduled one replaced by another with the same `active_from`. No version starts in the past.
"""

from domain.markets.actions import create_market, publish_policy
from domain.markets.models import Market
from domain.markets.policy import (
    CancellationPolicy,
    CancellationTier,
    MarketPolicy,
    PolicyVersion,
    TaxBase,
    TaxRule,
)
from domain.markets.queries import (
    get_market,
    get_market_by_slug,
    get_policy_at,
    get_policy_version,
    latest_policy_number,
    list_markets,
    list_policy_versions,
)

__all__ = [
    "CancellationPolicy",
    "CancellationTier",
    "Market",
    "MarketPolicy",
    "PolicyVersion",
    "TaxBase",
    "TaxRule",
    "create_market",
    "get_market",
    "get_market_by_slug",
    "get_policy_at",
    "get_policy_version",
    "latest_policy_number",
    "list_markets",
    "list_policy_versions",
    "publish_policy",
]
