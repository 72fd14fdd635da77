"""`talkoo surge`: a picture, a tick, a recount, and sentences where there is nothing to see."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.foundation import clock
from domain.foundation.persistence.database import Transactions
from ops.failures import MendableError
from ops.surge import run
from tests import cast, snapshots

PNG = b"\x89PNG"


@pytest.fixture
def town(transactions: Transactions) -> Transactions:
    """Ellen gives rides around the clock, and prices answer to demand since yesterday."""
    with transactions() as session:
        cast.open_always(session, cast.ellen(session))
        cast.offer(session, category="ride")
        rules = {"live": {"ride": {}}, "scheduled": {"task": {"horizon_days": 7}}}
        cast.category(session, "task")
        yesterday = clock.now() - timedelta(days=1)
        snapshots.in_force(session, cast.market(session).id, rules, at=yesterday)
    return transactions


@pytest.mark.usefixtures("town")
def test_a_tick_counts_prices_that_are_drawn_and_counted_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run.tick_now("helsinki")
    assert "Counted: 1 hexagons, 1 live categories" in capsys.readouterr().out
    run.tick_now("helsinki")
    assert "Nothing was due" in capsys.readouterr().out
    for category, hexagons in (("ride", 1), ("task", 0)):
        run.plot_prices("helsinki", category, tmp_path / "prices.png", days=2, near=None)
        assert (tmp_path / "prices.png").read_bytes().startswith(PNG)
        assert f"48 hours, {hexagons} hexagons" in capsys.readouterr().out
    assert run.recount_last("helsinki", 12)
    assert "1 snapshots" in capsys.readouterr().out


@pytest.mark.usefixtures("town")
def test_before_the_first_tick_a_picture_says_what_to_do(tmp_path: Path) -> None:
    run.plot_prices("helsinki", "ride", tmp_path / "prices.svg", days=1, near="60.18,24.95")
    assert "talkoo surge tick" in (tmp_path / "prices.svg").read_text()


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("market", "category", "near"),
    [
        ("nowhere", "ride", None),
        ("helsinki", "nothing", None),
        ("helsinki", "ride", "x"),
        ("helsinki", "ride", "99,0"),
    ],
)
def test_what_cannot_be_drawn_is_a_sentence(
    tmp_path: Path, market: str, category: str, near: str | None
) -> None:
    with pytest.raises(MendableError):
        run.plot_prices(market, category, tmp_path / "prices.png", days=1, near=near)


def test_a_market_without_surge_has_no_tick(transactions: Transactions) -> None:
    with transactions() as session:
        cast.market(session)
    with pytest.raises(MendableError, match="has no surge"):
        run.tick_now("helsinki")
