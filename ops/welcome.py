"""What `talkoo up` says when all is up: where to look, who you are, and a request or two to try.

The requests stand outside the frame and are never wrapped, so that they can be copied.
"""

from rich.console import Console
from rich.panel import Panel

from ops.demo.cast import DEMO, MARKET, PASSWORD


def welcome(console: Console, base_url: str, *, demo: bool) -> None:
    """Say where to go from here; with the demo market also how to come in."""
    frame = f"""[bold]Talkoo is up.[/bold]  Ctrl-C stops it; the data stay.

  The API, to read and to try   {base_url}/docs
  Its description               {base_url}/openapi.json
  The database                  [cyan].venv/bin/talkoo postgres psql[/cyan]"""
    console.print(Panel(frame, expand=False, border_style="green"))
    console.print("Try it:\n")
    for line in _in_the_demo_market(base_url) if demo else [f"curl {base_url}/openapi.json"]:
        console.print(f"  {line}", style="cyan", markup=False, highlight=False, soft_wrap=True)
    if demo:
        console.print(f"\nYou are [bold]{DEMO.email}[/bold], the password is [bold]{PASSWORD}[/bold].")
        console.print('"Book something in five minutes" in README.md goes on from here.')


def _in_the_demo_market(base_url: str) -> list[str]:
    who = f'{{"email": "{DEMO.email}", "password": "{PASSWORD}"}}'
    return [
        f'curl "{base_url}/offers?market={MARKET["slug"]}&words=computer+help"',
        f"curl {base_url}/sessions -H 'Content-Type: application/json' -d '{who}'",
    ]
