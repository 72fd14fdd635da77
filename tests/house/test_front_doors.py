"""Visitors use a noun's face (`from domain import bookings`), so its rooms can move and nobody is told."""

import pytest

from tests.house.source import ROOT, files, imports

NOUNS = {path.parent.name for path in (ROOT / "domain").glob("*/__init__.py")} - {"foundation"}
# Rooms that visitors may enter by name, each for a reason.
OPEN_ROOMS = {
    "errors": "a route declares the refusals of its noun",
    "events": "a reader names the fact it reads",
    "invariants": "the watch and the tests ask for them by noun",
    "permissions": "the doors of the API ask the one table",
    "stripe_gateway": "whoever starts a process chooses the way to the world",
    "models": "the registry gathers tables; nobody else",
    "lifecycle": "the picture in ARCHITECTURE.md is drawn from it",
}
MODELS_ARE_FOR = {"domain/registry.py"}


@pytest.mark.parametrize("path", sorted(files()))
def test_visitors_use_the_front_door(path):
    broken = []
    for line, name in imports(path):
        parts = name.split(".")
        if parts[0] != "domain" or len(parts) < 3 or parts[1] not in NOUNS:
            continue
        if path.startswith(f"domain/{parts[1]}/") or not _is_room(parts):
            continue
        if parts[2] not in OPEN_ROOMS or (parts[2] == "models" and path not in MODELS_ARE_FOR):
            broken.append(f"{path}:{line} imports {name}")
    assert not broken, (
        "A noun's rooms are its own: import the noun (`from domain import bookings`), use its public names, "
        "or make the name public in its __init__.py. " + "; ".join(broken)
    )


def _is_room(parts: list[str]) -> bool:
    return (ROOT / "/".join(parts[:3])).with_suffix(".py").exists()
