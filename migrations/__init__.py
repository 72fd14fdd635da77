"""The schema's history: one dated file for each change, with its why.

A migration is safe for the code that already runs (add, backfill, enforce) and never edited after it landed.
An advisory lock lets one deploy migrate at a time; a lock time-out keeps a migration from queueing in front
of everybody else.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from domain.foundation.configuration.settings import settings


def upgrade(url: str | None = None, revision: str = "head") -> None:
    """Bring the database to `revision`. Safe to run twice, and by two at once."""
    command.upgrade(config(url), revision)


def downgrade(url: str | None = None, revision: str = "base") -> None:
    """Take the database back to `revision`. What the newer schema alone could hold is lost."""
    command.downgrade(config(url), revision)


def head() -> str:
    """The newest revision there is."""
    newest = ScriptDirectory.from_config(config()).get_current_head()
    assert newest is not None, "there is no migration"  # noqa: S101 -- there always is one
    return newest


def config(url: str | None = None) -> Config:
    """Alembic's configuration, without a file: the database is the settings' unless another is named."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("file_template", "%%(year)d-%%(month).2d-%%(day).2d_%%(slug)s")
    made.attributes["url"] = url or settings().database_url
    return made
