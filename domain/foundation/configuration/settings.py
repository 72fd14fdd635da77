"""Settings of a process, read once from the environment. No other module reads the environment.

Business policy is not a setting: it is a versioned market policy, or a named constant beside its rule.
`domain.foundation.configuration.production_requirements` lists what production requires of each setting.
Values are never printed: they may hold passwords and keys.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from limits import parse_many
from pydantic import (
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

DEVELOPMENT_SIGNING_KEY = "development-only-signing-key-never-in-production"
SANDBOX_KEY_PREFIX = "sk_sandbox_"
DRIVER = "postgresql+psycopg"
BROKER_SCHEMES = frozenset({"memory", "redis", "rediss", "amqp", "amqps"})
RATE_LIMIT_SCHEMES = frozenset({"memory", "redis", "rediss"})


class SettingsError(Exception):
    """The process cannot start with these settings. Names every faulty variable but no value."""

    def __init__(self, faults: dict[str, str]) -> None:
        lines = [f"  {name.upper()}: {fault}" for name, fault in sorted(faults.items())]
        super().__init__("\n".join(["Talkoo cannot start with these settings:", *lines]))
        self.faults = faults


class OidcIssuer(BaseModel):
    """An OpenID Connect issuer that users may sign in with."""

    model_config = ConfigDict(hide_input_in_errors=True)

    issuer: AnyHttpUrl
    client_id: str
    client_secret: SecretStr | None = None
    name: str = ""


class Settings(BaseSettings):
    """Everything that differs between two deployments of the same code."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True, hide_input_in_errors=True)

    environment: Literal["development", "production"] = "development"
    database_url: str = Field(default="postgresql+psycopg://postgres@127.0.0.1:5432/talkoo", repr=False)
    database_pool_size: int = Field(default=20, ge=1, le=200)
    broker_url: str = Field(default="memory://localhost", repr=False)
    stripe_secret_key: SecretStr = SecretStr("sk_sandbox_demo")
    stripe_api_base: AnyHttpUrl = Field(default=AnyHttpUrl("http://127.0.0.1:12111"), repr=False)
    stripe_webhook_secrets: Annotated[tuple[str, ...], NoDecode] = Field(default=(), repr=False)
    signing_keys: Annotated[tuple[str, ...], NoDecode] = Field(default=(DEVELOPMENT_SIGNING_KEY,), repr=False)
    oidc_issuers: Annotated[tuple[OidcIssuer, ...], NoDecode] = ()
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = ()
    forwarded_allow_ips: str = ""  # uvicorn's; the API reads TRUSTED_PROXIES instead
    rate_limits_url: str = Field(default="memory://", repr=False)
    rate_limit: str = "600/minute"
    rate_limit_sign_in: str = "30/minute"
    rate_limit_account: str = "5/minute; 10/15 minutes; 20/hour"
    request_threads: int = Field(default=4, ge=1, le=64)
    slow_requests: int = Field(default=8, ge=0, le=64)
    provider_threads: int = Field(default=8, ge=1, le=64)
    request_queue: int = Field(default=128, ge=0, le=10_000)
    request_wait_seconds: float = Field(default=2.0, gt=0, le=600)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    clock_file: Path | None = None
    heartbeat_folder: Path | None = None

    @field_validator(
        "stripe_webhook_secrets", "signing_keys", "cors_origins", "trusted_proxies", mode="before"
    )
    @classmethod
    def _split(cls, value: object) -> object:
        """Split a comma-separated text; empty parts are dropped, so a blank secret means none."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("oidc_issuers", mode="before")
    @classmethod
    def _decode(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError("is not JSON") from None

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, value: str) -> str:
        try:
            driver = make_url(value).drivername
        except (ArgumentError, ValueError):
            driver = ""
        if driver != DRIVER:
            raise ValueError(f"is not an address that begins with {DRIVER}://")
        return value

    @field_validator("broker_url")
    @classmethod
    def _check_broker(cls, value: str) -> str:
        return _with_known_scheme(value, BROKER_SCHEMES)

    @field_validator("rate_limits_url")
    @classmethod
    def _check_counters(cls, value: str) -> str:
        return _with_known_scheme(value, RATE_LIMIT_SCHEMES)

    @field_validator("rate_limit", "rate_limit_sign_in", "rate_limit_account")
    @classmethod
    def _check_limit(cls, value: str) -> str:
        try:
            limits = parse_many(value)
        except ValueError:
            limits = []
        if not limits or min(limit.amount for limit in limits) < 1:
            raise ValueError("is not a limit such as 600/minute, with 1 or more")
        return value

    @property
    def in_production(self) -> bool:
        """Whether this process serves real people and real money."""
        return self.environment == "production"

    @model_validator(mode="after")
    def _check_production(self) -> Self:
        if self.in_production and (faults := _unmet_requirements(self)):
            raise ValueError(str(SettingsError(faults)))
        return self


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process. Raises `SettingsError` with all faults if some are not valid."""
    try:
        return Settings()
    except ValidationError as error:
        # Raised below, outside of `except`: pydantic's error holds values and would be shown as the cause.
        faults = _faults_of(error)
    raise SettingsError(faults)


def _faults_of(error: ValidationError) -> dict[str, str]:
    """What is wrong with each setting: values that cannot be parsed, and unmet production requirements."""
    unreadable = {
        str(fault["loc"][0]): fault["msg"].removeprefix("Value error, ")
        for fault in error.errors(include_input=False, include_context=False)
        if fault["loc"]
    }
    readable: dict[str, Any] = {name: Settings.model_fields[name].default for name in unreadable}
    if readable.get("environment") is None and _is_production_requested():
        probe = Settings(**readable, environment="development")
        unmet = _unmet_requirements(probe)
        return {name: fault for name, fault in unmet.items() if name not in unreadable} | unreadable
    return unreadable


def _is_production_requested() -> bool:
    """Whether ENVIRONMENT is `production`, even if other settings cannot be parsed."""

    class EnvironmentSetting(BaseSettings):
        environment: str = ""

    return EnvironmentSetting().environment == "production"


def _unmet_requirements(settings_read: Settings) -> dict[str, str]:
    from domain.foundation.configuration.production_requirements import unmet_requirements  # noqa: PLC0415 -- the table names the settings

    return unmet_requirements(settings_read)


def _with_known_scheme(value: str, schemes: frozenset[str]) -> str:
    """The address with its scheme in lower case. Raises ValueError if the scheme is not one of `schemes`."""
    scheme, separator, rest = value.partition("://")
    if not separator or scheme.lower() not in schemes:
        raise ValueError(f"is not an address that begins with one of {', '.join(sorted(schemes))}")
    return f"{scheme.lower()}://{rest}"
