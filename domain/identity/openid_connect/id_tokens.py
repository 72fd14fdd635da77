"""Verification of id tokens by the checks of OpenID Connect Core, section 3.1.3.7. Pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeGuard

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from domain.identity.errors import EmailNotVerified, OidcSignInFailed

# Asymmetric signatures only. `none` and HMAC are left out: with HMAC, an attacker could sign with the
# issuer's *public* key (RFC 8725, section 2.1).
ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
LEEWAY_SECONDS: Final = 60  # for a clock that is not synchronized by NTP
_LONGEST_SUBJECT: Final = 255  # OpenID Connect Core, section 2


@dataclass(frozen=True, slots=True)
class IdTokenClaims:
    """The verified claims. `subject` identifies the person permanently at this issuer; `email` may change."""

    issuer: str
    subject: str
    email: str
    name: str


def verify_id_token(
    id_token: str, *, keys: Mapping[str, Any], issuer: str, client_id: str, nonce: str, at: datetime
) -> IdTokenClaims:
    """Verify an id token and return its claims.

    Raises `OidcSignInFailed` unless signature, issuer, audience, authorized party, expiry, nonce and subject
    are valid, and `EmailNotVerified` unless the issuer has verified the address.
    """
    claims = _verified(id_token, keys)
    options = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}}
    checked = CodeIDToken(claims, {}, options, {"nonce": nonce, "client_id": client_id})
    try:
        checked.validate(now=int(at.timestamp()), leeway=LEEWAY_SECONDS)
    except JoseError as error:
        raise OidcSignInFailed("Its answer about you is not valid. Try again.") from error
    subject = claims["sub"]
    if not _is_storable_text(subject) or len(subject) > _LONGEST_SUBJECT:
        raise OidcSignInFailed("It did not say who you are.")
    return IdTokenClaims(issuer, subject, _verified_email(claims), _name(claims))


def _verified(id_token: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return jwt.decode(
            id_token, KeySet.import_key_set({"keys": list(keys["keys"])}), algorithms=ALGORITHMS
        ).claims
    except (
        JoseError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:  # a key set may be malformed in as many ways as JSON allows
        raise OidcSignInFailed("The signature of its answer is not valid. Try again.") from error


def _verified_email(claims: Mapping[str, Any]) -> str:
    """The verified address. Some issuers send `"true"` as text. Raises `EmailNotVerified`."""
    email, verified = claims.get("email"), claims.get("email_verified")
    if not _is_storable_text(email) or verified not in (True, "true"):
        raise EmailNotVerified("Verify your address there, then come back.")
    return email


def _is_storable_text(value: object) -> TypeGuard[str]:
    """Whether the value is a storable text: not empty, no control characters, no lone surrogates."""
    return isinstance(value, str) and bool(value) and value.isprintable()


def _name(claims: Mapping[str, Any]) -> str:
    name = claims.get("name")
    return name.strip() if _is_storable_text(name) else ""
