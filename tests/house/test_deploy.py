"""What is shipped for production cannot be run here, so what can be read in it is compared with the code."""

import re
from ipaddress import ip_network
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from api.protocol import LARGEST_HEAD
from domain.foundation.configuration.production_requirements import unmet_requirements
from domain.foundation.configuration.settings import Settings
from ops.command import app
from ops.services import SECONDS_KEPT_ALIVE
from workers.health import LOOPS

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
PROXY = (ROOT / "deploy/Caddyfile").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "talkoo"}
COMMANDS = get_command(app).commands  # type: ignore[attr-defined]  # typer answers a group, typed as a command


@pytest.mark.parametrize("name", OURS)
def test_a_service_runs_a_command_that_exists_with_options_it_knows(name: str) -> None:
    command, *words = OURS[name]["command"]
    assert command in COMMANDS, f"deploy/compose.yaml runs `talkoo {command}`, which ops/command.py lacks"
    COMMANDS[command].make_context(command, words)


def test_every_role_of_production_is_deployed() -> None:
    assert set(OURS) == {"api", "worker", "relay", "clock", "migrate"}


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_told_only_what_the_settings_read(name: str) -> None:
    known = {field.upper() for field in Settings.model_fields}
    assert set(OURS[name]["environment"]) <= known


def test_what_a_service_waits_for_exists_and_can_say_that_it_is_ready() -> None:
    for name, service in COMPOSE["services"].items():
        for other, how in service.get("depends_on", {}).items():
            awaited = COMPOSE["services"][other]
            if how["condition"] == "service_healthy":
                says = "healthcheck" in awaited or other == "api"  # the image itself checks the API
                assert says, f"{name} waits for the health of {other}, which has no check"


@pytest.mark.parametrize("part", ["worker", "relay", "clock"])
def test_a_part_whose_loop_hangs_or_fails_turns_red(part: str) -> None:
    check = OURS[part]["healthcheck"]
    *program, asked = check["test"]
    assert program == ["CMD", "python", "-m", "workers.health"]
    assert asked == part
    assert part in LOOPS
    assert "disable" not in check
    assert OURS[part]["environment"]["HEARTBEAT_FOLDER"].startswith("/tmp/"), "the one folder it may write to"  # noqa: S108


def test_only_what_ends_by_itself_has_no_health_check() -> None:
    off = [name for name, service in OURS.items() if service.get("healthcheck", {}).get("disable")]
    assert off == ["migrate"]


def test_secrets_have_no_defaults() -> None:
    text = (ROOT / "deploy/compose.yaml").read_text()
    for name in ("DATABASE_PASSWORD", "SIGNING_KEYS", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS"):
        assert set(re.findall(rf"\$\{{{name}(..)", text)) == {":?"}, f"{name} must be given, never defaulted"


def test_only_the_proxy_is_reachable_from_outside() -> None:
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["proxy"]


def test_the_image_runs_as_nobody_in_particular_from_hashed_requirements() -> None:
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER talkoo$", last_stage, re.MULTILINE)
    assert "--require-hashes" in DOCKERFILE
    assert "requirements-dev" not in DOCKERFILE
    assert 'ENTRYPOINT ["talkoo"]' in last_stage


def test_the_image_gets_the_code_that_runs_and_no_sandbox_or_tests() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line.startswith("!")}
    assert {"api", "domain", "workers", "migrations", "ops", "requirements.txt"} <= kept
    assert not kept & {"sandbox", "bench", "tests", ".talkoo", ".git"}


def test_the_proxy_closes_what_is_sent_too_slowly() -> None:
    proxy = (ROOT / "deploy/Caddyfile").read_text()
    for limit in ("read_header", "read_body", "idle", "max_size", "request_buffers"):
        assert re.search(rf"^\s*{limit} \d", proxy, re.MULTILINE), f"deploy/Caddyfile lost its {limit}"
    assert "reverse_proxy api:8000" in proxy


def test_the_api_keeps_an_idle_connection_longer_than_the_proxy() -> None:
    """Otherwise the proxy sends requests on connections that are just being closed, and clients hear 502."""
    (keepalive,) = re.findall(r"^\s*keepalive (\d+)s$", PROXY, re.MULTILINE)
    assert int(keepalive) + 15 <= SECONDS_KEPT_ALIVE


def test_the_api_takes_every_head_that_the_proxy_passes_on() -> None:
    """The proxy's own library adds 4 KB to its bound, and the proxy a few headers."""
    (kilobytes,) = re.findall(r"^\s*max_header_size (\d+)KB$", PROXY, re.MULTILINE)
    passed_on = (int(kilobytes) + 8) * 1024
    assert passed_on <= LARGEST_HEAD


def test_the_api_trusts_the_proxy_and_nobody_else() -> None:
    proxy = ip_network(COMPOSE["services"]["proxy"]["networks"]["default"]["ipv4_address"])
    (network,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    trusted = {name: service["environment"].get("TRUSTED_PROXIES") for name, service in OURS.items()}
    assert {ip_network(value) for value in trusted.values() if value} == {proxy}
    assert trusted["api"]
    assert proxy.subnet_of(ip_network(network["subnet"]))
    assert not proxy.subnet_of(ip_network(network["ip_range"])), (
        "another container could be given its address"
    )


def test_what_is_deployed_meets_the_demands_of_production(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:  # the suite has settings of its own
        monkeypatch.delenv(name.upper(), raising=False)
    given = {name: value for name, value in OURS["api"]["environment"].items() if "${" not in str(value)}
    chosen = Settings(
        **{name.lower(): value for name, value in given.items()} | {"environment": "development"}
    )
    left_to_the_operator = {"database_url", "signing_keys", "stripe_secret_key", "stripe_webhook_secrets"}
    assert set(unmet_requirements(chosen)) == left_to_the_operator | {"stripe_api_base"}
    assert "https://api.stripe.com" in OURS["api"]["environment"]["STRIPE_API_BASE"]


def test_the_continuous_integration_is_a_program() -> None:
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().startswith("#!/usr/bin/env bash")
