from datetime import datetime, timedelta

import pytest

from domain import identity
from domain.foundation.persistence.database import Transactions
from domain.identity.authentication.sessions import REFRESH_TOKEN_LIFETIME, start_session
from domain.identity.errors import InvalidToken
from tests import cast
from workers import identity as sweeps
from workers.task import Work


@pytest.fixture
def work(transactions: Transactions) -> Work:
    return Work(transactions, gateway=None)  # sweeps of identity do not reach the world


def signed_in(work: Work, at: datetime, times: int) -> list[identity.SessionTokens]:
    with work.transactions() as session:
        return [start_session(session, cast.aino(session), label="", at=at) for _ in range(times)]


def test_sessions_end_and_tokens_go_when_their_time_is_over(work: Work, at: datetime) -> None:
    over = at + REFRESH_TOKEN_LIFETIME
    signed_in(work, at, times=120)
    (living,) = signed_in(work, at + timedelta(days=1), times=1)
    assert sweeps.delete_expired_tokens(work, over) == 121
    assert sweeps.end_expired_sessions(work, over) == 120
    assert sweeps.delete_expired_tokens(work, over) == 120
    with work.transactions() as session:
        assert [row.id for row in identity.list_sessions(session, living.user_id)] == [living.session_id]
        identity.refresh_session(session, living.refresh, at=over)


def test_sweeping_twice_does_no_harm(work: Work, at: datetime) -> None:
    (tokens,) = signed_in(work, at, times=1)
    for sweep, rows in ((sweeps.end_expired_sessions, 1), (sweeps.delete_expired_tokens, 2)):
        assert [sweep(work, at + REFRESH_TOKEN_LIFETIME) for _ in range(2)] == [rows, 0]
    with work.transactions() as session, pytest.raises(InvalidToken):
        identity.refresh_session(session, tokens.refresh, at=at)


def test_nothing_is_swept_before_its_time(work: Work, at: datetime) -> None:
    (tokens,) = signed_in(work, at, times=1)
    assert sweeps.end_expired_sessions(work, at) == sweeps.delete_expired_tokens(work, at) == 0
    with work.transactions() as session:
        assert identity.authenticate(session, tokens.access, at=at).user_id == tokens.user_id
