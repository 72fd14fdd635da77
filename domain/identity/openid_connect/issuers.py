"""Issuers as OpenID Connect sign-in needs them: values in, values out. What speaks HTTP stands above.

Any issuer that follows OpenID Connect Core and Discovery will do; which ones are trusted is configuration.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from domain.foundation.configuration.settings import OidcIssuer, settings
from domain.identity.errors import IssuerUnknown


@dataclass(frozen=True, slots=True)
class OidcClient:
    """How we are known at an issuer, by configuration."""

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class OidcDiscovery:
    """What an issuer says about itself at /.well-known/openid-configuration, as far as we use it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


@dataclass(frozen=True, slots=True)
class CodeRedemption:
    """What is exchanged for an id token (RFC 6749, section 4.1.3; RFC 7636, section 4.5)."""

    code: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str


class OidcGateway(Protocol):
    """Calls to issuers. Each raises `IssuerAway` when there is no answer that can be understood."""

    def discover(self, client: OidcClient) -> OidcDiscovery:
        """The issuer's endpoints."""
        ...

    def redeem(self, client: OidcClient, discovery: OidcDiscovery, redemption: CodeRedemption) -> str:
        """The id token for an authorization code. Raises `IssuerRefused` when the code is not accepted."""
        ...

    def keys(self, discovery: OidcDiscovery) -> Mapping[str, Any]:
        """The issuer's public keys, as a JSON Web Key Set."""
        ...


def oidc_clients() -> tuple[OidcClient, ...]:
    """All issuers people may sign in with."""
    return tuple(_client(issuer) for issuer in settings().oidc_issuers)


def oidc_client(issuer: str, clients: tuple[OidcClient, ...]) -> OidcClient:
    """The configuration of one issuer. Refuses `IssuerUnknown`; a slash at the end makes no difference."""
    normalized = issuer.rstrip("/")
    for client in clients:
        if client.issuer == normalized:
            return client
    raise IssuerUnknown("The identity providers there are stand at /oidc/issuers.", field="issuer")


def _client(issuer: OidcIssuer) -> OidcClient:
    secret = None if issuer.client_secret is None else issuer.client_secret.get_secret_value()
    return OidcClient(str(issuer.issuer).rstrip("/"), issuer.client_id, secret, issuer.name)
