"""What production requires of each setting: one row per setting. Messages never contain a value.

Development accepts every value that can be parsed. A setting without a requirement has a reason in
`UNRESTRICTED` instead. A test compares both tables with the settings, so none can be forgotten.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from limits import parse_many
from sqlalchemy.engine import make_url

if TYPE_CHECKING:
    from domain.foundation.configuration.settings import Settings

SHORTEST_SIGNING_KEY: Final = (
    32  # bytes; shorter than the HMAC-SHA256 output weakens it (RFC 2104, section 3)
)
SHORTEST_WEBHOOK_SECRET: Final = 24  # characters; Stripe's have 38
SHORTEST_STRIPE_KEY: Final = 20  # characters after the prefix; Stripe's have 24 or more
FEWEST_CHARACTERS: Final = 8  # distinct ones; 32 random hexadecimal digits have fewer once in 10^7
EXAMPLES: Final = (
    "development",
    "changeme",
    "change-me",
    "change_me",
    "example",
    "password",
    "secret",
    "xxxx",
)
STRIPE: Final = ("https", "api.stripe.com", 443)
LOOPBACK: Final = frozenset({"", "localhost", "127.0.0.1", "::1"})
LARGEST_PROXY_NETWORK: Final = {4: 8, 6: 16}  # prefix length by IP version; larger networks hold strangers
# Requests per second, on average. A higher limit protects nothing; normal clients stay a hundred times below.
MOST_REQUESTS: Final = 100.0
MOST_SIGN_INS: Final = 10.0
MOST_GUESSES: Final = 100 / 3_600  # at one account: NIST SP 800-63B allows 100 failures in a row at all


@dataclass(frozen=True, slots=True)
class ProductionRequirement:
    """The requirement for one setting: its message, and the check whether the settings meet it."""

    message: str
    is_met: Callable[["Settings"], bool]


def unmet_requirements(settings: "Settings") -> dict[str, str]:
    """The messages of the unmet requirements, by name of the setting."""
    return {
        name: requirement.message
        for name, requirement in REQUIREMENTS.items()
        if not requirement.is_met(settings)
    }


def _has_own_database(settings: "Settings") -> bool:
    address = make_url(settings.database_url)
    is_default = address.username == "postgres" and not address.password and (address.host or "") in LOOPBACK
    return not is_default


def _is_strong(secret: str, *, shortest: int) -> bool:
    is_example = any(example in secret.lower() for example in EXAMPLES)
    return len(secret) >= shortest and len(set(secret)) >= FEWEST_CHARACTERS and not is_example


def _has_live_key(settings: "Settings") -> bool:
    key = settings.stripe_secret_key.get_secret_value()
    live = re.fullmatch(r"(?:sk|rk)_live_([A-Za-z0-9_]+)", key)
    return live is not None and _is_strong(live[1], shortest=SHORTEST_STRIPE_KEY)


def _uses_stripe_address(settings: "Settings") -> bool:
    base = settings.stripe_api_base
    plain = not (base.username or base.password or base.query) and (base.path or "/") == "/"
    return plain and (base.scheme, base.host, base.port) == STRIPE


def _has_webhook_secrets(settings: "Settings") -> bool:
    secrets = settings.stripe_webhook_secrets
    return bool(secrets) and all(
        secret.startswith("whsec_")
        and _is_strong(secret.removeprefix("whsec_"), shortest=SHORTEST_WEBHOOK_SECRET - len("whsec_"))
        for secret in secrets
    )


def _has_signing_keys(settings: "Settings") -> bool:
    keys = settings.signing_keys
    return bool(keys) and all(_is_strong(key, shortest=SHORTEST_SIGNING_KEY) for key in keys)


def _is_origin(text: str) -> bool:
    """Whether `text` is `https://host` or `https://host:port`, the form of the Origin header."""
    return re.fullmatch(r"https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?", text) is not None


def _is_limited(limits: str, most: float) -> bool:
    """Whether the strictest of these limits allows at most `most` requests per second."""
    return min(limit.amount / limit.get_expiry() for limit in parse_many(limits)) <= most


_STRONG: Final = f"with {FEWEST_CHARACTERS} or more different characters, and not words of an example"
REQUIREMENTS: Final[Mapping[str, ProductionRequirement]] = MappingProxyType(
    {
        "database_url": ProductionRequirement(
            "name a database of your own; this is the development default", _has_own_database
        ),
        "broker_url": ProductionRequirement(
            "name a Redis or RabbitMQ server; memory: is inside one process",
            lambda settings: urlsplit(settings.broker_url).scheme != "memory",
        ),
        "stripe_secret_key": ProductionRequirement(
            "give the live secret key of your Stripe account", _has_live_key
        ),
        "stripe_api_base": ProductionRequirement(
            "must be https://api.stripe.com, the only address that may receive the key", _uses_stripe_address
        ),
        "stripe_webhook_secrets": ProductionRequirement(
            "give the secrets of your webhook endpoint: whsec_ and random characters, "
            f"{SHORTEST_WEBHOOK_SECRET} or more in all, {_STRONG}",
            _has_webhook_secrets,
        ),
        "signing_keys": ProductionRequirement(
            f"give random secrets of your own, {SHORTEST_SIGNING_KEY} characters or more each, {_STRONG}",
            _has_signing_keys,
        ),
        "oidc_issuers": ProductionRequirement(
            "give every issuer an https address",
            lambda settings: all(issuer.issuer.scheme == "https" for issuer in settings.oidc_issuers),
        ),
        "cors_origins": ProductionRequirement(
            "name each origin as https://app.example.org, in lower case, without path; * lets every site in",
            lambda settings: all(_is_origin(origin) for origin in settings.cors_origins),
        ),
        "trusted_proxies": ProductionRequirement(
            "name the networks of your own proxies; one of these is so large that strangers are in it",
            lambda settings: all(
                network.prefixlen >= LARGEST_PROXY_NETWORK[network.version]
                for network in settings.trusted_proxies
            ),
        ),
        "forwarded_allow_ips": ProductionRequirement(
            "unset it and name your proxies in TRUSTED_PROXIES",
            lambda settings: not settings.forwarded_allow_ips,
        ),
        "rate_limits_url": ProductionRequirement(
            "name a Redis server; in memory every process would count for itself",
            lambda settings: urlsplit(settings.rate_limits_url).scheme != "memory",
        ),
        "rate_limit": ProductionRequirement(
            f"at most {MOST_REQUESTS:.0f} a second; a higher limit has no effect",
            lambda settings: _is_limited(settings.rate_limit, MOST_REQUESTS),
        ),
        "rate_limit_sign_in": ProductionRequirement(
            f"at most {MOST_SIGN_INS:.0f} a second; a higher limit has no effect",
            lambda settings: _is_limited(settings.rate_limit_sign_in, MOST_SIGN_INS),
        ),
        "rate_limit_account": ProductionRequirement(
            "at most 100 an hour in one of its spans, or passwords can be guessed",
            lambda settings: _is_limited(settings.rate_limit_account, MOST_GUESSES),
        ),
        "log_level": ProductionRequirement(
            "not debug: libraries then log what people send", lambda settings: settings.log_level != "debug"
        ),
        "clock_file": ProductionRequirement(
            "unset it: production runs on real time", lambda settings: settings.clock_file is None
        ),
    }
)
UNRESTRICTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "environment": "it decides whether these requirements apply",
        "database_pool_size": "a size; its bounds are the same everywhere",
        "request_threads": "a size; its bounds are the same everywhere",
        "slow_requests": "a size; its bounds are the same everywhere",
        "provider_threads": "a size; its bounds are the same everywhere",
        "request_queue": "a size; its bounds are the same everywhere",
        "request_wait_seconds": "a size; its bounds are the same everywhere",
        "heartbeat_folder": "a folder that health checks read; without it they fail with a message",
    }
)
