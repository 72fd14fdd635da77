"""Types for JSON documents that can be stored. Other modules define what a document contains.

Python's parser accepts more than JSON allows (infinite numbers, lone surrogates). Such a document is rejected
when it is read, because it could not be written.
"""

import json
from typing import Annotated, Final

from pydantic import AfterValidator, JsonValue

from domain.foundation.text.normalization import InvalidText
from domain.foundation.text.text_types import normalized_document

NO_NUL: Final = r"^[^\x00]*$"  # the pattern of a text that PostgreSQL can store


def _check_storable(document: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the document with normalized texts. Raises ValueError if it cannot be stored unchanged."""
    try:
        json.dumps(document, allow_nan=False, ensure_ascii=False).encode()
        return normalized_document(document)
    except InvalidText as error:
        raise ValueError(error.detail) from error
    except (ValueError, RecursionError) as error:
        raise ValueError("contains a number or a character that JSON cannot represent") from error


JsonDocument = Annotated[dict[str, JsonValue], AfterValidator(_check_storable)]
