"""A place and its rules: a **market** has a currency, a time zone, a locale, and a versioned **policy**.

Policy versions are immutable and numbered. At an instant the one in force is the version whose `active_from`
came last, and of two with the same instant the one published later; so a version may be scheduled ahead, and a
scheduled one replaced by publishing another for the same instant. Nothing is ever published for the past.
"""

from domain.markets.policy import CancellationPolicy, Policy, TaxBase, TaxRule, Tier

__all__ = ["CancellationPolicy", "Policy", "TaxBase", "TaxRule", "Tier"]
