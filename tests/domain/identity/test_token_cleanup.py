from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import identity
from domain.identity.authentication.sessions import REFRESH_TOKEN_LIFETIME, start_session
from domain.identity.errors import InvalidToken, RefreshTokenReused
from domain.identity.models import OidcAttempt

Person = Callable[[str], identity.User]


def rows(session: Session, table: str) -> int:
    return session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 -- our own tables


def test_expired_tokens_are_forgotten_and_living_ones_are_not(
    session: Session, person: Person, at: datetime
) -> None:
    tokens = start_session(session, person("aino@example.org"), label="", at=at)
    assert identity.delete_expired_tokens(session, at) == 0
    later = at + timedelta(hours=1)
    assert identity.delete_expired_tokens(session, later) == 1
    assert (rows(session, "access_tokens"), rows(session, "refresh_tokens")) == (0, 1)
    identity.refresh_session(session, tokens.refresh, at=later)


def test_a_rotated_token_is_remembered_until_it_would_have_expired(
    session: Session, person: Person, at: datetime
) -> None:
    tokens = start_session(session, person("aino@example.org"), label="", at=at)
    identity.refresh_session(session, tokens.refresh, at=at + timedelta(days=20))
    identity.delete_expired_tokens(session, at + REFRESH_TOKEN_LIFETIME - timedelta(seconds=1))
    with pytest.raises(RefreshTokenReused):
        identity.refresh_session(
            session, tokens.refresh, at=at + REFRESH_TOKEN_LIFETIME - timedelta(seconds=1)
        )
    identity.delete_expired_tokens(session, at + REFRESH_TOKEN_LIFETIME)
    with pytest.raises(InvalidToken):
        identity.refresh_session(session, tokens.refresh, at=at + REFRESH_TOKEN_LIFETIME)


def test_a_session_nobody_renewed_ends_and_then_its_last_token_goes(
    session: Session, person: Person, at: datetime
) -> None:
    aino = person("aino@example.org")
    start_session(session, aino, label="", at=at)
    start_session(session, aino, label="kept", at=at + timedelta(days=1))
    over = at + REFRESH_TOKEN_LIFETIME
    identity.delete_expired_tokens(session, over)
    assert rows(session, "refresh_tokens") == 2
    assert identity.end_expired_sessions(session, over) == 1
    assert [row.label for row in identity.list_sessions(session, aino.id)] == ["kept"]
    assert identity.end_expired_sessions(session, over) == 0
    identity.delete_expired_tokens(session, over)
    assert rows(session, "refresh_tokens") == 1


def test_an_attempt_nobody_came_back_from_is_forgotten(session: Session, at: datetime) -> None:
    attempt = OidcAttempt(
        state_hash=b"s" * 32,
        secret_hash=b"k" * 32,
        nonce="n",
        verifier="v",
        issuer="i",
        redirect_uri="r",
        expires_at=at,
    )
    session.add(attempt)
    session.flush()
    assert identity.delete_expired_tokens(session, at - timedelta(seconds=1)) == 0
    assert identity.delete_expired_tokens(session, at) == 1
