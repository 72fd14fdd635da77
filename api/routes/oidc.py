"""Signing in through identity providers that speak OpenID Connect."""

from datetime import datetime

from api.issuers import issuers
from api.schemas.common import PageView
from api.schemas.identity import (
    IssuerView,
    OidcAttemptRequest,
    OidcAttemptView,
    OidcCompletionRequest,
    TokensView,
)
from api.transaction import Router
from domain import identity
from domain.foundation.idempotency import IdempotencyKeyGuessable
from domain.foundation.persistence.database import Transactions
from domain.identity.errors import (
    EmailNotVerified,
    InvalidCredentials,
    InvalidEmail,
    IssuerUnavailable,
    IssuerUnknown,
    OidcAttemptExpired,
    OidcSignInFailed,
)

router = Router(tags=["sessions"])


@router.get("/oidc/issuers", may="oidc.sign_in")
def list_issuers() -> PageView[IssuerView]:
    """See which identity providers you may sign in with, on one page."""
    known = [IssuerView(issuer=client.issuer, name=client.name) for client in identity.oidc_clients()]
    return PageView(items=known, next_cursor=None)


@router.post(
    "/oidc/attempts",
    may="oidc.sign_in",
    status_code=201,
    errors=[IssuerUnavailable, IssuerUnknown, IdempotencyKeyGuessable],
)
def begin_oidc(body: OidcAttemptRequest, transactions: Transactions, at: datetime) -> OidcAttemptView:
    """Set out to sign in at an identity provider.

    Send the browser to `authorization_url` and keep `secret` in the client. The attempt lasts ten minutes and
    serves once.
    """
    departure = identity.begin_oidc(
        transactions,
        issuers(),
        clients=identity.oidc_clients(),
        issuer=body.issuer,
        redirect_uri=body.redirect_uri,
        at=at,
    )
    return OidcAttemptView.of(departure)


@router.post(
    "/oidc/attempts/completion",
    may="oidc.sign_in",
    status_code=201,
    errors=[
        InvalidCredentials,
        EmailNotVerified,
        InvalidEmail,
        IssuerUnavailable,
        OidcSignInFailed,
        IssuerUnknown,
        OidcAttemptExpired,
    ],
)
def finish_oidc(body: OidcCompletionRequest, transactions: Transactions, at: datetime) -> TokensView:
    """Come back from the identity provider and be signed in.

    An account is opened for a new person. One that was opened by password under the same address loses that
    password and its sessions: only the identity provider has seen that the address is yours.
    """
    tokens = identity.finish_oidc(
        transactions,
        issuers(),
        clients=identity.oidc_clients(),
        callback=identity.OidcCallback(body.state, body.secret, body.code),
        label=body.label,
        device=body.device,
        at=at,
    )
    return TokensView.of(tokens)
