"""Opaque tokens: 256 random bits with a prefix that names the kind to people and to secret scanners.

They are not signed tokens, so that an ended session ends with the next request. A token has as much entropy
as its hash, so one round of SHA-256 is enough; slow hashes are for passwords that people choose.
"""

import secrets
from hashlib import sha256

ACCESS_PREFIX = "tka_"
REFRESH_PREFIX = "tkr_"
STATE_PREFIX = "tks_"
SECRET_PREFIX = "tko_"  # noqa: S105 -- a prefix, not a secret

_RANDOM_BYTES = 32


def new_token(prefix: str) -> str:
    """A new random token with this prefix."""
    return prefix + secrets.token_urlsafe(_RANDOM_BYTES)


def token_digest(token: str) -> bytes:
    """The SHA-256 of the token (32 bytes), which is stored and looked up instead of it."""
    return sha256(token.encode()).digest()
