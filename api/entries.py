"""What people send before they are signed in: how each is limited, and who the sender of a retry is.

- PASSWORD can be guessed. A failure counts for the networks of the client and for the account; waits grow. A
  device that signed in to the account before counts by itself alone, so guessing by others neither locks the
  owner of the account out nor those who share an address with whoever guesses. A success is no failure.
- OPENING costs work and proves nothing (an account, a departure to an identity provider): each counts.
- TOKEN cannot be guessed (256 random bits): it is let in whatever others do, and counts where it is wrong.

Nobody is signed in yet, so the scope of an Idempotency-Key is what only this sender knows (`asker`: fields of
the body). A departure holds no secret; there the key must be one, and counts in the client's network only.
Where the answer follows from the body alone and concerns nobody, the body itself is the asker.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType
from typing import Any, Final

from fastapi import Request

from api.client_address import client_of
from api.counters import Window
from api.house import House
from api.rate_limits import RateLimits
from api.schemas.common import RequestBody
from api.schemas.identity import (
    OidcAttemptRequest,
    OidcCompletionRequest,
    SessionRenewalRequest,
    SignInRequest,
    SignUpRequest,
)
from api.schemas.reputation import ExportVerification
from domain import identity
from domain.foundation import idempotency, signing
from domain.foundation.errors import Unauthenticated


class Kind(Enum):
    """How an entry is limited."""

    ORDINARY = auto()  # as every request of somebody who is not signed in
    PASSWORD = auto()
    OPENING = auto()
    TOKEN = auto()


@dataclass(frozen=True, slots=True)
class Entry:
    """How a body is limited, and its fields that only its sender knows."""

    kind: Kind
    asker: tuple[str, ...]


ENTRIES: Final[Mapping[type[RequestBody], Entry]] = MappingProxyType(
    {
        SignUpRequest: Entry(Kind.OPENING, ("email", "password")),
        SignInRequest: Entry(Kind.PASSWORD, ("email", "password")),
        SessionRenewalRequest: Entry(Kind.TOKEN, ("refresh_token",)),
        OidcAttemptRequest: Entry(Kind.OPENING, ()),
        OidcCompletionRequest: Entry(Kind.TOKEN, ("state", "secret")),
        ExportVerification: Entry(Kind.ORDINARY, ("document", "signature")),
    }
)
PROVIDER: Final = "payment provider"  # one sender, whose messages are signed
_HEX_DIGITS: Final = 32  # of a keyed hash; 128 bits are enough to tell senders apart


@contextmanager
def limited_entry(house: House, request: Request, parsed: Mapping[str, Any]) -> Iterator[None]:
    """Count an entry before and after it is answered; other requests pass. Raises `TooManyRequests`."""
    body, limits = parsed.get("body"), house.limits
    entry = ENTRIES.get(type(body))  # type: ignore[arg-type]  # a body of another type has no entry
    if entry is None or entry.kind is Kind.ORDINARY:
        yield
    elif entry.kind is Kind.OPENING:
        limits.count_opening(client_of(request.scope, limits.proxies))
        yield
    elif isinstance(body, SignInRequest):
        windows, every = _sign_in_windows(house, request, body)
        limits.acquire(*windows, every)
        with _released_unless_refused(limits, windows):
            yield
    else:
        with _bad_token_counted(limits, request):
            yield


def idempotency_asker(limits: RateLimits, request: Request, parsed: Mapping[str, Any], key: str) -> str:
    """Who sends a request that nobody has signed, as a name that tells nothing about them.

    Raises `KeyGuessable` where the key is the only secret of the request and could be guessed.
    """
    body = parsed.get("body")
    entry = ENTRIES.get(type(body))  # type: ignore[arg-type]  # a body of another type has no entry
    if entry is None:
        return PROVIDER
    if entry.asker:
        return _keyed_hash("asker", *(str(getattr(body, field)) for field in entry.asker))
    idempotency.check_unguessable_key(key)
    return _keyed_hash("asker", client_of(request.scope, limits.proxies).name)


def _sign_in_windows(
    house: House, request: Request, body: SignInRequest
) -> tuple[tuple[Window, ...], Window]:
    """The windows that count failures of this sign-in, and the one that counts all."""
    limits, account = house.limits, _keyed_hash("account", identity.rate_limit_key(body.email))
    if body.device and _knows_device(house, body.email, body.device):
        device = _keyed_hash("device", body.device)
        return limits.failures_of_device(account, device), limits.sign_ins(account, device)
    client = client_of(request.scope, limits.proxies)
    return limits.failures_of_stranger(client, account), limits.sign_ins(account, "stranger")


def _knows_device(house: House, email: str, device: str) -> bool:
    with house.transactions.read_session() as session:
        return identity.is_known_device(session, email, device)


@contextmanager
def _released_unless_refused(limits: RateLimits, windows: Sequence[Window]) -> Iterator[None]:
    """What was counted beforehand stays counted for a refused sign-in only; so many at once cannot pass."""
    is_refused = False
    try:
        yield
    except Unauthenticated:
        is_refused = True
        raise
    finally:
        if not is_refused:
            limits.release(*windows)


@contextmanager
def _bad_token_counted(limits: RateLimits, request: Request) -> Iterator[None]:
    try:
        yield
    except Unauthenticated as error:
        if (
            not error.commits_transaction
        ):  # an error that keeps what it wrote is the answer, whatever the count
            limits.count_bad_token(client_of(request.scope, limits.proxies))
        raise


def _keyed_hash(purpose: str, *values: str) -> str:
    message = b"\0".join(value.encode() for value in values)
    return signing.derive_secret(f"entries/{purpose}", message).hex()[:_HEX_DIGITS]
