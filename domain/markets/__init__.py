"""A place and its rules: a **market** has a currency, a time zone, a locale, and a versioned **policy**.

Policy versions are immutable and numbered. At an instant the one in force is the version whose `active_from`
came last, and of two with the same instant the one published later; so a version may be scheduled ahead,
and a scheduled one replaced by publishing another for the same instant. Nothing is ever published for the
past.
"""

from domain.markets.actions import create, publish_policy
from domain.markets.models import Market
from domain.markets.policy import CancellationPolicy, Policy, PolicyVersion, TaxBase, TaxRule, Tier
from domain.markets.queries import by_slug, latest_number, market, page, policies, policy, policy_at

__all__ = [
    "CancellationPolicy",
    "Market",
    "Policy",
    "PolicyVersion",
    "TaxBase",
    "TaxRule",
    "Tier",
    "by_slug",
    "create",
    "latest_number",
    "market",
    "page",
    "policies",
    "policy",
    "policy_at",
    "publish_policy",
]
