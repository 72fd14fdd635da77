"""Fakes: a hash function that counts its calls, and an OpenID Connect issuer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from argon2.exceptions import VerifyMismatchError
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey

from domain.identity import CodeRedemption, OidcClient, OidcDiscovery
from domain.identity.errors import OidcSignInFailed
from tests import market_calendar

MONDAY_MORNING = market_calendar.START


@dataclass
class CountingHasher:
    """A hash function that records its computations."""

    computations: list[str] = field(default_factory=list)
    outdated: bool = False

    def hash(self, password: str, /) -> str:
        self.computations.append("hash")
        return sha256(password.encode()).hexdigest()

    def verify(self, hash: str, password: str, /) -> bool:  # noqa: A002 -- argon2-cffi's name
        self.computations.append("verify")
        if hash != sha256(password.encode()).hexdigest():
            raise VerifyMismatchError
        return True

    def check_needs_rehash(self, _hash: str, /) -> bool:
        return self.outdated


@cache
def key(name: str) -> RSAKey:
    """A signing key by name; cached, because making one is slow."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"}, private=True)


@dataclass
class FakeIssuer:
    """An OpenID Connect issuer: stores each authorization, and returns one id token for each code.

    `on_call` is called before every response with the name of the method, so that tests can check or raise.
    """

    issuer: str = "https://issuer.example"
    client_id: str = "talkoo"
    client_secret: str | None = None
    now: datetime = MONDAY_MORNING
    on_call: Callable[[str], None] = lambda _question: None
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def client(self) -> OidcClient:
        return OidcClient(self.issuer, self.client_id, self.client_secret, "Little issuer")

    def authorize(self, authorization_url: str, **claims: Any) -> dict[str, str]:
        """Authorize the request, and return the parameters of the redirect: state and code."""
        parameters = {name: values[0] for name, values in parse_qs(urlsplit(authorization_url).query).items()}
        assert parameters["response_type"] == "code"
        assert parameters["client_id"] == self.client_id
        assert parameters["code_challenge_method"] == "S256"
        assert "openid" in parameters["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = {"parameters": parameters, "claims": claims}
        return {"state": parameters["state"], "code": code}

    def discover(self, client: OidcClient) -> OidcDiscovery:
        self.on_call("discover")
        assert client.issuer == self.issuer
        return OidcDiscovery(
            self.issuer, *(f"{self.issuer}/{path}" for path in ("authorize", "token", "keys"))
        )

    def keys(self, _discovery: OidcDiscovery) -> Mapping[str, Any]:
        self.on_call("keys")
        return {"keys": [key("published").as_dict(private=False)]}

    def redeem(self, _client: OidcClient, _discovery: OidcDiscovery, redemption: CodeRedemption) -> str:
        self.on_call("redeem")
        token = self.id_token(redemption.code, redemption.verifier, redemption.redirect_uri)
        if token is None:
            raise OidcSignInFailed
        return token

    def id_token(self, code: str, verifier: str, redirect_uri: str) -> str | None:
        """The id token for an unused code; None if code, verifier or redirect address do not match."""
        authorization = self.codes.pop(code, None)
        if authorization is None:
            return None
        parameters = authorization["parameters"]
        proof = (create_s256_code_challenge(verifier), redirect_uri)
        if proof != (parameters["code_challenge"], parameters["redirect_uri"]):
            return None
        claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": "subject-1",
            "nonce": parameters["nonce"],
            "iat": int(self.now.timestamp()),
            "exp": int((self.now + timedelta(minutes=5)).timestamp()),
            "email": "aino@example.org",
            "email_verified": True,
            "name": "Aino",
        }
        header = {"alg": "RS256", "kid": "published"}
        return jwt.encode(header, claims | authorization["claims"], key("published"))
