from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import identity
from domain.identity.errors import SessionOver, TokenReused
from domain.identity.sessions import REFRESH_LASTS, start

Person = Callable[[str], identity.User]


def rows(session: Session, table: str) -> int:
    return session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 -- our own tables


def test_expired_tokens_are_forgotten_and_living_ones_are_not(
    session: Session, person: Person, at: datetime
) -> None:
    tokens = start(session, person("aino@example.org"), label="", at=at)
    assert identity.forget_expired(session, at) == 0
    later = at + timedelta(hours=1)
    assert identity.forget_expired(session, later) == 1
    assert (rows(session, "access_tokens"), rows(session, "refresh_tokens")) == (0, 1)
    identity.refresh(session, tokens.refresh, at=later)


def test_a_rotated_token_is_remembered_until_it_would_have_expired(
    session: Session, person: Person, at: datetime
) -> None:
    tokens = start(session, person("aino@example.org"), label="", at=at)
    identity.refresh(session, tokens.refresh, at=at + timedelta(days=20))
    identity.forget_expired(session, at + REFRESH_LASTS - timedelta(seconds=1))
    with pytest.raises(TokenReused):
        identity.refresh(session, tokens.refresh, at=at + REFRESH_LASTS - timedelta(seconds=1))
    identity.forget_expired(session, at + REFRESH_LASTS)
    with pytest.raises(SessionOver):
        identity.refresh(session, tokens.refresh, at=at + REFRESH_LASTS)


def test_a_session_nobody_renewed_ends_and_then_its_last_token_goes(
    session: Session, person: Person, at: datetime
) -> None:
    aino = person("aino@example.org")
    start(session, aino, label="", at=at)
    start(session, aino, label="kept", at=at + timedelta(days=1))
    over = at + REFRESH_LASTS
    identity.forget_expired(session, over)
    assert rows(session, "refresh_tokens") == 2
    assert identity.end_expired(session, over) == 1
    assert [each.label for each in identity.sessions_of(session, aino.id)] == ["kept"]
    assert identity.end_expired(session, over) == 0
    identity.forget_expired(session, over)
    assert rows(session, "refresh_tokens") == 1


def test_an_attempt_nobody_came_back_from_is_forgotten(session: Session, at: datetime) -> None:
    attempt = identity.oidc.OidcAttempt(
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
    assert identity.forget_expired(session, at - timedelta(seconds=1)) == 0
    assert identity.forget_expired(session, at) == 1
