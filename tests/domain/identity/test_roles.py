from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from sqlmodel import Session

from domain import identity
from domain.foundation import events, ids
from domain.foundation.actors import SYSTEM
from domain.identity import Caller, Grant, UserRole
from domain.identity.errors import RoleGrantForbidden, RoleGrantNotFound, UserNotFound

MARKET, OTHER_MARKET = ids.new(), ids.new()
Person = Callable[[str], identity.User]


@pytest.fixture
def mira(person: Person) -> identity.User:
    return person("mira@example.org")


@pytest.fixture
def otto(person: Person) -> identity.User:
    return person("otto@example.org")


def holding(user: identity.User, *grants: Grant) -> Caller:
    return Caller(user.id, ids.new(), user.name, frozenset(grants))


# Who may grant a role in HERE, in THERE, and everywhere.
GIVERS = [
    (Grant(UserRole.OPERATOR), {MARKET, OTHER_MARKET, None}),
    (Grant(UserRole.OPERATOR, MARKET), {MARKET}),
    (Grant(UserRole.MODERATOR), set()),
    (Grant(UserRole.MODERATOR, MARKET), set()),
]


@pytest.mark.parametrize("place", [MARKET, OTHER_MARKET, None])
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
    role = UserRole.MODERATOR
    held = identity.grant_role(session, mira.id, role=role, market_id=place, by=SYSTEM, at=at)
    if place in places:
        identity.revoke_role(session, held.id, by=caller, at=at)
        again = identity.grant_role(session, mira.id, role=role, market_id=place, by=caller, at=at)
        assert (again.granted_by, again.id == held.id) == (otto.id, False)
    else:
        with pytest.raises(RoleGrantForbidden):
            identity.grant_role(session, mira.id, role=role, market_id=place, by=caller, at=at)
        with pytest.raises(RoleGrantNotFound):
            identity.revoke_role(session, held.id, by=caller, at=at)


def test_nobody_gives_themselves_a_role(session: Session, mira: identity.User, at: datetime) -> None:
    for place in (MARKET, None):
        with pytest.raises(RoleGrantForbidden):
            identity.grant_role(
                session, mira.id, role=UserRole.OPERATOR, market_id=place, by=holding(mira), at=at
            )


def test_giving_and_taking_twice_does_no_harm(session: Session, mira: identity.User, at: datetime) -> None:
    for place in (MARKET, None):
        first, second = (
            identity.grant_role(session, mira.id, role=UserRole.OPERATOR, market_id=place, by=SYSTEM, at=at)
            for _ in range(2)
        )
        assert first.id == second.id
    assert {grant.market_id for grant in identity.list_role_grants(session, mira.id)} == {MARKET, None}
    for _ in range(2):
        identity.revoke_role(session, first.id, by=SYSTEM, at=at)
    assert {grant.market_id for grant in identity.list_role_grants(session, mira.id)} == {MARKET}
    names = [row.name for row in events.subject_history(session, mira.id)]
    assert (names.count("role.granted"), names.count("role.revoked")) == (2, 1)


def test_a_role_is_not_given_to_nobody_and_a_grant_that_is_not_there_is_not_taken(
    session: Session, at: datetime
) -> None:
    with pytest.raises(UserNotFound):
        identity.grant_role(session, ids.new(), role=UserRole.OPERATOR, market_id=None, by=SYSTEM, at=at)
    with pytest.raises(RoleGrantNotFound):
        identity.revoke_role(session, ids.new(), by=SYSTEM, at=at)
