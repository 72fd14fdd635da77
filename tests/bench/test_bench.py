"""The benchmark runs, small: that it measures what it says, not how quick anything is."""

import csv
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bench.command import app
from bench.http import page, report
from bench.http.plan import KINDS, Plan
from bench.http.results import quantile

# Starts ten processes: `make proofs` does it.
pytestmark = pytest.mark.long

TINY = Plan(offers=100, rounds=1, requests=6, seconds_at_half=0.3, processes=1, clients=2, warm_up=2)


def test_a_tiny_run_measures_everything_beside_the_same_sql_and_writes_it_down(tmp_path: Path):
    results = page.measure(TINY, tell=lambda _: None)
    assert [each.failures for each in results.measured] == [0] * 9
    assert [half.failures for half in results.halves] == [0] * 4
    assert results.same_rows, "the baseline plays back what we did"
    assert all(results.statements[kind] for kind in KINDS)
    report.show(results, Console(quiet=True))
    report.write(results, tmp_path)
    document = json.loads((tmp_path / "http.json").read_text())
    assert set(document["ratios"]) == set(KINDS)
    with (tmp_path / "http.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 9


def test_the_command_explains_itself():
    told = CliRunner().invoke(app, ["http", "--help"])
    assert told.exit_code == 0
    assert "--offers" in told.output


def test_quantiles_are_of_the_values_themselves():
    values = [float(number) for number in range(100, 0, -1)]
    assert (quantile(values, 0.5), quantile(values, 0.99), quantile([], 0.5)) == (51.0, 100.0, 0.0)
