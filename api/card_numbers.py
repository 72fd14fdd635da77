"""Card numbers are never taken: no route wants one, so what looks like one is refused and never logged.

A card number (PAN, ISO/IEC 7812) has 13 to 19 digits, often in groups, begins with 2 to 6 where payment
networks issue it, and its last digit checks the others by Luhn's sum. One in ten of all other numbers passes
that sum by chance, so what is something else by where it stands is let through: parts of words and ids, the
decimals of a number, and telephone numbers, which begin with a plus.
"""

import re
from itertools import accumulate
from urllib.parse import unquote

from domain.foundation.errors import Unacceptable

LENGTHS = range(13, 20)
MASK = "[card number removed]"

# Groups of digits with one separator between them, the plus being a space in a query; a security code or a
# date may stand beside the number, so each run of neighbouring groups is looked at.
_GROUPS = re.compile(r"(?<![\w+])(?<!\d\.)[0-9]+(?:[ +-][0-9]+)*(?!\w)")
_POSSIBLE = re.compile(rb"(?:[0-9][ +-]?){12}[0-9]|%")
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)  # twice a digit, its own digits summed


class CardNumberSent(Unacceptable):
    """The request holds what looks like a card number."""

    slug = "card-number-sent"
    title = "Card numbers are not taken here"


def refuse_card_numbers(*parts: bytes) -> None:
    """Refuse a request of which a part (its body, its query) holds a look-alike; never repeats it."""
    for part in parts:
        # Most requests hold no dozen digits in a row at all, and are done here.
        if _POSSIBLE.search(part) and holds_card_number(part.decode(errors="replace")):
            raise CardNumberSent("Card details go to the payment provider only. Nothing was kept.")


def holds_card_number(text: str) -> bool:
    """Whether something in `text`, as it stands or URL-encoded, looks like a card number."""
    return any(_looks(run[0]) for reading in {text, unquote(text)} for run in _GROUPS.finditer(reading))


def without_card_numbers(text: str) -> str:
    """The text, fit for a log."""
    return _GROUPS.sub(lambda run: MASK if _looks(run[0]) else run[0], text)


def _looks(run: str) -> bool:
    groups = re.split(r"[ +-]", run)
    return any(_begins_a_number(groups[first : first + LENGTHS.stop]) for first in range(len(groups)))


def _begins_a_number(groups: list[str]) -> bool:
    joined = accumulate(groups)
    return any(len(one) in LENGTHS and one[0] in "23456" and _luhn(one) for one in joined)


def _luhn(digits: str) -> bool:
    """Whether the last digit agrees with the others (ISO/IEC 7812-1, annex B)."""
    plain, doubled = digits[-1::-2], digits[-2::-2]
    return (sum(map(int, plain)) + sum(_DOUBLED[int(digit)] for digit in doubled)) % 10 == 0
