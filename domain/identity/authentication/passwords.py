"""Passwords are kept as Argon2id hashes. The work of a question about one depends on what was typed alone.

Timing would otherwise tell whether an account exists: an unknown address, an account without a password and
a wrong password all verify as often, the first two against a decoy that no password matches. That is once,
and once more for each other Unicode form that the typed password has, because older accounts hashed what was
sent.
"""

from enum import Enum, auto
from typing import Final, Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from domain.identity.rules import password_form, password_forms

# The OWASP Password Storage Cheat Sheet's setting for Argon2id: 19 MiB, two passes, one lane. It resists as
# well as RFC 9106's 64 MiB in four lanes for an attacker's euro, and lets a machine with few cores and many
# sign-ins at once keep its memory.
_ARGON2ID: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# The hash, under the same setting, of random bytes that nobody kept.
_DECOY: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$RoG7VI/URtvd9IB5WELz8A$ZpiYIo0Cdia8p7W/wIn/kKMo/tzrFbNQy0PiN0LTr5w"
)


class PasswordMatch(Enum):
    """Whether a password is the one whose hash is stored. `NO` is false."""

    NO = auto()
    YES = auto()
    OLDER_FORM = auto()  # the hash was made of what was sent, and should be made anew

    def __bool__(self) -> bool:
        """Whether it is the password."""
        return self is not PasswordMatch.NO


class HashFunction(Protocol):
    """What `argon2.PasswordHasher` offers of which we make use; tests count the calls."""

    def hash(self, password: str, /) -> str:
        """A new salted hash: one computation."""
        ...

    def verify(self, hash: str, password: str, /) -> bool:  # noqa: A002 -- argon2-cffi's name
        """True, or VerifyMismatchError: one computation."""
        ...

    def check_needs_rehash(self, hash: str, /) -> bool:  # noqa: A002 -- argon2-cffi's name
        """Whether the hash was made under another setting: no computation."""
        ...


class Passwords:
    """Hashes passwords and compares them, with the same work on every path."""

    def __init__(self, function: HashFunction = _ARGON2ID) -> None:
        self._function = function

    def hashed(self, password: str) -> str:
        """The hash to store for this password, made of its one form."""
        return self._function.hash(password_form(password))

    def match(self, password: str, stored: str | None) -> PasswordMatch:
        """Whether this is the password; with nothing stored the decoy is verified, and the answer is no."""
        first, *others = [self._verifies(form, stored or _DECOY) for form in password_forms(password)]
        if stored is None or not (first or any(others)):
            return PasswordMatch.NO
        return PasswordMatch.YES if first else PasswordMatch.OLDER_FORM

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made under an older setting and should be made anew."""
        return self._function.check_needs_rehash(stored)

    def _verifies(self, form: str, stored: str) -> bool:
        try:
            return self._function.verify(stored, form)
        except (VerifyMismatchError, InvalidHashError):
            return False


PASSWORDS: Final = Passwords()
