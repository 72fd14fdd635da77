"""An environment without settings."""

from collections.abc import Iterator

import pytest

from domain.foundation.configuration.settings import Settings, settings


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An environment in which nothing is set, and afterwards the one that was."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()
