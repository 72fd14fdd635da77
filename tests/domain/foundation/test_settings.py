import pytest
from pydantic import SecretStr, ValidationError

from domain.foundation.configuration.settings import DEVELOPMENT_SIGNING_KEY, Settings

FIT = {
    "environment": "production",
    "database_url": "postgresql+psycopg://talkoo:ours@postgres:5432/talkoo",
    "signing_keys": "q8ZrT1vX4mB7nC0pL3kJ6hG9fD2sA5wE",
    "stripe_secret_key": SecretStr("sk_live_q8ZrT1vX4mB7nC0pL3kJ6hG9"),
    "stripe_api_base": "https://api.stripe.com",
    "stripe_webhook_secrets": "whsec_newq8ZrT1vX4mB7nC0p,whsec_oldq8ZrT1vX4mB7nC0p",
    "broker_url": "redis://broker:6379/0",
    "rate_limits_url": "redis://broker:6379/1",
}


@pytest.fixture(autouse=True)
def _only_named_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset the clock, limits and addresses of the test suite, which production would reject."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_production_starts_with_settings_of_its_own():
    assert Settings(**FIT).stripe_webhook_secrets == (
        "whsec_newq8ZrT1vX4mB7nC0p",
        "whsec_oldq8ZrT1vX4mB7nC0p",
    )


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"signing_keys": DEVELOPMENT_SIGNING_KEY}, "SIGNING_KEYS"),
        ({"signing_keys": "short"}, "SIGNING_KEYS"),
        ({"signing_keys": ""}, "SIGNING_KEYS"),
        ({"stripe_secret_key": SecretStr("sk_sandbox_demo")}, "STRIPE_SECRET_KEY"),
        ({"stripe_webhook_secrets": " , "}, "STRIPE_WEBHOOK_SECRETS"),
        ({"broker_url": "memory://"}, "BROKER_URL"),
        ({"clock_file": "clock"}, "CLOCK_FILE"),
        ({"oidc_issuers": [{"issuer": "http://plain.example", "client_id": "us"}]}, "https"),
    ],
    ids=lambda row: str(row)[:40],
)
def test_production_refuses_what_only_development_may_have(wrong, message):
    with pytest.raises(ValidationError, match=message):
        Settings(**{**FIT, **wrong})
