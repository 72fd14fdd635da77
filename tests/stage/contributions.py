"""What people on the stage gave, and what came of it: credits, hours, pots, standing, levels."""

from domain import hours, identity, markets
from domain.credits import patronage, pots, wallet
from domain.foundation.actors import SYSTEM
from domain.markets import MarketPolicy
from tests.stage import claims_data, claw_backs_data, levels_data
from tests.stage.names import DAY, HOUR
from tests.stage.stagehand import Stagehand


def earn(hand: Stagehand) -> None:
    """Aino and Ellen have credits, hours of Aino and Ben wait, and a part of the surplus was split."""
    session, named, market_id = hand.session, hand.stage.named, hand.stage.ids["market"]
    keeping = MarketPolicy(contributions={"credits": {"value_amount": 100}, "payout": {"offered": True}})
    markets.publish_policy(session, market_id, rules=keeping, by=SYSTEM, at=hand.at)
    aino, ben, sulo = (hand.users[name] for name in ("aino", "ben", "sulo"))
    for someone in (aino, hand.users["ellen"]):
        arguments = {"subject_id": someone.id, "hold": False, "by": SYSTEM, "at": hand.at - DAY}
        wallet.grant(session, someone.id, 5_000, key=f"the stage:{someone.id}", **arguments)
    operator = hand.staff("otto", identity.UserRole.OPERATOR)
    for word, beneficiary, by in (
        ("pot", ben.id, hand.caller("aino")),
        ("purpose", None, operator),
    ):
        opened = {"market_id": market_id, "title": "For a hard winter", "beneficiary_id": beneficiary}
        named(word, pots.open_pot(session, by=by, at=hand.at, **opened).id)
        pots.give_to_pot(session, hand.stage.ids[word], 500, by=hand.caller("aino"), at=hand.at)
    pots.add_pot_recipient(session, hand.stage.ids["purpose"], sulo.id, by=operator, at=hand.at)
    for word, by, other in (("hours_said", "aino", ben.id), ("hours_asked", "ben", aino.id)):
        transfer = hours.claim_hours(
            session,
            market_id=market_id,
            other_id=other,
            claimed_by=hours.HourSide.GIVER,
            minutes=60,
            what="Cleared the snow.",
            by=hand.caller(by),
            at=hand.at,
        )
        named(word, transfer.id)
    split = patronage.post_patronage(
        session,
        market_id,
        starts_at=hand.hour - 60 * DAY,
        ends_at=hand.hour - 31 * HOUR,
        surplus_amount=100,
        by=operator,
        at=hand.at,
    )
    since, until = hand.hour - 31 * HOUR, hand.hour - HOUR
    hand.stage.names["since"], hand.stage.names["until"] = (
        f"{instant:%Y-%m-%dT%H:%M:%SZ}" for instant in (since, until)
    )
    named("patronage", split.id)


def give(hand: Stagehand) -> None:
    """A call and a promise, and claims in the states of their life."""
    claims_data.create_claims(hand.session, hand.stage.ids, hand.caller, hand.stage.named, hand.at)


def gather(hand: Stagehand) -> None:
    """Contributions that were confirmed, of which two were taken back; Olga is new and booked nothing."""
    hand.users["olga"].created_at = hand.at - DAY
    market_id, mira = hand.stage.ids["market"], hand.staff("mira", identity.UserRole.MODERATOR)
    hand.stage.names["code"] = claw_backs_data.create_claw_backs(
        hand.session, market_id, hand.caller, mira, hand.stage.named, hand.at
    )


def lose_levels(hand: Stagehand) -> None:
    """Aino lost two levels, and appealed the loss of the second."""
    levels_data.create_lost_levels(
        hand.session, hand.stage.ids["market"], hand.caller("aino"), hand.stage.named, hand.at
    )
