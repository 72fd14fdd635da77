"""Whatever is sent, the answer is a refusal that can be understood: never a 5xx, never a stack trace.

Generated over every route from its call on the stage (`calls.py`): fields nobody asked for, values of the
wrong kind, bytes that are no JSON, ids of something else, cursors nobody was given. A refusal is problem+json
with a type that has a page, and names the field where one is to blame.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response

from api import openapi, problems
from domain import registry
from domain.foundation import ids, paging
from tests.api.calls import CALLS
from tests.api.theatre import DOORS, UNSAFE, Theatre

WITH_BODY = [name for name in UNSAFE if CALLS[name].body is not None]
WITH_IDS = sorted(name for name, call in CALLS.items() if "{" in call.path.partition("?")[0])
PAGES = sorted(name for name, door in DOORS.items() if "after" in door.endpoint.__annotations__)
EDITS = sorted(name for name, door in DOORS.items() if "if_match" in door.wants)
COLUMNS = sorted({column.name for table in registry.metadata().tables.values() for column in table.columns})
FREE = {"attributes", "attributes_schema"}  # what a category's schema says, not ours

WRONG_VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**30,
    1.5,
    math.inf,
    "",
    "\x00",
    "a\x00b",
    "\ud800",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    "P99999999999999999999D",
    "x" * 9_000,
    "' OR 1=1 --",
    [],
    {},
    [[[]]],
    [None],
    {"\x00": "\ud800"},
)
NO_JSON = {
    "nothing": b"",
    "spaces": b"  ",
    "null": b"null",
    "a list": b"[]",
    "a number": b"1",
    "a text": b'"x"',
    "half": b'{"a":',
    "twice": b"{}{}",
    "latin-1": b'{"name": "caf\xe9"}',
    "half a surrogate": b'{"name": "\\ud800"}',
    "deep": b"[" * 100_000,
    "deep and whole": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "nan": b'{"amount": NaN}',
    "a huge number": b'{"amount": ' + b"9" * 5_000 + b"}",
}
BAD_IDS = (
    "x",
    "%00",
    "bkg_zzz",
    "usr_" + "8" * 26,
    "ofr_01jczk3v9hf8gb2h6v1q4nsx7u",
    "x" * 3_000,
    "%ff",
)
LONG_AGO, AT_THE_END = datetime(1, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
BAD_CURSORS = (
    "x",
    "%00",
    "%ff",
    "AAAA",
    "W10",
    "bnVsbA",
    "e30",
    "x" * 501,
    paging.encode_cursor([]),
    paging.encode_cursor(["\x00"]),
    paging.encode_cursor([2**62, "x"]),
    paging.encode_cursor([1, 2, 3, 4, 5, 6]),
)


def check(name: str, answer: Response) -> dict[str, Any]:
    """A refusal in the one form, which the route declares; with a field where the shape is to blame."""
    assert 400 <= answer.status_code < 500, f"{answer.status_code}: {answer.text[:300]}"
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert {"type", "title", "status", "detail", "instance"} <= told.keys()
    assert told["status"] == answer.status_code
    assert told["type"].removeprefix("/problems/") in SLUGS[name], f"{told['type']} is not declared"
    assert told["instance"] == answer.headers["x-request-id"]
    if told["type"] == "/problems/malformed":
        assert told["field"]
    return told


SLUGS = {
    name: {kind.slug for kind in [*openapi.refusals_of(door), problems.NoSuchRoute]}
    for name, door in DOORS.items()
}


def nested(body: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all objects in a body whose fields we know."""
    if isinstance(body, Mapping):
        yield place
        for name, value in body.items():
            if name not in FREE:
                yield from nested(value, (*place, name))
    elif isinstance(body, list):
        for number, value in enumerate(body):
            yield from nested(value, (*place, number))


