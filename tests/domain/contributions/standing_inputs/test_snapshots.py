"""A night's standing: who vouches for whom, what is kept, and that it comes out again of what is kept."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from domain import contributions, standing
from domain.contributions import AttestationState, ContributionKind, ContributionState, standing_inputs
from domain.foundation import ids
from domain.standing import StandingSnapshot
from tests import cast
from tests.domain.contributions.claims_factory import DAY, ClaimsFactory, claims_factory
from tests.domain.contributions.confirmed_contributions import (
    add_settled_bookings,
    confirmed_contribution,
    create_users,
)
from tests.domain.contributions.contribution_market import link_devices

Kind = ContributionKind


class Circle:
    """A seed, who confirms the next, who confirms the next; and somebody whom nobody vouches for."""

    def __init__(self, factory: ClaimsFactory) -> None:
        self.session, self.market, self.now = factory.session, factory.market, factory.now
        self.seed, self.second, self.third, self.stranger = create_users(self.session, 4)
        providers = [factory.ellen.user_id, factory.ben.user_id]
        add_settled_bookings(self.session, factory.done.id, self.seed, providers, at=self.now - DAY)
        self.like, self.providers = factory.done.id, providers

    def gave(self, user_id, *confirmers, days_ago=0, **more):
        at = self.now - timedelta(days=days_ago)
        return confirmed_contribution(self.session, self.market, user_id, list(confirmers), at=at, **more)

    def night(self, at: datetime | None = None) -> "contributions.Night":
        return standing_inputs.compute_market_standing(self.session, self.market.id, at=at or self.now)

    def keeps(self, at: datetime | None = None) -> int:
        night = self.night(at)
        return standing.store_snapshots(self.session, night, range(len(night.graph.people)))

    def held(self) -> dict[object, float]:
        night = self.night()
        return dict(zip(night.graph.people, night.held.tolist(), strict=True))

    def snapshots(self, user_id) -> list[StandingSnapshot]:
        query = select(StandingSnapshot).where(StandingSnapshot.user_id == user_id)
        return list(self.session.exec(query.order_by(StandingSnapshot.on_date)))


@pytest.fixture
def circle(session: Session, at: datetime) -> Circle:
    return Circle(claims_factory(session, at))


def test_standing_flows_from_who_is_known_by_work_and_halves_with_each_step(circle):
    circle.gave(circle.second, circle.seed)
    circle.gave(circle.third, circle.second)
    held = circle.held()
    # Three hops of a half each; what the third would pass on goes back to the one seed.
    assert held[circle.second] == pytest.approx(held[circle.seed] / 2, abs=1e-12)
    assert held[circle.third] == pytest.approx(held[circle.second] / 2, abs=1e-12)
    assert sum(held.values()) == pytest.approx(1, abs=1e-12)


def test_who_is_confirmed_by_nobody_of_standing_has_none(circle):
    other = create_users(circle.session, 1)[0]
    circle.gave(circle.stranger, other)
    circle.gave(other, circle.stranger)
    assert circle.held()[circle.stranger] == circle.held()[other] == 0


def test_silence_vouches_for_nobody(circle):
    circle.gave(circle.second, circle.seed, said=AttestationState.CONFIRMED_BY_SILENCE)
    assert circle.held()[circle.second] == 0


def test_who_shares_a_device_with_somebody_does_not_vouch_for_them(circle):
    circle.gave(circle.second, circle.seed)
    link_devices(circle.session, circle.seed, circle.second, circle.now)
    assert circle.held()[circle.second] == 0


def test_more_people_who_confirm_raise_nothing(circle):
    twin = create_users(circle.session, 1)[0]
    add_settled_bookings(circle.session, circle.like, twin, circle.providers, at=circle.now - DAY)
    circle.gave(circle.second, circle.seed, twin)
    alone = circle.night().graph.confirmations.value.sum()
    circle.gave(circle.third, circle.seed)
    assert circle.night().graph.confirmations.value.sum() == pytest.approx(2 * alone)


@pytest.mark.parametrize(
    "state", [ContributionState.CLAWED_BACK, ContributionState.REJECTED, ContributionState.WITHDRAWN]
)
def test_what_was_taken_back_counts_no_longer(circle, state):
    when = {"clawed_back_at": circle.now} if state is ContributionState.CLAWED_BACK else {}
    when |= {"withdrawn_at": circle.now} if state is ContributionState.WITHDRAWN else {}
    circle.gave(circle.second, circle.seed, state=state, **when)
    assert circle.held().get(circle.second, 0) == 0


def test_thanks_alone_count_like_everything_that_was_given(circle):
    circle.gave(
        circle.second,
        circle.seed,
        state=ContributionState.THANKED,
        wants_thanks_only=True,
        thanked_at=circle.now,
    )
    assert circle.held()[circle.second] > 0


def test_an_hour_counts_though_it_is_paid_in_hours_and_patience_does_not(circle):
    circle.gave(circle.second, circle.seed, kind=Kind.MENTORING)
    circle.gave(circle.third, circle.seed, kind=Kind.PATIENCE)
    held = circle.held()
    assert held[circle.second] > 0
    assert held[circle.third] == 0


@pytest.mark.parametrize("missing", ["a second provider", "sixty days", "a clean record", "another person"])
def test_a_seed_needs_all_of_it(circle, missing):
    candidate = create_users(circle.session, 1)[0]
    providers = circle.providers[:1] if missing == "a second provider" else circle.providers
    add_settled_bookings(circle.session, circle.like, candidate, providers, at=circle.now - DAY)
    if missing == "a clean record":
        circle.gave(
            candidate,
            state=ContributionState.REJECTED,
            rejected_at=circle.now,
            rejected_reason="copied",
        )
    if missing == "another person":
        link_devices(circle.session, candidate, circle.providers[0], circle.now)
    if missing == "sixty days":
        shorten(circle.session, candidate)
    circle.gave(candidate, circle.third)
    assert circle.held()[candidate] == 0


_SHORTEN = text("UPDATE bookings SET ended_at = ended_at + interval '2 days' WHERE id = :id")
_FIRST = text("SELECT id FROM bookings WHERE customer_id = :customer_id ORDER BY ended_at LIMIT 1")


def shorten(session, customer_id):
    """Let the first booking have ended two days later than it did."""
    session.execute(text("SET LOCAL session_replication_role = replica"))
    first = session.scalars(_FIRST, {"customer_id": customer_id}).one()
    session.execute(_SHORTEN, {"id": first})
    session.execute(text("SET LOCAL session_replication_role = origin"))


def test_a_snapshot_is_counted_again_from_nothing_but_its_own_inputs(circle):
    circle.gave(circle.second, circle.seed, days_ago=100)
    circle.gave(circle.third, circle.second, circle.seed, days_ago=10, kind=Kind.ANSWER, units=7)
    circle.gave(circle.second, circle.third, days_ago=3)
    assert circle.keeps() == 3
    for person in (circle.seed, circle.second, circle.third):
        (kept,) = circle.snapshots(person)
        held, relative, active = standing.recompute_standing(kept.inputs)
        assert held == pytest.approx(kept.standing, abs=1e-11)
        assert relative == pytest.approx(kept.relative, abs=1e-11)
        assert active == pytest.approx(kept.activity, rel=1e-12)
    assert circle.snapshots(circle.third)[0].activity > 0


def test_a_snapshot_names_nobody_who_confirmed(circle):
    circle.gave(circle.second, circle.seed)
    circle.keeps()
    assert str(circle.seed) not in str(circle.snapshots(circle.second)[0].inputs)


def test_a_night_on_which_nothing_moved_writes_nothing(circle):
    circle.gave(circle.second, circle.seed)
    assert circle.keeps() == 2
    assert circle.keeps() == 0
    assert circle.keeps(circle.now + 40 * DAY) == 0
    circle.gave(circle.third, circle.second)
    assert circle.keeps(circle.now + 41 * DAY) > 0
    assert len(circle.snapshots(circle.third)) == 1


def test_what_only_makes_somebody_more_active_is_written_too(circle):
    """The seed confirms nobody else, so a second confirmation passes on nothing more."""
    circle.gave(circle.second, circle.seed)
    circle.keeps()
    circle.gave(circle.second, circle.seed)
    circle.keeps(circle.now + DAY)
    first, second = circle.snapshots(circle.second)
    assert second.relative == pytest.approx(first.relative)
    assert second.activity > first.activity


def test_the_first_count_of_a_night_stays(circle):
    circle.gave(circle.second, circle.seed)
    circle.keeps()
    circle.gave(circle.second, circle.seed)
    assert circle.keeps() == 0
    assert len(circle.snapshots(circle.second)) == 1


def test_who_loses_what_held_them_up_is_written_down_with_nothing(circle):
    contribution = circle.gave(circle.second, circle.seed)
    circle.keeps()
    contribution.state, contribution.clawed_back_at = ContributionState.CLAWED_BACK, circle.now
    circle.session.flush()
    circle.keeps(circle.now + DAY)
    assert [row.standing > 0 for row in circle.snapshots(circle.second)] == [True, False]


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_market_is_read_in_pages_and_nothing_is_lost_between_them(circle, monkeypatch, page):
    for days_ago in (5, 5, 3):
        circle.gave(circle.second, circle.seed, days_ago=days_ago)
    whole = circle.night()
    monkeypatch.setattr("domain.contributions.standing_inputs.confirmation_graph.PAGE_SIZE", page)
    paged = circle.night()
    assert paged.graph.contribution_ids == whole.graph.contribution_ids
    assert len(paged.graph.contribution_ids) == 3


def test_a_market_with_nothing_in_it_has_no_standing(session, at):
    market = cast.market(session)
    night = standing_inputs.compute_market_standing(session, market.id, at=at)
    assert standing.store_snapshots(session, night, range(len(night.graph.people))) == 0
    assert ids.new() not in night.graph.people
