"""Small files and small functions: what fits on a screen can be held in one head."""

import ast
from collections.abc import Mapping

from tests.house.source import files, test_files, tree

LONGEST_FILE = 500  # a file is whole when it holds one idea; conventions allow it this much
LONGEST_FUNCTION = 40


def test_a_file_fits_in_one_head():
    long = _long(files())
    assert not long, f"Split by chapter (what it is about), not by mechanism: {', '.join(long)}"


def test_a_file_of_tests_fits_in_one_head():
    long = _long(test_files())
    assert not long, (
        "Split by noun, as the code is; what several files share stands in a module beside them, "
        f"not in copies: {', '.join(long)}"
    )


def test_a_function_fits_on_a_screen():
    long = [
        f"{path}: {node.name} ({_length(node)} lines)"
        for path in files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > LONGEST_FUNCTION
    ]
    assert not long, f"Name the steps and make them functions: {', '.join(long)}"


def _long(contents: Mapping[str, str]) -> list[str]:
    lines = {path: content.count("\n") for path, content in contents.items()}
    return [f"{path} ({count} lines)" for path, count in lines.items() if count > LONGEST_FILE]


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body, without the docstring: the source of a rule may need a paragraph."""
    first = node.body[0]
    described = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    begins = (first.end_lineno or 0) + 1 if described else first.lineno
    return (node.end_lineno or 0) - begins + 1
