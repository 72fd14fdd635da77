"""Passwords that cost nothing but are counted, and people to sign in."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlmodel import Session

from domain import identity
from domain.identity.passwords import Passwords
from domain.identity.queries import user_by_email
from tests.domain.identity.fakes import CountedHashes

PASSWORD = "correct horse battery"


@pytest.fixture
def hashes() -> CountedHashes:
    return CountedHashes()


@pytest.fixture
def passwords(hashes: CountedHashes) -> Passwords:
    return Passwords(hashes)


@pytest.fixture
def person(session: Session, passwords: Passwords, at: datetime) -> Callable[[str], identity.User]:
    """Signs people up under the known password."""

    def sign_up(email: str) -> identity.User:
        identity.sign_up(session, email=email, password=PASSWORD, name=email, at=at, passwords=passwords)
        found = user_by_email(session, email)
        assert found is not None
        return found

    return sign_up
