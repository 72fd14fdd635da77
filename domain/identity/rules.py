"""What identity decides from values alone: which passwords and addresses will do."""

import re
from typing import Final

from domain.identity.errors import EmailUnfit, PasswordUnfit

# NIST SP 800-63B asks for at least 8 characters and no rules of composition; two more cost nobody anything
# and make guessing some thousand times longer. The upper end only keeps bodies small: Argon2 takes the same
# time for any length.
SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 200
LONGEST_EMAIL: Final = 254  # RFC 5321, section 4.5.3.1.3: a path of 256 octets, less its angle brackets

_ADDRESS: Final = re.compile(r"[^@\s\x00-\x20\x7f]{1,64}@[^@\s.\x00-\x20\x7f]+(\.[^@\s.\x00-\x20\x7f]+)+")


def normalised_email(text: str) -> str:
    """The address as it is stored and looked up: trimmed and in lower case. Refuses `EmailUnfit`.

    Only the shape is checked; whether a mailbox exists is known when a mail has arrived there, and not
    before.
    """
    address = text.strip().lower()
    if len(address) > LONGEST_EMAIL or not _ADDRESS.fullmatch(address):
        raise EmailUnfit("An address looks like name@example.org.", field="email")
    return address


def check_password(password: str, *, email: str) -> None:
    """Refuse `PasswordUnfit` unless it is 10 to 200 characters and not the address or its first part."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise PasswordUnfit(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.", field="password"
        )
    if password.strip().lower() in {email, email.partition("@")[0]}:
        raise PasswordUnfit("The e-mail address is the first thing anybody would try.", field="password")
