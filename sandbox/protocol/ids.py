"""Identifiers like Stripe's: a prefix that tells the kind, and a random tail."""

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits
_RANDOM_LENGTH = 24


def new_id(prefix: str) -> str:
    """A fresh identifier, as `new("pi")` gives `pi_…`; 24 characters of 62 never meet again."""
    return f"{prefix}_{random_text(_RANDOM_LENGTH)}"


def random_text(length: int) -> str:
    """Random letters and digits, for secrets that people paste."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
