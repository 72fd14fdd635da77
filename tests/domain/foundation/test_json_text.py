from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.foundation.text.json_text import JsonDocument

DOCUMENTS: TypeAdapter[dict[str, Any]] = TypeAdapter(JsonDocument)


@pytest.mark.parametrize(
    "kept", [{}, {"skills": ["ironing", None, 1, 2.5, True]}, {"ä": {"日本": "🧺"}}, {"path": "C:\\users"}]
)
def test_what_json_can_say_is_kept(kept: dict[str, Any]) -> None:
    assert DOCUMENTS.validate_python(kept) == kept


@pytest.mark.parametrize("lost", [{"a": float("inf")}, {"a": [float("nan")]}, {"a": "\ud800"}, {"\udfff": 1}])
def test_what_would_not_come_back_as_it_went_in_is_refused(lost: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DOCUMENTS.validate_python(lost)
