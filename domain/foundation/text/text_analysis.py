"""The text analyser of search: splits texts into words, both for the index and for queries.

Both sides must use it, so that a word of a text always finds the text; no other code, and not the database's
parser, may split text for search. Differences in Unicode form (NFKC), case, width, digits of other scripts,
invisible characters and the Turkish i's are removed.

A *word* is a run of letters, marks and digits, or one pictograph. Words with a joiner between them
(`Node.js`, `don’t`, `wi-fi`) form a *compound*: its parts are words, and so is the whole without joiners.
Scripts without spaces are indexed as pairs of neighbouring characters; a query for a part of such a text
searches for the pairs in it.

After a change of the rules, a migration sets `offers.words_of` to null, and every row is analysed again.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import regex

LONGEST_TERM = 64  # characters; longer words are stored and searched by their beginning

_UNSPACED = (
    r"[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}"
    r"\p{scx=Myanmar}\p{scx=Tibetan}\p{scx=Yi}\p{scx=Tai_Le}\p{scx=New_Tai_Lue}\p{scx=Tai_Tham}\p{scx=Javanese}]"
)
_LETTER = r"[\p{L}\p{M}\p{N}--\p{Me}]"
_STRETCH = rf"(?:[{_LETTER}&&{_UNSPACED}]\p{{M}}*)+"
_RUN = rf"[{_LETTER}--{_UNSPACED}][{_LETTER}--[{_UNSPACED}&&\p{{L}}]]*"
_PICTOGRAPH = r"[\p{So}--[\u0080-\u00ff]]"
# Apostrophes, full stop, hyphens, underscore, ampersand, plus, slash, at sign, middle dot, and the zero-width
# non-joiner, which Persian writes between the parts of a word.
_JOINER = r"['’ʼ.\-\u2010\u2011\u2012_&+/@·\u200c]"

_WORD = regex.compile(
    rf"(?V1)(?P<stretch>{_STRETCH})|(?P<compound>{_RUN}(?:{_JOINER}{_RUN})+)|(?P<run>{_RUN})"
    rf"|(?P<pictograph>{_PICTOGRAPH})"
)
# The same for folded ASCII, which most texts are: four times as fast.
_ASCII_WORD = re.compile(r"(?P<compound>[a-z0-9]+(?:['.\-_&+/@][a-z0-9]+)+)|(?P<run>[a-z0-9]+)")
_ASCII_PART = re.compile(r"[a-z0-9]+")
_PART = regex.compile(rf"(?V1){_RUN}")
_CHARACTER = regex.compile(r"(?V1)\P{M}\p{M}*|\p{M}+")
_INVISIBLE = regex.compile(r"(?V1)[\p{Default_Ignorable_Code_Point}\p{Me}--\u200c]")
_DIGIT = regex.compile(r"(?V1)[\p{Nd}--[0-9]]")
_DOTLESS = str.maketrans("ı", "i")


class Word(NamedTuple):
    """A word of a text, and the terms to index and search it by.

    All `terms` together match the word, and so does `whole`, a compound without its joiners. If
    `is_unspaced`, it is a part of a text without spaces, and its terms are pairs of neighbouring characters.
    """

    terms: tuple[str, ...]
    whole: str | None = None
    is_unspaced: bool = False


def split_words(text: str) -> Iterator[Word]:
    """The folded words of the text in order; none if the text is punctuation only."""
    folded = fold(text)
    word, part = (_ASCII_WORD, _ASCII_PART) if folded.isascii() else (_WORD, _PART)
    for match in word.finditer(folded):
        term = match.group()
        if match.lastgroup == "stretch":
            yield Word(_pairs(term), is_unspaced=True)
        elif match.lastgroup == "compound":
            parts = part.findall(term)
            yield Word(tuple(map(_cut, parts)), whole=_written_together(parts))
        else:
            yield Word((_cut(term),))


def index_terms(text: str) -> list[str]:
    """The distinct terms to index the text by, in order of code points."""
    terms: set[str] = set()
    for word in split_words(text):
        terms.update(word.terms)
        if word.whole is not None:
            terms.add(word.whole)
        if word.is_unspaced:
            # The last character begins no pair, but a query of one character searches for a prefix.
            terms.add(_CHARACTER.findall(word.terms[-1])[-1])
    return sorted(terms)


def fold(text: str) -> str:
    """The text in the form in which texts are compared. The function is idempotent.

    Close to Unicode's NFKC_Casefold (UAX #31). In addition, digits of every script become ASCII, Turkish İ
    and ı become i, and enclosing marks are removed.
    """
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", folded)).casefold()
    folded = _DIGIT.sub(_ascii_digit, folded).translate(_DOTLESS).replace("i\u0307", "i")
    return unicodedata.normalize("NFKC", folded)


def _pairs(stretch: str) -> tuple[str, ...]:
    characters = _CHARACTER.findall(stretch)
    if len(characters) == 1:
        return (_cut(stretch),)
    return tuple(_cut(first) + _cut(second) for first, second in pairwise(characters))


def _written_together(parts: list[str]) -> str | None:
    """The compound as one word; None for numbers, because 3.5 and 35 are not the same."""
    together = "".join(parts)
    return None if together.isdecimal() else _cut(together)


def _cut(term: str) -> str:
    return term[:LONGEST_TERM]


def _ascii_digit(match: "regex.Match[str]") -> str:
    digit = unicodedata.decimal(match.group(), None)
    return match.group() if digit is None else str(digit)
