"""SQL keeps to the layers of imports: a package reads its own tables and lower ones, and writes its own."""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlmodel import SQLModel

from domain import registry
from tests.house.source import ROOT, files

_STATEMENT = re.compile(r"\b(SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM)\b")
_TABLE = re.compile(r"\b(DELETE\s+FROM|INSERT\s+INTO|UPDATE|FROM|JOIN|USING)\s+(?:ONLY\s+)?([a-z_]+)")
_READS = {"FROM", "JOIN", "USING"}


@dataclass(frozen=True)
class Use:
    """A table that a statement names, and whether it writes to it."""

    table: str
    writes: bool


def owners() -> dict[str, str]:
    """The package of each table."""
    registry.metadata()
    mappers = SQLModel._sa_registry.mappers
    return {mapper.local_table.name: mapper.class_.__module__.split(".")[1] for mapper in mappers}  # type: ignore[attr-defined]


def layers() -> dict[str, int]:
    """The height of each package of the domain, from the import contract; siblings have the same."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    rows = next(contract["layers"] for contract in contracts if contract.get("containers") == ["domain"])
    return {name: len(rows) - at for at, row in enumerate(rows) for name in re.findall(r"\w+", row)}


def uses(statement: str) -> Iterator[Use]:
    """The tables that a text names, if it is SQL."""
    if _STATEMENT.search(statement):
        for keyword, table in _TABLE.findall(statement):
            yield Use(table, writes=keyword not in _READS)


def texts(tree: ast.AST) -> Iterator[str]:
    """The texts of a module; what is computed inside of one is left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else " ? " for part in node.values)


def violations(package: str, source: str) -> list[Use]:
    """The uses of tables in a module of this package that its layer does not allow."""
    owner, height = owners(), layers()
    known = [use for text in texts(ast.parse(source)) for use in uses(text) if use.table in owner]
    return [
        use
        for use in known
        if owner[use.table] != package and (use.writes or height[owner[use.table]] >= height[package])
    ]


@pytest.mark.parametrize("path", [path for path in files() if path.startswith("domain/")])
def test_sql_reads_downwards_and_writes_its_own_tables(path: str):
    package = path.removesuffix(".py").split("/")[1]
    assert violations(package, files()[path]) == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT id FROM bookings",  # above
        "SELECT 1 FROM payments JOIN holds USING (id)",  # beside
        "UPDATE users SET email = ''",  # another package's, below
        "DELETE FROM users",
        "INSERT INTO users SELECT * FROM payments",
    ],
)
def test_a_statement_of_payments_outside_its_layer_is_found(statement: str):
    assert violations("payments", f'_QUERY = text("""{statement}""")')
    assert violations("payments", f'_QUERY = f"""{statement} WHERE {{condition}}"""')


def test_what_payments_may_do_is_not_found():
    assert violations("payments", "_QUERY = 'SELECT 1 FROM payments JOIN users ON true'") == []
    assert violations("payments", "_QUERY = 'UPDATE payments SET id = id FROM users'") == []
