"""Passwords, stored as Argon2id hashes. The time to check one depends only on the typed password.

Otherwise the time would reveal whether an account exists. So an unknown address and an account without a
password are verified against a decoy hash that no password matches. There is one verification, and one more
for each other Unicode form of the typed password, because older accounts hashed the password as it was sent.
"""

from enum import Enum, auto
from typing import Final, Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from domain.identity.rules import password_form, password_forms

# The setting of OWASP's Password Storage Cheat Sheet for Argon2id: 19 MiB, two passes, one lane. An attack
# costs as much as with RFC 9106's 64 MiB in four lanes, but many sign-ins at once need less memory.
_ARGON2ID: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# The hash of random bytes that were thrown away, with the same setting.
_DECOY: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$RoG7VI/URtvd9IB5WELz8A$ZpiYIo0Cdia8p7W/wIn/kKMo/tzrFbNQy0PiN0LTr5w"
)


class PasswordMatch(Enum):
    """The result of comparing a password with a stored hash. `NO` is falsy, the others are truthy."""

    NO = auto()
    YES = auto()
    OLDER_FORM = auto()  # the hash was made of another Unicode form and should be replaced

    def __bool__(self) -> bool:
        """Whether the password matches."""
        return self is not PasswordMatch.NO


class HashFunction(Protocol):
    """The part of `argon2.PasswordHasher` that is used; tests count the calls."""

    def hash(self, password: str, /) -> str:
        """Return a new salted hash: one Argon2 computation."""
        ...

    def verify(self, hash: str, password: str, /) -> bool:  # noqa: A002 -- argon2-cffi's name
        """Return True, or raise VerifyMismatchError: one Argon2 computation."""
        ...

    def check_needs_rehash(self, hash: str, /) -> bool:  # noqa: A002 -- argon2-cffi's name
        """Whether the hash was made with another setting: no computation."""
        ...


class Passwords:
    """Hashes passwords and compares them, with the same work on every path."""

    def __init__(self, function: HashFunction = _ARGON2ID) -> None:
        self._function = function

    def hashed(self, password: str) -> str:
        """The hash to store for this password, made of its `password_form`."""
        return self._function.hash(password_form(password))

    def match(self, password: str, stored: str | None) -> PasswordMatch:
        """Compare the password with the stored hash. Without one, verify the decoy and return NO."""
        first, *others = [self._verifies(form, stored or _DECOY) for form in password_forms(password)]
        if stored is None or not (first or any(others)):
            return PasswordMatch.NO
        return PasswordMatch.YES if first else PasswordMatch.OLDER_FORM

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with an older setting and should be replaced."""
        return self._function.check_needs_rehash(stored)

    def _verifies(self, form: str, stored: str) -> bool:
        try:
            return self._function.verify(stored, form)
        except (VerifyMismatchError, InvalidHashError):
            return False


PASSWORDS: Final = Passwords()
