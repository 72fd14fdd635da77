"""What is read in a review's words: near-duplicates of others, threats, and ways to be reached elsewhere."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from domain.ratings.edges import Ints

Hashes = NDArray[np.uint64]

NEAR = 3  # bits in which near-duplicates may differ: Manku, Jain, Das Sarma (WWW 2007) chose 3 of 64
SHINGLE = 3  # words
SHORTEST = 6  # words; "Great service, thank you!" is no copy of anything
_BITS = 64
_BANDS = 4  # if at most three bits differ, one of four bands is equal

_WORDS = re.compile(r"\w+", re.UNICODE)

# A review as a threat or a price: "or I'll leave one star", in the languages of the first markets.
_REVIEW = r"(?:bad|negative|terrible|1|one)[- ]?(?:stars?|review|rating|feedback)"
_THREATS = (
    rf"(?:refund|discount|pay|money|free)\b.{{0,60}}\b(?:or|otherwise|else)\b.{{0,60}}{_REVIEW}",
    rf"(?:or|otherwise|else|unless)\b.{{0,60}}{_REVIEW}",
    rf"{_REVIEW}.{{0,60}}\b(?:unless|if you (?:don'?t|do not)|until you)\b",
    r"(?:change|remove|delete|raise)\b.{0,30}\breview\b.{0,40}\b(?:if|once|when|for)\b.{0,40}\b(?:refund|pay|money)",
    r"(?:muuten|tai)\b.{0,60}\b(?:huono|yhden tähden|negatiivi\w+)\s*(?:arvostelu\w*|palaut\w*|arvio\w*)?",
    r"(?:annars|eller)\b.{0,60}\b(?:dåligt? (?:omdöme|betyg|recension)|en stjärna)",
    r"(?:sonst|oder)\b.{0,60}\b(?:schlechte\w* (?:bewertung|rezension)|einen? stern)",
)
_THREAT = re.compile("|".join(_THREATS), re.IGNORECASE | re.DOTALL)

_CONTACT = re.compile(
    r"""(?P<mail>[\w.+-]+\s*(?:@|\(at\)|\[at\])\s*[\w-]+(?:\.|\s*\(dot\)\s*)\w{2,})
      | (?P<link>(?:https?://|www\.)\S+)
      | (?P<phone>(?<![\w.,])(?:\+|0)\d(?:[\s().-]?\d){7,13}(?!\w))
      | (?P<handle>\b(?:whats\s?app|telegram|signal|instagram|insta|snapchat|wechat)\b\s*[:@]\s*\S+)""",
    re.IGNORECASE | re.VERBOSE,
)


def contact_data(text: str) -> dict[str, str]:
    """Ways to be reached that stand in a text, by kind: mail, link, phone, handle."""
    return {kind: found for match in _CONTACT.finditer(text) for kind, found in _named(match)}


def threat(text: str) -> str | None:
    """The words in which a review is held over somebody's head, if any."""
    found = _THREAT.search(text)
    return found.group(0) if found else None


def simhash(text: str) -> int | None:
    """64 bits that differ little between texts that differ little (Charikar 2002); None for a few words."""
    words = [word.casefold() for word in _WORDS.findall(text)]
    if len(words) < SHORTEST:
        return None
    shingles = {" ".join(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)}
    digests = b"".join(
        hashlib.blake2b(each.encode(), digest_size=_BITS // 8).digest() for each in sorted(shingles)
    )
    bits = np.unpackbits(np.frombuffer(digests, dtype=np.uint8)).reshape(len(shingles), _BITS)
    ahead = 2 * bits.sum(axis=0, dtype=np.int64) > len(shingles)
    return int.from_bytes(np.packbits(ahead).tobytes(), "big")


def near_duplicates(hashes: Sequence[int]) -> list[tuple[int, int, int]]:
    """Pairs of rows whose hashes differ in three bits or fewer, and in how many; each pair once, in order."""
    values: Hashes = np.array(hashes, dtype=np.uint64)
    pairs = [_alike_in_band(values, band) for band in range(_BANDS)]
    both = np.unique(np.concatenate(pairs), axis=0) if pairs else np.empty((0, 2), dtype=np.int64)
    differ = np.bitwise_count(values[both[:, 0]] ^ values[both[:, 1]])
    near = differ <= NEAR
    return [
        (first, second, bits)
        for (first, second), bits in zip(both[near].tolist(), differ[near].tolist(), strict=True)
    ]


def _alike_in_band(values: Hashes, band: int) -> Ints:
    """Pairs of rows equal in one band of sixteen bits, (k, 2)."""
    width = _BITS // _BANDS
    part = (values >> np.uint64(band * width)) & np.uint64(2**width - 1)
    order = np.argsort(part, kind="stable")
    part = part[order]
    ends = np.searchsorted(part, part, side="right")
    after = ends - np.arange(len(part)) - 1  # how many equal ones follow each
    first = np.repeat(np.arange(len(part)), after)
    starts = np.repeat(np.cumsum(after) - after, after)
    second = first + 1 + np.arange(len(first)) - starts
    return np.sort(np.stack((order[first], order[second]), axis=1), axis=1)


def _named(match: re.Match[str]) -> list[tuple[str, str]]:
    return [(kind, found) for kind, found in match.groupdict().items() if found]
