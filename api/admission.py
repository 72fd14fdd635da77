"""Who is let in: bearer token, permission, rate limit; and what a request says about its own repetition."""

from datetime import datetime
from typing import Literal

from fastapi import Request
from sqlmodel import Session

from api.card_numbers import check_key
from api.problems import PreconditionMissing
from api.rate_limits import RateLimits
from domain import identity
from domain.foundation import idempotency
from domain.foundation.errors import Forbidden, Unacceptable, Unauthenticated
from domain.identity import Caller, permissions

Need = Literal["optional", "required"]
AT_THE_DOOR = frozenset({"users.sign_up", "sessions.start", "sessions.renew", "oidc.sign_in"})
FROM_THE_PROVIDER = "payments.receive_webhook"  # one address speaks for everybody, and signs what it says


def admit(session: Session, may: str, limits: RateLimits, request: Request, *, at: datetime) -> Caller | None:
    """Who is asking, if the table of permissions lets them. Counts the request against their limit.

    At the door nobody is somebody yet: a token that came along is not looked at, for it may be the stale one
    that is about to be renewed, and every try is counted by address, so that guessing is slow. So is a token
    that is no good, elsewhere.
    """
    if may in AT_THE_DOOR:
        limits.count_at_door(_address(request))
        return None
    try:
        caller = _caller(session, request, at=at)
    except Unauthenticated:
        limits.count_at_door(_address(request))
        raise
    if may != FROM_THE_PROVIDER:
        limits.count(_address(request) if caller is None else str(caller.user_id))
    _check(caller, may)
    return caller


def attempt_of(
    request: Request, caller: Caller | None, body: bytes, need: Need
) -> idempotency.Attempt | None:
    """The attempt that this request is, if it carries an Idempotency-Key."""
    key = request.headers.get("idempotency-key")
    if key is None and need == "required":
        raise idempotency.KeyMissing(
            "Send a header Idempotency-Key, a UUID for example.", field="Idempotency-Key"
        )
    if key is None:
        return None
    check_key(key)
    path = request.url.path + ("?" + request.url.query if request.url.query else "")
    return idempotency.attempt(None if caller is None else caller.user_id, key, request.method, path, body)


def if_match_of(request: Request, need: Need) -> int | None:
    """The version in If-Match; `*` and none mean any, where any will do."""
    given = request.headers.get("if-match")
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
        raise Unauthenticated(decision.because)
    raise Forbidden(decision.because, permission=may, rule=str(decision.rule))


def _caller(session: Session, request: Request, *, at: datetime) -> Caller | None:
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("Send `Authorization: Bearer` and an access token.")
    return identity.authenticate(session, token.strip(), at=at)


def _address(request: Request) -> str:
    return request.client.host if request.client else "somewhere"
