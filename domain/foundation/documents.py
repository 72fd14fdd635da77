"""Texts and documents that we must be able to keep. A document is JSON whose inside is others' to describe.

Python reads more as JSON than JSON can say: infinite numbers, halves of a surrogate pair. Such a document is
refused where it is read, for it could not be written down.
"""

import json
from typing import Annotated, Final

from pydantic import AfterValidator, JsonValue

from domain.foundation.text_types import prepared_document
from domain.foundation.written import TextUnfit

NO_NUL: Final = r"^[^\x00]*$"  # the pattern of a text that PostgreSQL can keep


def _can_be_kept(document: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the document with its texts prepared; refuse what would not come back as it went in."""
    try:
        json.dumps(document, allow_nan=False, ensure_ascii=False).encode()
        return prepared_document(document)
    except TextUnfit as error:
        raise ValueError(error.detail) from error
    except (ValueError, RecursionError) as error:
        raise ValueError("holds a number or a character that JSON cannot keep") from error


Document = Annotated[dict[str, JsonValue], AfterValidator(_can_be_kept)]
