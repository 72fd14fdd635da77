"""The same world twice, but for what a sealed review says: everything that others are told, byte by byte.

Both worlds begin in the same photograph of the stage, with the clock standing still and ids that count, so
that nothing differs by chance. In each, one side reviews a booking (with one star and few words, or with five
and many) and writes it anew once; the workers do all they have to do; then the other side, a stranger and
somebody without a session call every route there is, aimed at everything, and the tables are looked at too.
"""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import uuid_utils
from sqlalchemy import text

from api.admission import AT_THE_DOOR
from domain.foundation import clock, ids
from domain.foundation.persistence.database import Transactions
from domain.ratings import Content, Dimension, Note, Side
from tests.api.calls import CALLS, Call
from tests.api.theatre import DOORS, Theatre
from tests.stage import PREFIXES
from workers.relay import Message, dispatch
from workers.schedule import SCHEDULE
from workers.subscriptions import READERS
from workers.task import Work, deliver, name_of

# What the author may tell, in two ways that differ in everything that could leak.
BAD = Content(1, "en", "No.", {Dimension.COMMUNICATION: 1, Dimension.PUNCTUALITY: 1}, Note())
GOOD = Content(5, "fi-FI", "Very good. " * 150, {}, Note(None, "Thank you!", "Such people are rare."))

# The rows in which the two worlds may differ: what the author wrote, which others are not shown.
THE_AUTHORS = {"reviews", "review_versions", "review_private_notes"}
# What the platform notes about a sealed review and keeps to itself; all others are told of it at the reveal.
THE_PLATFORMS = {"review_signals", "review_decisions"}
# Columns that are real time or real chance in both worlds.
BY_CHANCE = {"resources": {"number"}, "events": {"dispatched_at"}, "event_deliveries": {"due_at", "done_at"}}
# Routes for somebody without a session, who gets a fresh secret each time, and the payment provider's.
SECRETIVE = {name for name in CALLS if DOORS[name].may in AT_THE_DOOR} | {
    "receive_payment_webhook",
    "get_referral_code",  # drawn by chance
}
UNSEALS = "submit_review"  # the other side's own review reveals both; what it answers must not differ either

Told = dict[tuple[str, ...], tuple[int, list[tuple[str, str]], bytes]]


@dataclass(frozen=True)
class World:
    """What was told in answer to what, and what is in every table."""

    told: Told
    rows: Mapping[str, Sequence[str]]


def differences(one: World, other: World) -> list[tuple[str, ...]]:
    """Which answers differ in status, a header or a byte, and which tables in a row."""
    assert set(one.told) == set(other.told)
    told = [asked for asked in one.told if one.told[asked] != other.told[asked]]
    return told + [("table", name) for name in one.rows if one.rows[name] != other.rows[name]]


