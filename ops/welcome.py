"""What `talkoo up` says when all is up: where to look, and three requests to try."""

from rich.panel import Panel


def welcome(base_url: str) -> Panel:
    """Where to go from here."""
    return Panel(
        f"""[bold]Talkoo is up.[/bold]  Ctrl-C stops it; the data stay.

  The API, to read and to try   {base_url}/docs
  Its description               {base_url}/openapi.json
  The database                  [cyan].venv/bin/talkoo postgres psql[/cyan]

Try it:
  [cyan]curl {base_url}/openapi.json[/cyan]""",
        expand=False,
        border_style="green",
    )
