"""E-mail addresses: the spelling that is shown, and the key that is equal for two spellings of one address.

The part before the @ follows RFC 6531 (checked by email-validator), in NFC and lower case; the domain follows
IDNA 2008 with the mappings of UTS 46 (checked by idna). The shown spelling has the domain in Unicode, the key
has it in ASCII. Zero-width, direction and control characters are not allowed.
"""

import re
import unicodedata
from typing import Final, NamedTuple

import idna
from email_validator import EmailNotValidError, validate_email

from domain.identity.errors import InvalidEmail

LONGEST_EMAIL: Final = 254  # octets; RFC 5321, section 4.5.3.1.3: a path of 256, less its angle brackets
LONGEST_DOMAIN: Final = 253  # RFC 1035, section 2.3.4, without the root's dot

_DOTS: Final = ".\u3002\uff0e\uff61"  # UTS 46, section 4.5
_SHAPE: Final = re.compile(
    rf"[^@\s\x00-\x20\x7f]{{1,64}}@[^@\s{_DOTS}\x00-\x20\x7f]+([{_DOTS}][^@\s{_DOTS}\x00-\x20\x7f]+)+"
)
_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_ASCII_DOMAIN: Final = re.compile(rf"{_LABEL}(\.{_LABEL})+")
_ENCODED_LABEL: Final = "xn--"


class EmailAddress(NamedTuple):
    """A valid address: the spelling that is shown, and its key."""

    email: str
    key: str


class TypedEmail(NamedTuple):
    """A typed address, trimmed and in lower case, and the valid address it means; None if it is not valid.

    Accounts that are older than the rules may have an address that is not valid.
    """

    typed: str
    address: EmailAddress | None


def parse_email(text: str) -> EmailAddress:
    """The address in this text. Raises `InvalidEmail` unless it is valid."""
    typed = _trimmed(text)
    local, _, domain = typed.rpartition("@")
    local_part, ascii_domain = _local_part(local), _ascii_domain(domain)
    address = EmailAddress(f"{local_part}@{_unicode_domain(ascii_domain)}", f"{local_part}@{ascii_domain}")
    if len(address.key.encode()) > LONGEST_EMAIL:
        raise InvalidEmail(f"An address has at most {LONGEST_EMAIL} characters.", field="email")
    return address


def parse_typed_email(text: str) -> TypedEmail:
    """The typed address, to find an account by. Raises `InvalidEmail` if it has no form of an address."""
    typed = _trimmed(text)
    try:
        return TypedEmail(typed, parse_email(text))
    except InvalidEmail:
        return TypedEmail(typed, None)


def rate_limit_key(text: str) -> str:
    """The same text for all spellings of an address, to count attempts by. Raises `InvalidEmail`."""
    typed_email = parse_typed_email(text)
    return typed_email.typed if typed_email.address is None else typed_email.address.key


def _trimmed(text: str) -> str:
    typed = text.strip().lower()
    if len(typed) > LONGEST_EMAIL or not _SHAPE.fullmatch(typed):
        raise InvalidEmail("An address looks like name@example.org.", field="email")
    return typed


def _local_part(local: str) -> str:
    """The local part in NFC and lower case. Normalized last, because lower-casing may decompose."""
    try:
        valid = validate_email(f"{local}@example.org", check_deliverability=False, strict=True)
    except EmailNotValidError as error:
        raise InvalidEmail(str(error), field="email") from error
    return unicodedata.normalize("NFC", (valid.local_part or "").lower())


def _ascii_domain(domain: str) -> str:
    is_plain = domain.isascii() and not any(label.startswith(_ENCODED_LABEL) for label in domain.split("."))
    try:
        encoded = domain if is_plain else idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
    except idna.IDNAError as error:
        raise InvalidEmail("The part after the @ is not a domain name.", field="email") from error
    if len(encoded) > LONGEST_DOMAIN or not _ASCII_DOMAIN.fullmatch(encoded):
        raise InvalidEmail("The part after the @ is not a domain name.", field="email")
    return encoded


def _unicode_domain(ascii_domain: str) -> str:
    return idna.decode(ascii_domain) if _ENCODED_LABEL in ascii_domain else ascii_domain
