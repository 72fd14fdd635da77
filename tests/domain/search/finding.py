"""What a search in Helsinki finds."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from domain import search
from domain.search import Found, Point, Wanted

KALLIO = Point(60.1841, 24.9499)


def found(
    session: Session, at: datetime, after: str | None = None, limit: int = 20, **wanted: Any
) -> list[Found]:
    return search.find(
        session, Wanted(**({"market": "helsinki"} | wanted)), after=after, limit=limit, at=at
    ).items
