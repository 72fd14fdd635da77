"""Endpoints to sign in through OpenID Connect identity providers."""

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
    """List the identity providers you may sign in with, on one page."""
    items = [IssuerView(issuer=client.issuer, name=client.name) for client in identity.oidc_clients()]
    return PageView(items=items, next_cursor=None)


@router.post(
    "/oidc/attempts",
    may="oidc.sign_in",
    status_code=201,
    errors=[IssuerUnavailable, IssuerUnknown, IdempotencyKeyGuessable],
)
def begin_oidc(body: OidcAttemptRequest, transactions: Transactions, at: datetime) -> OidcAttemptView:
    """Start a sign-in at an identity provider.

    Send the browser to `authorization_url` and keep `secret` in the client. The attempt is valid for ten
    minutes and can be completed once.
    """
    request = identity.begin_oidc(
        transactions,
        issuers(),
        clients=identity.oidc_clients(),
        issuer=body.issuer,
        redirect_uri=body.redirect_uri,
        at=at,
    )
    return OidcAttemptView.of(request)


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
    """Complete a sign-in at an identity provider.

    Creates an account for a new person. An account that was created with a password under the same address
    loses the password and its sessions, because only the identity provider has verified the address.
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
