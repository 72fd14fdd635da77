"""The OpenAPI document of the API, built once for all test files of a process: building it takes seconds."""

from typing import Any

from api import openapi
from api.app import create

DOCUMENT: dict[str, Any] = openapi.document(create())
