"""What people on the stage gave, and what came of it: credits, hours, pots, standing, levels."""

from domain import contributions, identity, markets
from domain.contributions import wallet
from domain.foundation.actors import SYSTEM
from domain.markets import MarketPolicy
from tests import given, harvested, levelled
from tests.stage.names import DAY, HOUR
from tests.stage.stagehand import Stagehand


def earn(hand: Stagehand) -> None:
    """Aino and Ellen have credits, hours of Aino and Ben wait, and a part of the surplus was split."""
    session, named, here = hand.session, hand.stage.named, hand.stage.ids["market"]
    keeping = MarketPolicy(contributions={"credits": {"value_amount": 100}, "payout": {"offered": True}})
    markets.publish_policy(session, here, rules=keeping, by=SYSTEM, at=hand.at)
    aino, ben, sulo = (hand.users[name] for name in ("aino", "ben", "sulo"))
    for someone in (aino, hand.users["ellen"]):
        told = {"subject_id": someone.id, "hold": False, "by": SYSTEM, "at": hand.at - DAY}
        wallet.grant(session, someone.id, 5_000, key=f"the stage:{someone.id}", **told)
    operator = hand.staff("otto", identity.UserRole.OPERATOR)
    for word, beneficiary, by in (
        ("pot", ben.id, hand.caller("aino")),
        ("purpose", None, operator),
    ):
        opened = {"market_id": here, "title": "For a hard winter", "beneficiary_id": beneficiary}
        named(word, contributions.open_pot(session, by=by, at=hand.at, **opened).id)
        contributions.feed_pot(session, hand.stage.ids[word], 500, by=hand.caller("aino"), at=hand.at)
    contributions.promise_from_pot(session, hand.stage.ids["purpose"], sulo.id, by=operator, at=hand.at)
    for word, by, other in (("hours_said", "aino", ben.id), ("hours_asked", "ben", aino.id)):
        said = contributions.claim_hours(
            session,
            market_id=here,
            other_id=other,
            claimed_by=contributions.HourSide.GIVER,
            minutes=60,
            what="Cleared the snow.",
            by=hand.caller(by),
            at=hand.at,
        )
        named(word, said.id)
    split = contributions.post_patronage(
        session,
        here,
        starts_at=hand.hour - 60 * DAY,
        ends_at=hand.hour - 31 * HOUR,
        surplus_amount=100,
        by=operator,
        at=hand.at,
    )
    since, until = hand.hour - 31 * HOUR, hand.hour - HOUR
    hand.stage.names["since"], hand.stage.names["until"] = (
        f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in (since, until)
    )
    named("patronage", split.id)


def give(hand: Stagehand) -> None:
    """A call and a promise, and claims in the states of their life."""
    given.give(hand.session, hand.stage.ids, hand.caller, hand.stage.named, hand.at)


def gather(hand: Stagehand) -> None:
    """Contributions that were confirmed, of which two were taken back; Olga is new and booked nothing."""
    hand.users["olga"].created_at = hand.at - DAY
    here, mira = hand.stage.ids["market"], hand.staff("mira", identity.UserRole.MODERATOR)
    hand.stage.names["code"] = harvested.gather(
        hand.session, here, hand.caller, mira, hand.stage.named, hand.at
    )


def lose_levels(hand: Stagehand) -> None:
    """Aino lost two levels, and appealed the loss of the second."""
    levelled.lose(hand.session, hand.stage.ids["market"], hand.caller("aino"), hand.stage.named, hand.at)
