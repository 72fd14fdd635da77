"""What identity decides from values alone: which passwords will do, and their form."""

import unicodedata
from typing import Final

from domain.identity.errors import PasswordNotAllowed

# NIST SP 800-63B asks for at least 8 characters and no rules of composition; two more cost nobody anything
# and make guessing some thousand times longer. The upper end only keeps bodies small: Argon2 takes the same
# time for any length.
SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 200

# The forms under which accounts that are older than the rule may have stored a password that was typed.
_OLDER_FORMS: Final = ("NFC", "NFD")


def password_form(password: str) -> str:
    """The one form in which a password is hashed: NFKC, as NIST SP 800-63B, section 3.1.1.2 asks for.

    Keyboards and systems send the same characters composed or decomposed; nothing else is changed or refused.
    """
    return unicodedata.normalize("NFKC", password)


def password_forms(password: str) -> tuple[str, ...]:
    """The form in which a password is hashed, then those that older accounts may have; of ASCII one."""
    older = (unicodedata.normalize(form, password) for form in _OLDER_FORMS)
    return tuple(dict.fromkeys((password_form(password), password, *older)))


def check_password(password: str, *, email: str) -> None:
    """Raises `PasswordUnfit` unless it has 10 to 200 characters and is not the address or its first part.

    Counted and compared in the form in which it is hashed, so that every keyboard gets the same answer.
    """
    prepared = password_form(password)
    if not SHORTEST_PASSWORD <= len(prepared) <= LONGEST_PASSWORD:
        raise PasswordNotAllowed(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.", field="password"
        )
    if prepared.strip().lower() in {password_form(email), password_form(email.partition("@")[0])}:
        raise PasswordNotAllowed("The e-mail address is the first thing anybody would try.", field="password")
