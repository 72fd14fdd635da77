"""Every route, tried by everybody: who may, who may not, and who learns of nothing.

What is expected follows from the rule of the route's permission and from the table of calls: no session 401,
the wrong role 403, somebody else's thing 404 as if it were not there. A refused call changes nothing.
"""

from dataclasses import replace

import pytest

from api.admission import AT_THE_DOOR
from domain.foundation import ids
from domain.identity import permissions
from domain.identity.permissions import PermissionRule
from tests.api.calls import CALLS, Call
from tests.api.theatre import DOORS, Theatre
from tests.stage import PREFIXES

# Who passes the door of each rule about staff: Otto operates and Mira moderates everywhere, Olga operates
# another market.
STAFF = {
    PermissionRule.MARKET_MODERATOR: {"mira", "otto", "olga"},
    PermissionRule.MARKET_OPERATOR: {"otto", "olga"},
    PermissionRule.OPERATOR: {"otto"},
}
# A customer and a provider of others, both sides, all kinds of staff, nobody, one shut out, one too late.
CAST = ("nobody", "ben", "farah", "aino", "ellen", "mira", "otto", "olga", "sulo", "expired")


def expected(name: str, call: Call, who: str) -> int | None:
    """The status that refuses `who`, or None when they are let in."""
    may = DOORS[name].may
    rule = permissions.PERMISSIONS[may].rule
    if who in {"sulo", "expired"}:
        return None if may in AT_THE_DOOR else 401
    if who in call.let_in:
        return None
    if who == "nobody":
        return 401
    if rule in STAFF and who not in STAFF[rule]:
        return 403
    return call.others.get(who, 404)


def test_every_route_has_a_call_and_every_call_a_route():
    assert set(CALLS) == set(DOORS), "A new route needs a line in tests/api/calls/: who may, with what."


@pytest.mark.parametrize("name", sorted(CALLS))
def test_who_may_not_is_refused_and_changes_nothing(theatre: Theatre, name: str):
    call = CALLS[name]
    refused = {who: status for who in CAST if (status := expected(name, call, who))}
    with theatre.unchanged():
        answers = {who: theatre.send(call, who) for who in refused}
    assert {who: answer.status_code for who, answer in answers.items()} == refused
    for answer in answers.values():
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.status_code != 401 or answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("name", sorted(CALLS))
def test_who_may_is_let_in(theatre: Theatre, name: str):
    call = CALLS[name]
    for who in sorted(call.let_in - {call.by}):
        status = theatre.send(call, who).status_code
        assert status not in {401, 403, 404}, f"{who} is not let in"
        assert status < 500
        theatre.restore()
    answer = theatre.send(call)
    assert 200 <= answer.status_code < 300, answer.text


@pytest.mark.parametrize("name", sorted(name for name, call in CALLS.items() if "{" in call.path))
def test_what_is_not_there_and_what_is_not_theirs_look_the_same(theatre: Theatre, name: str):
    """A stranger compares the answer for somebody else's thing with the answer for nothing at all."""
    call = CALLS[name]
    for who in ("ben", "farah", "olga"):
        if expected(name, call, who) == 404:
            theirs, nothing = (
                theatre.send(one, who).json() | {"instance": ""} for one in (call, _astray(theatre, call))
            )
            assert theirs == nothing, f"{who} learns that there is something"


def _astray(theatre: Theatre, call: Call) -> Call:
    """The call with ids of nothing in its path."""
    nothing = {word: ids.encode(prefix, ids.new()) for word, prefix in PREFIXES.items()}
    return replace(call, path=call.path.format_map(theatre.stage.names | nothing))
