from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from domain import identity
from domain.foundation import events
from domain.foundation.actors import SYSTEM
from domain.foundation.errors import DomainError
from domain.foundation.persistence.database import Transactions
from domain.identity.authentication.passwords import Passwords
from domain.identity.errors import (
    EmailNotVerified,
    InvalidCredentials,
    InvalidToken,
    IssuerUnavailable,
    IssuerUnknown,
    OidcAttemptExpired,
    OidcSignInFailed,
)
from domain.identity.openid_connect.code_flow import ATTEMPT_LASTS
from domain.identity.queries import user_by_email
from tests.domain.identity.fake_issuer import FakeIssuer

PASSWORD = "correct horse battery"
BACK = "https://app.example/back"
Begin = Callable[[], identity.OidcAuthorizationRequest]
Finish = Callable[..., identity.SessionTokens]


@pytest.fixture
def issuer() -> FakeIssuer:
    return FakeIssuer()


@pytest.fixture
def begin(transactions: Transactions, issuer: FakeIssuer, at: datetime) -> Begin:
    known = (issuer.client,)
    return lambda: identity.begin_oidc(
        transactions, issuer, clients=known, issuer=issuer.issuer, redirect_uri=BACK, at=at
    )


@pytest.fixture
def finish(transactions: Transactions, issuer: FakeIssuer, at: datetime) -> Finish:
    """A function that completes an attempt with the parameters of the redirect, or with some replaced."""

    def finish(
        departure: identity.OidcAuthorizationRequest,
        *,
        later: timedelta = timedelta(),
        brings: dict[str, str] | None = None,
        **claims: object,
    ) -> identity.SessionTokens:
        issuer.now = at + later
        brought = issuer.authorize(departure.authorization_url, **claims)
        back = identity.OidcCallback(**(brought | {"secret": departure.secret} | (brings or {})))
        return identity.finish_oidc(
            transactions, issuer, clients=(issuer.client,), callback=back, label="browser", at=issuer.now
        )

    return finish


def test_a_browser_leaves_with_challenge_state_and_nonce_and_without_any_secret(begin: Begin) -> None:
    departure = begin()
    parameters = {
        name: values[0] for name, values in parse_qs(urlsplit(departure.authorization_url).query).items()
    }
    assert parameters.keys() == {
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
    }
    assert parameters["state"] == departure.state
    assert departure.secret not in departure.authorization_url
    assert departure.secret not in repr(departure)


def test_two_departures_share_nothing(begin: Begin) -> None:
    first, second = begin(), begin()
    assert {first.state, first.secret}.isdisjoint({second.state, second.secret})


def test_whom_the_issuer_vouches_for_gets_an_account_once(
    transactions: Transactions, begin: Begin, finish: Finish, at: datetime
) -> None:
    first, second = finish(begin()), finish(begin(), email="aino.new@example.org")
    assert first.user_id == second.user_id
    assert first.session_id != second.session_id
    with transactions() as session:
        caller = identity.authenticate(session, second.access, at=at)
        user = identity.get_user(session, caller.user_id)
        assert (user.email, user.name, user.password_hash) == ("aino@example.org", "Aino", None)
        names = [row.name for row in events.subject_history(session, user.id)]
        assert names == ["user.signed_up", "identity.linked", "session.started", "session.started"]


def test_a_password_somebody_chose_for_an_address_they_never_showed_is_gone_when_its_owner_comes(
    transactions: Transactions, begin: Begin, finish: Finish, passwords: Passwords, at: datetime
) -> None:
    terms = {"email": "aino@example.org", "password": PASSWORD, "at": at, "passwords": passwords}
    with transactions() as session:
        identity.sign_up(session, name="Mallory", **terms)
        waiting = identity.sign_in(session, **terms)
    tokens = finish(begin())
    assert tokens.user_id == waiting.user_id
    with transactions() as session:
        with pytest.raises(InvalidToken):
            identity.authenticate(session, waiting.access, at=at)
        with pytest.raises(InvalidCredentials):
            identity.sign_in(session, **terms)
        assert identity.authenticate(session, tokens.access, at=at).user_id == tokens.user_id


