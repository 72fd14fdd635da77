"""Reading what is long in pages, so that no statement of a night takes longer than any other may.

A market of ten million reviews is read like one of ten: a page is some seconds of the database at most, and
what is written between two pages is seen or not, as it would have been a moment later.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause
from sqlmodel import Session

PAGE = 50_000  # rows; a second or two, where a statement may take ten


def paged(session: Session, statement: TextClause, values: Mapping[str, Any]) -> Iterator[Row[Any]]:
    """The rows of a statement that answers at most `:limit` of them above `:after`, by its first column."""
    after = UUID(int=0)
    while rows := session.execute(statement, {**values, "after": after, "limit": PAGE}).all():
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1][0]
