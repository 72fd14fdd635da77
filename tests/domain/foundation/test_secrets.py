"""No error, log line or traceback shows a secret, tested with a canary in every setting that may hold one."""

import io
import json
import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError
from rich.pretty import pretty_repr
from sqlalchemy.exc import OperationalError

from api.counters import RedisCounters, Window
from domain.foundation import ids
from domain.foundation.configuration.settings import Settings, settings
from domain.foundation.persistence.database import build_engine
from tests.domain.foundation.production_settings import PRODUCTION, settings_error
from workers import app as celery_app
from workers.relay import BrokerAway, Message

pytestmark = pytest.mark.usefixtures("nothing_set")

# A canary in every setting that may hold a secret: a valid value, and others that are rejected.
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
    # No secrets, but people may paste one into the wrong line.
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
            "slow_requests",
            "provider_threads",
            "request_queue",
            "request_wait_seconds",
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
    if (error := settings_error()) is None:
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


COMMANDS = [command for commands in PROGRAMS.values() for command in commands]
QUICK_COMMANDS = (
    COMMANDS[0],
    COMMANDS[3],
)  # a start takes seconds; the tests of all commands are marked long


@pytest.mark.parametrize(
    "command",
    [
        command if command in QUICK_COMMANDS else pytest.param(command, marks=pytest.mark.long)
        for command in COMMANDS
    ],
    ids=" ".join,
)
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


def _connect_to_database(url: str) -> None:
    with build_engine(url, pool_size=1, name="tests").connect():
        pass


def _connect_to_rate_limits(url: str) -> None:
    RedisCounters(url).acquire([Window("tests", 1, 60)])


def _connect_to_broker(url: str) -> None:
    app = celery_app.create(Settings(broker_url=url))
    logging.getLogger("canary").warning("%r %r", app, app.conf.broker_url and app.connection())
    celery_app.publisher(app)(Message(ids.new(), "nobody"))


@pytest.mark.parametrize(
    ("ask", "url"),
    [
        (_connect_to_database, f"postgresql+psycopg://u:{CANARY}@127.0.0.1:9/x"),
        (_connect_to_rate_limits, f"redis://u:{CANARY}@127.0.0.1:9/0"),
        pytest.param(_connect_to_broker, f"redis://u:{CANARY}@127.0.0.1:9/0", marks=pytest.mark.long),
        (_connect_to_broker, f"amqp://u:{CANARY}@127.0.0.1:9//"),
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
