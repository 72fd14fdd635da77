"""Documents: JSON objects whose inside is somebody else's to describe, and which we must be able to keep.

Python reads more as JSON than JSON can say: infinite numbers, halves of a surrogate pair. Such a document is
refused where it is read, for it could not be written down.
"""

import json
from typing import Annotated

from pydantic import AfterValidator, JsonValue


def _can_be_kept(document: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Refuse what would not come back as it went in."""
    try:
        json.dumps(document, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ValueError("holds a number or a character that JSON cannot keep") from error
    return document


Document = Annotated[dict[str, JsonValue], AfterValidator(_can_be_kept)]
