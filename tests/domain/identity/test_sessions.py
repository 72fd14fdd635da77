from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, text
from sqlmodel import Session

from domain import identity
from domain.foundation import events, ids
from domain.foundation.errors import DomainError, Unavailable
from domain.foundation.persistence.database import Transactions
from domain.identity.authentication.passwords import Passwords
from domain.identity.authentication.sessions import (
    ACCESS_TOKEN_LIFETIME,
    REFRESH_TOKEN_LIFETIME,
    start_session,
)
from domain.identity.errors import (
    InvalidCredentials,
    InvalidEmail,
    InvalidToken,
    RefreshTokenReused,
    SessionNotFound,
)
from domain.identity.queries import user_by_email
from tests.domain.identity.fake_issuer import CountingHasher
from tests.together import together

PASSWORD = "correct horse battery"
Person = Callable[[str], identity.User]


@pytest.fixture
def aino(person: Person) -> identity.User:
    return person("aino@example.org")


@pytest.fixture
def tokens(session: Session, aino: identity.User, at: datetime) -> identity.SessionTokens:
    return start_session(session, aino, label="Aino's phone", at=at)


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(InvalidCredentials) as caught:
        work()
    return caught.value.detail


def test_a_token_tells_who_shows_it_with_the_roles_they_hold(
    session: Session, aino: identity.User, tokens: identity.SessionTokens, at: datetime
) -> None:
    market_id = ids.new()
    by = identity.Caller(aino.id, ids.new(), "", frozenset({identity.Grant(identity.UserRole.OPERATOR)}))
    identity.grant_role(session, aino.id, role=identity.UserRole.OPERATOR, market_id=market_id, by=by, at=at)
    identity.grant_role(session, aino.id, role=identity.UserRole.MODERATOR, market_id=None, by=by, at=at)
    caller = identity.authenticate(session, tokens.access, at=at)
    assert (caller.user_id, caller.session_id, caller.name) == (aino.id, tokens.session_id, aino.name)
    assert caller.grants == {
        identity.Grant(identity.UserRole.OPERATOR, market_id),
        identity.Grant(identity.UserRole.MODERATOR, None),
    }


def test_authenticating_is_one_statement(
    session: Session, tokens: identity.SessionTokens, at: datetime
) -> None:
    statements: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", count)
    identity.authenticate(session, tokens.access, at=at)
    event.remove(bind, "before_cursor_execute", count)
    assert len(statements) == 1


def test_every_way_to_fail_at_signing_in_costs_one_computation_and_says_the_same(
    session: Session, person: Person, passwords: Passwords, hashes: CountingHasher, at: datetime
) -> None:
    person("aino@example.org")
    ben = person("ben@example.org")
    ben.password_hash = None
    farah = person("farah@example.org")
    farah.suspended_at = at
    session.flush()
    attempts = {
        "wrong password": ("aino@example.org", "not the password"),
        "no account": ("nobody@example.org", PASSWORD),
        "no password": ("ben@example.org", PASSWORD),
        "suspended": ("farah@example.org", PASSWORD),
    }
    work, message = {}, set()
    for name, (email, password) in attempts.items():
        hashes.computations.clear()
        message.add(
            refused(
                lambda email=email, password=password: identity.sign_in(
                    session, email=email, password=password, at=at, passwords=passwords
                )
            )
        )
        work[name] = list(hashes.computations)
    assert work == {name: ["verify"] for name in attempts}
    assert len(message) == 1


def test_what_is_no_address_is_refused_before_anything_is_looked_up(session: Session, at: datetime) -> None:
    with pytest.raises(InvalidEmail):
        identity.sign_in(session, email="nobody", password=PASSWORD, at=at)


def test_an_outdated_hash_is_made_anew_when_its_password_is_shown(
    session: Session, aino: identity.User, passwords: Passwords, hashes: CountingHasher, at: datetime
) -> None:
    hashes.outdated = True
    hashes.computations.clear()
    identity.sign_in(session, email=aino.email, password=PASSWORD, at=at, passwords=passwords)
    assert hashes.computations == ["verify", "hash"]


def test_an_access_token_opens_until_it_expires(
    session: Session, tokens: identity.SessionTokens, at: datetime
) -> None:
    assert tokens.expires_at == at + ACCESS_TOKEN_LIFETIME == at + timedelta(minutes=15)
    identity.authenticate(session, tokens.access, at=tokens.expires_at - timedelta(microseconds=1))
    with pytest.raises(InvalidToken):
        identity.authenticate(session, tokens.access, at=tokens.expires_at)


@pytest.mark.parametrize("token", ["", "tka_", "tka_nonsense", "é", "tkr_x", "a\x00b"])
def test_a_token_nobody_was_given_opens_nothing(session: Session, token: str, at: datetime) -> None:
    with pytest.raises(InvalidToken):
        identity.authenticate(session, token, at=at)
    with pytest.raises(InvalidToken):
        identity.refresh_session(session, token, at=at)


def test_a_session_that_began_while_its_user_was_suspended_opens_nothing(
    session: Session, aino: identity.User, tokens: identity.SessionTokens, at: datetime
) -> None:
    aino.suspended_at = at
    session.flush()
    with pytest.raises(InvalidToken):
        identity.authenticate(session, tokens.access, at=at)


