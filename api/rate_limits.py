"""How often one client or user may ask, and how often anybody may guess.

Who is limited: a signed-in user by id; anybody else by the networks of their address (`api.client_address`).
Guessing passwords is limited twice: for the networks that guess, and for the account that is guessed. What
cannot be guessed (access and refresh tokens) is counted only where it was wrong, and apart from everything
else, so stale tokens keep nobody behind the same address from signing in.

A limit protects the others; it is no lock.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from limits import RateLimitItem, parse, parse_many

from api.client_address import Client, Network, normalised_networks
from api.counters import Counters, Window, counters_at
from api.problems import TooManyRequests
from domain.foundation.configuration.settings import Settings


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The counters, the limits, and the proxies whose word on a client's address is taken.

    `everything` limits requests of a user or a client; `doors` limits sign-ups and failed sign-ins of a
    client; `account` limits failed sign-ins to one account, over several spans of growing length.
    """

    counters: Counters
    everything: RateLimitItem
    doors: RateLimitItem
    account: tuple[RateLimitItem, ...]
    proxies: tuple[Network, ...]

    def count_user(self, user_id: str) -> None:
        """Count one request of a signed-in user. Raises `TooManyRequests`."""
        self.acquire(self._window("user", user_id, self.everything))

    def count_client(self, client: Client) -> None:
        """Count one request of somebody who is not signed in. Raises `TooManyRequests`."""
        self.acquire(*self._of_networks("client", client, self.everything))

    def count_bad_token(self, client: Client) -> None:
        """Count one wrong access or refresh token. Raises `TooManyRequests`."""
        self.acquire(*self._of_networks("token", client, self.everything))

    def count_opening(self, client: Client) -> None:
        """Count one sign-up, or one departure to an identity provider. Raises `TooManyRequests`."""
        self.acquire(*self._of_networks("door", client, self.doors))

    def failures_of_stranger(self, client: Client, account: str) -> tuple[Window, ...]:
        """The windows in which a failed sign-in counts that came from an unknown device."""
        return *self._of_networks("door", client, self.doors), *self._of_account(f"{account}/stranger")

    def failures_of_device(self, account: str, device: str) -> tuple[Window, ...]:
        """The windows in which a failed sign-in counts that came from a device of this account."""
        return tuple(self._of_account(f"{account}/{device}"))

    def sign_ins(self, account: str, device: str) -> Window:
        """The window in which every sign-in to an account counts, right or wrong."""
        return self._window("sign-in", f"{account}/{device}", self.doors)

    def acquire(self, *windows: Window) -> None:
        """Count in every window, or in none. Raises `TooManyRequests` if one is full."""
        if seconds := self.counters.acquire(windows):
            raise TooManyRequests(f"Try again in {_in_words(seconds)}.", retry_after=seconds)

    def release(self, *windows: Window) -> None:
        """Take the count back: it was not a failure."""
        self.counters.release(windows)

    def _of_networks(self, purpose: str, client: Client, limit: RateLimitItem) -> Iterator[Window]:
        return (self._window(purpose, network, limit, times=times) for network, times in client.networks)

    def _of_account(self, account: str) -> Iterator[Window]:
        return (self._window("account", account, limit) for limit in self.account)

    def _window(self, purpose: str, who: str, limit: RateLimitItem, *, times: int = 1) -> Window:
        seconds = limit.get_expiry()
        return Window(f"{purpose}/{who}/{seconds}", limit.amount * times, seconds)


def from_settings(chosen: Settings) -> RateLimits:
    """The limits that the settings name."""
    return RateLimits(
        counters_at(chosen.rate_limits_url),
        parse(chosen.rate_limit),
        parse(chosen.rate_limit_sign_in),
        tuple(parse_many(chosen.rate_limit_account)),
        normalised_networks(chosen.trusted_proxies),
    )


def _in_words(seconds: int) -> str:
    if seconds == 1:
        return "a second"
    return f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"  # noqa: PLR2004 -- two minutes
