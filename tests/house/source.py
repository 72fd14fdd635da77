"""Reads the house's own source for the house tests."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOUSES = ("api", "domain", "workers", "migrations", "sandbox", "ops", "bench")


@lru_cache(maxsize=1)
def files() -> dict[str, str]:
    """Every Python file of the product, as path below the root and text."""
    return {
        str(path.relative_to(ROOT)): path.read_text()
        for house in HOUSES
        for path in sorted((ROOT / house).rglob("*.py"))
    }


@lru_cache(maxsize=1)
def test_files() -> dict[str, str]:
    return {str(path.relative_to(ROOT)): path.read_text() for path in sorted((ROOT / "tests").rglob("*.py"))}


test_files.__test__ = False


@lru_cache(maxsize=2_000)
def tree(path: str) -> ast.Module:
    return ast.parse(files()[path])


def imports(path: str) -> Iterator[tuple[int, str]]:
    """Every module or name that a file imports, as line and dotted name."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
