"""The sandbox's memory: one SQLite database, in a file or in memory.

An answer leaves only after its transaction is committed, so a killed process loses nothing it acknowledged.
One connection behind one lock serves all threads: effects happen one after the other, which is what makes the
books exact.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.protocol.wire import Object, dump_json, load_json

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (          -- one row: one object as the owner of `account` sees it
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, kind TEXT NOT NULL,
    created INTEGER NOT NULL, body TEXT NOT NULL, hidden TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, account, seq);
CREATE INDEX IF NOT EXISTS objects_by_charge ON objects (kind, json_extract(body, '$.charge'));
CREATE INDEX IF NOT EXISTS objects_by_intent ON objects (kind, json_extract(body, '$.payment_intent'));
CREATE TABLE IF NOT EXISTS postings (         -- one row: an amount moved from one account to another
    seq INTEGER PRIMARY KEY AUTOINCREMENT, debit TEXT NOT NULL, credit TEXT NOT NULL, currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0), at INTEGER NOT NULL, cause TEXT NOT NULL,
    CHECK (debit <> credit));
CREATE TABLE IF NOT EXISTS totals (           -- one row: what the postings of an account add up to
    account TEXT NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (account, currency));
CREATE TABLE IF NOT EXISTS answers (          -- one row: the result that an idempotency key replays
    account TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, status INTEGER NOT NULL,
    body TEXT NOT NULL, request TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (account, key));
CREATE TABLE IF NOT EXISTS timers (           -- one row: something that will happen by the clock
    seq INTEGER PRIMARY KEY AUTOINCREMENT, due_at INTEGER NOT NULL, action TEXT NOT NULL,
    subject TEXT NOT NULL,
    account TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS timers_set_aside ( -- one row: a timer whose action failed
    seq INTEGER PRIMARY KEY, due_at INTEGER NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
    account TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS timers_by_time ON timers (due_at, seq);
CREATE TABLE IF NOT EXISTS deliveries (       -- one row: one event on its way to one endpoint
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, endpoint TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    rank REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'pending');
CREATE INDEX IF NOT EXISTS deliveries_pending ON deliveries (state, due_at);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, body TEXT NOT NULL);
"""
_TABLES = ("objects", "postings", "totals", "answers", "timers", "timers_set_aside", "deliveries", "settings")

Value = str | int | float | None


class SandboxStore:
    """The database and its lock; `transaction` may be entered again by the thread that holds it."""

    def __init__(self, state: str) -> None:
        self._lock = threading.RLock()
        self._database = sqlite3.connect(state, check_same_thread=False, isolation_level=None)
        # WAL survives a killed process; only a power cut could lose the last commits, and nobody's money is
        # here.
        self._database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + _SCHEMA)
        self._depth = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; inside another transaction, a savepoint that can be undone on its own."""
        with self._lock:
            level = self._depth
            self._database.execute(f"SAVEPOINT level_{level}" if level else "BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._database.execute(f"ROLLBACK TO level_{level}" if level else "ROLLBACK")
                raise
            else:
                self._database.execute(f"RELEASE level_{level}" if level else "COMMIT")
            finally:
                self._depth -= 1

    def rows(self, sql: str, *values: Value) -> list[tuple[Value, ...]]:
        """All rows of a query; also carries out a statement."""
        with self._lock:
            return self._database.execute(sql, values).fetchall()

    def insert(self, thing: Object, account: str = "", hidden: Object | None = None) -> Object:
        """Keep a new object; returns it."""
        self.rows(
            "INSERT INTO objects (id, account, kind, created, body, hidden) VALUES (?, ?, ?, ?, ?, ?)",
            thing["id"],
            account,
            thing["object"],
            thing.get("created", 0),
            dump_json(thing),
            dump_json(hidden or {}),
        )
        return thing

    def save(self, thing: Object) -> Object:
        """Keep the changed shape of an object; returns it."""
        self.rows("UPDATE objects SET body = ? WHERE id = ?", dump_json(thing), thing["id"])
        return thing

    def find(self, key: str) -> Object | None:
        """The object with this identifier, whoever owns it."""
        rows = self.rows("SELECT body FROM objects WHERE id = ?", key)
        return load_json(str(rows[0][0])) if rows else None

    def owner(self, key: str) -> str | None:
        """The connected account an object belongs to, the empty text for the platform."""
        rows = self.rows("SELECT account FROM objects WHERE id = ?", key)
        return str(rows[0][0]) if rows else None

    def hidden(self, key: str) -> Object:
        """What the provider knows about an object and never shows."""
        rows = self.rows("SELECT hidden FROM objects WHERE id = ?", key)
        return load_json(str(rows[0][0])) if rows else {}

    def hide(self, key: str, hidden: Object) -> None:
        """Keep what is never shown."""
        self.rows("UPDATE objects SET hidden = ? WHERE id = ?", dump_json(hidden), key)

    def remove(self, key: str) -> None:
        """Forget an object (payment history is never removed, only endpoints and customers are)."""
        self.rows("DELETE FROM objects WHERE id = ?", key)

    def select(self, kind: str, where: str = "1", *values: Value, order: str = "seq") -> list[Object]:
        """Objects of a kind that satisfy a condition on the columns or on `json_extract(body, …)`."""
        sql = f"SELECT body FROM objects WHERE kind = ? AND {where} ORDER BY {order}"  # noqa: S608  conditions are ours
        return [load_json(str(row[0])) for row in self.rows(sql, kind, *values)]

    def setting(self, name: str) -> Object:
        """A named setting, empty when never set."""
        rows = self.rows("SELECT body FROM settings WHERE name = ?", name)
        return load_json(str(rows[0][0])) if rows else {}

    def set(self, name: str, body: Object) -> None:
        """Keep a named setting."""
        self.rows("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, dump_json(body))

    def reset(self) -> None:
        """Forget everything, as on the first day."""
        with self.transaction():
            for table in _TABLES:
                self.rows(f"DELETE FROM {table}")  # noqa: S608  the names are the constant above

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._database.close()
