"""Refusals on the wire: every kind has its status here, once, as RFC 9457 problem+json."""

import re
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from domain.foundation import errors
from domain.foundation.errors import DomainError
from domain.foundation.idempotency import IdempotencyKeyMissing
from domain.foundation.logging import get_logger

MEDIA_TYPE = "application/problem+json"
STATUS: dict[type[DomainError], int] = {
    errors.Unauthenticated: 401,
    errors.Declined: 402,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Stale: 412,
    errors.Conflict: 409,
    errors.Unacceptable: 422,
    errors.Unavailable: 503,
}


class PreconditionMissing(errors.Unacceptable):
    """What two people may edit is changed only with If-Match."""

    slug = "if-match-required"
    title = "Say which version you change"


class TooManyRequests(errors.Unavailable):
    """One caller asks more often than is fair to the others."""

    slug = "too-many-requests"
    title = "Too many requests"


class Malformed(errors.Unacceptable):
    """The request does not have the declared shape; `errors` lists every field that is wrong."""

    slug = "malformed"
    title = "The request does not have the shape this route declares"


class NoSuchRoute(errors.NotFound):
    """No route has this path."""

    slug = "no-such-route"
    title = "There is no such route"


class MethodNotAllowed(errors.Unacceptable):
    """The path exists, but not with this method."""

    slug = "method-not-allowed"
    title = "This path does not take that method"


class TooLarge(errors.Unacceptable):
    """The body is larger than any route needs."""

    slug = "too-large"
    title = "The body is too large"


STATUS |= {PreconditionMissing: 428, TooManyRequests: 429, MethodNotAllowed: 405, TooLarge: 413}
_BY_STATUS = {404: NoSuchRoute, 405: MethodNotAllowed, 413: TooLarge}
_AS_PYTHON_SHOWS = re.compile(r"<[\w.]+: ('[^']*')>")  # <State.COMPLETED: 'completed'>
_MENDS = {
    404: "Look at /openapi.json for the routes there are.",
    405: "Look at the Allow header.",
    413: "Send less at once.",
}


def status_of(kind: type[DomainError]) -> int:
    """The status of a refusal: that of the nearest kind above it."""
    return next(STATUS[base] for base in kind.__mro__ if base in STATUS)


def problem(refusal: DomainError) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of a refusal."""
    kind, extras = type(refusal), dict(refusal.extras)
    status = status_of(kind)
    headers = {"content-type": MEDIA_TYPE, "cache-control": "no-store"}
    if (retry_after := extras.get("retry_after")) is not None:
        headers["retry-after"] = str(retry_after)
    if status == 401:  # noqa: PLR2004 -- RFC 9110, section 11.6.1 asks for the challenge
        headers["www-authenticate"] = "Bearer"
    body: dict[str, Any] = {
        "type": f"/problems/{kind.slug}",
        "title": kind.title,
        "status": status,
        "detail": refusal.detail,
        "instance": structlog.contextvars.get_contextvars().get("request_id", ""),
    }
    if refusal.field is not None:
        body["field"] = refusal.field
    return status, headers, orjson.dumps(body | extras, default=str)


def response(refusal: DomainError) -> Response:
    """A refusal as an answer."""
    status, headers, body = problem(refusal)
    return Response(body, status, headers)


def install(app: FastAPI) -> None:
    """Let refusals, misshapen requests, unknown paths and bugs all answer in the one form."""
    app.add_exception_handler(DomainError, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_misshapen)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_bug)


def bug() -> Response:
    """What a bug answers: 500, and not a word from inside."""
    body = {
        "type": "/problems/bug",
        "title": "Something broke on our side",
        "status": 500,
        "detail": "This is our fault, not yours. Try again; if it happens again, tell us the instance.",
        "instance": structlog.contextvars.get_contextvars().get("request_id", ""),
    }
    return Response(orjson.dumps(body), 500, {"content-type": MEDIA_TYPE})


async def _on_refusal(_: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, DomainError)  # noqa: S101 -- installed for refusals only
    return response(refusal)


async def _on_misshapen(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 -- installed for these only
    wrong = [
        {
            "field": "body" if found["type"] == "json_invalid" else _path(found["loc"]),
            "reason": _said(found),
        }
        for found in error.errors()
    ]
    if any(entry["field"].lower() == "idempotency-key" for entry in wrong):
        return response(
            IdempotencyKeyMissing(
                "Send a header Idempotency-Key, a UUID for example.", field="Idempotency-Key"
            )
        )
    first = wrong[0] if wrong else {"field": "", "reason": "It cannot be read."}
    return response(Malformed(f"{first['field']}: {first['reason']}", field=first["field"], errors=wrong))


_NO_OBJECT = "Send a JSON object, with the header Content-Type: application/json."
_PLAIN_REASONS = {
    "model_attributes_type": _NO_OBJECT,
    "model_type": _NO_OBJECT,
    "dict_type": "This is a JSON object.",
    "json_invalid": "The body is not valid JSON.",
    "extra_forbidden": "There is no such field here; leave it out.",
    "string_pattern_mismatch": "It does not have the form that the documentation describes.",
    "date_from_datetime_parsing": "Write a date that exists, such as 2030-12-31.",
}
"""Reasons in words for a person, where those of the validation library are for programmers."""


def _said(found: dict[str, Any]) -> str:
    """What is wrong, for a person: words as they are sent, not as Python shows them; no pattern of bytes."""
    if found["type"] == "string_pattern_mismatch" and any(sign < " " for sign in str(found["input"])):
        return "It holds a control character or a line break; leave it out."
    if found["type"] in _PLAIN_REASONS:
        return _PLAIN_REASONS[found["type"]]
    reason = _AS_PYTHON_SHOWS.sub(r"\1", found["msg"].removeprefix("Value error, "))
    return reason[:1].upper() + reason[1:]


def _path(location: tuple[int | str, ...]) -> str:
    """`("body", "options", 0, "id")` as `options.0.id`; where it was found is left out."""
    places = location[1:] if location and location[0] in {"body", "query", "path", "header"} else location
    return ".".join(str(place) for place in places) or "body"


async def _on_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 -- installed for these only
    kind = _BY_STATUS.get(error.status_code, Malformed)
    field = "body" if kind is Malformed else None
    answer = response(kind(_MENDS.get(error.status_code, "The body cannot be read as JSON."), field=field))
    answer.headers.update(error.headers or {})
    return answer


async def _on_bug(_: Request, error: Exception) -> Response:
    get_logger("api").error("bug", exc_info=error)
    return bug()
