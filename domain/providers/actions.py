"""Actions on provider profiles. Each transition has an actor and a reason, and is recorded as an event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypedDict
from uuid import UUID

from sqlmodel import Session

from domain import identity, markets
from domain.foundation import events
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.errors import Forbidden, Stale
from domain.foundation.paging import Page
from domain.foundation.text import normalization
from domain.identity import Caller, actor_for, permissions
from domain.providers import capabilities, queries
from domain.providers import events as profile_events
from domain.providers.errors import ProviderProfileNotFound, SegmentUnknown
from domain.providers.kinds import ProfileRole, ProviderCapability, ProviderProfileState, ProviderTransition
from domain.providers.lifecycle import PROFILE_LIFECYCLE
from domain.providers.models import ProviderProfile

By = Caller | Actor

_ROLES: Final = MappingProxyType(
    {
        ActorKind.OPERATOR: ProfileRole.OPERATOR,
        ActorKind.SYSTEM: ProfileRole.OPERATOR,
        ActorKind.MODERATOR: ProfileRole.MODERATOR,
    }
)
_TRANSITION_EVENTS: Final = MappingProxyType(
    {
        ProviderTransition.REVIEW: profile_events.ProviderInReview,
        ProviderTransition.REQUEST_CHANGES: profile_events.ProviderChangesRequested,
        ProviderTransition.RESUBMIT: profile_events.ProviderResubmitted,
        ProviderTransition.APPROVE: profile_events.ProviderApproved,
        ProviderTransition.SUSPEND: profile_events.ProviderSuspended,
        ProviderTransition.REINSTATE: profile_events.ProviderReinstated,
        ProviderTransition.CLOSE: profile_events.ProviderClosed,
    }
)


class ProviderProfileChanges(TypedDict, total=False):
    """What providers may change in their profile. Absent keys stay unchanged."""

    display_name: str
    about: str


@dataclass(frozen=True, slots=True)
class BusinessDetails:
    """The organisation, payout account and segment of a profile; None if unknown."""

    organisation_id: str | None
    payout_account_id: str | None
    segment: str | None


def apply_as_provider(
    session: Session, market_id: UUID, *, display_name: str, about: str, by: Actor, at: datetime
) -> ProviderProfile:
    """Create the application of the user `by` in a market.

    Raises `MarketNotFound`, `AlreadyApplied` if the user has a profile there, and `InvalidText`.
    """
    if by.user_id is None:
        raise ValueError("only a user can apply")
    market = markets.get_market(session, market_id)
    profile = ProviderProfile(
        user_id=by.user_id,
        market_id=market.id,
        display_name=normalization.normalize_name(display_name, field="display_name"),
        about=normalization.normalize_text(about, field="about"),
        created_at=at,
        changed_at=at,
    )
    session.add(profile)
    session.flush()
    _record_event(session, profile_events.ProviderApplied(*_ids(profile)), by=by, at=at)
    return profile


def get_application(session: Session, profile_id: UUID, *, caller: Caller) -> ProviderProfile:
    """The profile, for its provider and its market's staff. Raises `ProviderProfileNotFound` for others."""
    profile = queries.get_profile(session, profile_id)
    profile_role(profile, caller)
    return profile


def list_applications(
    session: Session,
    market_id: UUID,
    *,
    caller: Caller,
    state: ProviderProfileState | None,
    after: str | None,
    limit: int,
) -> Page[ProviderProfile]:
    """A page of a market's profiles, the oldest first. Raises `Forbidden` unless `caller` is its staff."""
    decision = permissions.decide(caller, "providers.review", market_id)
    if not decision.allowed:
        raise Forbidden(decision.reason)
    return queries.list_profiles(session, market_id, state=state, after=after, limit=limit)


def update_profile(
    session: Session,
    profile_id: UUID,
    changes: ProviderProfileChanges,
    *,
    by: By,
    if_match: int | None = None,
    at: datetime,
) -> ProviderProfile:
    """Change the name or the text of the caller's own profile.

    Raises `ProviderProfileNotFound` also if it is another user's, `Stale` if `if_match` is not its version,
    `CapabilityMissing` if its state does not allow changes, and `InvalidText`.
    """
    profile = queries.lock_profile(session, profile_id)
    if profile_role(profile, by) is not ProfileRole.PROVIDER:
        raise ProviderProfileNotFound
    _check_fresh(profile, if_match)
    capabilities.require_capability(session, profile, ProviderCapability.EDIT_PROFILE)
    fields = _set_values(profile, _normalized(changes), at=at)
    if fields:
        event = profile_events.ProviderChanged(*_ids(profile), fields)
        _record_event(session, event, by=_actor(profile, by), at=at)
    return profile


