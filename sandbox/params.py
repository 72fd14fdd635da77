"""Reading parameters.

Each reader takes a path and a raw value, and answers the value or refuses as Stripe does.
"""

from collections.abc import Callable

from sandbox.errors import invalid
from sandbox.wire import Object

Reader = Callable[[str, object], object]

_MOST_METADATA_KEYS, _LONGEST_METADATA_KEY, _LONGEST_METADATA_VALUE = (
    50,
    40,
    500,
)  # Stripe's documented limits


def text(path: str, raw: object) -> str:
    """A text that cannot be unset."""
    if not isinstance(raw, str):
        raise invalid(f"Invalid string: {raw}", path)
    if not raw:
        raise invalid(_EMPTY.format(path=path), path, "parameter_invalid_empty")
    return raw


def unsettable(path: str, raw: object) -> str | None:
    """A text that an empty value unsets."""
    return None if raw == "" else text(path, raw)


def integer(path: str, raw: object) -> int:
    """A whole number in decimal digits."""
    told = text(path, raw)
    if not told.removeprefix("-").isascii() or not told.removeprefix("-").isdigit():
        raise invalid(f"Invalid integer: {told}", path, "parameter_invalid_integer")
    return int(told)


def positive(path: str, raw: object) -> int:
    """An amount: at least one smallest unit."""
    number = integer(path, raw)
    if number < 1:
        raise invalid("This value must be greater than or equal to 1.", path, "parameter_invalid_integer")
    return number


def boolean(path: str, raw: object) -> bool:
    """`true` or `false`."""
    if raw not in ("true", "false"):
        raise invalid(f"Invalid boolean: {raw}", path)
    return raw == "true"


def one_of(*choices: str) -> Reader:
    """One word of a list."""

    def read(path: str, raw: object) -> str:
        told = text(path, raw)
        if told not in choices:
            raise invalid(f"Invalid {path}: must be one of {', '.join(choices)}", path)
        return told

    return read


def list_of(reader: Reader) -> Reader:
    """A list, each item read the same way."""

    def read(path: str, raw: object) -> list[object]:
        if raw == "":
            return []
        if not isinstance(raw, list):
            raise invalid(f"Invalid array: {path}", path)
        return [reader(f"{path}[{index}]", item) for index, item in enumerate(raw)]

    return read


def metadata(path: str, raw: object) -> dict[str, str] | None:
    """Metadata as sent: an empty value unsets its key, an empty whole (None) unsets all."""
    if raw == "":
        return None
    if not isinstance(raw, dict) or not all(isinstance(value, str) for value in raw.values()):
        raise invalid("Metadata must be a hash of strings.", path)
    if len(raw) > _MOST_METADATA_KEYS:
        raise invalid(f"Metadata can have up to {_MOST_METADATA_KEYS} keys.", path)
    for name, value in raw.items():
        if len(name) > _LONGEST_METADATA_KEY or len(value) > _LONGEST_METADATA_VALUE:
            raise invalid(
                "Metadata keys can have up to 40 and values up to 500 characters.", f"{path}[{name}]"
            )
    return raw


def merged(old: dict[str, str], new: dict[str, str] | None) -> dict[str, str]:
    """The metadata after an update."""
    if new is None:
        return {}
    return {name: value for name, value in (old | new).items() if value}


def anything(_path: str, raw: object) -> object:
    """A part we keep as it came."""
    return raw


def shape(required: str = "", /, **fields: Reader) -> Reader:
    """An object with these fields and no others; `required` names some, separated by blanks."""
    needed = required.split()

    def read(path: str, raw: object) -> Object:
        if not isinstance(raw, dict):
            raise invalid("Invalid object", path)
        for name in raw:
            if name not in fields:
                at = _inside(path, name)
                raise invalid(f"Received unknown parameter: {at}", at, "parameter_unknown")
        for name in needed:
            if name not in raw:
                at = _inside(path, name)
                raise invalid(f"Missing required param: {at}.", at, "parameter_missing")
        return {name: fields[name](_inside(path, name), value) for name, value in raw.items()}

    return read


def body(required: str = "", /, **fields: Reader) -> Reader:
    """The parameters of a whole request; `expand` is welcome everywhere."""
    return shape(required, expand=list_of(text), **fields)


def listing(**fields: Reader) -> Reader:
    """The parameters of a list: a page, a span of creation, and filters."""
    return body(
        limit=integer, starting_after=text, ending_before=text, created=_span, **fields,
    )  # fmt: skip


_EMPTY = (
    "You passed an empty string for '{path}'. We assume empty values are an attempt to unset a parameter; "
    "however "
    "'{path}' cannot be unset. You should remove '{path}' from your request or supply a non-empty value."
)


def _span(path: str, raw: object) -> object:
    if isinstance(raw, dict):
        return shape(gt=integer, gte=integer, lt=integer, lte=integer)(path, raw)
    return integer(path, raw)


def _inside(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
