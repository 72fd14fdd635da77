"""HMAC-SHA256 signatures and derived secrets, made with the first of the configured signing keys.

To rotate keys, put the new key first and keep the older ones while their signatures are in use. The purpose
is part of the signed message, so a signature for one purpose is not valid for another.
"""

import hmac
from base64 import urlsafe_b64encode

from domain.foundation.configuration.settings import settings


def sign(purpose: str, message: bytes) -> str:
    """The signature of `message` for `purpose`, as base64url."""
    return _signature(settings().signing_keys[0], purpose, message)


def verify(purpose: str, message: bytes, signature: str) -> bool:
    """Whether `signature` is that of `message` for `purpose` under any of the signing keys."""
    candidates = [_signature(key, purpose, message) for key in settings().signing_keys]
    return any([hmac.compare_digest(candidate.encode(), signature.encode()) for candidate in candidates])  # noqa: C419 -- a list, so that every key is tried and the time reveals nothing


def derive_secret(purpose: str, message: bytes) -> bytes:
    """A secret of 32 bytes derived from `message` with the newest key."""
    return derive_secrets(purpose, message)[0]


def derive_secrets(purpose: str, message: bytes) -> list[bytes]:
    """The secrets of `derive_secret` under every key, the newest first, to find what older keys derived."""
    scoped = _scoped(f"{purpose}/secret", message)
    return [hmac.digest(key.encode(), scoped, "sha256") for key in settings().signing_keys]


def _signature(key: str, purpose: str, message: bytes) -> str:
    return (
        urlsafe_b64encode(hmac.digest(key.encode(), _scoped(purpose, message), "sha256"))
        .rstrip(b"=")
        .decode()
    )


def _scoped(purpose: str, message: bytes) -> bytes:
    name = purpose.encode()
    return len(name).to_bytes(2, "big") + name + message
