"""Failures of scheduled jobs, row by row.

Why: a row that always failed was tried at every run for ever, and a hundred of them filled the job's batch.
The statements stand beside this file as SQL.
"""

from pathlib import Path

from migrations.statements import run

revision = "job_failures"
down_revision = "webhooks_set_aside"

_UP = Path(__file__).with_suffix(".sql")
_DOWN = Path(__file__).with_suffix(".down.sql")


def upgrade() -> None:
    """Make what the statements say."""
    run(_UP.read_text())


def downgrade() -> None:
    """Take it away again."""
    run(_DOWN.read_text())
