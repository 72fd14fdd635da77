"""What the OpenAPI document says of each route beyond what FastAPI sees: refusals, keys, tags and who may."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import problems
from api.admission import AT_THE_DOOR
from api.card_numbers import CardNumberSent
from api.encodings import UnsupportedEncodingError
from api.legible import SCHEMAS, legible
from api.request_queue import OverloadedError
from api.schemas.common import RequestBody
from api.schemas.problems import Problem
from api.tags import TAGS
from domain.foundation import errors, idempotency
from domain.foundation.errors import DomainError
from domain.foundation.events import DomainEvent
from domain.foundation.persistence.database_errors import OutcomeUnknownError
from domain.identity import permissions
from domain.identity.errors import InvalidToken
from domain.identity.permissions import PermissionRule

if TYPE_CHECKING:
    from api.transaction import Door

TITLE = "Talkoo"
VERSION = "0.1.0"  # as in pyproject.toml; the image is not installed, so nobody can be asked
DESCRIPTION = """
Neighbours getting a job done together: find an offer, ask for a quote, book it, pay, meet, complete.

* **Money** is integers in minor units beside a currency. **Time** is UTC instants beside an IANA zone.
* **Retries**: send `Idempotency-Key` with every unsafe request; the same key and body get the same bytes
  again for 72 hours, with `Idempotent-Replayed: true`.
* **Refusals** are `application/problem+json` with a stable `type`; `/problems` explains each.
* **Pages** are keyset pages of `items`: pass `next_cursor` as `after` until it is null.
* **Editing** what others may edit too: send `If-Match` with the `ETag` you read.
"""

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Any 1 to 255 visible ASCII characters, new for each new request; a UUID is best.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "example": "7f1c3c1e-6a55-4a52-9d29-0e7b9f4f3f52",
}
_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of the copy you change; another one by now is refused.",
    "schema": {"type": "string"},
    "example": '"3"',
}
_NOTHING = "Done; there is nothing to tell."
_RETRIED = {"429", "503"}
_RETRY_AFTER = {"description": "Seconds to wait before asking again.", "schema": {"type": "integer"}}
_ETAG = {
    "ETag": {"description": "What to send as If-Match to change this copy.", "schema": {"type": "string"}}
}
_REPLAYED = {
    "Idempotent-Replayed": {
        "description": "`true` where this is the answer to an earlier request with the same Idempotency-Key.",
        "schema": {"type": "string", "const": "true"},
    }
}


def declared(door: "Door", docstring: str, extra: dict[str, Any]) -> dict[str, Any]:
    """FastAPI's terms for a route: summary, description, every refusal it can give, headers, security.

    `extra` is what only this route has to say.
    """
    summary, _, description = docstring.strip().partition("\n")
    return {
        "summary": summary.rstrip("."),
        "description": _unindented(description) + f"\n\nWho may: {_who(door)}",
        "responses": _responses(refusals_of(door)),
        "openapi_extra": {"parameters": list(_headers(door)), "security": _security(door), **extra},
    }


def refusals_of(door: "Door") -> list[type[DomainError]]:
    """Everything a route can refuse with: its own refusals, and those that come with its kind."""
    rule = permissions.PERMISSIONS[door.may].rule
    common: list[type[DomainError]] = [problems.Malformed, errors.Unacceptable, problems.TooManyRequests]
    common += [CardNumberSent, errors.Unavailable, OverloadedError]
    if door.may not in AT_THE_DOOR:
        common += [errors.Unauthenticated, InvalidToken]
    if rule in {PermissionRule.MARKET_MODERATOR, PermissionRule.MARKET_OPERATOR, PermissionRule.OPERATOR}:
        common.append(errors.Forbidden)
    if not door.is_safe:
        common += [problems.TooLarge, UnsupportedEncodingError, OutcomeUnknownError]
        common += [
            idempotency.IdempotencyKeyReused,
            idempotency.InvalidIdempotencyKey,
            idempotency.RequestInFlight,
        ]
    if door.idempotency == "required":
        common.append(idempotency.IdempotencyKeyMissing)
    if "if_match" in door.wants:
        common.append(errors.Stale)
    if door.if_match == "required":
        common.append(problems.PreconditionMissing)
    return [*dict.fromkeys([*door.errors, *common])]


def document(app: FastAPI) -> dict[str, Any]:
    """The document to make clients from: one form of refusal, one way to sign in, a name for each shape."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=TITLE,
            version=app.version,
            description=DESCRIPTION,
            routes=app.routes,
            tags=[{"name": name, "description": told} for name, told in TAGS.items()],
            servers=[{"url": "/", "description": "Where this document is read."}],
            license_info={"name": "Apache 2.0", "identifier": "Apache-2.0"},
            separate_input_output_schemas=False,  # what is taken and what is told look alike here
        )
        schemas = made["components"]["schemas"]
        _show_nulls(schemas)
        _tell_of_problems(made)
        _tell_of_successes(made)
        made["components"]["securitySchemes"] = {
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "description": "An access token of POST /sessions.",
            }
        }
        _list_enums(made)
        app.openapi_schema = legible(made)
    return app.openapi_schema


