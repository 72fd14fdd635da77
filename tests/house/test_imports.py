"""Imports go down only. The contracts stand in pyproject.toml; here each is seen to be kept, and to bite."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.house.source import HOUSES, ROOT

# One line each that a contract must catch, and the file it is planted in.
VIOLATIONS = {
    "Two doors, one house: ops over api and workers over domain": ("api/answers.py", "import workers.task"),
    "The sandbox imports nothing of ours": ("sandbox/clock.py", "import domain.foundation.ids"),
    "Nobody but ops and bench imports the sandbox": ("workers/task.py", "import sandbox.clock"),
    "Imports go down the floors of the domain; siblings do not know one another": (
        "domain/identity/rules.py",
        "import domain.markets",
    ),
    "Inside a noun: actions over queries over rules and lifecycle over models over events and errors": (
        "domain/ledger/errors.py",
        "import domain.ledger.models",
    ),
    "Inside contributions: sub-packages import downwards only": (
        "domain/contributions/queries.py",
        "import domain.contributions.claims",
    ),
    "The domain knows neither HTTP nor Celery": ("domain/offers/rules.py", "import fastapi"),
    "Only the two modules of the Stripe gateway import stripe": (
        "domain/payments/queries.py",
        "import stripe",
    ),
    "Rules import no SQLAlchemy, SQLModel, session, clock or settings": (
        "domain/bookings/rules.py",
        "import domain.foundation.clock",
    ),
}


def test_the_contracts_are_kept():
    answer = _lint(ROOT)
    assert answer.returncode == 0, (
        f"Imports go down only; see the contracts in pyproject.toml.\n{answer.stdout}"
    )


def test_a_violation_of_each_contract_is_caught(tmp_path):
    for house in HOUSES:
        shutil.copytree(ROOT / house, tmp_path / house, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, line in VIOLATIONS.values():
        file = tmp_path / path
        file.write_text(f"{file.read_text()}\n{line}\n")
    told = _lint(tmp_path).stdout
    contracts = re.findall(r'^name = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    names = [name for name in contracts if name != "talkoo"]
    assert set(names) == set(VIOLATIONS), "A new contract needs a line that it catches."
    kept = [name for name in names if not re.search(re.escape(name) + r"\s+BROKEN", " ".join(told.split()))]
    assert not kept, f"These contracts let a violation through: {kept}\n{told}"


def _lint(root: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-cache"], cwd=root, capture_output=True, text=True, check=False, timeout=200
    )
