from itertools import product
from uuid import UUID

import pytest

from domain.foundation import ids
from domain.foundation.actors import CLOCK, ActorKind
from domain.identity import PERMISSIONS, Caller, Grant, Role, Rule, acting
from domain.identity.permissions import decide, permission

HERE, THERE = ids.new(), ids.new()


def caller(*grants: Grant) -> Caller:
    return Caller(ids.new(), ids.new(), "Otto", frozenset(grants))


NOBODY = None
SOMEBODY = caller()
OPERATOR = caller(Grant(Role.OPERATOR))
OPERATOR_HERE = caller(Grant(Role.OPERATOR, HERE))
MODERATOR = caller(Grant(Role.MODERATOR))
MODERATOR_HERE = caller(Grant(Role.MODERATOR, HERE))
EVERYBODY = [NOBODY, SOMEBODY, OPERATOR, OPERATOR_HERE, MODERATOR, MODERATOR_HERE]

# Who of EVERYBODY may, by rule: at the door (no market known), in HERE, and in THERE.
TABLE: dict[Rule, tuple[str, str, str]] = {
    Rule.ANYONE: ("yyyyyy", "yyyyyy", "yyyyyy"),
    Rule.SIGNED_IN: (".yyyyy", ".yyyyy", ".yyyyy"),
    Rule.OWN: (".yyyyy", ".yyyyy", ".yyyyy"),
    Rule.MARKET_MODERATOR: ("..yyyy", "..yyyy", "..y.y."),
    Rule.MARKET_OPERATOR: ("..yy..", "..yy..", "..y..."),
    Rule.OPERATOR: ("..y...", "..y...", "..y..."),
}


@pytest.mark.parametrize(("place", "market_id"), [(0, None), (1, HERE), (2, THERE)])
def test_a_rule_lets_in_exactly_whom_the_table_says(place: int, market_id: UUID | None) -> None:
    for name in PERMISSIONS:
        decisions = [decide(who, name, market_id) for who in EVERYBODY]
        let_in = "".join("y" if decision.allowed else "." for decision in decisions)
        assert let_in == TABLE[permission(name).rule][place], name


def test_every_decision_says_why_in_a_sentence() -> None:
    for name, who in product(PERMISSIONS, EVERYBODY):
        decision = decide(who, name)
        assert decision.because.endswith("."), name
        assert decision.rule is permission(name).rule, name


def test_every_rule_guards_something() -> None:
    assert {each.rule for each in PERMISSIONS.values()} == set(Rule)


def test_a_permission_is_named_after_a_noun_and_a_verb_and_has_a_sentence() -> None:
    for each in PERMISSIONS.values():
        noun, _, verb = each.name.partition(".")
        assert noun.replace("_", "").isalpha()
        assert verb.replace("_", "").isalpha()
        assert each.sentence.endswith(".")


def test_a_name_that_nobody_wrote_down_is_a_bug() -> None:
    with pytest.raises(LookupError, match=r"permissions\.py"):
        decide(OPERATOR, "bookings.levitate")


@pytest.mark.parametrize(
    ("who", "market_id", "kind"),
    [
        (SOMEBODY, HERE, ActorKind.USER),
        (OPERATOR, None, ActorKind.OPERATOR),
        (OPERATOR, HERE, ActorKind.OPERATOR),
        (OPERATOR_HERE, HERE, ActorKind.OPERATOR),
        (OPERATOR_HERE, THERE, ActorKind.USER),
        (OPERATOR_HERE, None, ActorKind.USER),
        (MODERATOR_HERE, HERE, ActorKind.MODERATOR),
        (MODERATOR_HERE, THERE, ActorKind.USER),
        (caller(Grant(Role.MODERATOR), Grant(Role.OPERATOR, HERE)), HERE, ActorKind.OPERATOR),
        (caller(Grant(Role.MODERATOR), Grant(Role.OPERATOR, HERE)), THERE, ActorKind.MODERATOR),
    ],
)
def test_people_act_in_the_highest_role_they_hold_in_a_market(
    who: Caller, market_id: UUID | None, kind: ActorKind
) -> None:
    assert who.actor_in(market_id).kind is kind
    assert acting(who, market_id).user_id == who.user_id


def test_people_act_for_themselves_unless_a_market_is_asked_about() -> None:
    assert OPERATOR.actor.kind is ActorKind.USER


def test_an_actor_stays_who_it_is_in_every_market() -> None:
    assert acting(CLOCK, HERE) is CLOCK
