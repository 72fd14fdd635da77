"""Every program knows every table that its tables refer to, whatever else was imported before.

Tests import `domain.registry`, which knows them all; a program imports what it calls. A table that refers to
one that nobody imported is only noticed when the first row is written, so each program is asked in a process
of its own.
"""

import subprocess
import sys

import pytest

_ASK = """
{start}
from domain.foundation.persistence.tables import Table
for table in Table.metadata.sorted_tables:
    for key in table.foreign_keys:
        key.column
print(len(Table.metadata.tables))
"""
PROGRAMS = {
    "the API": "from api.app import create; create()",
    "the workers": "import workers.schedule, workers.subscriptions",
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_knows_the_tables_that_its_tables_refer_to(program: str) -> None:
    script = _ASK.format(start=PROGRAMS[program])
    asked = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert asked.returncode == 0, (
        f"{program} would fail at its first row: import the models where the noun's door is opened.\n"
        f"{asked.stderr[-600:]}"
    )
    assert int(asked.stdout) > 1
