"""Request bodies are UTF-8: JSON between systems has no other encoding (RFC 8259, section 8.1)."""

import codecs
import re

from api import problems
from domain.foundation.errors import Unacceptable

_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
_ACCEPTED = frozenset({"utf-8", "ascii"})
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_FIRST_CHARACTER = 4  # bytes; JSON begins with an ASCII character, which UTF-16 and UTF-32 write with a zero


class UnsupportedEncodingError(Unacceptable):
    """The body is written in another encoding than UTF-8."""

    slug = "unsupported-encoding"
    title = "The body is not UTF-8"


problems.STATUS[UnsupportedEncodingError] = 415


def check_encoding(content_type: str, body: bytes) -> None:
    """Raises UnsupportedEncodingError if the body is in another encoding than UTF-8, or says that it is."""
    declared = _CHARSET.search(content_type)
    if declared is not None and not _is_accepted(declared[1]):
        raise UnsupportedEncodingError("Send the body as UTF-8.", field="Content-Type")
    if body.startswith(_MARKS) or b"\0" in body[:_FIRST_CHARACTER]:
        raise UnsupportedEncodingError("Send the body as UTF-8.", field="body")


def _is_accepted(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name in _ACCEPTED
    except LookupError:
        return False
