"""A place and its rules: a **market** has a currency, a time zone, a locale, and a versioned **policy**.

Policy versions are immutable and numbered. At an instant the one in force is the version whose `active_from`
came last, and of two with the same instant the one published later; so a version may be scheduled ahead,
and a scheduled one replaced by publishing another for the same instant. Nothing is ever published for the
past.
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
