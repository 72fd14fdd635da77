"""How often one caller may ask. Counted in memory, or in Redis where several processes share the counting.

A limit protects the others; it is no lock. When the counter itself is away, requests pass.
"""

from dataclasses import dataclass

from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from api.counters import ProcessCounters
from api.problems import TooManyRequests
from domain.foundation.logging import log
from domain.foundation.settings import Settings


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The counters, the limit for everything, and the tighter one for guessing at doors."""

    counters: FixedWindowRateLimiter
    everything: RateLimitItem
    doors: RateLimitItem

    def count(self, who: str) -> None:
        """Count one request by `who`; refuses when it is one too many."""
        self._hit(self.everything, who)

    def count_at_door(self, who: str) -> None:
        """Count one attempt by `who` to get in: guessing is what this limit slows."""
        self._hit(self.doors, f"door/{who}")

    def _hit(self, limit: RateLimitItem, who: str) -> None:
        try:
            fits = self.counters.hit(limit, who)
        except StorageError:
            log("api").warning("rate_limits_away")
            return
        if not fits:
            raise TooManyRequests(
                f"More than {limit.amount} in {limit.multiples} {limit.GRANULARITY.name}; wait a little.",
                retry_after=limit.get_expiry(),
            )


def from_settings(chosen: Settings) -> RateLimits:
    """The limits that the settings name."""
    here = chosen.rate_limits_url.startswith("memory:")
    storage = ProcessCounters() if here else storage_from_string(chosen.rate_limits_url, wrap_exceptions=True)
    return RateLimits(
        FixedWindowRateLimiter(storage), parse(chosen.rate_limit), parse(chosen.rate_limit_sign_in)
    )
