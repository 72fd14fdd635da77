r"""What people write, in the one form in which it is stored, compared and shown.

Every text is put into Unicode's composed form (NFC), so that what reads the same is the same. Three profiles:

* **text**: several lines. Line breaks become "\n"; the only other control allowed is a tab. Characters that
  change the direction of what surrounds them (U+202A–202E, U+2066–2069) are refused, because they make a
  text read differently than it is. The zero-width joiner and non-joiner stay: emoji and Persian and Indic
  words are written with them; so do the left-to-right and right-to-left marks.
* **line**: a text on one line, without tabs.
* **name**: PRECIS profile Nickname with case preserved (RFC 8266): compatibility forms become plain, spaces
  one, and nothing invisible is allowed, but for the joiners where the script of the word needs them
  (RFC 5892, A.1, A.2). Variation selectors, which only choose between two looks of an emoji, are left out.

Invariants: each function changes nothing of what it returned (it is idempotent), and raises `TextUnfit` for
what cannot be kept; `field` is the name that the error gives to the text.
"""

import unicodedata
from typing import Final

import precis_i18n
import regex

from domain.foundation.errors import Unacceptable


class InvalidText(Unacceptable):
    """The text holds a character that is not allowed there; `field` names it where it is known."""

    slug = "invalid-text"
    title = "This text contains something that is not allowed"


_NICKNAME: Final = precis_i18n.get_profile("NicknameCasePreserved")
_LINE_BREAK: Final = regex.compile(r"\r\n?|[\u2028\u2029]")
_TAGGED_FLAG: Final = regex.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]+\U000e007f")
_VARIATION_SELECTORS: Final = regex.compile("[\ufe00-\ufe0f]")
_CONTROL: Final = regex.compile(r"[\p{Cc}--[\n\t]]", regex.V1)
_LAYOUT: Final = regex.compile(r"[\n\t]")
_REORDERING: Final = regex.compile(r"[\u202a-\u202e\u2066-\u2069]")
_HIDDEN: Final = regex.compile(r"[\p{Cs}\p{Noncharacter_Code_Point}\ufeff\U000e0000-\U000e007f\ufff9-\ufffb]")
_VISIBLE: Final = regex.compile(
    r"[^\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\p{M}\u2800]|\p{Co}|\p{Cn}", regex.V1
)


def normalize_text(raw: str, *, field: str | None = None) -> str:
    """A text of several lines, composed (NFC).

    Raises `TextUnfit` for control, direction and hidden characters, and where none of its characters is seen.
    """
    if raw.isascii():
        composed = raw if "\r" not in raw else _LINE_BREAK.sub("\n", raw)
    else:
        composed = unicodedata.normalize("NFC", _LINE_BREAK.sub("\n", raw))
        _check_hidden_characters(composed, field)
    if match := _CONTROL.search(composed):
        raise InvalidText(
            f"It holds a control character ({_code(match.group())}); leave it out.", field=field
        )
    if composed and not composed.isspace() and not _VISIBLE.search(composed):
        raise InvalidText("It holds nothing that can be seen.", field=field)
    return composed


def normalize_line(raw: str, *, field: str | None = None) -> str:
    """A text on one line, composed (NFC). Raises `TextUnfit` as `text` does, and for line breaks and tabs."""
    composed = normalize_text(raw, field=field)
    if _LAYOUT.search(composed):
        raise InvalidText("It holds a control character or a line break; leave it out.", field=field)
    return composed


def normalize_name(raw: str, *, field: str | None = None) -> str:
    """A name as RFC 8266 prepares it. Raises `TextUnfit` for what its profile does not allow."""
    composed = normalize_line(raw, field=field)
    if composed.isascii():
        return " ".join(composed.split())
    try:
        return _NICKNAME.enforce(_VARIATION_SELECTORS.sub("", composed))
    except UnicodeEncodeError as error:
        code = _code(error.object[error.start : error.start + 1])
        raise InvalidText(f"A name cannot hold the character {code}; leave it out.", field=field) from error


def readable_name(raw: str, *, longest: int) -> str:
    """A name that somebody else vouches for, without what `name` refuses; empty if nothing is left."""
    shortened = raw[: 2 * longest]
    for candidate in (shortened, "".join(filter(_is_allowed, unicodedata.normalize("NFC", shortened)))):
        try:
            return normalize_name(normalize_name(candidate)[:longest])
        except InvalidText:
            continue
    return ""


def _is_allowed(sign: str) -> bool:
    try:
        normalize_name(f"a{sign}a")
    except InvalidText:
        return False
    return True


def _check_hidden_characters(composed: str, field: str | None) -> None:
    if match := _REORDERING.search(composed):
        code = _code(match.group())
        raise InvalidText(f"It holds an invisible character that turns text round ({code}).", field=field)
    if match := _HIDDEN.search(_TAGGED_FLAG.sub("", composed)):
        raise InvalidText(f"It holds a hidden character ({_code(match.group())}); leave it out.", field=field)


def _code(sign: str) -> str:
    return f"U+{ord(sign):04X}" if sign else "unknown"
