"""Reading parameters.

Each reader takes a path and a raw value, and answers the value or refuses as Stripe does.
"""

from collections.abc import Callable

from sandbox.protocol.errors import invalid_parameter
from sandbox.protocol.wire import Object

Reader = Callable[[str, object], object]

_MOST_METADATA_KEYS, _LONGEST_METADATA_KEY, _LONGEST_METADATA_VALUE = (
    50,
    40,
    500,
)  # Stripe's documented limits


def text(path: str, raw: object) -> str:
    """A text that cannot be unset."""
    if not isinstance(raw, str):
        raise invalid_parameter(f"Invalid string: {raw}", path)
    if not raw:
        raise invalid_parameter(_EMPTY.format(path=path), path, "parameter_invalid_empty")
    return raw


def unsettable(path: str, raw: object) -> str | None:
    """A text that an empty value unsets."""
    return None if raw == "" else text(path, raw)


def integer(path: str, raw: object) -> int:
    """A whole number in decimal digits."""
    digits = text(path, raw)
    if not digits.removeprefix("-").isascii() or not digits.removeprefix("-").isdigit():
        raise invalid_parameter(f"Invalid integer: {digits}", path, "parameter_invalid_integer")
    return int(digits)


def positive(path: str, raw: object) -> int:
    """An amount: at least one smallest unit."""
    number = integer(path, raw)
    if number < 1:
        raise invalid_parameter(
            "This value must be greater than or equal to 1.", path, "parameter_invalid_integer"
        )
    return number


def boolean(path: str, raw: object) -> bool:
    """`true` or `false`."""
    if raw not in ("true", "false"):
        raise invalid_parameter(f"Invalid boolean: {raw}", path)
    return raw == "true"


def choice_of(*choices: str) -> Reader:
    """One word of a list."""

    def read(path: str, raw: object) -> str:
        choice = text(path, raw)
        if choice not in choices:
            raise invalid_parameter(f"Invalid {path}: must be one of {', '.join(choices)}", path)
        return choice

    return read


def list_of(reader: Reader) -> Reader:
    """A list, each item read the same way."""

    def read(path: str, raw: object) -> list[object]:
        if raw == "":
            return []
        if not isinstance(raw, list):
            raise invalid_parameter(f"Invalid array: {path}", path)
        return [reader(f"{path}[{index}]", item) for index, item in enumerate(raw)]

    return read


def metadata(path: str, raw: object) -> dict[str, str] | None:
    """Metadata as sent: an empty value unsets its key, an empty whole (None) unsets all."""
    if raw == "":
        return None
    if not isinstance(raw, dict) or not all(isinstance(value, str) for value in raw.values()):
        raise invalid_parameter("Metadata must be a hash of strings.", path)
    if len(raw) > _MOST_METADATA_KEYS:
        raise invalid_parameter(f"Metadata can have up to {_MOST_METADATA_KEYS} keys.", path)
    for name, value in raw.items():
        if len(name) > _LONGEST_METADATA_KEY or len(value) > _LONGEST_METADATA_VALUE:
            raise invalid_parameter(
                "Metadata keys can have up to 40 and values up to 500 characters.", f"{path}[{name}]"
            )
    return raw


def merge_metadata(old: dict[str, str], new: dict[str, str] | None) -> dict[str, str]:
    """The metadata after an update."""
    if new is None:
        return {}
    return {name: value for name, value in (old | new).items() if value}


def anything(_path: str, raw: object) -> object:
    """A part we keep as it came."""
    return raw


def object_of(required: str = "", /, **fields: Reader) -> Reader:
    """An object with these fields and no others; `required` names some, separated by blanks."""
    needed = required.split()

    def read(path: str, raw: object) -> Object:
        if not isinstance(raw, dict):
            raise invalid_parameter("Invalid object", path)
        for name in raw:
            if name not in fields:
                at = _nested_path(path, name)
                raise invalid_parameter(f"Received unknown parameter: {at}", at, "parameter_unknown")
        for name in needed:
            if name not in raw:
                at = _nested_path(path, name)
                raise invalid_parameter(f"Missing required param: {at}.", at, "parameter_missing")
        return {name: fields[name](_nested_path(path, name), value) for name, value in raw.items()}

    return read


def request_params(required: str = "", /, **fields: Reader) -> Reader:
    """The parameters of a whole request; `expand` is welcome everywhere."""
    return object_of(required, expand=list_of(text), **fields)


def list_params(**fields: Reader) -> Reader:
    """The parameters of a list: a page, a span of creation, and filters."""
    return request_params(
        limit=integer, starting_after=text, ending_before=text, created=_created_filter, **fields,
    )  # fmt: skip


_EMPTY = (
    "You passed an empty string for '{path}'. We assume empty values are an attempt to unset a parameter; "
    "however "
    "'{path}' cannot be unset. You should remove '{path}' from your request or supply a non-empty value."
)


def _created_filter(path: str, raw: object) -> object:
    if isinstance(raw, dict):
        return object_of(gt=integer, gte=integer, lt=integer, lte=integer)(path, raw)
    return integer(path, raw)


def _nested_path(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
