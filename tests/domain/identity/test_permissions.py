from itertools import product
from uuid import UUID

import pytest

from domain.foundation import ids
from domain.foundation.actors import CLOCK, ActorKind
from domain.identity import PERMISSIONS, Caller, Grant, PermissionRule, UserRole, actor_for
from domain.identity.permissions import decide, get_permission

MARKET, OTHER_MARKET = ids.new(), ids.new()


def caller(*grants: Grant) -> Caller:
    return Caller(ids.new(), ids.new(), "Otto", frozenset(grants))


ANONYMOUS = None
SIGNED_IN = caller()
OPERATOR = caller(Grant(UserRole.OPERATOR))
MARKET_OPERATOR = caller(Grant(UserRole.OPERATOR, MARKET))
MODERATOR = caller(Grant(UserRole.MODERATOR))
MARKET_MODERATOR = caller(Grant(UserRole.MODERATOR, MARKET))
EVERYBODY = [ANONYMOUS, SIGNED_IN, OPERATOR, MARKET_OPERATOR, MODERATOR, MARKET_MODERATOR]

# Who of EVERYBODY is allowed, by rule: without a market, in HERE, and in THERE.
TABLE: dict[PermissionRule, tuple[str, str, str]] = {
    PermissionRule.ANYONE: ("yyyyyy", "yyyyyy", "yyyyyy"),
    PermissionRule.SIGNED_IN: (".yyyyy", ".yyyyy", ".yyyyy"),
    PermissionRule.OWN: (".yyyyy", ".yyyyy", ".yyyyy"),
    PermissionRule.MARKET_MODERATOR: ("..yyyy", "..yyyy", "..y.y."),
    PermissionRule.MARKET_OPERATOR: ("..yy..", "..yy..", "..y..."),
    PermissionRule.OPERATOR: ("..y...", "..y...", "..y..."),
}


@pytest.mark.parametrize(("place", "market_id"), [(0, None), (1, MARKET), (2, OTHER_MARKET)])
def test_a_rule_lets_in_exactly_whom_the_table_says(place: int, market_id: UUID | None) -> None:
    for name in PERMISSIONS:
        decisions = [decide(who, name, market_id) for who in EVERYBODY]
        let_in = "".join("y" if decision.allowed else "." for decision in decisions)
        assert let_in == TABLE[get_permission(name).rule][place], name


def test_every_decision_says_why_in_a_sentence() -> None:
    for name, who in product(PERMISSIONS, EVERYBODY):
        decision = decide(who, name)
        assert decision.reason.endswith("."), name
        assert decision.rule is get_permission(name).rule, name


def test_every_rule_guards_something() -> None:
    assert {permission.rule for permission in PERMISSIONS.values()} == set(PermissionRule)


def test_a_permission_is_named_after_a_noun_and_a_verb_and_has_a_sentence() -> None:
    for permission in PERMISSIONS.values():
        noun, _, verb = permission.name.partition(".")
        assert noun.replace("_", "").isalpha()
        assert verb.replace("_", "").isalpha()
        assert permission.description.endswith(".")


def test_a_name_that_nobody_wrote_down_is_a_bug() -> None:
    with pytest.raises(LookupError, match=r"permissions\.py"):
        decide(OPERATOR, "bookings.levitate")


@pytest.mark.parametrize(
    ("who", "market_id", "kind"),
    [
        (SIGNED_IN, MARKET, ActorKind.USER),
        (OPERATOR, None, ActorKind.OPERATOR),
        (OPERATOR, MARKET, ActorKind.OPERATOR),
        (MARKET_OPERATOR, MARKET, ActorKind.OPERATOR),
        (MARKET_OPERATOR, OTHER_MARKET, ActorKind.USER),
        (MARKET_OPERATOR, None, ActorKind.USER),
        (MARKET_MODERATOR, MARKET, ActorKind.MODERATOR),
        (MARKET_MODERATOR, OTHER_MARKET, ActorKind.USER),
        (caller(Grant(UserRole.MODERATOR), Grant(UserRole.OPERATOR, MARKET)), MARKET, ActorKind.OPERATOR),
        (
            caller(Grant(UserRole.MODERATOR), Grant(UserRole.OPERATOR, MARKET)),
            OTHER_MARKET,
            ActorKind.MODERATOR,
        ),
    ],
)
def test_people_act_in_the_highest_role_they_hold_in_a_market(
    who: Caller, market_id: UUID | None, kind: ActorKind
) -> None:
    assert who.actor_in(market_id).kind is kind
    assert actor_for(who, market_id).user_id == who.user_id


def test_people_act_for_themselves_unless_a_market_is_asked_about() -> None:
    assert OPERATOR.actor.kind is ActorKind.USER


def test_an_actor_stays_who_it_is_in_every_market() -> None:
    assert actor_for(CLOCK, MARKET) is CLOCK
