"""Detects card numbers in text that users typed.

A card number (PAN, ISO/IEC 7812) has 13 to 19 digits, begins with 2 to 6, and passes Luhn's check, as one in
ten other numbers does by chance. It is written in one piece, or in groups of 4 to 6 digits with a last one of
1 to 6. So dates, IP addresses, lists of small numbers, parts of words and ids, decimals, telephone numbers
with a plus, and IBANs do not match.

Digits of all scripts count; invisible characters and the usual separators between them are ignored. This
detects numbers typed by habit, not numbers that are hidden on purpose.
"""

import re
import unicodedata
from itertools import accumulate

LENGTHS = range(13, 20)
MASK = "[card number removed]"

_SEPARATOR = r"(?: - |[ ./*_-]{1,2})"
_POSSIBLE = re.compile(r"\d(?:[\W_]{0,3}\d){12}")
_RUN = re.compile(rf"(?<![\w+])(?<!\d\.)[0-9]+(?:{_SEPARATOR}[0-9]+)*(?![^\W_])")
_GROUP = re.compile(r"[0-9]+")
_GROUP_LENGTHS, _LONGEST_LAST_GROUP = range(4, 7), 6
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?\b")
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)  # by digit: the sum of the digits of its double


def contains_card_number(text: str) -> bool:
    """Whether the text contains what looks like a card number."""
    if _POSSIBLE.search(text) is None:  # a fast way out for nearly every text
        return False
    plain = _IBAN.sub(lambda match: " " if _is_iban(match[0]) else match[0], _plain(text))
    return any(_looks_like_card(run[0]) for run in _RUN.finditer(plain))


def is_card_like(token: str) -> bool:
    """Whether a header's token, such as an idempotency key, contains a card number; ignores punctuation."""
    return contains_card_number(re.sub(r"[^0-9A-Za-z]+", " ", token))


def mask_card_numbers(text: str) -> str:
    """The text for a log: each run of digits that contains a card number is replaced by `MASK`."""
    if _POSSIBLE.search(text) is None:
        return text
    plain = _plain(text)
    masked = _RUN.sub(lambda run: MASK if _looks_like_card(run[0]) else run[0], plain)
    return text if masked == plain else masked


def _plain(text: str) -> str:
    """The text with ASCII digits, one kind of space and dash, and no invisible characters."""
    return "".join(map(_plain_character, text))


def _plain_character(character: str) -> str:
    if character.isascii():
        return " " if character.isspace() else character
    match unicodedata.category(character):
        case "Nd":
            return str(unicodedata.decimal(character))
        case "Cf" | "Mn":
            return ""
        case "Zs" | "Zl" | "Zp":
            return " "
        case "Pd":
            return "-"
        case _:
            return "." if character in "·•．" else character


def _looks_like_card(run: str) -> bool:
    groups = list(_GROUP.finditer(run))
    return any(
        _begins_card([group[0] for group in groups[first : first + LENGTHS.stop]])
        for first in range(len(groups))
        if not _is_decimal(run, groups[first])
    )


def _is_decimal(run: str, group: re.Match[str]) -> bool:
    """Whether the group is the decimals of a number: after a point, and not as long as a group of a card."""
    return run[: group.start()].endswith(".") and len(group[0]) not in _GROUP_LENGTHS


def _begins_card(groups: list[str]) -> bool:
    for count, digits in enumerate(accumulate(groups), 1):
        is_grouped = count == 1 or len(groups[count - 1]) <= _LONGEST_LAST_GROUP
        if is_grouped and len(digits) in LENGTHS and digits[0] in "23456" and _luhn(digits):
            return True
        if len(groups[count - 1]) not in _GROUP_LENGTHS:
            return False
    return False


def _luhn(digits: str) -> bool:
    """Whether the last digit is the right check digit (Luhn; ISO/IEC 7812-1, annex B)."""
    plain, doubled = digits[-1::-2], digits[-2::-2]
    return (sum(map(int, plain)) + sum(_DOUBLED[int(digit)] for digit in doubled)) % 10 == 0


def _is_iban(text: str) -> bool:
    """Whether the IBAN's check digits are right (ISO 13616: ISO 7064, MOD 97-10)."""
    compact = text.replace(" ", "")
    return int("".join(str(int(character, 36)) for character in compact[4:] + compact[:4])) % 97 == 1
