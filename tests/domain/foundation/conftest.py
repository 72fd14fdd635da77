"""Fixture for tests of settings: an environment without any."""

from collections.abc import Iterator

import pytest

from domain.foundation.configuration.settings import Settings, settings


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Unset all settings during a test, and restore them afterwards."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()
