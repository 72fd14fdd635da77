"""An application and the profile that comes of it: who may do what with it, step by step."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from domain import markets, providers
from domain.foundation import events, ids
from domain.foundation.actors import CLOCK, SYSTEM, ActorKind
from domain.foundation.errors import Stale, for_constraint
from domain.foundation.lifecycle import NotNow
from domain.identity import Caller, Grant, Role
from domain.markets.errors import MarketUnknown
from domain.providers import Business, Capability, ProviderProfile, Side, State, Step
from domain.providers.errors import AlreadyApplied, CapabilityMissing, ProfileUnknown

Neighbour = Callable[..., Caller]
TERMS = {"reason_code": "looked_at", "reason": "We looked at it."}


def taken(
    session: Session, profile: ProviderProfile, by: Caller, at: datetime, *steps: Step
) -> ProviderProfile:
    for each in steps:
        providers.step(session, profile.id, each, by=by, at=at, **TERMS)
    return profile


def test_an_application_is_recorded_with_who_sent_it(
    session: Session, profile: ProviderProfile, ellen: Caller, market: markets.Market
) -> None:
    assert (profile.state, profile.version) == (State.APPLIED, 1)
    assert providers.profile_of(session, ellen.user_id, market.id) is profile
    (fact,) = events.history(session, profile.id)
    assert (fact.name, fact.actor_kind, fact.actor_id) == ("provider.applied", ActorKind.USER, ellen.user_id)


def test_one_user_applies_once_in_a_market(
    session: Session, profile: ProviderProfile, ellen: Caller, market: markets.Market, at: datetime
) -> None:
    with pytest.raises(IntegrityError, match="provider_profiles_one_per_user_and_market"):
        providers.apply(session, market.id, display_name="Ellen", about="Again.", by=ellen.actor, at=at)
    assert for_constraint("provider_profiles_one_per_user_and_market") is AlreadyApplied


def test_nobody_applies_in_a_market_that_does_not_exist(
    session: Session, ellen: Caller, at: datetime
) -> None:
    with pytest.raises(MarketUnknown):
        providers.apply(session, ids.new(), display_name="Ellen", about="", by=ellen.actor, at=at)


def test_only_people_apply(session: Session, market: markets.Market, at: datetime) -> None:
    with pytest.raises(ValueError, match="people"):
        providers.apply(session, market.id, display_name="Clock", about="", by=CLOCK, at=at)


def test_an_application_goes_back_and_forth_until_it_is_approved(
    session: Session, profile: ProviderProfile, ellen: Caller, otto: Caller, mira: Caller, at: datetime
) -> None:
    taken(session, profile, mira, at, Step.REVIEW, Step.REQUEST_CHANGES)
    taken(session, profile, ellen, at, Step.RESUBMIT)
    taken(session, profile, otto, at + timedelta(days=1), Step.REVIEW, Step.APPROVE)
    assert (profile.state, profile.version, profile.changed_at) == (State.APPROVED, 6, at + timedelta(days=1))
    assert [(row.name, row.actor_kind) for row in events.history(session, profile.id)] == [
        ("provider.applied", ActorKind.USER),
        ("provider.in_review", ActorKind.MODERATOR),
        ("provider.changes_requested", ActorKind.MODERATOR),
        ("provider.resubmitted", ActorKind.USER),
        ("provider.in_review", ActorKind.OPERATOR),
        ("provider.approved", ActorKind.OPERATOR),
    ]
    assert events.history(session, profile.id)[-1].data["reason_code"] == "looked_at"


def test_a_suspended_provider_takes_no_bookings_and_still_fulfils_the_running_ones(
    session: Session, profile: ProviderProfile, mira: Caller, at: datetime
) -> None:
    taken(session, profile, mira, at, Step.REVIEW, Step.APPROVE)
    providers.require(session, profile, Capability.TAKE_BOOKINGS)
    taken(session, profile, mira, at, Step.SUSPEND)
    for capability in (Capability.TAKE_BOOKINGS, Capability.OFFER):
        with pytest.raises(CapabilityMissing, match="suspended does not let you"):
            providers.require(session, profile, capability)
    providers.require(session, profile, Capability.FULFIL_BOOKINGS)
    taken(session, profile, mira, at, Step.REINSTATE)
    providers.require(session, profile, Capability.TAKE_BOOKINGS)


@pytest.mark.parametrize(
    ("grants", "side"),
    [
        ((), None),
        ((Grant(Role.OPERATOR),), Side.OPERATOR),
        ((Grant(Role.MODERATOR),), Side.MODERATOR),
        ((Grant(Role.OPERATOR, ids.new()),), None),
        ((Grant(Role.MODERATOR, ids.new()), Grant(Role.OPERATOR, ids.new())), None),
    ],
)
def test_whose_market_it_is_not_finds_no_profile(
    session: Session,
    profile: ProviderProfile,
    neighbour: Neighbour,
    grants: tuple[Grant, ...],
    side: Side | None,
    at: datetime,
) -> None:
    somebody = neighbour("somebody", *grants)
    if side is None:
        with pytest.raises(ProfileUnknown):
            providers.step(session, profile.id, Step.REVIEW, by=somebody, at=at, **TERMS)
        with pytest.raises(ProfileUnknown):
            providers.application(session, profile.id, caller=somebody)
    else:
        assert providers.side_of(profile, somebody) is side
        assert providers.application(session, profile.id, caller=somebody) is profile
        assert taken(session, profile, somebody, at, Step.REVIEW).state is State.IN_REVIEW


def test_nobody_reviews_their_own_application_whatever_role_they_hold(
    session: Session, market: markets.Market, otto: Caller, at: datetime
) -> None:
    own = providers.apply(session, market.id, display_name="Otto", about="", by=otto.actor, at=at)
    with pytest.raises(NotNow) as refused:
        providers.step(session, own.id, Step.REVIEW, by=otto, at=at, **TERMS)
    assert refused.value.extras["allowed"] == [Step.CLOSE]


def test_providers_close_their_own_profile_and_moderators_close_none(
    session: Session, profile: ProviderProfile, ellen: Caller, mira: Caller, at: datetime
) -> None:
    with pytest.raises(NotNow):
        providers.step(session, profile.id, Step.CLOSE, by=mira, at=at, **TERMS)
    assert taken(session, profile, ellen, at, Step.CLOSE).state is State.CLOSED


def test_the_platform_itself_may_approve_at_set_up_but_the_clock_may_not(
    session: Session, profile: ProviderProfile, at: datetime
) -> None:
    with pytest.raises(ProfileUnknown):
        providers.step(session, profile.id, Step.REVIEW, by=CLOCK, at=at, **TERMS)
    providers.step(session, profile.id, Step.REVIEW, by=SYSTEM, at=at, **TERMS)


def test_a_provider_changes_their_profile_but_not_while_it_is_reviewed(
    session: Session, profile: ProviderProfile, ellen: Caller, mira: Caller, at: datetime
) -> None:
    providers.change(session, profile.id, {"about": "I mend everything."}, by=ellen, if_match=1, at=at)
    assert (profile.about, profile.version) == ("I mend everything.", 2)
    providers.change(session, profile.id, {"about": "I mend everything."}, by=ellen, at=at)
    assert profile.version == 2
    taken(session, profile, mira, at, Step.REVIEW)
    with pytest.raises(CapabilityMissing):
        providers.change(session, profile.id, {"about": "I sell."}, by=ellen, at=at)


def test_only_the_provider_changes_what_their_profile_says(
    session: Session, profile: ProviderProfile, otto: Caller, at: datetime
) -> None:
    with pytest.raises(ProfileUnknown):
        providers.change(session, profile.id, {"about": "Vandalised."}, by=otto, at=at)


def test_who_changes_an_old_copy_is_told_so_but_not_who_may_not_know_of_it(
    session: Session,
    profile: ProviderProfile,
    ellen: Caller,
    otto: Caller,
    neighbour: Neighbour,
    at: datetime,
) -> None:
    nobody = Business(None, None, None)
    with pytest.raises(Stale):
        providers.change(session, profile.id, {}, by=ellen, if_match=7, at=at)
    with pytest.raises(Stale):
        providers.step(session, profile.id, Step.REVIEW, by=otto, if_match=7, at=at, **TERMS)
    with pytest.raises(Stale):
        providers.verify(session, profile.id, nobody, by=otto, if_match=7, at=at)
    mallory = neighbour("mallory")
    with pytest.raises(ProfileUnknown):
        providers.change(session, profile.id, {}, by=mallory, if_match=7, at=at)
    with pytest.raises(ProfileUnknown):
        providers.verify(session, profile.id, nobody, by=mallory, if_match=7, at=at)


def test_strangers_see_approved_providers_only(
    session: Session, profile: ProviderProfile, mira: Caller, at: datetime
) -> None:
    for steps in ((), (Step.REVIEW,), (Step.APPROVE, Step.SUSPEND)):
        taken(session, profile, mira, at, *steps)
        with pytest.raises(ProfileUnknown):
            providers.public_profile(session, profile.id)
    taken(session, profile, mira, at, Step.REINSTATE)
    assert providers.public_profile(session, profile.id) is profile


def test_abilities_explain_every_capability_of_every_profile(
    session: Session, profile: ProviderProfile, ellen: Caller
) -> None:
    explained = providers.abilities_of(session, ellen.user_id)
    assert [(each.capability, each.allowed) for each in explained] == [
        (capability, providers.allows(profile.state, capability, user_suspended_at=None))
        for capability in Capability
    ]
    assert all(each.because.startswith("A provider profile that is applied ") for each in explained)


def test_a_market_pages_through_its_profiles_the_longest_waiting_first(
    session: Session, market: markets.Market, neighbour: Neighbour, mira: Caller, at: datetime
) -> None:
    sent = [
        providers.apply(session, market.id, display_name=name, about="", by=neighbour(name).actor, at=at)
        for name in ("aino", "ben", "farah")
    ]
    taken(session, sent[1], mira, at, Step.REVIEW)
    first = providers.page(session, market.id, state=None, after=None, limit=2)
    rest = providers.page(session, market.id, state=None, after=first.next_cursor, limit=2)
    assert [row.id for row in [*first.items, *rest.items]] == [each.id for each in sent]
    assert rest.next_cursor is None
    waiting = providers.page(session, market.id, state=State.APPLIED, after=None, limit=20)
    assert [row.display_name for row in waiting.items] == ["aino", "farah"]
