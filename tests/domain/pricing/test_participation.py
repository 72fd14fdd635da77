"""Quotes with tasks and credits against the real database: asked for, kept, taken, changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlmodel import Session

from domain import offers, pricing
from domain.foundation import ids
from domain.foundation.actors import Actor, ActorKind
from domain.offers import SavingTerms, TaskContent, TaskKind
from domain.pricing import Use, Way, Wish
from domain.pricing.errors import CreditsNotTaken, QuoteExpired, TaskNotOffered
from domain.pricing.invariants import INVARIANTS
from tests import cast, snapshots
from tests.domain.pricing.demand_scene import RULES, DemandScene, demand_scene

GIVEN: dict[str, Any] = {
    "tasks": {"sharing_bp": {"default": 6_000, "by_segment": {"artisan": 8_000}}},
    "credits": {"value_amount": 10},
}


@dataclass
class Scene:
    """Ellen's hour at 60.00, with two tasks that save her 10.00 and 5.00, and 20.00 together."""

    around: DemandScene
    table: UUID
    soap: UUID

    @property
    def by(self) -> Actor:
        return Actor(ActorKind.USER, self.around.offer.provider_user_id)

    def asked(self, *, tasks: Sequence[UUID] = (), **more: Any) -> pricing.Quote:
        return self.around.asked(tasks=tasks, **more)

    def taken(self, quote: pricing.Quote, *, at: datetime | None = None) -> pricing.Quote:
        session = self.around.session
        return pricing.take(session, quote.id, customer_id=quote.customer_id, at=at or self.around.at).quote

    def retire(self, task_id: UUID) -> None:
        around = self.around
        offers.retire_task(around.session, around.offer.id, task_id, by=self.by, at=around.at)

    def repriced(self, price_amount: int) -> None:
        around = self.around
        content = replace(offers.content_of(around.offer), price_amount=price_amount)
        offers.edit(around.session, around.offer.id, content, by=self.by, at=around.at)


@pytest.fixture
def scene(session: Session, at: datetime) -> Scene:
    around = demand_scene(session, at)
    policies(session, around, at, GIVEN)
    by = Actor(ActorKind.USER, around.offer.provider_user_id)
    added = [
        offers.add_task(session, around.offer.id, content, by=by, at=at).id
        for content in (
            TaskContent(kind=TaskKind.PREPARES, title="Clearing the table", saving_amount=1_000),
            TaskContent(
                kind=TaskKind.BRINGS_MATERIALS, title="Bringing the soap", saving_amount=500, position=1
            ),
        )
    ]
    together = [SavingTerms(tuple(added), 2_000)]
    offers.say_savings(session, around.offer.id, together, by=by, at=at)
    session.flush()
    return Scene(around, *added)


def policies(session: Session, around: DemandScene, at: datetime, given: dict[str, Any]) -> None:
    """What customers may give in the market from a day ago on."""
    market_id = around.offer.market_id
    snapshots.in_force(session, market_id, RULES, at=at - timedelta(days=1), contributions=given)


def violations(session: Session) -> dict[str, int]:
    session.flush()
    return {name: len(session.execute(text(query)).all()) for name, query in INVARIANTS.items()}


def test_a_quote_with_tasks_costs_less_by_their_shares(scene: Scene) -> None:
    listed, both = scene.asked(), scene.asked(tasks=[scene.soap, scene.table])
    assert (listed.stake_amount, pricing.task_shares(listed)) == (0, ())
    assert [(share.title, share.amount) for share in pricing.task_shares(both)] == [
        ("Clearing the table", 750),
        ("Bringing the soap", 450),
    ]
    assert (both.stake_amount, both.pay_in_amount) == (1_200, listed.pay_in_amount - 1_200)
    assert both.service_fee_amount == listed.service_fee_amount
    assert not any(violations(scene.around.session).values())


def test_one_task_alone_takes_off_what_was_named_for_it(scene: Scene) -> None:
    (share,) = pricing.task_shares(scene.asked(tasks=[scene.table]))
    assert (share.task_id, share.amount) == (scene.table, 600)


def test_a_segment_s_providers_share_as_their_market_says(session: Session, scene: Scene) -> None:
    session.execute(
        text("UPDATE provider_profiles SET segment = 'artisan' WHERE id = :id"),
        {"id": scene.around.offer.profile_id},
    )
    assert scene.asked(tasks=[scene.table]).stake_amount == 800


