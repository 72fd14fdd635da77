"""Keyset pagination: a cursor holds the sort key of the last row, so new rows do not shift pages.

A cursor is opaque to clients: base64url of a JSON array. It contains no secret and is not signed: a forged
cursor only selects among rows that the caller may see anyway.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

import orjson

from domain.foundation.errors import Unacceptable

Item = TypeVar("Item")
Key = str | int | float | datetime | UUID

DEFAULT_LIMIT = 20  # what fits on a screen or two
LARGEST_LIMIT = 100  # keeps the slowest page within the time of a request


class InvalidCursor(Unacceptable):
    """The cursor was not issued for this list."""

    slug = "invalid-cursor"
    title = "This cursor cannot be read"


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """The items of a page, and the cursor of the next page; None on the last one."""

    items: list[Item]
    next_cursor: str | None


def build_page(rows: Sequence[Item], limit: int, key: Callable[[Item], Sequence[Key]]) -> Page[Item]:
    """A page of the first `limit` rows. `rows` has one row more if there is a next page."""
    items = list(rows[:limit])
    return Page(items, encode_cursor(key(items[-1])) if len(rows) > limit else None)


def encode_cursor(values: Sequence[Key]) -> str:
    """The cursor for a sort key."""
    return urlsafe_b64encode(orjson.dumps(list(values))).rstrip(b"=").decode()


def decode_cursor(cursor: str, kinds: Sequence[type[Key]]) -> list[Key]:
    """The sort key in `cursor`, as values of `kinds`. Raises `InvalidCursor` if it cannot be decoded."""
    try:
        values = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [_read(value, kind) for value, kind in zip(values, kinds, strict=True)]
    except (ValueError, TypeError) as error:
        raise InvalidCursor("Leave the cursor out to start from the first page.", field="after") from error


def _read(value: object, kind: type[Key]) -> Key:
    if kind is datetime and isinstance(value, str) and (moment := datetime.fromisoformat(value)).tzinfo:
        return moment
    if kind is UUID and isinstance(value, str):
        return UUID(value)
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind is str and isinstance(value, str) and "\0" not in value:
        return value
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError("not of the kind that this list sorts by")
