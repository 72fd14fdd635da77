"""Identity providers, over HTTPS: discovery, keys, and the exchange of a code for an id token.

Which issuers are asked is configuration; nothing a caller sends becomes an address. Redirects are not
followed, and an issuer reached over HTTPS cannot send us to an endpoint without it.
"""

from collections.abc import Mapping
from functools import lru_cache
from time import monotonic
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

import httpx

from domain.foundation.logging import get_logger
from domain.identity import CodeRedemption, OidcClient, OidcDiscovery, OidcGateway
from domain.identity.errors import IssuerUnavailable, OidcSignInFailed

TIMEOUT_SECONDS: Final = 5.0  # a person waits in a browser for at most three such calls
DISCOVERY_LASTS_SECONDS: Final = 600.0  # endpoints move rarely; an attempt should not cost the issuer a call
_NO_GOOD_CODE: Final = {400, 401}  # RFC 6749, section 5.2


class HttpIssuers:
    """The way to issuers. Safe to share among threads."""

    def __init__(self) -> None:
        self._http = httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False)
        self._discovered: dict[str, tuple[float, OidcDiscovery]] = {}

    def discover(self, client: OidcClient) -> OidcDiscovery:
        """What the issuer says about itself, at most ten minutes old. Raises `IssuerAway`."""
        asked_at, known = self._discovered.get(client.issuer, (0.0, None))
        if known is not None and monotonic() - asked_at < DISCOVERY_LASTS_SECONDS:
            return known
        found = _discovery(client, self._get(f"{client.issuer}/.well-known/openid-configuration"))
        self._discovered[client.issuer] = (monotonic(), found)
        return found

    def keys(self, discovery: OidcDiscovery) -> Mapping[str, Any]:
        """The issuer's keys as they are now, so that a rotated key is known at once. Raises `IssuerAway`."""
        return self._get(discovery.jwks_uri)

    def redeem(self, client: OidcClient, discovery: OidcDiscovery, redemption: CodeRedemption) -> str:
        """The id token for a code. Raises `IssuerRefused` for a code that is no good, and `IssuerAway`."""
        form = {
            "grant_type": "authorization_code",
            "code": redemption.code,
            "redirect_uri": redemption.redirect_uri,
            "code_verifier": redemption.verifier,
        }
        if client.client_secret is None:
            answer = self._ask("POST", discovery.token_endpoint, data=form | {"client_id": client.client_id})
        else:
            answer = self._ask("POST", discovery.token_endpoint, data=form, auth=_credentials(client))
        if answer.status_code in _NO_GOOD_CODE:
            raise OidcSignInFailed("It did not accept the code; begin again.")
        id_token = _document(answer).get("id_token")
        if not isinstance(id_token, str):
            raise _away(client.issuer, "no id token")
        return id_token

    def _get(self, url: str) -> dict[str, Any]:
        return _document(self._ask("GET", url))

    def _ask(
        self, method: str, url: str, *, data: dict[str, str] | None = None, auth: httpx.Auth | None = None
    ) -> httpx.Response:
        try:
            return self._http.request(method, url, data=data, auth=auth)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _away(url, type(error).__name__) from error


@lru_cache(maxsize=1)
def issuers() -> OidcGateway:
    """The way to issuers that this process uses."""
    return HttpIssuers()


def _discovery(client: OidcClient, document: Mapping[str, Any]) -> OidcDiscovery:
    """The document's endpoints, if it is the issuer's own (OpenID Connect Discovery, section 4.3)."""
    names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    values = [document.get(name) for name in names]
    if not all(isinstance(value, str) for value in values):
        raise _away(client.issuer, "incomplete discovery document")
    found = OidcDiscovery(*(str(value) for value in values))
    if found.issuer.rstrip("/") != client.issuer:
        raise _away(client.issuer, "the discovery document is another issuer's")
    schemes = {urlsplit(str(value)).scheme for value in values}
    if schemes != {"https"} and urlsplit(client.issuer).scheme == "https":
        raise _away(client.issuer, "an endpoint without HTTPS")
    return found


def _credentials(client: OidcClient) -> httpx.Auth:
    """The client's secret, in the way every issuer has to support (RFC 6749, section 2.3.1)."""
    return httpx.BasicAuth(quote_plus(client.client_id), quote_plus(client.client_secret or ""))


def _document(answer: httpx.Response) -> dict[str, Any]:
    try:
        document = answer.raise_for_status().json()
    except (httpx.HTTPStatusError, ValueError) as error:
        raise _away(str(answer.url), f"status {answer.status_code} or no JSON") from error
    if not isinstance(document, dict):
        raise _away(str(answer.url), "no JSON object")
    return document


def _away(where: str, why: str) -> IssuerUnavailable:
    get_logger("api").warning("issuer_away", where=where, why=why)
    return IssuerUnavailable("Try again in a moment, or sign in another way.", retry_after=5)
