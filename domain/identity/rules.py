"""Rules for passwords: which ones are allowed, and the form in which they are hashed."""

import unicodedata
from typing import Final

from domain.identity.errors import PasswordNotAllowed

# NIST SP 800-63B requires at least 8 characters and forbids rules of composition. Two more characters make
# guessing some thousand times longer. The upper limit only bounds the size of requests: Argon2 takes the same
# time for every length.
SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 200

# The Unicode forms of which older accounts may have stored the hash.
_OLDER_FORMS: Final = ("NFC", "NFD")


def password_form(password: str) -> str:
    """The form in which a password is hashed: NFKC, as required by NIST SP 800-63B, section 3.1.1.2.

    Devices send the same characters composed or decomposed. Nothing else is changed.
    """
    return unicodedata.normalize("NFKC", password)


def password_forms(password: str) -> tuple[str, ...]:
    """The distinct forms to verify a password by: `password_form`, then those of older accounts."""
    older = (unicodedata.normalize(form, password) for form in _OLDER_FORMS)
    return tuple(dict.fromkeys((password_form(password), password, *older)))


def check_password(password: str, *, email: str) -> None:
    """Raise `PasswordNotAllowed` unless it has 10 to 200 characters and is not the address or its local part.

    Length and equality are checked in the form in which the password is hashed.
    """
    form = password_form(password)
    if not SHORTEST_PASSWORD <= len(form) <= LONGEST_PASSWORD:
        raise PasswordNotAllowed(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.", field="password"
        )
    if form.strip().lower() in {password_form(email), password_form(email.partition("@")[0])}:
        raise PasswordNotAllowed("Choose a password that is not your e-mail address.", field="password")
