"""The private market of a replay: a PostgreSQL, a payment sandbox, an API and workers of its own, one clock.

Everything lives in the replay's folder and ends with the replay. What dies meanwhile is started again; what
it was doing is done once all the same, which is what a replay is there to show.
"""

import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from domain.foundation.configuration.settings import Settings
from ops import embedded_postgres, postgres_folder, services, steps
from ops.health import READY
from ops.processes import Child, Crew, Running, answers

_HOST: Final = "127.0.0.1"
_WEBHOOKS: Final = "/payments/webhook"
_KEY: Final = "sk_sandbox_replay"
_LIMIT: Final = "1000000/minute"  # one machine plays all customers, and time passes quickly
_SECONDS_TO_START: Final = 120.0
_RESTARTS: Final = 50  # whoever kills processes to see what happens may do so often


@dataclass(frozen=True, slots=True)
class Stack:
    """Where the private market answers."""

    base_url: str
    sandbox_url: str
    database_url: str
    clock_file: Path
    settings: Settings


def start(team: Crew, folder: Path, plan: dict[str, Any], tell: steps.Progress, *, processes: int) -> Stack:
    """Start everything; `plan` brings the ports and the webhook secret, which stay the same for life."""
    clock_file = folder / "clock"
    if not clock_file.exists():
        clock_file.write_bytes(bytes(8))
    base_url, sandbox_url = f"http://{_HOST}:{plan['port']}", f"http://{_HOST}:{plan['sandbox_port']}"
    with tell("PostgreSQL"):
        database_url = _database(team, folder / "postgres")
    environment = {
        "DATABASE_URL": database_url,
        "CLOCK_FILE": str(clock_file),
        "BROKER_URL": "memory://",
        "STRIPE_API_BASE": sandbox_url,
        "STRIPE_SECRET_KEY": _KEY,
        "STRIPE_WEBHOOK_SECRETS": plan["webhook_secret"],
        "RATE_LIMITS_URL": "memory://",
        "RATE_LIMIT": _LIMIT,
        "RATE_LIMIT_SIGN_IN": _LIMIT,
        "RATE_LIMIT_ACCOUNT": _LIMIT,
        "LOG_LEVEL": "warning",
    }
    with tell("schema"):
        team.run(Child("migrate", steps.talkoo("migrate"), environment, log=folder / "migrate.log"))
    with tell("payments"):
        _start(team, folder, "sandbox", _sandbox(folder, plan, base_url), {}, None)
    with tell(f"API on {base_url}, {processes} processes"):
        serve = services.api_command(_HOST, plan["port"], processes)
        _start(team, folder, "api", serve, environment, answers(base_url + READY))
    with tell("workers"):
        workers = [sys.executable, "-m", "workers", "all"]
        _start(team, folder, "workers", workers, environment, None)
    chosen = Settings(
        database_url=database_url, stripe_api_base=sandbox_url, stripe_secret_key=SecretStr(_KEY)
    )
    return Stack(base_url, sandbox_url, database_url, clock_file, chosen)


def _start(
    team: Crew,
    folder: Path,
    name: str,
    command: list[str],
    environment: dict[str, str],
    ready: Callable[[Running], bool] | None,
) -> None:
    """A child whose words go to a file of the folder; without `ready` it says so itself, in that file."""
    log = folder / f"{name}.log"
    team.start(
        Child(
            name,
            command,
            environment,
            ready=ready or _writes(log, f"{name} ready"),
            log=log,
            seconds_to_start=_SECONDS_TO_START,
            restarts=_RESTARTS,
        )
    )


def _writes(log: Path, words: str) -> Callable[[Running], bool]:
    """Ready when the words stand in the log, below what former lives wrote."""
    before = log.stat().st_size if log.exists() else 0
    return lambda _: words.encode() in log.read_bytes()[before:]


def _sandbox(folder: Path, plan: dict[str, Any], base_url: str) -> list[str]:
    where = ["--port", str(plan["sandbox_port"]), "--state", str(folder / "sandbox.db")]
    # Earlier than the first request in any time zone, and than the hour before it in which people sign up.
    where += ["--starts-at", f"{date.fromisoformat(plan['first_on']) - timedelta(days=2)}T00:00:00+00:00"]
    post = ["--webhook", base_url + _WEBHOOKS, "--webhook-secret", plan["webhook_secret"]]
    return [sys.executable, "-m", "sandbox", *where, *post]


def _database(team: Crew, folder: Path) -> str:
    if embedded_postgres.running(folder) is None:
        team.start(
            Child(
                "postgres",
                embedded_postgres.command(folder),
                ready=lambda _: embedded_postgres.running(folder) is not None,
                owner=embedded_postgres.owner(),
                log=postgres_folder.log(folder),
                stop_signal=signal.SIGINT,
                seconds_to_stop=_SECONDS_TO_START,
                restarts=_RESTARTS,
            )
        )
    address = embedded_postgres.running(folder)
    assert address is not None  # noqa: S101  it has just been ready
    return address.url
