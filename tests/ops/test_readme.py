"""What the README tells a first reader to paste works, from top to bottom, on the demo market."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.foundation.configuration.settings import settings
from domain.foundation.persistence.database import Transactions
from ops.demo.cast import PASSWORD, PROVIDERS
from ops.demo.seed import plant
from sandbox import server as sandbox_server
from tests import market_calendar
from tests.ops.serving import served

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def market(transactions: Transactions, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The demo market at the machine's time, as those who paste the lines have it."""
    market_calendar.show(market_calendar.machine_time())
    with sandbox_server.start_server() as sandbox:
        monkeypatch.setenv("STRIPE_API_BASE", sandbox.base_url)
        monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_sandbox_readme")
        settings.cache_clear()
        with served() as base_url:
            plant(base_url)
            yield base_url
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.skipif(shutil.which("curl") is None, reason="the lines are for curl, which is not here")
def test_the_lines_of_the_five_minutes_book_something_and_planting_again_plants_nothing(
    market: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = run(pasted(), market)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "\nconfirmed\n" in told.stdout
    assert '"booking.confirmed"' in told.stdout
    assert '"grace_period"' in told.stdout
    again = run(pasted(), market)
    assert "\nconfirmed\n" in again.stdout, again.stdout + again.stderr
    capsys.readouterr()
    plant(market)
    assert "there already" in capsys.readouterr().out


def test_the_readme_says_the_password_and_how_much_there_is() -> None:
    section = five_minutes()
    assert PASSWORD in section
    assert (len(PROVIDERS), sum(len(provider.offers) for provider in PROVIDERS)) == (8, 20)
    assert "eight providers, twenty offers" in " ".join(section.split())


def run(lines: str, base_url: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "BASE": base_url, "NO_PROXY": "127.0.0.1"}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", lines],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def pasted() -> str:
    return "\n".join(re.findall(r"```bash\n(.*?)```", five_minutes(), re.DOTALL))


def five_minutes() -> str:
    found = re.search(r"<!-- five minutes -->(.*?)<!-- end: five minutes -->", README.read_text(), re.DOTALL)
    assert found is not None, "the README has lost its five minutes"
    return found[1]