def changed_at(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    """A copy of the body with another value at this place."""
    if not place:
        return value
    copy = dict(body) if isinstance(body, Mapping) else list(body)
    copy[place[0]] = changed_at(body[place[0]], place[1:], value)
    return copy


def found(body: Any, place: tuple[Any, ...]) -> Any:
    for step in place:
        body = body[step]
    return body


@pytest.mark.parametrize("name", WITH_BODY)
def test_no_column_can_be_set_that_is_no_field_of_the_body(theatre: Theatre, name: str):
    """Mass assignment: every column of every table, sent along in every object of every body."""
    call = CALLS[name]
    whole = theatre.stage.filled(call.body)
    schema = _fields(theatre, name)
    with theatre.unchanged():
        for place in nested(whole):
            here = found(whole, place)
            foreign = [column for column in COLUMNS if column not in schema]
            sent = changed_at(whole, place, dict.fromkeys(foreign, "x") | here)
            told = check(name, theatre.send(call, body=json.dumps(sent).encode()))
            blamed = {entry["field"] for entry in told["errors"]}
            dots = ".".join(str(step) for step in place)
            prefix = f"{dots}." if dots else ""
            assert {f"{prefix}{column}" for column in foreign} <= blamed


@pytest.mark.parametrize("name", WITH_BODY)
def test_a_value_of_the_wrong_kind_is_refused_or_harmless(theatre: Theatre, name: str):
    """A third of the wrong values for each field, a different third for its neighbour."""
    for number, place in enumerate(_places(theatre, name)):
        _try(theatre, name, place, WRONG_VALUES[number % 3 :: 3])


@pytest.mark.long
@pytest.mark.parametrize("name", WITH_BODY)
def test_every_value_of_the_wrong_kind_is_refused_or_harmless(theatre: Theatre, name: str):
    for place in _places(theatre, name):
        _try(theatre, name, place, WRONG_VALUES)


@pytest.mark.parametrize("name", WITH_BODY)
def test_bytes_that_are_no_such_json_are_refused(theatre: Theatre, name: str):
    is_empty_fine = CALLS[name].body == {}
    with theatre.unchanged():
        for word, content in NO_JSON.items():
            if not (is_empty_fine and word == "spaces"):
                check(name, theatre.send(CALLS[name], body=content))


@pytest.mark.parametrize("name", UNSAFE)
def test_a_body_larger_than_any_route_needs_is_refused(theatre: Theatre, name: str):
    content = b'{"x": "' + b"x" * 300 * 1024 + b'"}'
    with theatre.unchanged():
        told = check(name, theatre.send(CALLS[name], body=content))
    assert (told["status"], told["type"]) == (413, "/problems/too-large")


@pytest.mark.parametrize("name", WITH_BODY)
def test_what_does_not_say_that_it_is_json_is_not_taken_for_it(theatre: Theatre, name: str):
    with theatre.unchanged():
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"):
            check(name, theatre.send(CALLS[name], headers={"content-type": kind}))


@pytest.mark.parametrize("name", WITH_IDS)
def test_an_id_that_is_none_is_refused_by_its_name_in_the_path(theatre: Theatre, name: str):
    call = CALLS[name]
    path, _, query = call.path.partition("?")
    steps = path.split("/")
    with theatre.unchanged():
        for number in (number for number, step in enumerate(steps) if "{" in step):
            for bad in BAD_IDS:
                astray = "/".join([*steps[:number], bad, *steps[number + 1 :]])
                answer = theatre.send(
                    call, path=theatre.stage.filled(astray) + ("?" + query if query else "")
                )
                told = check(name, answer)
                assert told["type"] in {"/problems/malformed", "/problems/no-such-route"}, (bad, told)


@pytest.mark.parametrize("name", PAGES)
def test_a_cursor_that_no_page_carried_is_refused(theatre: Theatre, name: str):
    call = CALLS[name]
    path = theatre.stage.filled(call.path)
    sign = "&" if "?" in path else "?"
    for bad in BAD_CURSORS:
        told = check(name, theatre.send(call, path=f"{path}{sign}after={bad}"))
        assert told["type"] in {"/problems/invalid-cursor", "/problems/malformed"}, bad
        assert told["field"] == "after"
    for odd in _odd_cursors():
        answer = theatre.send(call, path=f"{path}{sign}after={odd}")
        if answer.status_code != 200:
            check(name, answer)
    for limit in ("0", "101", "-1", "x", "9" * 30, "1.5", "%00"):
        assert check(name, theatre.send(call, path=f"{path}{sign}limit={limit}"))["field"] == "limit"


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_parameter_that_a_route_does_not_have_is_refused(theatre: Theatre, name: str):
    call = CALLS[name]
    path = theatre.stage.filled(call.path)
    with theatre.unchanged():
        told = check(name, theatre.send(call, path=f"{path}{'&' if '?' in path else '?'}limitt=5"))
    assert (told["type"], told["field"]) == ("/problems/malformed", "limitt")


@pytest.mark.parametrize("name", EDITS)
def test_an_if_match_that_is_no_etag_is_refused(theatre: Theatre, name: str):
    with theatre.unchanged():
        for bad in ("x", '"x"', '"-1"', "9" * 30, '"1", "2"', "", '"\xb2"'):
            told = check(name, theatre.send(CALLS[name], headers={"if-match": bad}))
            assert (told["status"], told["field"]) == (422, "If-Match"), bad


def _places(theatre: Theatre, name: str) -> list[tuple[Any, ...]]:
    """The places of all fields in the route's body."""
    whole = theatre.stage.filled(CALLS[name].body)
    return [(*place, field) for place in nested(whole) for field in found(whole, place)]


def _try(theatre: Theatre, name: str, place: tuple[Any, ...], values: Sequence[Any]) -> None:
    whole = theatre.stage.filled(CALLS[name].body)
    for value in values:
        sent = json.dumps(changed_at(whole, place, value)).encode()
        answer = theatre.send(CALLS[name], body=sent)
        if answer.status_code >= 300:
            check(name, answer)


def _odd_cursors() -> Iterator[str]:
    """Keys of the right kinds that no row ever has."""
    big = UUID(int=2**128 - 1)
    for first in (LONG_AGO, AT_THE_END, 2**63 - 1, -(2**63), "\ud7ff", big):
        yield paging.encode_cursor([first])
        for second in (big, ids.new(), 0):
            yield paging.encode_cursor([first, second])
    yield paging.encode_cursor([1e308, big])


def _fields(theatre: Theatre, name: str) -> set[str]:
    """Every name of a field anywhere in the body's schema."""
    document = theatre.document
    operation = next(
        one for item in document["paths"].values() for one in item.values() if one["operationId"] == name
    )
    wanted = [operation["requestBody"]["content"]["application/json"]["schema"]]
    fields: set[str] = set()
    seen: set[str] = set()
    while wanted:
        schema = wanted.pop()
        if isinstance(schema, list):
            wanted += schema
        elif isinstance(schema, dict):
            fields |= set(schema.get("properties", {}))
            if (reference := schema.get("$ref")) and reference not in seen:
                seen.add(reference)
                wanted.append(document["components"]["schemas"][reference.rpartition("/")[2]])
            wanted += [value for key, value in schema.items() if key not in {"examples", "example"}]
    return fields
