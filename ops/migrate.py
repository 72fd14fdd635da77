"""`talkoo migrate`."""

import typer

import migrations


def migrate() -> None:
    """Bring the database at DATABASE_URL to the newest schema. Safe to run twice and by two at once."""
    migrations.upgrade()
    typer.echo("The schema is up to date.")
