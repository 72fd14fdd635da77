"""Sign-in through an OpenID Connect issuer: the authorization code flow with PKCE, state and nonce.

The *state* returns through the browser and identifies the attempt. The *secret* stays in the client that
began, so a forged callback in another browser signs nobody in. The *verifier* (PKCE) stays on the server, so
a stolen code is useless. No transaction is open during calls to the issuer, and an attempt is deleted before
the first call, so it can be used once only.

The issuer has verified the e-mail address. If an account was created with that address and a password, its
creator never proved to own the address, so linking removes the password and ends all sessions.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from sqlalchemy import text
from sqlmodel import Session

from domain.foundation import events
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.persistence.database import Transactions
from domain.foundation.text import normalization
from domain.identity import queries
from domain.identity.accounts import DEFAULT_LOCALE, open_account
from domain.identity.authentication.sessions import SessionTokens, end_all_sessions, start_session
from domain.identity.authentication.tokens import SECRET_PREFIX, STATE_PREFIX, new_token, token_digest
from domain.identity.emails.email_addresses import parse_email, parse_typed_email
from domain.identity.errors import InvalidCredentials, OidcAttemptExpired
from domain.identity.events import IdentityLinked, SessionEndReason, UserSignedUp
from domain.identity.models import ExternalIdentity, OidcAttempt, User
from domain.identity.openid_connect import id_tokens
from domain.identity.openid_connect.issuers import CodeRedemption, OidcClient, OidcGateway, oidc_client

ATTEMPT_LASTS: Final = timedelta(minutes=10)  # enough time for a second factor
LONGEST_NAME: Final = 120  # as at sign-up
SCOPES: Final = "openid email profile"

_CONSUME_ATTEMPT = text("""
    DELETE FROM oidc_attempts
    WHERE state_hash = :state_hash AND secret_hash = :secret_hash AND expires_at > :at
    RETURNING issuer, nonce, verifier, redirect_uri
""")

_LINK_IDENTITY = text("""
    INSERT INTO external_identities (issuer, subject, user_id, linked_at)
    VALUES (:issuer, :subject, :user_id, :at) ON CONFLICT DO NOTHING RETURNING user_id
""")


@dataclass(frozen=True, slots=True)
class OidcAuthorizationRequest:
    """The URL to send the browser to, and the state and secret that the client keeps for the callback."""

    authorization_url: str
    state: str
    secret: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OidcCallback:
    """The state and code from the issuer's redirect, and the secret that the client kept."""

    state: str
    secret: str = field(repr=False)
    code: str = field(repr=False)


def begin_oidc(
    transactions: Transactions,
    issuers: OidcGateway,
    *,
    clients: tuple[OidcClient, ...],
    issuer: str,
    redirect_uri: str,
    at: datetime,
) -> OidcAuthorizationRequest:
    """Start a sign-in at an issuer, and return the authorization request.

    The issuer checks the redirect address against those registered there. Raises `IssuerUnknown` if the
    issuer is not configured, and `IssuerUnavailable`.
    """
    client = oidc_client(issuer, clients)
    discovery = issuers.discover(client)
    state, secret, nonce, verifier = (
        new_token(STATE_PREFIX),
        new_token(SECRET_PREFIX),
        new_token(""),
        new_token(""),
    )
    with transactions() as session:
        session.add(
            OidcAttempt(
                state_hash=token_digest(state),
                secret_hash=token_digest(secret),
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
    return OidcAuthorizationRequest(url, state, secret, at + ATTEMPT_LASTS)


def finish_oidc(
    transactions: Transactions,
    issuers: OidcGateway,
    *,
    clients: tuple[OidcClient, ...],
    callback: OidcCallback,
    label: str = "",
    device: str = "",
    at: datetime,
) -> SessionTokens:
    """Complete a sign-in and start a session of the person in the id token. Creates a missing account.

    Raises `OidcAttemptExpired`, `IssuerUnknown`, `IssuerUnavailable`, `OidcSignInFailed`, `EmailNotVerified`,
    `InvalidEmail`, and `InvalidCredentials` if the account is suspended.
    """
    parameters = {
        "state_hash": token_digest(callback.state),
        "secret_hash": token_digest(callback.secret),
        "at": at,
    }
    with transactions() as session:
        if (attempt := session.execute(_CONSUME_ATTEMPT, parameters).first()) is None:
            raise OidcAttemptExpired("Begin again, and come back with the same browser within ten minutes.")
    client = oidc_client(attempt.issuer, clients)
    discovery = issuers.discover(client)
    id_token = issuers.redeem(
        client, discovery, CodeRedemption(callback.code, attempt.verifier, attempt.redirect_uri)
    )
    claims = id_tokens.verify_id_token(
        id_token,
        keys=issuers.keys(discovery),
        issuer=discovery.issuer,
        client_id=client.client_id,
        nonce=attempt.nonce,
        at=at,
    )
    return transactions.run(lambda session: _sign_in(session, claims, label=label, device=device, at=at))


def _sign_in(
    session: Session, claims: id_tokens.IdTokenClaims, *, label: str, device: str, at: datetime
) -> SessionTokens:
    link = session.get(ExternalIdentity, (claims.issuer, claims.subject))
    user_id = _link_account(session, claims, at=at) if link is None else link.user_id
    user = queries.get_user(session, user_id)
    if user.suspended_at is not None:
        raise InvalidCredentials
    return start_session(session, user, label=label, device=device, at=at)


def _link_account(session: Session, claims: id_tokens.IdTokenClaims, *, at: datetime) -> UUID:
    """Link the account of the verified address to the issuer's subject, and return its user id.

    Creates a missing account. Removes the password and ends the sessions of an existing one.
    """
    address = parse_email(claims.email)
    name = normalization.readable_name(claims.name, longest=LONGEST_NAME) or address.email.partition("@")[0]
    new_user_id = open_account(session, address, name, None, locale=DEFAULT_LOCALE, at=at)
    user = queries.lock_user_by_typed_email(session, parse_typed_email(claims.email))
    by = Actor(ActorKind.USER, user.id)
    if new_user_id is not None:
        events.record_event(session, UserSignedUp(user.id), subject=("user", user.id), by=by, at=at)
    elif user.password_hash is not None:
        _remove_password(session, user, by=by, at=at)
    values = {"issuer": claims.issuer, "subject": claims.subject, "user_id": user.id, "at": at}
    if session.execute(_LINK_IDENTITY, values).first() is not None:
        event = IdentityLinked(user.id, claims.issuer)
        events.record_event(session, event, subject=("user", user.id), by=by, at=at)
    return user.id


def _remove_password(session: Session, user: User, *, by: Actor, at: datetime) -> None:
    user.password_hash = None
    end_all_sessions(session, user.id, reason=SessionEndReason.TAKEN_OVER, by=by, at=at)
