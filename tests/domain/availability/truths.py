"""The statements over all promises that must hold after anything that happens."""

from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from domain.availability.invariants import INVARIANTS


def broken(session: Session) -> dict[str, list[Any]]:
    """What does not hold, with the rows that break it."""
    found = {name: list(session.execute(text(query))) for name, query in INVARIANTS.items()}
    return {name: rows for name, rows in found.items() if rows}
