"""A CSV file, plain or gzipped, row by row with its line numbers; what is none is refused in words."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ops.failures import MendableError

_GZIP = b"\x1f\x8b"
_LONGEST_FIELD = 1_000_000  # characters; a description is long, a binary file without commas is longer


class FileUnreadableError(MendableError):
    """The file is not one we can read, and the sentence says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file: the line on which it begins, and its fields by the header's names."""

    line: int
    fields: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """A field without the blanks around it; empty where the file has no such column."""
        return self.fields.get(name, "").strip()


@dataclass(frozen=True, slots=True)
class Misfit:
    """A row with another number of fields than the header has names."""

    line: int
    reason: str


def rows(path: Path, needed: frozenset[str]) -> Iterator[Row | Misfit]:
    """The rows below the header. Raises what cannot be opened, is no CSV, or lacks a column of `needed`."""
    try:
        with _opened(path) as text:
            yield from _parsed(text, needed, path)
    except FileNotFoundError:
        raise FileUnreadableError(f"There is no file {path}.") from None
    except (IsADirectoryError, PermissionError) as failure:
        raise FileUnreadableError(f"{path} cannot be read: {failure.strerror}.") from failure
    except (EOFError, zlib.error, gzip.BadGzipFile) as failure:
        raise FileUnreadableError(f"{path} is gzipped, but broken or cut off: {failure}.") from failure
    except UnicodeDecodeError as failure:
        raise FileUnreadableError(
            f"{path} is no text in UTF-8 (and not gzipped): {failure.reason}."
        ) from failure
    except csv.Error as failure:
        raise FileUnreadableError(f"{path} is no CSV file: {failure}.") from failure


def _opened(path: Path) -> io.TextIOWrapper:
    with path.open("rb") as file:
        packed = file.read(len(_GZIP)) == _GZIP
    return io.TextIOWrapper(
        gzip.open(path, "rb") if packed else path.open("rb"), encoding="utf-8-sig", newline=""
    )


def _parsed(text: io.TextIOWrapper, needed: frozenset[str], path: Path) -> Iterator[Row | Misfit]:
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(text, strict=True)
    names = [name.strip() for name in next(reader, [])]
    if missing := sorted(needed.difference(names)):
        raise FileUnreadableError(
            f"{path} lacks the column{'s' if missing[1:] else ''} {', '.join(missing)}. "
            f"Its first line says: {', '.join(names)[:300] or 'nothing'}."
        )
    line = reader.line_num + 1
    for values in reader:
        if len(values) == len(names):
            yield Row(line, dict(zip(names, values, strict=True)))
        elif values:
            yield Misfit(line, f"has {len(values)} fields where the header has {len(names)}")
        line = reader.line_num + 1
