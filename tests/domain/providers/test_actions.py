"""Applications and profiles: who may make which transition and change."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from domain import markets, providers
from domain.foundation import events, ids
from domain.foundation.actors import CLOCK, SYSTEM, ActorKind
from domain.foundation.errors import Stale, error_class_for_constraint
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.identity import Caller, Grant, UserRole
from domain.markets.errors import MarketNotFound
from domain.providers import (
    BusinessDetails,
    ProfileRole,
    ProviderCapability,
    ProviderProfile,
    ProviderProfileState,
    ProviderTransition,
)
from domain.providers.errors import AlreadyApplied, CapabilityMissing, ProviderProfileNotFound

Neighbour = Callable[..., Caller]
TERMS = {"reason_code": "looked_at", "reason": "We looked at it."}


def after_transitions(
    session: Session, profile: ProviderProfile, by: Caller, at: datetime, *steps: ProviderTransition
) -> ProviderProfile:
    for transition in steps:
        providers.apply_transition(session, profile.id, transition, by=by, at=at, **TERMS)
    return profile


def test_an_application_is_recorded_with_who_sent_it(
    session: Session, profile: ProviderProfile, ellen: Caller, market: markets.Market
) -> None:
    assert (profile.state, profile.version) == (ProviderProfileState.APPLIED, 1)
    assert providers.get_user_profile(session, ellen.user_id, market.id) is profile
    (fact,) = events.subject_history(session, profile.id)
    assert (fact.name, fact.actor_kind, fact.actor_id) == ("provider.applied", ActorKind.USER, ellen.user_id)


def test_one_user_applies_once_in_a_market(
    session: Session, profile: ProviderProfile, ellen: Caller, market: markets.Market, at: datetime
) -> None:
    with pytest.raises(IntegrityError, match="provider_profiles_one_per_user_and_market"):
        providers.apply_as_provider(
            session, market.id, display_name="Ellen", about="Again.", by=ellen.actor, at=at
        )
    assert error_class_for_constraint("provider_profiles_one_per_user_and_market") is AlreadyApplied


def test_nobody_applies_in_a_market_that_does_not_exist(
    session: Session, ellen: Caller, at: datetime
) -> None:
    with pytest.raises(MarketNotFound):
        providers.apply_as_provider(session, ids.new(), display_name="Ellen", about="", by=ellen.actor, at=at)


def test_only_people_apply(session: Session, market: markets.Market, at: datetime) -> None:
    with pytest.raises(ValueError, match="only a user"):
        providers.apply_as_provider(session, market.id, display_name="Clock", about="", by=CLOCK, at=at)


def test_an_application_goes_back_and_forth_until_it_is_approved(
    session: Session, profile: ProviderProfile, ellen: Caller, otto: Caller, mira: Caller, at: datetime
) -> None:
    after_transitions(
        session, profile, mira, at, ProviderTransition.REVIEW, ProviderTransition.REQUEST_CHANGES
    )
    after_transitions(session, profile, ellen, at, ProviderTransition.RESUBMIT)
    after_transitions(
        session, profile, otto, at + timedelta(days=1), ProviderTransition.REVIEW, ProviderTransition.APPROVE
    )
    assert (profile.state, profile.version, profile.changed_at) == (
        ProviderProfileState.APPROVED,
        6,
        at + timedelta(days=1),
    )
    assert [(row.name, row.actor_kind) for row in events.subject_history(session, profile.id)] == [
        ("provider.applied", ActorKind.USER),
        ("provider.in_review", ActorKind.MODERATOR),
        ("provider.changes_requested", ActorKind.MODERATOR),
        ("provider.resubmitted", ActorKind.USER),
        ("provider.in_review", ActorKind.OPERATOR),
        ("provider.approved", ActorKind.OPERATOR),
    ]
    assert events.subject_history(session, profile.id)[-1].data["reason_code"] == "looked_at"


def test_a_suspended_provider_takes_no_bookings_and_still_fulfils_the_running_ones(
    session: Session, profile: ProviderProfile, mira: Caller, at: datetime
) -> None:
    after_transitions(session, profile, mira, at, ProviderTransition.REVIEW, ProviderTransition.APPROVE)
    providers.require_capability(session, profile, ProviderCapability.TAKE_BOOKINGS)
    after_transitions(session, profile, mira, at, ProviderTransition.SUSPEND)
    for capability in (ProviderCapability.TAKE_BOOKINGS, ProviderCapability.OFFER):
        with pytest.raises(CapabilityMissing, match="suspended does not let you"):
            providers.require_capability(session, profile, capability)
    providers.require_capability(session, profile, ProviderCapability.FULFIL_BOOKINGS)
    after_transitions(session, profile, mira, at, ProviderTransition.REINSTATE)
    providers.require_capability(session, profile, ProviderCapability.TAKE_BOOKINGS)


@pytest.mark.parametrize(
    ("grants", "side"),
    [
        ((), None),
        ((Grant(UserRole.OPERATOR),), ProfileRole.OPERATOR),
        ((Grant(UserRole.MODERATOR),), ProfileRole.MODERATOR),
        ((Grant(UserRole.OPERATOR, ids.new()),), None),
        ((Grant(UserRole.MODERATOR, ids.new()), Grant(UserRole.OPERATOR, ids.new())), None),
    ],
)
def test_whose_market_it_is_not_finds_no_profile(
    session: Session,
    profile: ProviderProfile,
    neighbour: Neighbour,
    grants: tuple[Grant, ...],
    side: ProfileRole | None,
    at: datetime,
) -> None:
    other_user = neighbour("somebody", *grants)
    if side is None:
        with pytest.raises(ProviderProfileNotFound):
            providers.apply_transition(
                session, profile.id, ProviderTransition.REVIEW, by=other_user, at=at, **TERMS
            )
        with pytest.raises(ProviderProfileNotFound):
            providers.get_application(session, profile.id, caller=other_user)
    else:
        assert providers.profile_role(profile, other_user) is side
        assert providers.get_application(session, profile.id, caller=other_user) is profile
        assert (
            after_transitions(session, profile, other_user, at, ProviderTransition.REVIEW).state
            is ProviderProfileState.IN_REVIEW
        )


def test_nobody_reviews_their_own_application_whatever_role_they_hold(
    session: Session, market: markets.Market, otto: Caller, at: datetime
) -> None:
    own = providers.apply_as_provider(session, market.id, display_name="Otto", about="", by=otto.actor, at=at)
    with pytest.raises(TransitionNotAllowed) as refused:
        providers.apply_transition(session, own.id, ProviderTransition.REVIEW, by=otto, at=at, **TERMS)
    assert refused.value.extras["allowed"] == [ProviderTransition.CLOSE]


def test_providers_close_their_own_profile_and_moderators_close_none(
    session: Session, profile: ProviderProfile, ellen: Caller, mira: Caller, at: datetime
) -> None:
    with pytest.raises(TransitionNotAllowed):
        providers.apply_transition(session, profile.id, ProviderTransition.CLOSE, by=mira, at=at, **TERMS)
    assert (
        after_transitions(session, profile, ellen, at, ProviderTransition.CLOSE).state
        is ProviderProfileState.CLOSED
    )


def test_the_platform_itself_may_approve_at_set_up_but_the_clock_may_not(
    session: Session, profile: ProviderProfile, at: datetime
) -> None:
    with pytest.raises(ProviderProfileNotFound):
        providers.apply_transition(session, profile.id, ProviderTransition.REVIEW, by=CLOCK, at=at, **TERMS)
    providers.apply_transition(session, profile.id, ProviderTransition.REVIEW, by=SYSTEM, at=at, **TERMS)


def test_a_provider_changes_their_profile_but_not_while_it_is_reviewed(
    session: Session, profile: ProviderProfile, ellen: Caller, mira: Caller, at: datetime
) -> None:
    providers.update_profile(
        session, profile.id, {"about": "I mend everything."}, by=ellen, if_match=1, at=at
    )
    assert (profile.about, profile.version) == ("I mend everything.", 2)
    providers.update_profile(session, profile.id, {"about": "I mend everything."}, by=ellen, at=at)
    assert profile.version == 2
    after_transitions(session, profile, mira, at, ProviderTransition.REVIEW)
    with pytest.raises(CapabilityMissing):
        providers.update_profile(session, profile.id, {"about": "I sell."}, by=ellen, at=at)


def test_only_the_provider_changes_what_their_profile_says(
    session: Session, profile: ProviderProfile, otto: Caller, at: datetime
) -> None:
    with pytest.raises(ProviderProfileNotFound):
        providers.update_profile(session, profile.id, {"about": "Vandalised."}, by=otto, at=at)


def test_who_changes_an_old_copy_is_told_so_but_not_who_may_not_know_of_it(
    session: Session,
    profile: ProviderProfile,
    ellen: Caller,
    otto: Caller,
    neighbour: Neighbour,
    at: datetime,
) -> None:
    outsider = BusinessDetails(None, None, None)
    with pytest.raises(Stale):
        providers.update_profile(session, profile.id, {}, by=ellen, if_match=7, at=at)
    with pytest.raises(Stale):
        providers.apply_transition(
            session, profile.id, ProviderTransition.REVIEW, by=otto, if_match=7, at=at, **TERMS
        )
    with pytest.raises(Stale):
        providers.record_business(session, profile.id, outsider, by=otto, if_match=7, at=at)
    mallory = neighbour("mallory")
    with pytest.raises(ProviderProfileNotFound):
        providers.update_profile(session, profile.id, {}, by=mallory, if_match=7, at=at)
    with pytest.raises(ProviderProfileNotFound):
        providers.record_business(session, profile.id, outsider, by=mallory, if_match=7, at=at)


def test_strangers_see_approved_providers_only(
    session: Session, profile: ProviderProfile, mira: Caller, at: datetime
) -> None:
    for steps in ((), (ProviderTransition.REVIEW,), (ProviderTransition.APPROVE, ProviderTransition.SUSPEND)):
        after_transitions(session, profile, mira, at, *steps)
        with pytest.raises(ProviderProfileNotFound):
            providers.get_public_profile(session, profile.id)
    after_transitions(session, profile, mira, at, ProviderTransition.REINSTATE)
    assert providers.get_public_profile(session, profile.id) is profile


def test_abilities_explain_every_capability_of_every_profile(
    session: Session, profile: ProviderProfile, ellen: Caller
) -> None:
    explained = providers.user_capability_decisions(session, ellen.user_id)
    assert [(decision.capability, decision.allowed) for decision in explained] == [
        (capability, providers.state_allows(profile.state, capability, user_suspended_at=None))
        for capability in ProviderCapability
    ]
    assert all(decision.reason.startswith("A provider profile that is applied ") for decision in explained)


def test_a_market_pages_through_its_profiles_the_longest_waiting_first(
    session: Session, market: markets.Market, neighbour: Neighbour, mira: Caller, at: datetime
) -> None:
    sent = [
        providers.apply_as_provider(
            session, market.id, display_name=name, about="", by=neighbour(name).actor, at=at
        )
        for name in ("aino", "ben", "farah")
    ]
    after_transitions(session, sent[1], mira, at, ProviderTransition.REVIEW)
    first = providers.list_profiles(session, market.id, state=None, after=None, limit=2)
    rest = providers.list_profiles(session, market.id, state=None, after=first.next_cursor, limit=2)
    assert [row.id for row in [*first.items, *rest.items]] == [profile.id for profile in sent]
    assert rest.next_cursor is None
    waiting = providers.list_profiles(
        session, market.id, state=ProviderProfileState.APPLIED, after=None, limit=20
    )
    assert [row.display_name for row in waiting.items] == ["aino", "farah"]
