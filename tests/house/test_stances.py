"""Every route has a stance, every stance a route, and every no that can be heard is declared somewhere."""

from api import app, openapi, problems
from api.transaction import Door
from domain.foundation import errors
from domain.foundation.errors import DomainError
from domain.identity import permissions

DOORS: list[Door] = [door for router in app.routers() for door in router.doors]
BASES = {kind for kind in vars(errors).values() if isinstance(kind, type)}
# Refusals that are heard elsewhere than at a route, each with the place.
_NOBODY_POSTS = "no route writes to the books freely; entries follow what happens elsewhere"
HEARD_ELSEWHERE: dict[str, str] = {
    "account-unknown": _NOBODY_POSTS,
    "entry-already-corrected": _NOBODY_POSTS,
    "entry-unknown": _NOBODY_POSTS,
    "unit-not-supported": _NOBODY_POSTS,
    "capture-target-too-high": "bookings keep what is there (`keep_no_more_than`) and never ask for more",
    "currency-unknown": "a market refuses the currency first, with `invalid-market`",
}


def test_there_are_routes_of_every_noun():
    assert {door.may.partition(".")[0] for door in DOORS} >= {"users", "offers", "bookings", "payments"}


def test_a_route_names_its_stance_and_refusals_that_there_are():
    for door in DOORS:
        name = door.endpoint.__name__
        assert door.may in permissions.PERMISSIONS, f"{name}: append to domain/identity/permissions.py."
        for kind in door.errors:
            assert issubclass(kind, DomainError), name
            assert kind.slug, name
            assert problems.status_of(kind), name
        assert len(door.errors) == len(set(door.errors)), f"{name}: a refusal is declared once."


def test_a_permission_guards_a_route():
    unasked = set(permissions.PERMISSIONS) - {door.may for door in DOORS}
    assert not unasked, f"Nobody asks for {unasked}: delete the lines."


def test_a_refusal_of_the_domain_is_declared_by_a_route():
    declared = {one for door in DOORS for one in openapi.refusals_of(door)}
    ours = [
        kind
        for kind in DomainError.all_classes()
        if kind.__module__.startswith("domain.") and kind not in BASES
    ]
    wrong = [kind for kind in ours if (kind in declared) == (kind.slug in HEARD_ELSEWHERE)]
    assert not wrong, (
        f"Let the routes that can refuse with {wrong} list it, or say where else it is heard, not both."
    )
