"""The production requirements, setting by setting."""

import pytest

from domain.foundation.configuration.production_requirements import REQUIREMENTS, UNRESTRICTED
from domain.foundation.configuration.settings import Settings, settings
from tests.domain.foundation.production_settings import PRODUCTION, TABLE, settings_error

pytestmark = pytest.mark.usefixtures("nothing_set")

ROWS = [
    (name, kind, value)
    for name, (accepted, refused, unreadable) in TABLE.items()
    for kind, values in (("taken", accepted), ("refused", refused), ("unreadable", unreadable))
    for value in values
]


def start(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> dict[str, str]:
    """The faults when a process starts in this environment."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    error = settings_error()
    if error is None:
        return {}
    assert all(f"{name.upper()}: " in str(error) for name in error.faults)
    return error.faults


def test_every_setting_has_a_row_and_a_demand_or_a_reason_for_none():
    assert set(TABLE) == set(Settings.model_fields), "a new setting needs a row in this table"
    assert set(REQUIREMENTS) | set(UNRESTRICTED) == set(Settings.model_fields), (
        "see domain/foundation/configuration/production_requirements.py"
    )
    assert not set(REQUIREMENTS) & set(UNRESTRICTED)
    assert {name for name, (_, refused, _) in TABLE.items() if refused} == set(REQUIREMENTS)


def test_production_starts_with_settings_of_its_own(monkeypatch: pytest.MonkeyPatch):
    assert start(monkeypatch, PRODUCTION) == {}
    assert settings().in_production


@pytest.mark.parametrize(("name", "kind", "value"), ROWS, ids=lambda part: str(part)[:40])
def test_a_setting_is_taken_or_refused(monkeypatch: pytest.MonkeyPatch, name: str, kind: str, value: str):
    in_production = start(monkeypatch, PRODUCTION | {name.upper(): value})
    assert set(in_production) == ({name} if kind != "taken" else set())
    if name != "environment":
        development = start(monkeypatch, PRODUCTION | {name.upper(): value, "ENVIRONMENT": "development"})
        assert set(development) == ({name} if kind == "unreadable" else set())


def test_production_by_its_defaults_names_every_fault_at_once(monkeypatch: pytest.MonkeyPatch):
    faults = start(monkeypatch, {"ENVIRONMENT": "production", "DATABASE_POOL_SIZE": "0", "OIDC_ISSUERS": "{"})
    assert set(faults) == {
        "broker_url",
        "database_pool_size",
        "database_url",
        "oidc_issuers",
        "rate_limits_url",
        "signing_keys",
        "stripe_api_base",
        "stripe_secret_key",
        "stripe_webhook_secrets",
    }


def test_development_starts_with_nothing_set(monkeypatch: pytest.MonkeyPatch):
    assert start(monkeypatch, {}) == {}
