"""The command line `talkoo`: one file for each command, gathered here."""

import sys

import typer
from rich.console import Console

from domain.foundation.configuration.settings import SettingsError
from ops import demo_market, documents, health, migrate, postgres, services, set_aside, up, workplace
from ops.embedded_postgres import EmbeddedPostgresError
from ops.failures import MendableError
from ops.imports.command import import_listings
from ops.processes import ChildError
from ops.replay.command import replay
from ops.surge import command as surge

app = typer.Typer(
    name="talkoo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # a local variable may hold a secret
    rich_markup_mode="markdown",
    help="""
The backend of a sharing-economy marketplace.

**Start here:** `talkoo up` starts everything on this machine (PostgreSQL, a payment sandbox, the API, the
workers, a demo market) and needs nothing installed. Ctrl-C stops it; the data stay in `.talkoo`.

**In production** the same programs run one by one: `migrate`, then `api`, `worker`, `relay`, `clock`.
They are configured by environment variables: DATABASE_URL, BROKER_URL, STRIPE_SECRET_KEY, STRIPE_API_BASE,
STRIPE_WEBHOOK_SECRETS, SIGNING_KEYS, RATE_LIMITS_URL, TRUSTED_PROXIES, ENVIRONMENT=production.
""",
)
_HERE = "On this machine"
_PRODUCTION = "In production, one by one"
_WORK = "Work on Talkoo"
_MENDABLE = (EmbeddedPostgresError, ChildError, MendableError, SettingsError, workplace.AlreadyUpError)

app.command(rich_help_panel=_HERE)(up.up)
app.add_typer(postgres.app, name="postgres", rich_help_panel=_HERE)
app.command(rich_help_panel=_HERE)(demo_market.seed)
app.command("import", rich_help_panel=_HERE)(import_listings)
app.command(rich_help_panel=_HERE)(replay)
app.add_typer(surge.app, name="surge", rich_help_panel=_HERE)
app.command(rich_help_panel=_PRODUCTION)(migrate.migrate)
for program in (services.api, services.worker, services.relay, services.clock, health.health):
    app.command(rich_help_panel=_PRODUCTION)(program)
app.add_typer(set_aside.app, name="set-aside", rich_help_panel=_PRODUCTION)
app.command(rich_help_panel=_WORK)(documents.documents)
# The benchmarks tell of themselves: `talkoo bench --help` and `talkoo bench surge --help` go to them.
_PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
app.command(rich_help_panel=_WORK, context_settings=_PASSED_ON)(services.bench)


def main() -> None:
    """Run the command; a failure somebody can do something about is a sentence, not a traceback."""
    try:
        app()
    except _MENDABLE as failure:
        Console(stderr=True).print(str(failure), style="red", markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
