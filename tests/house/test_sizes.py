"""Small files and small functions: what fits on a screen can be held in one head."""

import ast

import pytest

from tests.house.source import files, tree

LONGEST_FILE = 300
LONGEST_FUNCTION = 40


@pytest.mark.parametrize("path", sorted(files()))
def test_a_file_fits_in_one_head(path):
    lines = files()[path].count("\n")
    assert lines <= LONGEST_FILE, (
        f"{path} has {lines} lines. Split it by chapter (what it is about), not by mechanism."
    )


@pytest.mark.parametrize("path", sorted(files()))
def test_a_function_fits_on_a_screen(path):
    long = [
        f"{node.name} ({_length(node)} lines)"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > LONGEST_FUNCTION
    ]
    assert not long, f"{path}: name the steps and make them functions: {', '.join(long)}"


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body, without the docstring: the source of a rule may need a paragraph."""
    first = node.body[0]
    described = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    begins = (first.end_lineno or 0) + 1 if described else first.lineno
    return (node.end_lineno or 0) - begins + 1
