"""The migrated schema is the declared one, by the database's own catalogues; the way there and back works.

Alembic's comparison does not see a lost CHECK, EXCLUDE or trigger, so the catalogues are compared instead.
"""

import subprocess
import sys

import psycopg
import pytest
from sqlalchemy import create_engine, make_url

import migrations
from domain import registry
from tests.house.source import ROOT

CATALOGUES = {
    "columns": """
        SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default,
               is_identity, generation_expression, udt_name
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
    """,
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
          AND conrelid::regclass::text <> 'alembic_version'
    """,
    "indexes": """
        SELECT indexname, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    """,
    "triggers": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": """
        SELECT proname, prosrc FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
        WHERE pronamespace = 'public'::regnamespace AND lanname = 'plpgsql'
    """,
    "comments": """
        SELECT relname, obj_description(oid) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
    """,
}


@pytest.fixture
def migrated(empty_database):
    with empty_database() as url:
        migrations.upgrade(url)
        yield url


@pytest.fixture
def declared(empty_database):
    with empty_database() as url:
        engine = create_engine(url)
        registry.metadata().create_all(engine)
        engine.dispose()
        yield url


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_the_migrated_schema_is_the_declared_one(migrated, declared, catalogue):
    assert _read(migrated, catalogue) == _read(declared, catalogue)


def test_a_lost_constraint_would_be_seen(migrated, declared):
    with psycopg.connect(_plain(migrated), autocommit=True) as connection:
        connection.execute("ALTER TABLE holds DROP CONSTRAINT holds_do_not_overlap")
        connection.execute("DROP TRIGGER ledger_postings_are_kept ON ledger_postings")
    lost = _read(declared, "constraints") - _read(migrated, "constraints")
    assert [row[1] for row in lost] == ["holds_do_not_overlap"]
    lost = _read(declared, "triggers") - _read(migrated, "triggers")
    assert [row[0] for row in lost] == ["ledger_postings_are_kept"]


def test_every_table_says_what_a_row_means():
    silent = [
        table.name
        for table in registry.metadata().sorted_tables
        if not (table.comment or "").startswith("One row")
    ]
    assert not silent, "Start the comment with: One row means …"


def test_the_way_back_leaves_nothing_and_the_way_there_can_be_taken_again(migrated):
    migrations.downgrade(migrated)
    assert not _read(migrated, "columns")
    assert not _read(migrated, "functions")
    migrations.upgrade(migrated)
    assert _read(migrated, "columns")


def test_two_deploys_at_once_migrate_once(empty_database):
    deploy = "import sys, migrations; migrations.upgrade(sys.argv[1])"
    with empty_database() as url:
        both = [subprocess.Popen([sys.executable, "-c", deploy, url], cwd=ROOT) for _ in range(2)]
        assert [one.wait(timeout=180) for one in both] == [0, 0]
        assert _read(url, "columns")


def test_there_is_one_head():
    assert migrations.head()


def _read(url: str, catalogue: str) -> set[tuple[object, ...]]:
    with psycopg.connect(_plain(url)) as connection:
        return set(connection.execute(CATALOGUES[catalogue]).fetchall())


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
