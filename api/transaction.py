"""One thread, one transaction, one answer: what stands between FastAPI and a route.

A route here is a plain function. Its signature may name what it is given: `session` (one transaction,
committed before the answer leaves), `caller`, `at` (the instant of the request), `if_match`, or, where it
reaches the world, `transactions` and `gateway` instead of a session. All else in the signature is FastAPI's
to parse. Signing in, permission, rate limit, idempotency, the route, its bytes and the commit happen in one
thread hop (decision 0002: a dependency with `yield` costs two hops more and answers before it commits).
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from inspect import isclass
from typing import Any, Literal, get_type_hints

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from api import answers, problems
from api.admission import admit, attempt_of, if_match_of
from api.encodings import check_encoding
from api.entries import limited_entry
from api.house import House, house_of
from api.openapi import declared
from api.request_queue import OverloadedError
from api.schemas.common import RequestBody
from api.second_try import AnsweredMeanwhile, answer_or_try_again
from domain.foundation import clock, idempotency
from domain.foundation.errors import DomainError, Unavailable
from domain.foundation.idempotency import StoredResponse
from domain.identity import permissions

GIVEN = frozenset({"session", "caller", "at", "transactions", "gateway", "if_match"})
SAFE = frozenset({"GET", "HEAD"})
CLIENT_CLOSED_REQUEST = 499  # nginx's number for the log; nobody is there to read the answer
Need = Literal["optional", "required"]
Endpoint = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Door:
    """A route as the house keeps it: the function, its stance, and what it needs to know of the request."""

    endpoint: Endpoint
    method: str
    may: str
    wants: frozenset[str]
    render: Callable[[Any], StoredResponse]
    errors: tuple[type[DomainError], ...]
    idempotency: Need
    if_match: Need

    @property
    def reaches_the_world(self) -> bool:
        """Whether the route opens its own transactions around calls to the payment provider."""
        return "transactions" in self.wants

    @property
    def group(self) -> str:
        """The group of routes with which it shares its part of the request queue: its noun."""
        return self.endpoint.__module__.rpartition(".")[2]

    @property
    def is_safe(self) -> bool:
        """Whether the route only reads."""
        return self.method in SAFE


class Router:
    """The routes of one noun. `routes.doors` lists them for the house tests; `routes.inner` is FastAPI's."""

    def __init__(self, *, tags: list[str]) -> None:
        self.inner = APIRouter(tags=list(tags))
        self.doors: list[Door] = []

    def get(self, path: str, **terms: Any) -> Callable[[Endpoint], Endpoint]:  # noqa: ANN401 -- the terms of `_open`
        """A route that only reads: its session commits nothing."""
        return self._opener("GET", path, terms)

    def post(self, path: str, **terms: Any) -> Callable[[Endpoint], Endpoint]:  # noqa: ANN401 -- the terms of `_open`
        """A route that makes something."""
        return self._opener("POST", path, terms)

    def put(self, path: str, **terms: Any) -> Callable[[Endpoint], Endpoint]:  # noqa: ANN401 -- the terms of `_open`
        """A route that replaces something."""
        return self._opener("PUT", path, terms)

    def patch(self, path: str, **terms: Any) -> Callable[[Endpoint], Endpoint]:  # noqa: ANN401 -- the terms of `_open`
        """A route that changes parts of something."""
        return self._opener("PATCH", path, terms)

    def delete(self, path: str, **terms: Any) -> Callable[[Endpoint], Endpoint]:  # noqa: ANN401 -- the terms of `_open`
        """A route that ends something."""
        return self._opener("DELETE", path, terms)

    def _opener(self, method: str, path: str, terms: dict[str, Any]) -> Callable[[Endpoint], Endpoint]:
        def register(endpoint: Endpoint) -> Endpoint:
            self._open(method, path, endpoint, **terms)
            return endpoint

        return register

    def _open(
        self,
        method: str,
        path: str,
        endpoint: Endpoint,
        *,
        may: str,
        errors: Sequence[type[DomainError]] = (),
        status_code: int = 200,
        idempotency: Need = "optional",
        if_match: Need = "optional",
        **more: Any,  # noqa: ANN401 -- FastAPI's own terms
    ) -> None:
        """`may` is the route's stance, a name in `domain.identity.permissions`; a stranger does not start."""
        assert may in permissions.PERMISSIONS, f"{may} has no line in the table of permissions"  # noqa: S101 -- a mistake of ours, seen at start
        answered = get_type_hints(endpoint, include_extras=True)["return"]
        wants = frozenset(inspect.signature(endpoint).parameters) & GIVEN
        render = answers.renderer(answered, status_code)
        door = Door(endpoint, method, may, wants, render, tuple(errors), idempotency, if_match)
        self.doors.append(door)
        self.inner.add_api_route(
            path,
            _served(door),
            methods=[method],
            operation_id=endpoint.__name__,
            name=endpoint.__name__,
            status_code=status_code,
            response_model=answers.view_of(answered),
            **declared(door, endpoint.__doc__ or "", more.pop("openapi_extra", {})),
            **more,
        )


async def body_of(request: Request) -> bytes:
    """The body as it came, for the fingerprint of a retry."""
    return await request.body()


def only_known_parameters(request: Request) -> None:
    """Refuse a query parameter that the route does not declare: misspelt, it would silently narrow nothing.

    A route that takes its query as one model refuses strangers by that.
    """
    if not request.scope["query_string"]:
        return
    declared_ones = request.scope["route"].dependant.query_params
    known = {parameter.alias for parameter in declared_ones}
    is_a_model = any(
        isclass(each := one.field_info.annotation) and issubclass(each, RequestBody) for one in declared_ones
    )
    if not is_a_model and (strange := sorted(set(request.query_params) - known)):
        raise problems.Malformed(f"There is no parameter {strange[0]!r} here.", field=strange[0])


