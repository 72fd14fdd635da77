"""Signatures that show a thing was said by us: HMAC-SHA256 under the first of our signing keys.

Older keys stay in the list while what they signed is still about, so keys can be rotated without a break.
The purpose is part of what is signed, so a signature for one thing never passes for another.
"""

import hmac
from base64 import urlsafe_b64encode

from domain.foundation.configuration.settings import settings


def sign(purpose: str, message: bytes) -> str:
    """A signature over `message`, good for `purpose` only."""
    return _signature(settings().signing_keys[0], purpose, message)


def verify(purpose: str, message: bytes, signature: str) -> bool:
    """Whether one of our keys made `signature` over `message` for `purpose`."""
    candidates = [_signature(key, purpose, message) for key in settings().signing_keys]
    return any([hmac.compare_digest(candidate.encode(), signature.encode()) for candidate in candidates])  # noqa: C419 -- every key is tried, so timing tells nothing


def derive_secret(purpose: str, message: bytes) -> bytes:
    """Thirty-two bytes that only we can derive from `message`."""
    return derive_secrets(purpose, message)[0]


def derive_secrets(purpose: str, message: bytes) -> list[bytes]:
    """The same under each of our keys, the newest first: what was derived before a key was rotated too."""
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
