"""Texts and documents that we must be able to keep. A document is JSON whose inside is others' to describe.

Python reads more as JSON than JSON can say: infinite numbers, halves of a surrogate pair. Such a document is
refused where it is read, for it could not be written down.
"""

import json
from typing import Annotated, Final

from pydantic import AfterValidator, JsonValue

from domain.foundation.text.normalization import InvalidText
from domain.foundation.text.text_types import normalized_document

NO_NUL: Final = r"^[^\x00]*$"  # the pattern of a text that PostgreSQL can keep


def _check_storable(document: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the document with its texts prepared; refuse what would not come back as it went in."""
    try:
        json.dumps(document, allow_nan=False, ensure_ascii=False).encode()
        return normalized_document(document)
    except InvalidText as error:
        raise ValueError(error.detail) from error
    except (ValueError, RecursionError) as error:
        raise ValueError("holds a number or a character that JSON cannot keep") from error


JsonDocument = Annotated[dict[str, JsonValue], AfterValidator(_check_storable)]