def test_a_quote_with_tasks_is_genuine_and_replays_to_the_same_cent(session: Session, scene: Scene) -> None:
    drawn = scene.asked(tasks=[scene.table, scene.soap], credits=Wish(100, 100))
    kept = pricing.own_quote(session, drawn.id, customer_id=drawn.customer_id)
    assert pricing.is_genuine(kept)
    assert pricing.replay(kept).pay_in_amount == kept.pay_in_amount
    assert pricing.task_shares(kept) == pricing.task_shares(drawn)
    assert pricing.redemptions(kept) == pricing.redemptions(drawn)
    assert not pricing.is_genuine(replace(kept, stake_amount=kept.stake_amount + 1))


@pytest.mark.parametrize("wrong", ["no such task", "twice", "retired"])
def test_only_tasks_of_the_offer_can_be_taken_over_each_once(scene: Scene, wrong: str) -> None:
    asked = {"no such task": [ids.new()], "twice": [scene.soap] * 2, "retired": [scene.soap]}[wrong]
    if wrong == "retired":
        scene.retire(scene.soap)
    with pytest.raises(TaskNotOffered) as refusal:
        scene.asked(tasks=asked)
    assert refusal.value.field == "tasks"


def test_a_market_that_says_nothing_of_it_takes_neither_tasks_nor_credits(
    session: Session, scene: Scene
) -> None:
    policies(session, scene.around, scene.around.at + timedelta(hours=1), {})
    with pytest.raises(TaskNotOffered):
        scene.asked(tasks=[scene.table])
    with pytest.raises(CreditsNotTaken) as refusal:
        scene.asked(credits=Wish(100))
    assert refusal.value.field == "credits"
    assert scene.asked().stake_amount == 0


def test_a_quote_without_tasks_asks_the_database_no_more_than_before(session: Session, scene: Scene) -> None:
    scene.asked()

    def statements(**more: Any) -> int:
        session.flush()
        heard: list[str] = []
        connection = session.connection()

        def hear(*told: Any) -> None:
            heard.append(told[2])

        event.listen(connection, "before_cursor_execute", hear)
        scene.asked(**more)
        event.remove(connection, "before_cursor_execute", hear)
        return len(heard)

    assert statements() == statements(tasks=[scene.table], credits=Wish(100))


def test_credits_pay_for_half_of_the_fee_and_for_all_of_the_surge(scene: Scene) -> None:
    scene.around.market_says(15_000)
    listed = scene.asked()
    shielded = scene.asked(credits=Wish(fee_discount_amount=100_000, surge_shield_amount=100_000))
    redeemed = {one.use: one for one in pricing.redemptions(shielded)}
    assert redeemed[Use.SURGE_SHIELD].amount == listed.surge_amount > 0
    assert redeemed[Use.FEE_DISCOUNT].amount == listed.service_fee_amount // 2
    assert redeemed[Use.FEE_DISCOUNT].credits == redeemed[Use.FEE_DISCOUNT].amount * 100
    assert (shielded.surge_amount, shielded.bonus_amount) == (0, listed.bonus_amount)
    assert shielded.pay_out_amount == listed.pay_out_amount
    assert not any(violations(scene.around.session).values())


def test_what_was_agreed_on_is_taken_although_the_task_is_retired(scene: Scene) -> None:
    quote = scene.asked(tasks=[scene.table, scene.soap])
    scene.retire(scene.soap)
    assert scene.taken(quote).id == quote.id


def test_a_lower_list_price_counts_with_the_tasks_as_promised(scene: Scene) -> None:
    quote = scene.asked(tasks=[scene.table, scene.soap])
    scene.repriced(5_000)
    cheaper = scene.taken(quote)
    assert (cheaper.id != quote.id, cheaper.stake_amount) == (True, quote.stake_amount)
    assert cheaper.pay_in_amount == quote.pay_in_amount - 1_050


def test_a_higher_list_price_is_never_held_for_a_lower_pay_in(session: Session, scene: Scene) -> None:
    """Fee and commission are gone and the hour is dearer: less to pay with the work done, more at stake."""
    whole = {"tasks": {"sharing_bp": {"default": 10_000}}}
    policies(session, scene.around, scene.around.at + timedelta(hours=12), whole)
    around, day = scene.around, timedelta(days=1)
    work = TaskContent(kind=TaskKind.HELPS, title="All of it", saving_amount=4_000)
    helps = offers.add_task(session, around.offer.id, work, by=scene.by, at=around.at)
    quote = around.asked(
        tasks=[helps.id, scene.table, scene.soap], at=around.at + day, start=around.at + 2 * day
    )
    assert (quote.pay_in_amount, quote.pay_in_amount + quote.stake_amount) == (900, 6_300)
    scene.repriced(6_400)
    free = {"service_fee_bp": 0, "commission_bp": 0, "contributions": whole}
    snapshots.in_force(session, around.offer.market_id, RULES, at=around.at + day, **free)
    today = around.asked(
        tasks=[helps.id, scene.table, scene.soap], at=around.at + day, start=around.at + 2 * day
    )
    assert (today.pay_in_amount, today.pay_in_amount + today.stake_amount) == (400, 6_400)
    assert scene.taken(quote, at=around.at + day).id == quote.id


