"""The profiles of `normalization` as Pydantic annotations: every text in a request body has one of them.

Put the profile last: it normalizes the text before its length and pattern are checked. In the OpenAPI
document the field is marked `x-text-profile`, and a test fails for a text without a mark.
"""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, JsonValue
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from domain.foundation.text import normalization

MARK: Final = "x-text-profile"
_PROFILES: Final = {
    "text": normalization.normalize_text,
    "line": normalization.normalize_line,
    "name": normalization.normalize_name,
}


@dataclass(frozen=True, slots=True)
class TextProfile:
    """Annotation that normalizes a text with a profile of `normalization`, or rejects it."""

    profile: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 -- pydantic's signature
        """Normalize the text, then validate it."""
        return core_schema.no_info_before_validator_function(self._prepared, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The JSON schema of the text, marked with its profile."""
        return handler(schema) | {MARK: self.profile}

    def _prepared(self, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return _PROFILES[self.profile](value)
        except normalization.InvalidText as error:
            raise PydanticCustomError("invalid_text", "{why}", {"why": error.detail}) from error


TEXT: Final = TextProfile("text")
LINE: Final = TextProfile("line")
NAME: Final = TextProfile("name")


def normalized_document(document: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The document with all its texts and keys normalized. Raises `InvalidText` if one is not allowed."""
    return {normalization.normalize_line(key): _normalized_value(value) for key, value in document.items()}


def _normalized_value(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return normalization.normalize_text(value)
    if isinstance(value, list):
        return [_normalized_value(item) for item in value]
    return normalized_document(value) if isinstance(value, dict) else value
