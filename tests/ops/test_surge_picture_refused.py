"""A picture that cannot be written is a sentence, before anything is counted."""

from pathlib import Path

import pytest

from ops.failures import MendableError
from ops.surge import run


@pytest.mark.parametrize(
    ("out", "near", "said"),
    [
        ("prices.txt", None, "let it end in .png"),
        ("prices", None, "let it end in .png"),
        ("no-such-folder/prices.png", None, "is no folder; make it first"),
        ("prices.png", "nan,nan", "not on the globe"),
        ("prices.png", "inf,0", "not on the globe"),
    ],
)
def test_where_nothing_can_be_written_is_told(tmp_path: Path, out: str, near: str | None, said: str) -> None:
    with pytest.raises(MendableError, match=said):
        run.plot_prices("helsinki", "ride", tmp_path / out, days=1, near=near)
