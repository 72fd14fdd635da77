"""What `talkoo up` says when all is up: where to look, who you are, and a request or two to try."""

from rich.panel import Panel

from ops.demo.cast import DEMO, MARKET, PASSWORD


def welcome(base_url: str, *, demo: bool) -> Panel:
    """Where to go from here; with the demo market also how to come in."""
    tried = _in_the_demo_market(base_url) if demo else f"  [cyan]curl {base_url}/openapi.json[/cyan]"
    return Panel(
        f"""[bold]Talkoo is up.[/bold]  Ctrl-C stops it; the data stay.

  The API, to read and to try   {base_url}/docs
  Its description               {base_url}/openapi.json
  The database                  [cyan].venv/bin/talkoo postgres psql[/cyan]

Try it:
{tried}""",
        expand=False,
        border_style="green",
    )


def _in_the_demo_market(base_url: str) -> str:
    sign_in = f'{{"email": "{DEMO.email}", "password": "{PASSWORD}"}}'
    return f"""  [cyan]curl "{base_url}/offers?market={MARKET["slug"]}&words=computer+help"[/cyan]
  [cyan]curl {base_url}/sessions -H 'Content-Type: application/json' \\
    -d '{sign_in}'[/cyan]

  You are [bold]{DEMO.email}[/bold], the password is [bold]{PASSWORD}[/bold].
  "Book something in five minutes" in README.md goes on from here."""
