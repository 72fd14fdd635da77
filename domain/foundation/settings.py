"""Where Talkoo runs and with whom it talks. Read once from the environment; nobody else reads it.

Policy is not a setting: what a market charges or allows is a versioned market policy, and what every market
shares is a named constant beside its rule.
"""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AnyHttpUrl, BaseModel, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DEVELOPMENT_SIGNING_KEY = "development-only-signing-key-never-in-production"
SANDBOX_KEY_PREFIX = "sk_sandbox_"
SHORTEST_SIGNING_KEY = 32  # bytes; shorter than the HMAC-SHA256 output weakens it (RFC 2104, section 3)


class OidcIssuer(BaseModel):
    """One OpenID Connect issuer people may sign in with."""

    issuer: AnyHttpUrl
    client_id: str
    client_secret: SecretStr | None = None
    name: str = ""


class Settings(BaseSettings):
    """Everything that differs between two places where the same code runs."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True)

    environment: Literal["development", "production"] = "development"
    database_url: str = "postgresql+psycopg://postgres@127.0.0.1:5432/talkoo"
    database_pool_size: int = Field(default=20, ge=1, le=200)
    broker_url: str = "memory://localhost"
    stripe_secret_key: SecretStr = SecretStr("sk_sandbox_demo")
    stripe_api_base: AnyHttpUrl = AnyHttpUrl("http://127.0.0.1:12111")
    stripe_webhook_secrets: Annotated[tuple[str, ...], NoDecode] = ()
    signing_keys: Annotated[tuple[str, ...], NoDecode] = (DEVELOPMENT_SIGNING_KEY,)
    oidc_issuers: tuple[OidcIssuer, ...] = ()
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    rate_limits_url: str = "memory://"
    rate_limit: str = "600/minute"
    rate_limit_sign_in: str = "30/minute"
    request_threads: int = Field(default=4, ge=1, le=64)
    slow_requests: int = Field(default=8, ge=0, le=64)
    provider_threads: int = Field(default=8, ge=1, le=64)
    request_queue: int = Field(default=128, ge=0, le=10_000)
    request_wait_seconds: float = Field(default=2.0, gt=0, le=600)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    clock_file: Path | None = None
    heartbeat_folder: Path | None = None

    @field_validator("stripe_webhook_secrets", "signing_keys", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Lists arrive as text with commas; empty parts are dropped, so a blank secret means none."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @property
    def in_production(self) -> bool:
        """Whether real people and real money are behind this process."""
        return self.environment == "production"

    @model_validator(mode="after")
    def _refuse_development_defaults_in_production(self) -> Self:
        if self.in_production and (wrong := _unfit_for_production(self)):
            raise ValueError("Refusing to start in production: " + "; ".join(wrong))
        return self


def _unfit_for_production(chosen: Settings) -> list[str]:
    complaints = {
        "set SIGNING_KEYS to secrets of your own, 32 bytes or more each": (
            not chosen.signing_keys or any(len(key) < SHORTEST_SIGNING_KEY for key in chosen.signing_keys)
        )
        or DEVELOPMENT_SIGNING_KEY in chosen.signing_keys,
        "set STRIPE_SECRET_KEY to a key of your account, not the sandbox's": (
            chosen.stripe_secret_key.get_secret_value().startswith(SANDBOX_KEY_PREFIX)
        ),
        "set STRIPE_WEBHOOK_SECRETS": not chosen.stripe_webhook_secrets,
        "set BROKER_URL to Redis or RabbitMQ": chosen.broker_url.startswith("memory:"),
        "give every issuer in OIDC_ISSUERS an https address": any(
            known.issuer.scheme != "https" for known in chosen.oidc_issuers
        ),
        "unset CLOCK_FILE: production runs on real time": chosen.clock_file is not None,
    }
    return [complaint for complaint, is_so in complaints.items() if is_so]


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