def test_an_attempt_serves_once(begin: Begin, finish: Finish) -> None:
    departure = begin()
    finish(departure)
    with pytest.raises(OidcAttemptExpired):
        finish(departure)


def test_an_attempt_is_over_after_ten_minutes(begin: Begin, finish: Finish) -> None:
    finish(begin(), later=ATTEMPT_LASTS - timedelta(seconds=1))
    with pytest.raises(OidcAttemptExpired):
        finish(begin(), later=ATTEMPT_LASTS)


@pytest.mark.parametrize("part", ["state", "secret"])
def test_a_callback_planted_on_another_browser_signs_nobody_in(
    begin: Begin, finish: Finish, issuer: FakeIssuer, part: str
) -> None:
    mine, theirs = begin(), begin()
    issuer.on_call = pytest.fail
    with pytest.raises(OidcAttemptExpired):
        finish(mine, brings={part: getattr(theirs, part)})


def test_a_code_from_another_attempt_does_not_fit_the_verifier(
    begin: Begin, finish: Finish, issuer: FakeIssuer
) -> None:
    stolen = issuer.authorize(begin().authorization_url)["code"]
    with pytest.raises(OidcSignInFailed):
        finish(begin(), brings={"code": stolen})


@pytest.mark.parametrize(
    ("claims", "raised"),
    [
        ({"nonce": "another"}, OidcSignInFailed),
        ({"aud": "another"}, OidcSignInFailed),
        ({"iss": "https://evil.example"}, OidcSignInFailed),
        ({"exp": 0}, OidcSignInFailed),
        ({"email_verified": False}, EmailNotVerified),
    ],
)
def test_what_the_issuer_says_must_hold(
    transactions: Transactions,
    begin: Begin,
    finish: Finish,
    claims: dict[str, object],
    raised: type[DomainError],
) -> None:
    with pytest.raises(raised):
        finish(begin(), **claims)
    with transactions() as session:
        assert user_by_email(session, "aino@example.org") is None


def test_a_suspended_user_does_not_come_in_this_way_either(
    transactions: Transactions, begin: Begin, finish: Finish, at: datetime
) -> None:
    tokens = finish(begin())
    with transactions() as session:
        identity.suspend_user(session, tokens.user_id, by=SYSTEM, reason_code="fraud", reason="", at=at)
    with pytest.raises(InvalidCredentials):
        finish(begin())


def test_an_issuer_nobody_configured_is_refused_before_it_is_asked(
    transactions: Transactions, issuer: FakeIssuer, at: datetime
) -> None:
    issuer.on_call = pytest.fail
    with pytest.raises(IssuerUnknown):
        identity.begin_oidc(
            transactions, issuer, clients=(), issuer="https://evil.example", redirect_uri=BACK, at=at
        )


def test_a_slash_at_the_end_of_an_issuer_makes_no_difference(
    transactions: Transactions, issuer: FakeIssuer, at: datetime
) -> None:
    assert identity.begin_oidc(
        transactions, issuer, clients=(issuer.client,), issuer=issuer.issuer + "/", redirect_uri=BACK, at=at
    )


def test_the_issuer_is_asked_with_no_transaction_open(
    transactions: Transactions, issuer: FakeIssuer, begin: Begin, finish: Finish
) -> None:
    parameters = {}

    def look_around(question: str) -> None:
        parameters[question] = transactions.engine.pool.checkedout()

    issuer.on_call = look_around
    finish(begin())
    assert parameters == {"discover": 0, "redeem": 0, "keys": 0}


def test_an_attempt_is_spent_even_if_the_issuer_is_away(
    issuer: FakeIssuer, begin: Begin, finish: Finish
) -> None:
    departure = begin()

    def be_away(_question: str) -> None:
        raise IssuerUnavailable

    issuer.on_call = be_away
    with pytest.raises(IssuerUnavailable):
        finish(departure)
    issuer.on_call = lambda _question: None
    with pytest.raises(OidcAttemptExpired):
        finish(departure)
    assert finish(begin()).access


def test_no_state_or_secret_stands_in_the_database(transactions: Transactions, begin: Begin) -> None:
    departure = begin()
    with transactions() as session:
        dump = str(session.execute(text("SELECT * FROM oidc_attempts")).all())
    assert departure.state not in dump
    assert departure.secret not in dump
