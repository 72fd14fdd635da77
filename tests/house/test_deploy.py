"""What is shipped for production cannot be run here, so what can be read in it is compared with the code."""

import re
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from domain.foundation.settings import Settings
from ops.command import app
from workers.health import LOOPS

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
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
    read_by_uvicorn = {"FORWARDED_ALLOW_IPS"}
    known = {field.upper() for field in Settings.model_fields} | read_by_uvicorn
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


def test_the_continuous_integration_is_a_program() -> None:
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().startswith("#!/usr/bin/env bash")
