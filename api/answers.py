"""Answers: a view, made into bytes once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import NoneType
from typing import Any, Generic, TypeVar, get_args, get_origin

from fastapi import Response
from pydantic import BaseModel, TypeAdapter

from domain.foundation.idempotency import StoredResponse

Body = TypeVar("Body")


@dataclass(frozen=True, slots=True)
class Answer(Generic[Body]):
    """A view with headers of its own, or with another status than the route's usual one."""

    view: Body
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int | None = None


def view_of(annotation: Any) -> Any:  # noqa: ANN401 -- any annotation
    """The view inside a route's return annotation: `Answer[BookingView]` and `BookingView` alike, or None."""
    inside = get_args(annotation)[0] if get_origin(annotation) is Answer else annotation
    return None if inside is NoneType else inside


def renderer(annotation: Any, status: int) -> Callable[[Any], StoredResponse]:  # noqa: ANN401 -- any annotation
    """What turns a route's return value into bytes. Views with a `version` carry it as their ETag."""
    view_type = view_of(annotation)

    def render(answered: Any) -> StoredResponse:  # noqa: ANN401 -- whatever the route answers
        answer = answered if isinstance(answered, Answer) else Answer(answered)
        if answer.view is None:
            return StoredResponse(answer.status or 204, dict(answer.headers), b"")
        if isinstance(answer.view, bytes):
            return StoredResponse(
                answer.status or status, {"content-type": "application/json", **answer.headers}, answer.view
            )
        headers = {"content-type": "application/json", **_etag(answer.view), **answer.headers}
        return StoredResponse(answer.status or status, headers, _adapter(view_type).dump_json(answer.view))

    return render


def response(stored: StoredResponse, **headers: str) -> Response:
    """A stored answer on its way out."""
    extra = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(stored.body, stored.status, {**stored.headers, **extra})


@lru_cache(maxsize=512)
def _adapter(view_type: Any) -> TypeAdapter[Any]:  # noqa: ANN401 -- any annotation
    return TypeAdapter(view_type)


def _etag(view: object) -> dict[str, str]:
    version = getattr(view, "version", None) if isinstance(view, BaseModel) else None
    return {} if version is None else {"etag": f'"{version}"'}