def test_the_same_for_fewer_credits_is_less(scene: Scene) -> None:
    scene.around.market_says(15_000)
    quote = scene.asked(credits=Wish(surge_shield_amount=100_000))
    scene.around.market_says(12_000, at=scene.around.at + timedelta(minutes=5))
    cheaper = scene.taken(quote, at=scene.around.at + timedelta(minutes=6))
    assert cheaper.pay_in_amount == quote.pay_in_amount
    (before,), (after,) = pricing.redemptions(quote), pricing.redemptions(cheaper)
    assert after.credits < before.credits


def test_whoever_comes_too_late_gets_a_fresh_quote_with_the_same_tasks(scene: Scene) -> None:
    quote = scene.asked(tasks=[scene.table], start=scene.around.at + timedelta(days=1))
    with pytest.raises(QuoteExpired) as refusal:
        scene.taken(quote, at=quote.expires_at)
    fresh_id = ids.decode("quo", refusal.value.extras["quote"]["id"])
    fresh = pricing.own_quote(scene.around.session, fresh_id, customer_id=quote.customer_id)
    assert fresh.stake_amount == quote.stake_amount


def test_a_change_keeps_the_tasks_that_were_agreed_on(session: Session, scene: Scene) -> None:
    scene.around.market_says(15_000)
    quote = scene.taken(scene.asked(tasks=[scene.table, scene.soap], credits=Wish(10_000, 10_000)))
    scene.retire(scene.soap)
    longer = pricing.price_of_change(
        session, quote.id, units=120, at=scene.around.at, expires_at=scene.around.at + timedelta(days=1)
    )
    assert pricing.task_shares(longer.quote) == pricing.task_shares(quote)
    assert pricing.redemptions(longer.quote) == pricing.redemptions(quote)
    assert not any(violations(session).values())


def test_a_change_to_less_redeems_no_more_than_there_is(session: Session, scene: Scene) -> None:
    scene.around.market_says(15_000)
    quote = scene.taken(scene.asked(units=120, credits=Wish(10_000, 10_000)))
    shorter = pricing.price_of_change(
        session, quote.id, units=60, at=scene.around.at, expires_at=scene.around.at + timedelta(days=1)
    )
    for before, after in zip(pricing.redemptions(quote), pricing.redemptions(shorter.quote), strict=True):
        assert after.amount < before.amount


def test_a_later_drop_of_the_price_keeps_the_tasks(session: Session, scene: Scene) -> None:
    scene.around.market_says(15_000)
    quote = scene.taken(scene.asked(tasks=[scene.table]))
    later = scene.around.at + timedelta(minutes=5)
    scene.around.market_says(12_000, at=later)
    cheap = scene.around.asked(by=cast.ben(session).id, at=later)
    dropped = pricing.price_after_drop(
        session, quote.id, cheap.id, at=later, expires_at=later + timedelta(days=1)
    )
    assert dropped is not None
    assert pricing.task_shares(dropped.quote) == pricing.task_shares(quote)


def test_alternatives_are_asked_with_the_same_tasks_where_the_offer_is_the_same(
    session: Session, scene: Scene
) -> None:
    scene.around.market_says(15_000)
    quote = scene.asked(tasks=[scene.table])
    neighbour = cast.offer(
        session, provider=cast.farah(session), category="hourly-service", price_amount=2_500
    )
    cast.open_always(session, cast.farah(session))
    terms = offers.terms(session, quote.offer_id)
    found = pricing.alternatives(session, quote, terms, at=scene.around.at)
    same = [one for one in found if one.way is not Way.NEARBY]
    assert same
    for one in same:
        assert one.ask.tasks == (scene.table,)
        priced = scene.around.asked(
            start=one.ask.start, units=one.ask.units, tasks=one.ask.tasks, instead_of=quote.id
        )
        assert (priced.pay_in_amount, priced.stake_amount) == (one.pay_in_amount, quote.stake_amount)
    nearby = [one for one in found if one.way is Way.NEARBY]
    assert [(one.offer_id, one.ask.tasks) for one in nearby] == [(neighbour.id, ())]
