r"""Normalization of users' texts: the one form in which they are stored, compared and shown.

Every text is in Unicode's composed form (NFC), so that texts that look the same are equal. Three profiles:

* **text**: several lines. Line breaks become "\n"; the only other control character allowed is a tab.
  Characters that change the direction of the text around them (U+202A–202E, U+2066–2069) are not allowed. The
  zero-width joiner and non-joiner (needed for emoji, Persian and Indic words) and the left-to-right and
  right-to-left marks are allowed.
* **line**: a text on one line, without tabs.
* **name**: PRECIS profile Nickname with case preserved (RFC 8266): compatibility forms are replaced, runs of
  spaces become one, and invisible characters are not allowed, except joiners where the script needs them
  (RFC 5892, A.1, A.2). Variation selectors, which choose between two looks of an emoji, are removed.

Invariants: each function is idempotent, and raises `InvalidText` for a character that is not allowed; `field`
is the name of the text in that error.
"""

import unicodedata
from typing import Final

import precis_i18n
import regex

from domain.foundation.errors import Unacceptable


class InvalidText(Unacceptable):
    """The text contains a character that is not allowed; `field` is the text's name, if known."""

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
    """The text of several lines in NFC.

    Raises `InvalidText` for control, direction and hidden characters, and if no character is visible.
    """
    if raw.isascii():
        composed = raw if "\r" not in raw else _LINE_BREAK.sub("\n", raw)
    else:
        composed = unicodedata.normalize("NFC", _LINE_BREAK.sub("\n", raw))
        _check_hidden_characters(composed, field)
    if match := _CONTROL.search(composed):
        raise InvalidText(
            f"It contains a control character ({_code(match.group())}); leave it out.", field=field
        )
    if composed and not composed.isspace() and not _VISIBLE.search(composed):
        raise InvalidText("It contains no visible character.", field=field)
    return composed


def normalize_line(raw: str, *, field: str | None = None) -> str:
    """The text of one line in NFC. Raises `InvalidText` as `normalize_text`, and for line breaks and tabs."""
    composed = normalize_text(raw, field=field)
    if _LAYOUT.search(composed):
        raise InvalidText("It contains a control character or a line break; leave it out.", field=field)
    return composed


def normalize_name(raw: str, *, field: str | None = None) -> str:
    """The name as RFC 8266 prepares it. Raises `InvalidText` for characters its profile does not allow."""
    composed = normalize_line(raw, field=field)
    if composed.isascii():
        return " ".join(composed.split())
    try:
        return _NICKNAME.enforce(_VARIATION_SELECTORS.sub("", composed))
    except UnicodeEncodeError as error:
        code = _code(error.object[error.start : error.start + 1])
        raise InvalidText(
            f"A name cannot contain the character {code}; leave it out.", field=field
        ) from error


def readable_name(raw: str, *, longest: int) -> str:
    """A name from another system without the characters that a name may not have; empty if none is left.

    `longest` is the maximal length of the result in characters.
    """
    shortened = raw[: 2 * longest]
    for candidate in (shortened, "".join(filter(_is_allowed, unicodedata.normalize("NFC", shortened)))):
        try:
            return normalize_name(normalize_name(candidate)[:longest])
        except InvalidText:
            continue
    return ""


def _is_allowed(character: str) -> bool:
    try:
        normalize_name(f"a{character}a")
    except InvalidText:
        return False
    return True


def _check_hidden_characters(composed: str, field: str | None) -> None:
    if match := _REORDERING.search(composed):
        code = _code(match.group())
        raise InvalidText(
            f"It contains an invisible character that changes the text direction ({code}); leave it out.",
            field=field,
        )
    if match := _HIDDEN.search(_TAGGED_FLAG.sub("", composed)):
        raise InvalidText(
            f"It contains a hidden character ({_code(match.group())}); leave it out.", field=field
        )


def _code(character: str) -> str:
    return f"U+{ord(character):04X}" if character else "unknown"
