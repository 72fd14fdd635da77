"""Who is let in: bearer token, permission, rate limit; and what a request says about its own repetition."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from fastapi import Request
from sqlmodel import Session

from api.card_numbers import check_key
from api.client_address import client_of
from api.entries import idempotency_asker
from api.problems import PreconditionMissing
from api.rate_limits import RateLimits
from domain import identity
from domain.foundation import idempotency
from domain.foundation.errors import Forbidden, Unacceptable, Unauthenticated
from domain.identity import Caller, permissions

Need = Literal["optional", "required"]
AT_THE_DOOR = frozenset({"users.sign_up", "sessions.start", "sessions.renew", "oidc.sign_in"})
READS = frozenset({"GET", "HEAD"})
FROM_THE_PROVIDER = "payments.receive_webhook"  # one address speaks for everybody, and signs what it says


def admit(session: Session, may: str, limits: RateLimits, request: Request, *, at: datetime) -> Caller | None:
    """Who is asking, if the table of permissions lets them. Counts the request against their limit.

    At the door nobody is signed in yet: a token that came along is not looked at, for it may be the stale one
    that is about to be renewed, and what is sent is counted by `api.entries`. A wrong token elsewhere counts
    apart from everything else that comes from the same address.
    """
    if may in AT_THE_DOOR:
        if request.method in READS:
            limits.count_client(client_of(request.scope, limits.proxies))
        return None
    try:
        caller = _caller(session, request, at=at)
    except Unauthenticated:
        limits.count_bad_token(client_of(request.scope, limits.proxies))
        raise
    if may != FROM_THE_PROVIDER:
        _count(limits, request, caller)
    _check(caller, may)
    return caller


def attempt_of(
    request: Request,
    caller: Caller | None,
    body: bytes,
    need: Need,
    *,
    parsed: Mapping[str, Any],
    limits: RateLimits,
) -> idempotency.IdempotentRequest | None:
    """The attempt that this request is, if it carries an Idempotency-Key."""
    key = _only_line(request, "Idempotency-Key")
    if key is None and need == "required":
        raise idempotency.IdempotencyKeyMissing(
            "Send a header Idempotency-Key, a UUID for example.", field="Idempotency-Key"
        )
    if key is None:
        return None
    check_key(key)
    idempotency.check_key(key)
    scope = (
        f"user:{caller.user_id}" if caller else f"anyone:{idempotency_asker(limits, request, parsed, key)}"
    )
    path = request.url.path + ("?" + request.url.query if request.url.query else "")
    return idempotency.idempotent_request(scope, key, request.method, path, body, is_encrypted=caller is None)


def if_match_of(request: Request, need: Need) -> int | None:
    """The version in If-Match; `*` and none mean any, where any will do."""
    given = _only_line(request, "If-Match")
    if given is None and need == "required":
        raise PreconditionMissing("Send If-Match with the ETag of the copy you change.", field="If-Match")
    if given is None or given == "*":
        return None
    version = given.removeprefix("W/").strip('"')
    if not version.isascii() or not version.isdigit() or len(version) > 18:  # noqa: PLR2004 -- fits a bigint
        raise Unacceptable('An ETag here is a number in quotes, "3" for example.', field="If-Match")
    return int(version)


def _check(caller: Caller | None, may: str) -> None:
    decision = permissions.decide(caller, may)
    if decision.allowed:
        return
    if caller is None:
        raise Unauthenticated(decision.reason)
    raise Forbidden(decision.reason, permission=may, rule=str(decision.rule))


def _caller(session: Session, request: Request, *, at: datetime) -> Caller | None:
    headers = request.headers.getlist("authorization")
    if not headers:
        return None
    if len(headers) > 1:
        raise Unauthenticated("Send one header Authorization.")
    (header,) = headers
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("Send `Authorization: Bearer` and an access token.")
    return identity.authenticate(session, token.strip(), at=at)


def _count(limits: RateLimits, request: Request, caller: Caller | None) -> None:
    if caller is None:
        limits.count_client(client_of(request.scope, limits.proxies))
    else:
        limits.count_user(str(caller.user_id))


def _only_line(request: Request, name: str) -> str | None:
    """The header's value. Of several lines a proxy might read another one than we do, so they are refused."""
    lines = request.headers.getlist(name)
    if len(lines) > 1:
        raise Unacceptable(f"Send one header {name}.", field=name)
    return lines[0] if lines else None
