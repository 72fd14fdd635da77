"""Valid production settings, and examples of accepted, rejected and unparsable values for each setting."""

from domain.foundation.configuration.settings import DEVELOPMENT_SIGNING_KEY, SettingsError, settings

KEY = "q8ZrT1vX4mB7nC0pL3kJ6hG9fD2sA5wE"
PRODUCTION = {
    "ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql+psycopg://talkoo:s3cr3t@postgres:5432/talkoo",
    "BROKER_URL": "redis://redis:6379/0",
    "RATE_LIMITS_URL": "redis://redis:6379/1",
    "SIGNING_KEYS": KEY,
    "STRIPE_SECRET_KEY": f"sk_live_{KEY}",
    "STRIPE_API_BASE": "https://api.stripe.com",
    "STRIPE_WEBHOOK_SECRETS": f"whsec_{KEY},whsec_{KEY[::-1]}",
}
HTTPS_ISSUER = '[{"issuer": "https://id.example.org", "client_id": "us"}]'
HTTP_ISSUER = '[{"issuer": "http://id.example.org", "client_id": "us"}]'
GOOD_DATABASE = "postgresql+psycopg://talkoo:pw@db:5432/talkoo"

# setting: values production accepts, values only development accepts, values that cannot be parsed
TABLE: dict[str, tuple[list[str], list[str], list[str]]] = {
    "environment": (["production"], [], ["", "prod", "PRODUCTION", "staging"]),
    "database_url": (
        [GOOD_DATABASE, "postgresql+psycopg://talkoo@/talkoo?host=/run/postgresql"],
        [
            "postgresql+psycopg://postgres@127.0.0.1:5432/talkoo",
            "postgresql+psycopg://postgres@localhost/talkoo",
            "postgresql+psycopg://postgres@[::1]:5432/other",
            "postgresql+psycopg://postgres@/talkoo",
        ],
        ["", "postgres", "postgresql://db/talkoo", "sqlite://", "POSTGRESQL+PSYCOPG://db/x"],
    ),
    "database_pool_size": (["1", "200"], [], ["0", "201", "many", ""]),
    "broker_url": (
        ["redis://r:6379/0", "rediss://r", "amqp://u:p@r//", "amqps://r", "REDIS://r"],
        ["memory://", "memory://localhost", "MEMORY://", "Memory://localhost"],
        ["", "redis", "memory", "filesystem://", "sqla+postgresql://db", " redis://r"],
    ),
    "stripe_secret_key": (
        [f"sk_live_{KEY}", f"rk_live_{KEY}"],
        [
            "",
            " ",
            "sk_live_",
            "sk_live_x",
            "sk_live_" + "a" * 32,
            "sk_sandbox_demo",
            f"sk_test_{KEY}",
            f"rk_test_{KEY}",
            f"pk_live_{KEY}",
            f"SK_LIVE_{KEY}",
            f"sk_live_{KEY}\n",
            "sk_live_changeme_changeme_1234567",
        ],
        [],
    ),
    "stripe_api_base": (
        ["https://api.stripe.com", "https://api.stripe.com/", "https://API.stripe.com:443"],
        [
            "http://api.stripe.com",
            "http://127.0.0.1:12111",
            "https://127.0.0.1:12111",
            "https://localhost",
            "https://api.stripe.com.evil.example",
            "https://api.stripe.com@evil.example",
            "https://u:p@api.stripe.com",
            "https://api.stripe.com:8443",
            "https://api.stripe.com/v1",
            "https://files.stripe.com",
        ],
        ["", "api.stripe.com", "ftp://api.stripe.com"],
    ),
    "stripe_webhook_secrets": (
        [f"whsec_{KEY}", f" whsec_{KEY} , whsec_{KEY[::-1]},"],
        [
            "",
            " , ",
            "x",
            "whsec_",
            "whsec_x",
            "whsec_" + "a" * 32,
            KEY,
            f"whsec_{KEY},x",
            "whsec_this_is_only_an_example",
        ],
        [],
    ),
    "signing_keys": (
        [KEY, f"{KEY},{KEY[::-1]}"],
        [
            "",
            ",",
            "short",
            KEY[:31],
            "a" * 32,
            "abcdefg" * 6,
            DEVELOPMENT_SIGNING_KEY,
            f"{KEY},short",
            f"{KEY},{DEVELOPMENT_SIGNING_KEY}",
            "please-changeme-0123456789-abcdefgh",
        ],
        [],
    ),
    "oidc_issuers": (["[]", HTTPS_ISSUER], [HTTP_ISSUER], ["", "{", "[1]", '[{"issuer": "x"}]']),
    "cors_origins": (
        ["", "https://app.example.org", "https://a.example.org:8443, https://b.example.org"],
        [
            "*",
            "https://*",
            "https://*.example.org",
            "http://app.example.org",
            "https://app.example.org/",
            "https://APP.example.org",
            "null",
            "app.example.org",
            "https://app.example.org,*",
        ],
        [],
    ),
    "trusted_proxies": (
        ["", "10.0.0.1", "10.0.0.0/8", "172.31.83.2, fd00::/64", "::1"],
        ["0.0.0.0/0", "0.0.0.0/1,128.0.0.0/1", "::/0", "10.0.0.1,::/1"],
        ["*", "proxy", "10.0.0.1/24", "10.0.0.0/33"],
    ),
    "forwarded_allow_ips": ([""], ["*", "127.0.0.1"], []),
    "rate_limits_url": (
        ["redis://r:6379/1", "rediss://:p@r", "Redis://r"],
        ["memory://", "MEMORY://", "Memory://x"],
        ["", "memory", "memcached://r", "async+redis://r", "redis+cluster://r"],
    ),
    "rate_limit": (["600/minute", "100/second"], ["101/second", "1000000/minute"], ["", "0/minute", "fast"]),
    "rate_limit_sign_in": (["30/minute", "10/second"], ["11/second"], ["", "0/minute", "-1/minute"]),
    "rate_limit_account": (
        ["5/minute; 10/15 minutes; 20/hour", "1000/minute; 100/hour"],
        ["5/minute", "101/hour"],
        ["", "5/minute; never", "5/minute; 0/hour"],
    ),
    "request_threads": (["1", "64"], [], ["0", "65"]),
    "slow_requests": (["0", "64"], [], ["-1", "65"]),
    "provider_threads": (["1", "64"], [], ["0", "65"]),
    "request_queue": (["0", "10000"], [], ["-1", "10001"]),
    "request_wait_seconds": (["0.5", "600"], [], ["0", "601"]),
    "heartbeat_folder": (["/run/talkoo"], [], []),
    "log_level": (["info", "warning", "error"], ["debug"], ["", "DEBUG", "trace"]),
    "clock_file": ([], ["/tmp/clock"], []),  # noqa: S108 -- the file is never opened
}


def settings_error() -> SettingsError | None:
    """The fault of each setting; empty if the process starts."""
    try:
        settings()
    except SettingsError as error:
        return error
    return None
