"""What production demands of each setting, row by row; and that no refusal shows a secret."""

import io
import json
import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError
from rich.pretty import pretty_repr
from sqlalchemy.exc import OperationalError

from api.counters import RedisCounters, Window
from domain.foundation import ids
from domain.foundation.database import engine_for
from domain.foundation.production import DEMANDS, NO_DEMAND
from domain.foundation.settings import DEVELOPMENT_SIGNING_KEY, Settings, SettingsError, settings
from workers import app as celery_app
from workers.relay import BrokerAway, Message

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

# setting: what production takes, what production refuses (and development takes), what nobody takes
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
    "log_level": (["info", "warning", "error"], ["debug"], ["", "DEBUG", "trace"]),
    "clock_file": ([], ["/tmp/clock"], []),  # noqa: S108 -- nobody opens it
}
ROWS = [
    (name, kind, value)
    for name, (taken, refused, unreadable) in TABLE.items()
    for kind, values in (("taken", taken), ("refused", refused), ("unreadable", unreadable))
    for value in values
]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An environment in which nothing is set, and afterwards the one that was."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def start(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> dict[str, str]:
    """The faults of a start in this environment."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    error = refusal()
    if error is None:
        return {}
    assert all(f"{name.upper()}: " in str(error) for name in error.faults)
    return error.faults


def refusal() -> SettingsError | None:
    """Why the process does not start, if it does not."""
    try:
        settings()
    except SettingsError as error:
        return error
    return None


def test_every_setting_has_a_row_and_a_demand_or_a_reason_for_none():
    assert set(TABLE) == set(Settings.model_fields), "a new setting needs a row in this table"
    assert set(DEMANDS) | set(NO_DEMAND) == set(Settings.model_fields), "see domain/foundation/production.py"
    assert not set(DEMANDS) & set(NO_DEMAND)
    assert {name for name, (_, refused, _) in TABLE.items() if refused} == set(DEMANDS)


def test_production_starts_with_settings_of_its_own(monkeypatch: pytest.MonkeyPatch):
    assert start(monkeypatch, PRODUCTION) == {}
    assert settings().in_production


@pytest.mark.parametrize(("name", "kind", "value"), ROWS, ids=lambda part: str(part)[:40])
def test_a_setting_is_taken_or_refused(monkeypatch: pytest.MonkeyPatch, name: str, kind: str, value: str):
    in_production = start(monkeypatch, PRODUCTION | {name.upper(): value})
    assert set(in_production) == ({name} if kind != "taken" else set())
    if name != "environment":
        development = start(monkeypatch, PRODUCTION | {name.upper(): value, "ENVIRONMENT": "development"})
        assert set(development) == ({name} if kind == "unreadable" else set())


def test_production_by_its_defaults_names_every_fault_at_once(monkeypatch: pytest.MonkeyPatch):
    faults = start(monkeypatch, {"ENVIRONMENT": "production", "DATABASE_POOL_SIZE": "0", "OIDC_ISSUERS": "{"})
    assert set(faults) == {
        "broker_url",
        "database_pool_size",
        "database_url",
        "oidc_issuers",
        "rate_limits_url",
        "signing_keys",
        "stripe_api_base",
        "stripe_secret_key",
        "stripe_webhook_secrets",
    }


def test_development_starts_with_nothing_set(monkeypatch: pytest.MonkeyPatch):
    assert start(monkeypatch, {}) == {}


# A canary in every setting that may hold a secret: one value that is fine, and others that are refused.
CANARY = "c4n4ryW1thTw3lv3"
SECRETS = {
    "SIGNING_KEYS": ["{0}", "{0}{0}{0}", "{0},short"],
    "STRIPE_SECRET_KEY": ["{0}", "sk_live_{0}{0}", "sk_test_{0}"],
    "STRIPE_WEBHOOK_SECRETS": ["{0}", "whsec_{0}{0}", "x,{0}"],
    "DATABASE_URL": [
        "{0}",
        "postgresql+psycopg://u:{0}@db/x",
        "postgresql://u:{0}@db/x",
        "postgresql+psycopg://u:{0}@db:port/x",
    ],
    "BROKER_URL": ["{0}", "redis://:{0}@r/0", "odd://u:{0}@r", "memory://u:{0}@r"],
    "RATE_LIMITS_URL": ["{0}", "redis://:{0}@r/0", "odd://u:{0}@r", "memory://u:{0}@r"],
    "STRIPE_API_BASE": ["{0}", "https://u:{0}@api.stripe.com", "https://u:{0}@[bad"],
    "OIDC_ISSUERS": [
        "{0}",
        '["{0}"]',
        '{{"client_secret": "{0}"}}',
        '[{{"issuer": "https://i.example", "client_id": "us", "client_secret": "{0}"}}]',
        '[{{"issuer": "http://i.example", "client_id": "us", "client_secret": "{0}"}}]',
        '[{{"issuer": "{0}", "client_id": "us", "client_secret": ["{0}"]}}]',
    ],
    # No secrets, but people paste into the wrong line.
    **{
        name.upper(): ["{0}"]
        for name in Settings.model_fields
        if name
        in {
            "environment",
            "database_pool_size",
            "rate_limit",
            "rate_limit_account",
            "request_threads",
            "log_level",
            "trusted_proxies",
            "cors_origins",
        }
    },
}
CANARIES = [(name, form.format(CANARY)) for name, forms in SECRETS.items() for form in forms]


@pytest.mark.parametrize("environment", ["production", "development"])
@pytest.mark.parametrize(("name", "value"), CANARIES)
def test_no_secret_is_shown_by_settings_or_their_refusal(
    monkeypatch: pytest.MonkeyPatch, environment: str, name: str, value: str
):
    for variable, other in (PRODUCTION | {"ENVIRONMENT": environment, name: value}).items():
        monkeypatch.setenv(variable, other)
    shown = io.StringIO()
    logger = logging.getLogger("canary")
    logger.addHandler(handler := logging.StreamHandler(shown))
    if (error := refusal()) is None:
        chosen = settings()
        shown.write(f"{chosen!r} {chosen!s} {pretty_repr(chosen)} {chosen.oidc_issuers}")
    else:
        logger.error("refused", exc_info=error)
        shown.write("".join(traceback.format_exception(error)) + repr(error) + repr(error.faults))
        assert (error.__cause__, error.__context__) == (None, None)
    logger.removeHandler(handler)
    try:
        Settings()
    except ValidationError as pydantics:
        shown.write(str(pydantics) + repr(pydantics) + "".join(traceback.format_exception(pydantics)))
    public = {"TRUSTED_PROXIES", "CORS_ORIGINS", "RATE_LIMIT", "RATE_LIMIT_ACCOUNT"}
    if not (name in public and "Settings(" in shown.getvalue()) and CANARY in shown.getvalue():
        pytest.fail(shown.getvalue())


PROGRAMS = {
    "talkoo api": [["-m", "ops.command", "api"], ["-m", "uvicorn", "api.app:create", "--factory"]],
    "talkoo worker": [["-m", "ops.command", "worker"], ["-m", "workers", "all"]],
    "talkoo migrate": [["-m", "ops.command", "migrate"]],
}


@pytest.mark.parametrize("command", [one for several in PROGRAMS.values() for one in several], ids=" ".join)
def test_a_refused_start_ends_says_why_and_shows_no_secret(command: list[str]):
    environment = {
        name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields
    }
    secrets = {"SIGNING_KEYS": f"{CANARY}short", "STRIPE_SECRET_KEY": f"sk_test_{CANARY}"}
    ended = subprocess.run(
        [sys.executable, *command],
        env=environment | {"ENVIRONMENT": "production", "COLUMNS": "200"} | secrets,
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode != 0
    printed = ended.stdout + ended.stderr
    for name in ("SIGNING_KEYS", "STRIPE_SECRET_KEY", "DATABASE_URL", "RATE_LIMITS_URL"):
        assert f"{name}: " in printed
    assert CANARY[:8] not in printed
    assert json.dumps(secrets) not in printed


def _ask_database(url: str) -> None:
    with engine_for(url, pool_size=1, name="tests").connect():
        pass


def _ask_counters(url: str) -> None:
    RedisCounters(url).acquire([Window("tests", 1, 60)])


def _ask_broker(url: str) -> None:
    app = celery_app.create(Settings(broker_url=url))
    logging.getLogger("canary").warning("%r %r", app, app.conf.broker_url and app.connection())
    celery_app.publisher(app)(Message(ids.new(), "nobody"))


@pytest.mark.parametrize(
    ("ask", "url"),
    [
        (_ask_database, f"postgresql+psycopg://u:{CANARY}@127.0.0.1:9/x"),
        (_ask_counters, f"redis://u:{CANARY}@127.0.0.1:9/0"),
        (_ask_broker, f"redis://u:{CANARY}@127.0.0.1:9/0"),
        (_ask_broker, f"amqp://u:{CANARY}@127.0.0.1:9//"),
    ],
    ids=lambda part: str(part)[:20],
)
def test_what_cannot_be_reached_is_told_without_its_password(
    ask: Callable[[str], None], url: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
):
    shown = ""
    try:
        ask(url)
    except (OperationalError, BrokerAway) as error:
        shown = "".join(traceback.format_exception(error))
    captured = capfd.readouterr()
    assert CANARY not in shown + captured.out + captured.err + caplog.text
