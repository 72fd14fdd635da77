"""Books that are in order after every test."""

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from tests.domain.ledger.ledger_factory import violations


@pytest.fixture
def the_books_are_in_order(session: Session) -> Iterator[None]:
    yield
    if session.in_transaction() and session.is_active:
        assert violations(session) == {}
