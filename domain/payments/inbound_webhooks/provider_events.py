"""An event of the provider, parsed: what it is called and which payment it is about.

Only what we use is looked at, so a version of the provider's that knows more is no fault. `oddity` says why
an event's own object is not what the provider documents; without a reference nobody can say what such an
event is about, and it is set aside for people to look at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, TypeGuard
from uuid import UUID

import orjson

from domain.payments.errors import InvalidWebhookEvent

MAX_NAME_LENGTH: Final = 80  # characters of a name; the provider's own have about thirty
_DIGEST: Final = 64


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """`reference` is the provider's name of the payment, `payment_id` our id in its metadata."""

    id: str
    type: str
    reference: str | None
    payment_id: UUID | None
    defect: str | None


def parse_provider_event(raw: bytes) -> ProviderEvent:
    """The event in these bytes. Raises InvalidWebhookEvent if it has no id or type to be stored under."""
    try:
        event = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidWebhookEvent from error
    if not isinstance(event, dict):
        raise InvalidWebhookEvent
    name, kind = event.get("id"), event.get("type")
    if not _is_name(name) or not _is_name(kind):
        raise InvalidWebhookEvent("An event has an id and a type, both of visible characters.")
    try:
        reference, payment_id = _subject(event)
    except _UnexpectedShapeError as shape_error:
        return ProviderEvent(_short(name), kind[:MAX_NAME_LENGTH], None, None, str(shape_error))
    return ProviderEvent(_short(name), kind[:MAX_NAME_LENGTH], reference, payment_id, None)


class _UnexpectedShapeError(Exception):
    """The event's object is not what the provider documents; the message says in what."""


def _subject(event: Mapping[str, Any]) -> tuple[str | None, UUID | None]:
    """The provider's name of the payment and our id of it. Raises _OddError."""
    data = event.get("data", {})
    thing = data.get("object", {}) if isinstance(data, dict) else None
    if not isinstance(thing, dict):
        raise _UnexpectedShapeError("data.object is not an object")
    is_payment_intent = thing.get("object") == "payment_intent"
    reference = thing.get("id") if is_payment_intent else thing.get("payment_intent")
    if isinstance(reference, dict):  # the provider expands a reference where it is asked to
        reference = reference.get("id")
    if reference is not None and not (_is_name(reference) and len(reference) <= MAX_NAME_LENGTH):
        raise _UnexpectedShapeError("the name of the payment is not a short text")
    return reference, _our_id(thing.get("metadata"), has_reference=reference is not None)


def _our_id(metadata: object, *, has_reference: bool) -> UUID | None:
    """Our id in the metadata; any other value is somebody else's. Raises _OddError if it is no metadata."""
    if isinstance(metadata, dict):
        payment_id = metadata.get("payment_id")
        try:
            return UUID(payment_id) if isinstance(payment_id, str) else None
        except ValueError:
            return None
    if metadata is None or has_reference:
        return None
    raise _UnexpectedShapeError("metadata is not an object")


def _is_name(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value) and value.isprintable()


def _short(text: str) -> str:
    """The name; of one that is too long a beginning and a digest, so that two never become one."""
    if len(text) <= MAX_NAME_LENGTH:
        return text
    return text[: MAX_NAME_LENGTH - _DIGEST] + sha256(text.encode()).hexdigest()
