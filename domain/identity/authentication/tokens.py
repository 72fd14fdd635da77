"""Opaque tokens: 256 random bits with a prefix that tells people and secret scanners what was leaked.

Not signed tokens: a session that is ended is over with the next request, not when a signature runs out. A
token has as much entropy as its hash, so one round of SHA-256 is enough; slow hashing is for what people
choose.
"""

import secrets
from hashlib import sha256

ACCESS_PREFIX = "tka_"
REFRESH_PREFIX = "tkr_"
STATE_PREFIX = "tks_"
SECRET_PREFIX = "tko_"  # noqa: S105 -- a prefix, not a secret

_RANDOM_BYTES = 32


def new_token(prefix: str) -> str:
    """A new token nobody can guess."""
    return prefix + secrets.token_urlsafe(_RANDOM_BYTES)


def token_digest(token: str) -> bytes:
    """What is stored and looked up instead of the token."""
    return sha256(token.encode()).digest()
