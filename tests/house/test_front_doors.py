"""Visitors use a noun's face (`from domain import bookings`), so its rooms can move and nobody is told."""

from tests.house.source import ROOT, files, imports

NOUNS = {path.parent.name for path in (ROOT / "domain").glob("*/__init__.py")} - {"foundation"}
# Rooms that visitors may enter by name, each for a reason.
OPEN_ROOMS = {
    "errors": "a route declares the refusals of its noun",
    "value_errors": "those of contributions are too many for one file",
    "events": "a reader names the fact it reads",
    "invariants": "the watch and the tests ask for them by noun",
    "permissions": "the doors of the API ask the one table",
    "stripe_gateway": "whoever starts a process chooses the way to the world",
    "models": "the registry gathers tables; nobody else",
    "lifecycle": "the picture in ARCHITECTURE.md is drawn from it",
}
MODELS_ARE_FOR = {"domain/registry.py"}


def test_visitors_use_the_front_door():
    broken = [
        f"{path}:{line} imports {name}"
        for path in files()
        for line, name in imports(path)
        if _passes_the_door_by(path, name.split("."))
    ]
    assert not broken, (
        "A noun's rooms are its own: import the noun (`from domain import bookings`), use its public names, "
        "or make the name public in its __init__.py. " + "; ".join(broken)
    )


def _passes_the_door_by(path: str, parts: list[str]) -> bool:
    if parts[0] != "domain" or len(parts) < 3 or parts[1] not in NOUNS:
        return False
    if path.startswith(f"domain/{parts[1]}/") or not _is_room(parts):
        return False
    return parts[2] not in OPEN_ROOMS or (parts[2] == "models" and path not in MODELS_ARE_FOR)


def _is_room(parts: list[str]) -> bool:
    return (ROOT / "/".join(parts[:3])).with_suffix(".py").exists()
