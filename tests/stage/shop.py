"""What can be had on the stage, when, and for how much."""

from domain import availability, offers, surge
from domain.availability import opening_hours
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.foundation.spans import Span
from domain.offers import OptionContent, TaskContent, TaskKind
from tests import cast, snapshots
from tests.stage.names import DAY, HOUR
from tests.stage.stagehand import Stagehand


def furnish(hand: Stagehand) -> None:
    """Ellen irons and has a sauna; Farah does one thing of every other kind."""
    session, named = hand.session, hand.stage.named
    calendar = cast.open_always(session, hand.ellen)
    cast.open_always(session, hand.farah)
    by = Actor(ActorKind.USER, hand.ellen.user_id)
    hand.ironing = cast.offer(session, provider=hand.ellen)
    hand.mending = cast.offer(session, provider=hand.farah, title="Mending")
    draft, hidden = (cast.drafted(session, provider=hand.ellen) for _ in range(2))
    offers.hide(session, hidden.id, reason="It is about something else.", by=SYSTEM, at=hand.at)
    for word, offer in {"offer": hand.ironing, "draft": draft, "hidden": hidden}.items():
        named(word, offer.id)
    named("farahs_offer", hand.mending.id)
    for kind in ("task", "lesson", "ride", "stay"):
        named(kind, cast.offer(session, provider=hand.farah, category=kind).id)
    named("category", hand.ironing.category_id)
    option = offers.add_option(
        session, hand.ironing.id, OptionContent(title="Folding", price_amount=500), by=by, at=hand.at
    )
    named("option", option.id)
    for word, title in {"clearing": "Clearing the table", "soap": "Bringing the soap"}.items():
        saved = TaskContent(kind=TaskKind.PREPARES, title=title, saving_amount=400)
        named(word, offers.add_task(hand.session, hand.ironing.id, saved, by=by, at=hand.at).id)
    named("calendar", calendar.id)
    sauna = availability.add_thing(session, hand.ellen.id, name="The sauna", by=by, at=hand.at)
    named("sauna", sauna.id)
    christmas = opening_hours.DatedException(*[(hand.at + 60 * DAY).date()] * 2)
    closed = opening_hours.add_exception(
        session, calendar.id, opening_hours.ExceptionKind.CLOSED, christmas, note="", by=by, at=hand.at
    )
    named("exception", closed.id)
    dentist = Span(hand.hour + 50 * DAY, hand.hour + 50 * DAY + HOUR)
    held = availability.block_time(session, calendar.id, dentist, note="Dentist", by=by, at=hand.at)
    named("block", held.id)


def quote(hand: Stagehand) -> None:
    """A live quote each for Aino, from Ellen, and for Ben, from Farah."""
    later = hand.hour + 20 * DAY
    hand.stage.named("quote", hand.quote("aino", later, hand.ironing, at=hand.at).id)
    hand.stage.named("bens_quote", hand.quote("ben", later, hand.mending, at=hand.at).id)


def watch_demand(hand: Stagehand) -> None:
    """An emergency and a snapshot of a market whose prices do not answer to demand yet."""
    here, by = hand.stage.ids["market"], Actor(ActorKind.OPERATOR, hand.users["otto"].id)
    rule, at = surge.EmergencyRule.PLUS_TEN_PERCENT, hand.at
    made = surge.declare_emergency(hand.session, here, rule=rule, reason="A storm.", by=by, at=at)
    hand.session.flush()
    hand.stage.named("emergency", made.id)
    surge.be_present(
        hand.session, hand.ellen.id, latitude=60.18, longitude=24.95, by=hand.ellen.user_id, at=at
    )
    hand.stage.named(
        "snapshot",
        snapshots.published(hand.session, here, {}, category="hourly-service", tick_at=at),
    )
