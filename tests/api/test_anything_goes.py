"""Requests that nobody thought of, made from the OpenAPI document: no 5xx, and every answer as declared.

Each route gets requests that fit its schemas and requests that do not, from nobody, a customer, a provider
and an operator; half of them with ids of the stage in their path, so that they come past the door. A few of
each belong to `make test`, always the same ones; the long proof asks hundreds, others every time.
"""

from typing import Any

import pytest
from httpx2 import Request
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some
from schemathesis import Case, GenerationMode
from schemathesis import openapi as from_openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from domain.foundation import ids
from tests.api.calls import CALLS
from tests.api.openapi_document import DOCUMENT
from tests.api.theatre import DOORS, HERE, Theatre, raw

SCHEMA = from_openapi.from_dict(DOCUMENT)
OPERATIONS = {
    found.definition.raw["operationId"]: found
    for each in SCHEMA.get_all_operations()
    for found in [each.ok()]
}
NAMES = sorted(set(OPERATIONS) & set(DOORS))
PEOPLE = ("nobody", "aino", "ellen", "otto")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
OFTEN = 1  # requests for each route in `make test`
VERY_OFTEN = 150
UNHURRIED: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_few_requests_that_nobody_thought_of(theatre: Theatre, name: str):
    _ask(theatre, name, settings(max_examples=OFTEN, derandomize=True, **UNHURRIED))


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_many_requests_that_nobody_thought_of(theatre: Theatre, name: str):
    _ask(theatre, name, settings(max_examples=VERY_OFTEN, **UNHURRIED))


def _ask(theatre: Theatre, name: str, how: settings) -> None:
    operation = OPERATIONS[name]
    cases = some.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )

    @how
    @given(case=cases, who=some.sampled_from(PEOPLE), is_real=some.booleans())
    def ask(case: Case, who: str, is_real: bool) -> None:  # noqa: FBT001 -- Hypothesis gives by keyword
        if is_real:
            case.path_parameters = _real(theatre, name) or case.path_parameters
        sent = case.as_transport_kwargs(base_url=HERE)
        headers = {"Idempotency-Key": str(ids.new()), **sent["headers"], **_credentials(theatre, who)}
        body = {"json": sent["json"]} if "json" in sent else {"content": sent.get("data")}
        request = Request(
            sent["method"], sent["url"], params=sent.get("params"), headers=raw(headers), **body
        )
        answer = theatre.ask(request)
        case.validate_response(answer, checks=CHECKS)

    ask()


def _real(theatre: Theatre, name: str) -> dict[str, str]:
    """The ids of the route's call on the stage, by the names of its path."""
    told = CALLS[name].path.partition("?")[0].split("/")
    declared = OPERATIONS[name].path.split("/")
    pairs = zip(declared, told, strict=True)
    return {one.strip("{}"): theatre.stage.filled(other) for one, other in pairs if one.startswith("{")}


def _credentials(theatre: Theatre, who: str) -> dict[str, str]:
    return {} if who == "nobody" else {"Authorization": f"Bearer {theatre.stage.tokens[who]}"}
