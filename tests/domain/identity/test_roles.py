from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from sqlmodel import Session

from domain import identity
from domain.foundation import events, ids
from domain.foundation.actors import SYSTEM
from domain.identity import Caller, Grant, Role
from domain.identity.errors import GrantUnknown, RoleNotYoursToGive, UserUnknown

HERE, THERE = ids.new(), ids.new()
Person = Callable[[str], identity.User]


@pytest.fixture
def mira(person: Person) -> identity.User:
    return person("mira@example.org")


@pytest.fixture
def otto(person: Person) -> identity.User:
    return person("otto@example.org")


def holding(user: identity.User, *grants: Grant) -> Caller:
    return Caller(user.id, ids.new(), user.name, frozenset(grants))


# Who may give a role in HERE, in THERE, and everywhere.
GIVERS = [
    (Grant(Role.OPERATOR), {HERE, THERE, None}),
    (Grant(Role.OPERATOR, HERE), {HERE}),
    (Grant(Role.MODERATOR), set()),
    (Grant(Role.MODERATOR, HERE), set()),
]


@pytest.mark.parametrize("place", [HERE, THERE, None])
@pytest.mark.parametrize(("grant", "places"), GIVERS)
def test_operators_give_and_take_roles_where_they_operate_and_nowhere_else(
    session: Session,
    otto: identity.User,
    mira: identity.User,
    grant: Grant,
    places: set[UUID | None],
    place: UUID | None,
    at: datetime,
) -> None:
    caller = holding(otto, grant)
    role = Role.MODERATOR
    held = identity.grant_role(session, mira.id, role=role, market_id=place, by=SYSTEM, at=at)
    if place in places:
        identity.revoke_role(session, held.id, by=caller, at=at)
        again = identity.grant_role(session, mira.id, role=role, market_id=place, by=caller, at=at)
        assert (again.granted_by, again.id == held.id) == (otto.id, False)
    else:
        with pytest.raises(RoleNotYoursToGive):
            identity.grant_role(session, mira.id, role=role, market_id=place, by=caller, at=at)
        with pytest.raises(GrantUnknown):
            identity.revoke_role(session, held.id, by=caller, at=at)


def test_nobody_gives_themselves_a_role(session: Session, mira: identity.User, at: datetime) -> None:
    for place in (HERE, None):
        with pytest.raises(RoleNotYoursToGive):
            identity.grant_role(
                session, mira.id, role=Role.OPERATOR, market_id=place, by=holding(mira), at=at
            )


def test_giving_and_taking_twice_does_no_harm(session: Session, mira: identity.User, at: datetime) -> None:
    for place in (HERE, None):
        first, second = (
            identity.grant_role(session, mira.id, role=Role.OPERATOR, market_id=place, by=SYSTEM, at=at)
            for _ in range(2)
        )
        assert first.id == second.id
    assert {grant.market_id for grant in identity.grants_of(session, mira.id)} == {HERE, None}
    for _ in range(2):
        identity.revoke_role(session, first.id, by=SYSTEM, at=at)
    assert {grant.market_id for grant in identity.grants_of(session, mira.id)} == {HERE}
    names = [row.name for row in events.history(session, mira.id)]
    assert (names.count("role.granted"), names.count("role.revoked")) == (2, 1)


def test_a_role_is_not_given_to_nobody_and_a_grant_that_is_not_there_is_not_taken(
    session: Session, at: datetime
) -> None:
    with pytest.raises(UserUnknown):
        identity.grant_role(session, ids.new(), role=Role.OPERATOR, market_id=None, by=SYSTEM, at=at)
    with pytest.raises(GrantUnknown):
        identity.revoke_role(session, ids.new(), by=SYSTEM, at=at)
