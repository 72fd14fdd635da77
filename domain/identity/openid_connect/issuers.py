"""Values and the gateway protocol for OpenID Connect issuers. `api.issuers` implements the HTTP calls.

Any issuer that follows OpenID Connect Core and Discovery works; the settings list the trusted ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from domain.foundation.configuration.settings import OidcIssuer, settings
from domain.identity.errors import IssuerUnknown


@dataclass(frozen=True, slots=True)
class OidcClient:
    """Our registration at an issuer, from the settings."""

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class OidcDiscovery:
    """The part of an issuer's /.well-known/openid-configuration that is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


@dataclass(frozen=True, slots=True)
class CodeRedemption:
    """The values exchanged for an id token (RFC 6749, section 4.1.3; RFC 7636, section 4.5)."""

    code: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str


class OidcGateway(Protocol):
    """Calls to issuers. Each raises `IssuerUnavailable` if there is no response, or not a valid one."""

    def discover(self, client: OidcClient) -> OidcDiscovery:
        """Get the issuer's endpoints."""
        ...

    def redeem(self, client: OidcClient, discovery: OidcDiscovery, redemption: CodeRedemption) -> str:
        """Exchange an authorization code for an id token. Raises `OidcSignInFailed` if it is not accepted."""
        ...

    def keys(self, discovery: OidcDiscovery) -> Mapping[str, Any]:
        """Get the issuer's public keys as a JSON Web Key Set."""
        ...


def oidc_clients() -> tuple[OidcClient, ...]:
    """The clients of all configured issuers."""
    return tuple(_client(issuer) for issuer in settings().oidc_issuers)


def oidc_client(issuer: str, clients: tuple[OidcClient, ...]) -> OidcClient:
    """The client of this issuer, with or without a slash at its end. Raises `IssuerUnknown`."""
    normalized = issuer.rstrip("/")
    for client in clients:
        if client.issuer == normalized:
            return client
    raise IssuerUnknown("GET /oidc/issuers lists the identity providers.", field="issuer")


def _client(issuer: OidcIssuer) -> OidcClient:
    secret = None if issuer.client_secret is None else issuer.client_secret.get_secret_value()
    return OidcClient(str(issuer.issuer).rstrip("/"), issuer.client_id, secret, issuer.name)
