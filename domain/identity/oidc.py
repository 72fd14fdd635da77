"""Signing in through an OpenID Connect issuer: the authorization code flow with PKCE, state and nonce.

Three things tie the way back to the way out. The *state* comes back through the browser and names the
attempt; the *secret* never left the client that began, so a callback planted on somebody else signs nobody
in; the *verifier* (PKCE) never left us, so a stolen code is worth nothing.

The issuer is asked with no transaction open. An attempt is taken before the issuer is asked, so it serves
once whatever happens.

An address the issuer vouches for belongs to the person. If an account was opened under it by password,
nobody ever showed that they could read that mailbox; so linking removes the password and ends the sessions
of whoever chose it, lest they wait inside.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from sqlalchemy import text
from sqlmodel import Session

from domain.foundation import events, written
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.database import Transactions
from domain.identity import id_tokens, queries
from domain.identity.accounts import DEFAULT_LOCALE, open_account
from domain.identity.addresses import read_address, read_spelling
from domain.identity.errors import CredentialsRefused, OidcAttemptOver
from domain.identity.events import EndReason, IdentityLinked, UserSignedUp
from domain.identity.issuers import Client, Issuers, Redemption, client_for
from domain.identity.models import ExternalIdentity, OidcAttempt, User
from domain.identity.sessions import Tokens, end_all, start
from domain.identity.tokens import SECRET, STATE, digest, fresh

ATTEMPT_LASTS: Final = timedelta(minutes=10)  # time enough to find the second factor
LONGEST_NAME: Final = 120  # as at sign-up
SCOPES: Final = "openid email profile"

_TAKE = text("""
    DELETE FROM oidc_attempts
    WHERE state_hash = :state_hash AND secret_hash = :secret_hash AND expires_at > :at
    RETURNING issuer, nonce, verifier, redirect_uri
""")

_KNOW = text("""
    INSERT INTO external_identities (issuer, subject, user_id, linked_at)
    VALUES (:issuer, :subject, :user_id, :at) ON CONFLICT DO NOTHING RETURNING user_id
""")


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send the browser, and what its client keeps until it is back."""

    authorization_url: str
    state: str
    secret: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Return:
    """What the browser brings back from the issuer, and the secret its client kept."""

    state: str
    secret: str = field(repr=False)
    code: str = field(repr=False)


def begin_oidc(
    transactions: Transactions,
    issuers: Issuers,
    *,
    known: tuple[Client, ...],
    issuer: str,
    redirect_uri: str,
    at: datetime,
) -> Departure:
    """Set out to sign in at an issuer. Refuses `IssuerUnknown` and `IssuerAway`.

    Whether the redirect address is one of ours, the issuer decides: it holds the list we registered.
    """
    client = client_for(issuer, known)
    discovery = issuers.discover(client)
    state, secret, nonce, verifier = fresh(STATE), fresh(SECRET), fresh(""), fresh("")
    with transactions() as session:
        session.add(
            OidcAttempt(
                state_hash=digest(state),
                secret_hash=digest(secret),
                nonce=nonce,
                verifier=verifier,
                issuer=client.issuer,
                redirect_uri=redirect_uri,
                expires_at=at + ATTEMPT_LASTS,
            )
        )
    parameters = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPES,
        "state": state,
        "nonce": nonce,
        "code_challenge": create_s256_code_challenge(verifier),
        "code_challenge_method": "S256",
    }
    url: str = add_params_to_uri(discovery.authorization_endpoint, list(parameters.items()))
    return Departure(url, state, secret, at + ATTEMPT_LASTS)


def finish_oidc(
    transactions: Transactions,
    issuers: Issuers,
    *,
    known: tuple[Client, ...],
    back: Return,
    label: str = "",
    device: str = "",
    at: datetime,
) -> Tokens:
    """A session for whom the issuer vouches for; their account is opened when there is none.

    Refuses `OidcAttemptOver`, `IssuerAway`, `IssuerRefused`, `EmailNotVouchedFor`, and `CredentialsRefused`
    for a suspended account.
    """
    proofs = {"state_hash": digest(back.state), "secret_hash": digest(back.secret), "at": at}
    with transactions() as session:
        if (attempt := session.execute(_TAKE, proofs).first()) is None:
            raise OidcAttemptOver("Begin again, and come back with the same browser within ten minutes.")
    client = client_for(attempt.issuer, known)
    discovery = issuers.discover(client)
    id_token = issuers.redeem(
        client, discovery, Redemption(back.code, attempt.verifier, attempt.redirect_uri)
    )
    person = id_tokens.read(
        id_token,
        keys=issuers.keys(discovery),
        issuer=discovery.issuer,
        client_id=client.client_id,
        nonce=attempt.nonce,
        at=at,
    )
    return transactions.run(lambda session: _welcome(session, person, label=label, device=device, at=at))


def _welcome(session: Session, person: id_tokens.Person, *, label: str, device: str, at: datetime) -> Tokens:
    link = session.get(ExternalIdentity, (person.issuer, person.subject))
    user_id = _link(session, person, at=at) if link is None else link.user_id
    user = queries.user(session, user_id)
    if user.suspended_at is not None:
        raise CredentialsRefused
    return start(session, user, label=label, device=device, at=at)


def _link(session: Session, person: id_tokens.Person, *, at: datetime) -> UUID:
    """The account with the address the issuer vouches for, opened if need be, and known to the issuer now."""
    address = read_address(person.email)
    name = written.readable_name(person.name, longest=LONGEST_NAME) or address.email.partition("@")[0]
    opened = open_account(session, address, name, None, locale=DEFAULT_LOCALE, at=at)
    user = queries.user_by_spelling_locked(session, read_spelling(person.email))
    by = Actor(ActorKind.USER, user.id)
    if opened is not None:
        events.record(session, UserSignedUp(user.id), subject=("user", user.id), by=by, at=at)
    elif user.password_hash is not None:
        _take_over(session, user, by=by, at=at)
    values = {"issuer": person.issuer, "subject": person.subject, "user_id": user.id, "at": at}
    if session.execute(_KNOW, values).first() is not None:
        fact = IdentityLinked(user.id, person.issuer)
        events.record(session, fact, subject=("user", user.id), by=by, at=at)
    return user.id


def _take_over(session: Session, user: User, *, by: Actor, at: datetime) -> None:
    user.password_hash = None
    end_all(session, user.id, reason=EndReason.TAKEN_OVER, by=by, at=at)