def _served(door: Door) -> Callable[..., Any]:
    """The coroutine that FastAPI calls, under the signature of what FastAPI should parse.

    What can be done here is no dependency: solving one costs as much as a small query.
    """

    async def serve(talkoo_request: Request, **parsed: Any) -> Response:  # noqa: ANN401 -- parsed by FastAPI
        only_known_parameters(talkoo_request)
        body = b"" if door.is_safe else await body_of(talkoo_request)
        check_encoding(talkoo_request.headers.get("content-type", ""), body)
        house = house_of(talkoo_request)
        queue = house.provider_requests if door.reaches_the_world else house.requests
        answer = _answer_from_the_world if door.reaches_the_world else _answer
        if (place := queue.enter(door.group)) is None:
            try:
                place = await queue.wait(door.group)
            except OverloadedError as overloaded:
                return problems.response(overloaded)
        try:
            if place.waited and await talkoo_request.is_disconnected():
                return Response(status_code=CLIENT_CLOSED_REQUEST)
            return await run_sync(
                _refusing, answer, door, house, talkoo_request, body, parsed, limiter=house.threads
            )
        finally:
            queue.leave(place)

    hints = get_type_hints(door.endpoint, include_extras=True)
    theirs = [
        parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in inspect.signature(door.endpoint).parameters.items()
        if name not in GIVEN
    ]
    ours = inspect.Parameter("talkoo_request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
    serve.__signature__ = inspect.Signature([ours, *theirs])  # type: ignore[attr-defined]  # read by FastAPI
    return serve


def _refusing(
    answer: Callable[..., Response],
    door: Door,
    house: House,
    request: Request,
    body: bytes,
    parsed: dict[str, Any],
) -> Response:
    """A refusal becomes its problem here; a lost race or connection is tried once more."""
    try:
        with limited_entry(house, request, parsed):
            return answer_or_try_again(lambda: answer(door, house, request, body, parsed))
    except DomainError as refusal:
        return problems.response(refusal)


def _answer(door: Door, house: House, request: Request, body: bytes, parsed: dict[str, Any]) -> Response:
    at = clock.now()
    opened = house.transactions.read_session() if door.is_safe else house.transactions()
    with opened as session:
        caller = admit(session, door.may, house.limits, request, at=at)
        tried = None
        if not door.is_safe:
            tried = attempt_of(request, caller, body, door.idempotency, parsed=parsed, limits=house.limits)
        if tried and (stored := idempotency.load_stored_response(session, tried, at=at)):
            return answers.response(stored, idempotent_replayed="true")
        given = {
            "session": session,
            "caller": caller,
            "at": at,
            "if_match": if_match_of(request, door.if_match) if "if_match" in door.wants else None,
        }
        try:
            answered = door.render(door.endpoint(**parsed, **_only(door.wants, given)))
            session.flush()
        except (DomainError, IntegrityError) as no:
            if tried:
                _be_sure(session, tried, no, at)
            raise
        if tried and not idempotency.store_response(session, tried, answered, at=at):
            raise AnsweredMeanwhile
    return answers.response(answered)


def _be_sure(
    session: Session, tried: idempotency.IdempotentRequest, no: DomainError | IntegrityError, at: datetime
) -> None:
    """Before a no goes out under a key: perhaps it is the effect of this very request, sent a moment before.

    The look at the key sees the table as it was just before it held the key. A no that keeps what it wrote is
    an answer to remember, and cannot be remembered twice; for any other we look again.
    """
    if isinstance(no, DomainError) and no.commits_transaction:
        is_ours = idempotency.store_response(session, tried, StoredResponse(*problems.problem(no)), at=at)
    else:
        session.rollback()
        is_ours = idempotency.load_stored_response(session, tried, at=at) is None
    if not is_ours:
        raise AnsweredMeanwhile from no


def _answer_from_the_world(
    door: Door, house: House, request: Request, body: bytes, parsed: dict[str, Any]
) -> Response:
    """The key is claimed first; the route then does what is idempotent by its own rows."""
    at = clock.now()
    with house.transactions() as session:
        caller = admit(session, door.may, house.limits, request, at=at)
        tried = attempt_of(request, caller, body, door.idempotency, parsed=parsed, limits=house.limits)
        if tried and (stored := idempotency.load_stored_response(session, tried, at=at)):
            return answers.response(stored, idempotent_replayed="true")
        if tried and not idempotency.claim_key(session, tried, at=at):
            raise AnsweredMeanwhile
    given = {"transactions": house.transactions, "gateway": house.gateway, "caller": caller, "at": at}
    try:
        answered = door.render(door.endpoint(**parsed, **_only(door.wants, given)))
    except Unavailable:
        _settle(house, tried, None)
        raise
    except DomainError as refusal:
        _settle(house, tried, StoredResponse(*problems.problem(refusal)))
        raise
    _settle(house, tried, answered)
    return answers.response(answered)


def _settle(
    house: House, tried: idempotency.IdempotentRequest | None, answered: StoredResponse | None
) -> None:
    if tried is None:
        return
    with house.transactions() as session:
        if answered is None:
            idempotency.release_key(session, tried)
        else:
            idempotency.store_response(session, tried, answered, at=clock.now())


def _only(wanted: frozenset[str], given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in wanted}
