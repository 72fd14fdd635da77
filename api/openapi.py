"""What the OpenAPI document says of each route beyond what FastAPI sees: refusals, keys, tags and who may."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import problems
from api.admission import AT_THE_DOOR
from api.card_numbers import CardNumberSent
from api.schemas.common import Problem, Wire
from domain.foundation import errors, idempotency
from domain.foundation.errors import Refusal
from domain.identity import permissions
from domain.identity.errors import SessionOver
from domain.identity.permissions import Rule

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
* **Pages** are keyset pages: pass `next_cursor` as `after`.
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


def refusals_of(door: "Door") -> list[type[Refusal]]:
    """Everything a route can refuse with: its own refusals, and those that come with its kind."""
    rule = permissions.PERMISSIONS[door.may].rule
    common: list[type[Refusal]] = [problems.Malformed, errors.Unacceptable, problems.TooManyRequests]
    common += [errors.Unavailable]
    if door.may not in AT_THE_DOOR:
        common += [errors.Unauthenticated, SessionOver]
    if rule in {Rule.MARKET_MODERATOR, Rule.MARKET_OPERATOR, Rule.OPERATOR}:
        common.append(errors.Forbidden)
    if not door.is_safe:
        common += [problems.TooLarge, CardNumberSent]
        common += [idempotency.KeyReused, idempotency.KeyUnreadable, idempotency.InFlight]
    if door.idempotency == "required":
        common.append(idempotency.KeyMissing)
    if "if_match" in door.wants:
        common.append(errors.Stale)
    if door.if_match == "required":
        common.append(problems.PreconditionMissing)
    return [*dict.fromkeys([*door.refusals, *common])]


def document(app: FastAPI) -> dict[str, Any]:
    """The document as clients generate from: one form of refusal, one way to sign in."""
    if app.openapi_schema is None:
        made = get_openapi(title=TITLE, version=app.version, description=DESCRIPTION, routes=app.routes)
        schemas = made["components"]["schemas"]
        made["components"]["examples"] = {kind.slug: _example(kind) for kind in Refusal.every()}
        _show_nulls(schemas)
        schemas["Problem"] = Problem.model_json_schema()
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        made["components"]["securitySchemes"] = {
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "description": "An access token of POST /sessions.",
            }
        }
        app.openapi_schema = made
    return app.openapi_schema


def _show_nulls(schemas: dict[str, Any]) -> None:
    """The examples of bodies as they were written: FastAPI leaves out nulls, and null may be the point."""
    for kind in Wire.__subclasses__():
        shown = dict(kind.model_config).get("json_schema_extra")
        for name in (kind.__name__, f"{kind.__module__.replace('.', '__')}__{kind.__name__}"):
            if name in schemas and isinstance(shown, dict):
                schemas[name] |= shown


def _responses(refusals: Iterable[type[Refusal]]) -> dict[int | str, dict[str, Any]]:
    by_status: dict[int, list[type[Refusal]]] = defaultdict(list)
    for kind in refusals:
        by_status[problems.status_of(kind)].append(kind)
    return {status: _response(kinds) for status, kinds in sorted(by_status.items())}


def _response(kinds: list[type[Refusal]]) -> dict[str, Any]:
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


def _example(kind: type[Refusal]) -> dict[str, Any]:
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
    anyone = permissions.PERMISSIONS[door.may].rule is Rule.ANYONE
    if not anyone:
        return [{"bearer": []}]
    return [{}, {"bearer": []}] if "caller" in door.wants else []


def _who(door: "Door") -> str:
    permission = permissions.PERMISSIONS[door.may]
    return f"`{permission.name}` ({permission.rule.replace('_', ' ')})."


def _unindented(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())
