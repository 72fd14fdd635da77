"""`talkoo up`: everything on one machine, step by step, then one console to watch it.

What is brought along is left out: with DATABASE_URL no PostgreSQL is started, with STRIPE_API_BASE no payment
sandbox, with BROKER_URL the workers run as separate programs as they do in production. Children learn
everything by environment variables, so this is the only place that knows who talks to whom.
"""

import os
import secrets
import signal
import sys
from typing import Annotated

import typer
from rich.console import Console

from domain.foundation import clock
from ops import embedded_postgres, postgres_folder, services, steps, workplace
from ops.health import READY
from ops.processes import Child, Crew, StopAsked, answers, crew, says
from ops.welcome import welcome

_SANDBOX_PORT = 12111  # the port of Stripe's own stand-in, and of our settings' default
_SANDBOX_KEY = "sk_sandbox_demo"
_WEBHOOK_PATH = "/payments/webhook"
_SECONDS_FOR_A_CLEAN_SHUTDOWN = 30.0  # PostgreSQL writes out what it holds; being killed costs a recovery

Environment = dict[str, str]


def up(
    port: Annotated[int, typer.Option(envvar="PORT", help="Port of the API, or the next free one.")] = 8000,
    host: Annotated[str, typer.Option(help="Address the API listens on.")] = "127.0.0.1",
    processes: Annotated[int, typer.Option(help="API processes.")] = 2,
    demo: Annotated[bool, typer.Option(help="Plant the demo market.")] = True,  # noqa: FBT002  a flag for people
) -> None:
    """Start everything on this machine and watch it: database, payments, API, workers, a demo market.

    The first start takes about half a minute, later ones a few seconds. Ctrl-C stops everything; the data
    stay in `.talkoo` (or TALKOO_HOME).

    Bring your own with DATABASE_URL, BROKER_URL, or STRIPE_API_BASE (then also STRIPE_SECRET_KEY and
    STRIPE_WEBHOOK_SECRETS).
    """
    console = Console()
    with workplace.only_one():
        try:
            with crew(console) as team:
                _start(
                    team, console, host=host, port=steps.free_port(host, port), processes=processes, demo=demo
                )
                team.watch()
        except StopAsked:
            console.print("Stopped. The data are kept; `make run` continues where you left.")


def _start(team: Crew, console: Console, *, host: str, port: int, processes: int, demo: bool) -> None:
    environment = {
        "TALKOO_HOME": str(workplace.folder()),
        "PORT": str(port),
        "LOG_LEVEL": _log_level(),
        "HEARTBEAT_FOLDER": str(workplace.folder() / "heartbeats"),
    }
    base_url = f"http://127.0.0.1:{port}"
    tell = steps.Progress(console)
    with tell("PostgreSQL"):
        environment |= _database(team)
    with tell("schema"):
        team.run(Child("migrate", steps.talkoo("migrate"), environment))
    with tell("payments"):
        environment |= _payments(team, base_url + _WEBHOOK_PATH)
    with tell(f"API on {base_url}, {processes} processes, and workers"):
        serve = services.api_command(host, port, processes)
        team.start(Child("api", serve, environment, ready=answers(base_url + READY)), *_workers(environment))
    if demo:
        with tell("demo market"):
            team.run(Child("seed", steps.talkoo("seed", base_url), environment))
    welcome(console, base_url, demo=demo)


def _database(team: Crew) -> Environment:
    """The developer's own database, the running embedded one, or a new one that ends with us."""
    if "DATABASE_URL" in os.environ:
        return {}
    folder = embedded_postgres.default_folder()
    if embedded_postgres.running(folder) is None:
        team.start(
            Child(
                "postgres",
                embedded_postgres.command(folder),
                ready=lambda _: embedded_postgres.running(folder) is not None,
                owner=embedded_postgres.owner(),
                log=postgres_folder.log(folder),
                seconds_to_stop=_SECONDS_FOR_A_CLEAN_SHUTDOWN,
                stop_signal=signal.SIGINT,
            )
        )
    address = embedded_postgres.running(folder)
    assert address is not None  # noqa: S101  it has just been ready
    return {"DATABASE_URL": address.url}


def _payments(team: Crew, webhook_url: str) -> Environment:
    """The developer's own provider, or the sandbox with a secret of this run."""
    if "STRIPE_API_BASE" in os.environ:
        return {}
    port = steps.free_port("127.0.0.1", _SANDBOX_PORT)
    secret = f"whsec_{secrets.token_hex(24)}"
    state = workplace.folder() / "sandbox.db"
    where = ["--port", str(port), "--state", str(state), "--webhook", webhook_url, "--webhook-secret", secret]
    if os.environ.get("CLOCK_FILE"):
        where += ["--starts-at", clock.now().isoformat()]
    team.start(Child("payments", (sys.executable, "-m", "sandbox", *where), ready=says("sandbox ready")))
    return {
        "STRIPE_API_BASE": f"http://127.0.0.1:{port}",
        "STRIPE_SECRET_KEY": _SANDBOX_KEY,
        "STRIPE_WEBHOOK_SECRETS": secret,
    }


def _log_level() -> str:
    """A person reads this terminal: what goes well is not told, unless LOG_LEVEL asks for it."""
    return os.environ.get("LOG_LEVEL", "warning")


def _workers(environment: Environment) -> list[Child]:
    """One process for all where the broker lives inside it; separate ones where a broker stands between."""
    apart = {"relay": "relay", "worker": "worker", "clock": "clock"}
    programs = apart if "BROKER_URL" in os.environ else {"workers": "all"}
    return [
        Child(name, (sys.executable, "-m", "workers", program), environment, ready=says("workers ready"))
        for name, program in programs.items()
    ]