def _normalized(changes: ProviderProfileChanges) -> dict[str, str]:
    values: dict[str, str] = {}
    if "display_name" in changes:
        values["display_name"] = normalization.normalize_name(changes["display_name"], field="display_name")
    if "about" in changes:
        values["about"] = normalization.normalize_text(changes["about"], field="about")
    return values


def record_business(
    session: Session,
    profile_id: UUID,
    business: BusinessDetails,
    *,
    by: By,
    if_match: int | None = None,
    at: datetime,
) -> ProviderProfile:
    """Store the business behind a profile, as verified by an operator of its market.

    Raises `ProviderProfileNotFound` unless `by` is such an operator, `Stale` if `if_match` is not the
    profile's version, and `SegmentUnknown` if the market's policy does not name the segment.
    """
    profile = queries.lock_profile(session, profile_id)
    if profile_role(profile, by) is not ProfileRole.OPERATOR:
        raise ProviderProfileNotFound
    _check_fresh(profile, if_match)
    if business.segment is not None:
        _check_segment(session, profile.market_id, business.segment, at=at)
    values = {
        "organisation_id": business.organisation_id,
        "payout_account_id": business.payout_account_id,
        "segment": business.segment,
    }
    fields = _set_values(profile, values, at=at)
    if business.payout_account_id is not None:
        kind = identity.SignalKind.PAYOUT_ACCOUNT
        identity.record_signal(session, profile.user_id, kind, business.payout_account_id, at)
    if fields:
        event = profile_events.ProviderVerified(*_ids(profile), fields)
        _record_event(session, event, by=_actor(profile, by), at=at)
    return profile


def apply_transition(
    session: Session,
    profile_id: UUID,
    transition: ProviderTransition,
    *,
    by: By,
    reason_code: str,
    reason: str = "",
    if_match: int | None = None,
    at: datetime,
) -> ProviderProfile:
    """Make a transition of the profile's lifecycle.

    Raises `ProviderProfileNotFound` if `by` may not see it, `Stale` if `if_match` is not its version, and
    `TransitionNotAllowed` if its state or the role of `by` does not allow the transition.
    """
    profile = queries.lock_profile(session, profile_id)
    role = profile_role(profile, by)
    _check_fresh(profile, if_match)
    profile.state = PROFILE_LIFECYCLE.next_state(profile.state, transition, role)
    profile.version += 1
    profile.changed_at = at
    event = _TRANSITION_EVENTS[transition](*_ids(profile), reason_code, reason)
    _record_event(session, event, by=_actor(profile, by), at=at)
    return profile


def profile_role(profile: ProviderProfile, by: By) -> ProfileRole:
    """The role of `by` towards the profile: its provider, or staff of its market.

    The owner is always the provider, so that operators cannot approve their own profile. Raises
    `ProviderProfileNotFound` if `by` has no role.
    """
    if by.user_id == profile.user_id:
        return ProfileRole.PROVIDER
    if (role := _ROLES.get(actor_for(by, profile.market_id).kind)) is None:
        raise ProviderProfileNotFound
    return role


def user_capability_decisions(session: Session, user_id: UUID) -> list[capabilities.CapabilityDecision]:
    """The capability decisions for all profiles of a user."""
    return [
        decision
        for profile in queries.list_user_profiles(session, user_id)
        for decision in capabilities.capability_decisions(session, profile)
    ]


def _check_fresh(profile: ProviderProfile, if_match: int | None) -> None:
    if if_match is not None and if_match != profile.version:
        raise Stale("The profile has changed; load it again.", version=profile.version)


def _actor(profile: ProviderProfile, by: By) -> Actor:
    """The actor of an event: a plain user on their own profile, else their role in the market."""
    if by.user_id == profile.user_id:
        return Actor(ActorKind.USER, profile.user_id)
    return actor_for(by, profile.market_id)


def _set_values(profile: ProviderProfile, values: Mapping[str, object], *, at: datetime) -> tuple[str, ...]:
    """Set the values that differ; return the sorted names of the changed fields."""
    fields = tuple(sorted(name for name, value in values.items() if getattr(profile, name) != value))
    for name in fields:
        setattr(profile, name, values[name])
    if fields:
        profile.version += 1
        profile.changed_at = at
    return fields


def _check_segment(session: Session, market_id: UUID, segment: str, *, at: datetime) -> None:
    segments = markets.get_policy_at(session, market_id, at).rules.segments
    if segment not in segments:
        raise SegmentUnknown(f"The policy in force names {', '.join(segments) or 'none'}.", field="segment")


def _ids(profile: ProviderProfile) -> tuple[UUID, UUID, UUID]:
    return profile.id, profile.user_id, profile.market_id


def _record_event(
    session: Session, event: profile_events.ProviderProfileEvent, *, by: Actor, at: datetime
) -> None:
    events.record_event(session, event, subject=("provider_profile", event.profile_id), by=by, at=at)