def _list_enums(made: dict[str, Any]) -> None:
    """Name the values of texts that are `named_enum`s, and refer to them."""
    kinds = [kind for kind in DomainError.all_classes() if kind.__module__.startswith(("api.", "domain."))]
    events = [kind for kind in DomainEvent.all_classes() if kind.__module__.startswith("domain.")]
    enums = {
        "ProblemType": ("A type of problem.", [f"/problems/{kind.slug}" for kind in kinds]),
        "EventName": ("The name of an event.", [kind.name for kind in events]),
    }
    schemas = made["components"]["schemas"]
    for schema in list(schemas.values()):
        for field in schema.get("properties", {}).values():
            if name := field.pop("x-enum", None):
                del field["type"]
                field["$ref"] = SCHEMAS + name
                description, values = enums[name]
                schemas[name] = {"type": "string", "title": name, "description": description, "enum": values}


def _tell_of_problems(made: dict[str, Any]) -> None:
    """One form of refusal instead of FastAPI's own, which nobody is ever sent here."""
    schemas, seen = made["components"]["schemas"], set[str]()
    for _, operation in _operations(made):
        operation.setdefault("security", [])
        answers = operation["responses"]
        if answers.get("422", {}).get("content", {}).get("application/json"):
            del answers["422"]
        for answer in answers.values():
            seen |= answer.get("content", {}).get(problems.MEDIA_TYPE, {}).get("examples", {}).keys()
    made["components"]["examples"] = {
        kind.slug: _example(kind) for kind in DomainError.all_classes() if kind.slug in seen
    }
    drawn = Problem.model_json_schema(ref_template=SCHEMAS + "{model}")
    schemas |= {"Problem": drawn} | {
        name: part for name, part in drawn.pop("$defs").items() if name not in schemas
    }
    del schemas["HTTPValidationError"], schemas["ValidationError"]


def _tell_of_successes(made: dict[str, Any]) -> None:
    """What comes back, in the words of its own shape, and the headers to keep or to look at."""
    for method, operation in _operations(made):
        for status, answer in operation["responses"].items():
            answer.setdefault("headers", {})
            if status in _RETRIED:
                answer["headers"]["Retry-After"] = _RETRY_AFTER
            if status.startswith("2"):
                shape = _shape_of(answer, made["components"]["schemas"])
                answer["description"] = shape.get("description", _NOTHING).partition("\n\n")[0]
                answer["headers"] |= _ETAG if "version" in shape.get("properties", {}) else {}
                answer["headers"] |= {} if method == "get" else _REPLAYED
            if not answer["headers"]:
                del answer["headers"]


def _operations(made: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(method, told) for item in made["paths"].values() for method, told in item.items()]


def _shape_of(answer: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    ref = answer.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    shape: dict[str, Any] = schemas.get(ref.removeprefix(SCHEMAS), {})
    return shape


def _show_nulls(schemas: dict[str, Any]) -> None:
    """The examples of bodies as they were written: FastAPI leaves out nulls, and null may be the point."""
    for kind in RequestBody.__subclasses__():
        shown = dict(kind.model_config).get("json_schema_extra")
        for name in (kind.__name__, f"{kind.__module__.replace('.', '__')}__{kind.__name__}"):
            if name in schemas and isinstance(shown, dict):
                schemas[name] |= shown


def _responses(error_classes: Iterable[type[DomainError]]) -> dict[int | str, dict[str, Any]]:
    by_status: dict[int, list[type[DomainError]]] = defaultdict(list)
    for kind in error_classes:
        by_status[problems.status_of(kind)].append(kind)
    return {status: _response(kinds) for status, kinds in sorted(by_status.items())}


def _response(kinds: list[type[DomainError]]) -> dict[str, Any]:
    examples = {kind.slug: {"$ref": f"#/components/examples/{kind.slug}"} for kind in kinds}
    return {
        "description": "; ".join(kind.title for kind in kinds),
        "content": {
            problems.MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": examples,
            }
        },
    }


def _example(kind: type[DomainError]) -> dict[str, Any]:
    shown = {
        "type": f"/problems/{kind.slug}",
        "title": kind.title,
        "status": problems.status_of(kind),
        "detail": " ".join((kind.__doc__ or kind.title).split()),
        "instance": "req_01jczk3v9hf8gb2h6v1q4nsx7e",
    }
    return {"summary": kind.title, "value": shown}


def _headers(door: "Door") -> Iterable[dict[str, Any]]:
    if not door.is_safe:
        yield _KEY | {"required": door.idempotency == "required"}
    if "if_match" in door.wants:
        yield _MATCH | {"required": door.if_match == "required"}


def _security(door: "Door") -> list[dict[str, list[str]]]:
    anyone = permissions.PERMISSIONS[door.may].rule is PermissionRule.ANYONE
    if not anyone:
        return [{"bearer": []}]
    return [{}, {"bearer": []}] if "caller" in door.wants else []


def _who(door: "Door") -> str:
    permission = permissions.PERMISSIONS[door.may]
    return f"`{permission.name}` ({permission.rule.replace('_', ' ')})."


def _unindented(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())
