"""Help tells of what was asked about, also where another program knows the answer."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        pytest.param(("bench",), "contributions", marks=pytest.mark.long),  # two programs start
        (("bench", "surge"), "--demand"),
        pytest.param(("surge", "plot"), "--market", marks=pytest.mark.long),
    ],
    ids=str,
)
def test_help_is_that_of_the_command_it_follows(asked: tuple[str, ...], told: str):
    command = [sys.executable, "-c", "from ops.command import main; main()", *asked, "--help"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert told in answer.stdout