@dataclass
class Sealing:
    """Plays the two worlds. `hidden` is the side whose review is sealed; the other one looks."""

    theatre: Theatre
    patch: pytest.MonkeyPatch
    hidden: Side
    meanwhile: Callable[[Transactions, UUID, Content], None] = lambda *_: None

    @property
    def author(self) -> str:
        return "aino" if self.hidden is Side.CUSTOMER else "ellen"

    @property
    def other(self) -> str:
        return "ellen" if self.hidden is Side.CUSTOMER else "aino"

    def world(self, said: Content, *, after: timedelta, quickly: bool = False) -> World:
        """Everything that is told so long after the author said this; quickly: to the other side's reads."""
        photograph = self.theatre.photograph
        photograph.restore()
        self.theatre.is_touched = True
        at = photograph.stage.at + timedelta(minutes=1)
        self._numbered = 0
        self._stand_still(at)
        self._let_tokens_live()
        self._writes(said)
        self._aim()
        self.meanwhile(self.theatre.transactions, ids.decode("rev", self._aims["review"]), said)
        self._count_on()
        self._work(at)
        self._stand_still(at + after)
        self._work(at + after)
        told = dict(self._asked(quickly=quickly))
        return World(told, self._rows())

    def _writes(self, said: Content) -> None:
        """Through the front door; first something else, so that editing is tried too."""
        draft = {"stars": 3, "text": "So so."}
        path = f"/bookings/{self.theatre.stage.names['reviewable']}/review"
        for method, body in (("POST", draft), ("PUT", _body(said))):
            answer = self.theatre.send(Call(self.author, method, path, body))
            assert answer.status_code in {200, 201}, answer.text

    def _asked(self, *, quickly: bool) -> Iterator[tuple[tuple[str, ...], Any]]:
        calls = [(name, call) for name, call in sorted(CALLS.items()) if name not in SECRETIVE]
        reads = [(name, call) for name, call in calls if call.method == "GET"]
        for who, (name, call) in itertools.product((self.other, "ben", "nobody"), reads):
            is_told = who == self.other or (not quickly and (who != "nobody" or call.by == "nobody"))
            for path in self._paths(name, call, every_choice=not quickly) if is_told else ():
                yield (who, name, path), self._send(call, who, path)
        if not quickly:
            for name, call in sorted(calls, key=lambda one: one[0] == UNSEALS):
                if call.method != "GET":
                    for path in self._paths(name, call, every_choice=False):
                        yield (self.other, name, path), self._send(call, self.other, path)

    def _paths(self, name: str, call: Call, *, every_choice: bool) -> list[str]:
        """The path as in the table, aimed at the reviewed booking, and with every choice of a parameter."""
        stage = self.theatre.stage
        aimed = call.path.format_map(stage.names | self._aims)
        paths = [stage.filled(call.path), aimed]
        if every_choice:
            sign = "&" if "?" in aimed else "?"
            paths += [f"{aimed}{sign}{choice}" for choice in self._choices(name)]
        return list(dict.fromkeys(paths))

    def _aim(self) -> None:
        """All bookings are the reviewed one, all payments its payment, all reviews the sealed one."""
        booking_id = self.theatre.stage.ids["reviewable"]
        with self.theatre.engine.connect() as connection:
            found = connection.execute(_AIMS, {"id": booking_id}).one()
        aims = {name: ids.encode(name, value) for name, value in found._mapping.items()}
        self._aims = {word: aims[prefix] for word, prefix in PREFIXES.items() if prefix in aims}

    def _choices(self, name: str) -> list[str]:
        """`sort=price` and the like: each value of each parameter of this route that has a list of them."""
        document = self.theatre.document
        schemas = document["components"]["schemas"]
        operation = next(
            told
            for methods in document["paths"].values()
            for told in methods.values()
            if told["operationId"] == name
        )
        return [
            f"{one['name']}={value}"
            for one in operation.get("parameters", ())
            if one["in"] == "query"
            for value in _values(one["schema"], schemas)
        ]

    def _send(self, call: Call, who: str, path: str) -> tuple[int, list[tuple[str, str]], bytes]:
        answer = self.theatre.send(call, who, path=path)
        return answer.status_code, sorted(answer.headers.items()), answer.content

    def _work(self, at: datetime) -> None:
        """All that workers do: readers of every fact, sweeps of every kind, and what follows from those."""
        work = Work(self.theatre.transactions, self.theatre.till)
        self._hear(work)
        self._count_on()
        for entry in SCHEDULE.values():
            if entry.name not in _NOT_SWEPT:
                entry.sweep(work, at)
                self._count_on()
        self._hear(work)
        self._count_on()

    def _hear(self, work: Work) -> None:
        readers = {name_of(reader): reader for told in READERS.values() for reader in told}
        messages: list[Message] = []
        while dispatch(work.transactions, READERS, messages.append):
            for message in messages:
                deliver(work, readers[message.reader], message.event_id)
            messages.clear()

    def _rows(self) -> dict[str, Sequence[str]]:
        """Every row of every table as text, without what is chance."""
        with self.theatre.engine.connect() as connection:
            found: dict[str, Sequence[str]] = {}
            for name in self.theatre.rows():
                if name in THE_AUTHORS | THE_PLATFORMS:
                    continue
                spared = "".join(f" - '{column}'" for column in BY_CHANCE.get(name, ()))
                rows = connection.execute(text(f"SELECT (to_jsonb(row){spared})::text FROM {name} AS row"))  # noqa: S608 -- our own tables
                found[name] = sorted(rows.scalars())
        return found

    def _count_on(self) -> None:
        """Ids go on from a round number: what one world writes for itself must not move the other's ids."""
        self._numbered += 1_000_000
        self._numbers = itertools.count(self._numbered)

    def _let_tokens_live(self) -> None:
        with self.theatre.engine.begin() as connection:
            connection.execute(text("UPDATE access_tokens SET expires_at = expires_at + interval '60 days'"))

    def _stand_still(self, at: datetime) -> None:
        """The clock stands at this instant, and ids count."""
        milliseconds = int(at.timestamp() * 1000)
        self._count_on()

        def counted() -> UUID:
            return UUID(int=(milliseconds << 80) | (7 << 76) | (2 << 62) | next(self._numbers))

        self.patch.setattr(uuid_utils, "uuid7", counted)
        self.patch.setattr(clock, "now", lambda: at)


# Sweeps by real time, one that only tells an alarm, and one that would sign everybody out.
_NOT_SWEPT = {"invariants.watch", "idempotency.forget_answers", "identity.end_expired_sessions"}
_AIMS = text("""
    SELECT bookings.id AS bkg, bookings.payment_id AS pay, reviews.id AS rev
    FROM bookings JOIN reviews ON reviews.booking_id = bookings.id WHERE bookings.id = :id
""")


def _body(said: Content) -> dict[str, Any]:
    return {
        "stars": said.stars,
        "locale": said.locale,
        "text": said.text,
        "dimensions": {str(name): stars for name, stars in said.dimensions.items()},
        "would_book_again": said.note.would_book_again,
        "note_to_other": said.note.to_other,
        "note_to_platform": said.note.to_platform,
    }


def _values(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[str]:
    """The values that a parameter may take, where it names them."""
    if "$ref" in schema:
        return _values(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    nested = [value for one in schema.get("anyOf", ()) for value in _values(one, schemas)]
    return [
        value if isinstance(value, str) else json.dumps(value) for value in schema.get("enum", ())
    ] + nested