def test_a_token_does_the_work_of_its_own_kind_only(
    session: Session, tokens: identity.SessionTokens, at: datetime
) -> None:
    with pytest.raises(InvalidToken):
        identity.authenticate(session, tokens.refresh, at=at)
    with pytest.raises(InvalidToken):
        identity.refresh_session(session, tokens.access, at=at)


def test_no_token_stands_in_the_database_or_in_a_log(
    session: Session, tokens: identity.SessionTokens
) -> None:
    for table in ("access_tokens", "refresh_tokens", "user_sessions", "events"):
        dump = str(session.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608 -- our own tables
        assert tokens.access not in dump
        assert tokens.refresh not in dump
    assert tokens.access not in repr(tokens)
    assert tokens.refresh not in repr(tokens)


def test_renewing_gives_new_tokens_of_the_same_family(
    session: Session, tokens: identity.SessionTokens, at: datetime
) -> None:
    later = at + timedelta(hours=1)
    renewed = identity.refresh_session(session, tokens.refresh, at=later)
    assert renewed.session_id == tokens.session_id
    assert {renewed.access, renewed.refresh}.isdisjoint({tokens.access, tokens.refresh})
    assert identity.authenticate(session, renewed.access, at=later).session_id == tokens.session_id
    (family,) = identity.list_sessions(session, tokens.user_id)
    assert family.last_used_at == later


def test_a_refresh_token_lasts_thirty_days(
    session: Session, tokens: identity.SessionTokens, at: datetime
) -> None:
    assert timedelta(days=30) == REFRESH_TOKEN_LIFETIME
    with pytest.raises(InvalidToken):
        identity.refresh_session(session, tokens.refresh, at=at + REFRESH_TOKEN_LIFETIME)
    identity.refresh_session(
        session, tokens.refresh, at=at + REFRESH_TOKEN_LIFETIME - timedelta(microseconds=1)
    )


def test_a_refresh_token_that_comes_twice_ends_the_whole_family_and_no_other(
    transactions: Transactions, passwords: Passwords, at: datetime
) -> None:
    with transactions() as session:
        identity.sign_up(
            session, email="aino@example.org", password=PASSWORD, name="Aino", at=at, passwords=passwords
        )
        aino = user_by_email(session, "aino@example.org")
        assert aino is not None
        stolen, other = (start_session(session, aino, label="", at=at) for _ in range(2))
        renewed = identity.refresh_session(session, stolen.refresh, at=at)
    with pytest.raises(RefreshTokenReused), transactions() as session:
        identity.refresh_session(session, stolen.refresh, at=at)
    with transactions() as session:
        for dead in (stolen, renewed):
            with pytest.raises(InvalidToken):
                identity.authenticate(session, dead.access, at=at)
            with pytest.raises(InvalidToken):
                identity.refresh_session(session, dead.refresh, at=at)
        assert identity.authenticate(session, other.access, at=at).user_id == aino.id
        ended = [row.data for row in events.subject_history(session, aino.id) if row.name == "session.ended"]
        assert [(data["session_id"], data["ended_reason"]) for data in ended] == [
            (str(stolen.session_id), "token_reused")
        ]


def test_of_many_who_renew_with_one_token_at_once_one_succeeds_and_the_family_ends(
    transactions: Transactions, passwords: Passwords, at: datetime
) -> None:
    with transactions() as session:
        identity.sign_up(
            session, email="aino@example.org", password=PASSWORD, name="Aino", at=at, passwords=passwords
        )
        aino = user_by_email(session, "aino@example.org")
        assert aino is not None
        tokens = start_session(session, aino, label="", at=at)

    def renew(_: int) -> str:
        try:
            with transactions() as session:
                identity.refresh_session(session, tokens.refresh, at=at)
        except Unavailable:
            raise
        except DomainError as raised:
            return raised.slug
        return "renewed"

    outcomes = together(renew, 8)
    assert sorted(outcomes) == sorted(["renewed", "refresh-token-reused", *["invalid-token"] * 6])


def test_people_see_their_living_sessions_and_end_them(
    session: Session, aino: identity.User, tokens: identity.SessionTokens, at: datetime
) -> None:
    laptop = start_session(session, aino, label="laptop", at=at + timedelta(minutes=1))
    assert [user_session.label for user_session in identity.list_sessions(session, aino.id)] == [
        "laptop",
        "Aino's phone",
    ]
    caller = identity.authenticate(session, laptop.access, at=at)
    for _ in range(2):
        identity.end_session(session, tokens.session_id, caller=caller, at=at)
    assert [user_session.label for user_session in identity.list_sessions(session, aino.id)] == ["laptop"]
    with pytest.raises(InvalidToken):
        identity.authenticate(session, tokens.access, at=at)


def test_a_session_of_somebody_else_is_not_found(
    session: Session, person: Person, tokens: identity.SessionTokens, at: datetime
) -> None:
    mallory = person("mallory@example.org")
    caller = identity.Caller(mallory.id, ids.new(), "")
    for session_id in (tokens.session_id, ids.new()):
        with pytest.raises(SessionNotFound):
            identity.end_session(session, session_id, caller=caller, at=at)
    identity.authenticate(session, tokens.access, at=at)
