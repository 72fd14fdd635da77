"""A photograph of the whole market, to which hundreds of tests return within milliseconds.

Copies of all tables stand aside in a schema of their own. A trigger on each table notes its name there when
something is written, so that returning, and looking for what changed, costs what was changed and not what
there is. The notes have no key: two who write at once do not wait for one another because of them.
"""

import copy
from collections.abc import Iterable

from sqlalchemy import Connection, Engine

from domain import registry
from tests.stage import Stage

Rows = dict[str, tuple[int, int]]

# With triggers and foreign keys asleep the order of tables does not matter, and nothing is noted.
_SCHEMA = """
    DROP SCHEMA IF EXISTS staged CASCADE;
    CREATE SCHEMA staged;
    CREATE TABLE staged.notes (name text NOT NULL);
    CREATE FUNCTION staged.note() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO staged.notes VALUES (TG_TABLE_NAME); RETURN NULL; END $$;
    CREATE FUNCTION staged.run(statements text) RETURNS void LANGUAGE plpgsql
        SET session_replication_role = replica AS $$ BEGIN EXECUTE statements; END $$;
"""
_TABLE = """
    CREATE TABLE staged.{name} AS TABLE public.{name};
    CREATE TRIGGER noted_for_the_stage AFTER INSERT OR UPDATE OR DELETE ON public.{name}
        FOR EACH STATEMENT EXECUTE FUNCTION staged.note();
"""


class Photograph:
    """The market as it was built, and what became of it since."""

    def __init__(self, engine: Engine, stage: Stage) -> None:
        self.engine, self.stage = engine, stage
        self._kept, self._names = copy.copy(stage.till.payments), copy.copy(stage.names)
        self._is_here = True
        self._columns = {
            table.name: ", ".join(f'"{one.name}"' for one in table.columns if one.computed is None)
            for table in registry.metadata().sorted_tables
        }
        with engine.begin() as connection:
            connection.exec_driver_sql(_SCHEMA + "".join(_TABLE.format(name=name) for name in self._columns))
            self._rows = self._summed(connection, self._columns)

    def restore(self) -> Stage:
        """The market as it was built."""
        with self.engine.begin() as connection:
            self._put_back(connection, self._noted(connection) if self._is_here else self._columns)
        self._is_here = True
        till = self.stage.till
        till.payments, till.calls = copy.copy(self._kept), []
        till.dies_before = till.dies_after = ""
        self.stage.names = copy.copy(self._names)
        return self.stage

    def clear(self) -> None:
        """No market at all, as other tests expect it, who empty the tables without a note."""
        with self.engine.begin() as connection:
            self._run(connection, (f"DELETE FROM {name}" for name in self._columns))  # noqa: S608 -- our own tables
        self._is_here = False

    def rows(self) -> Rows:
        """How many rows each table has, and a sum of what they hold."""
        with self.engine.connect() as connection:
            return self._rows | self._summed(connection, self._noted(connection))

    def _put_back(self, connection: Connection, names: Iterable[str]) -> None:
        filled = [
            f"DELETE FROM {name}; INSERT INTO {name} ({self._columns[name]}) OVERRIDING SYSTEM VALUE "  # noqa: S608 -- our own tables
            f"SELECT {self._columns[name]} FROM staged.{name}"
            for name in names
        ]
        self._run(connection, [*filled, "DELETE FROM staged.notes"])

    def _run(self, connection: Connection, statements: Iterable[str]) -> None:
        connection.exec_driver_sql("SELECT staged.run(%s)", ("; ".join(statements),))

    def _noted(self, connection: Connection) -> list[str]:
        return list(connection.exec_driver_sql("SELECT DISTINCT name FROM staged.notes").scalars())

    def _summed(self, connection: Connection, names: Iterable[str]) -> Rows:
        """Table by table a number that changes with any row; keys of retries are no effect."""
        query = " UNION ALL ".join(
            f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(row::text, 0)), 0) FROM {name} AS row"  # noqa: S608 -- our own tables
            for name in names
            if name != "idempotency_keys"
        )
        found = connection.exec_driver_sql(query).all() if query else []
        return {name: (int(count), int(content)) for name, count, content in found}


def changed(before: Rows, after: Rows) -> dict[str, int]:
    """Which tables differ, and by how many rows; 0 where rows only changed."""
    return {name: after[name][0] - before[name][0] for name in before if before[name] != after[name]}
