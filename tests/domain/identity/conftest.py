"""Fixtures: a cheap hash function that counts its calls, and users to sign in."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlmodel import Session

from domain import identity
from domain.identity.authentication.passwords import Passwords
from domain.identity.queries import user_by_email
from tests.domain.identity.fake_issuer import CountingHasher

PASSWORD = "correct horse battery"


@pytest.fixture
def hashes() -> CountingHasher:
    return CountingHasher()


@pytest.fixture
def passwords(hashes: CountingHasher) -> Passwords:
    return Passwords(hashes)


@pytest.fixture
def person(session: Session, passwords: Passwords, at: datetime) -> Callable[[str], identity.User]:
    """A function that signs users up with `PASSWORD`."""

    def sign_up(email: str) -> identity.User:
        identity.sign_up(session, email=email, password=PASSWORD, name=email, at=at, passwords=passwords)
        user = user_by_email(session, email)
        assert user is not None
        return user

    return sign_up
