"""The verbs of provider profiles. Each step is taken by somebody, for a reason, and recorded as a fact."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypedDict
from uuid import UUID

from sqlmodel import Session

from domain import identity, markets
from domain.foundation import events, written
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.errors import Forbidden, Stale
from domain.foundation.paging import Page
from domain.identity import Caller, acting, permissions
from domain.providers import capabilities, queries
from domain.providers import events as facts
from domain.providers.errors import ProfileUnknown, SegmentUnknown
from domain.providers.kinds import Capability, Side, State, Step
from domain.providers.lifecycle import PROFILES
from domain.providers.models import ProviderProfile

By = Caller | Actor

_SIDES: Final = MappingProxyType(
    {
        ActorKind.OPERATOR: Side.OPERATOR,
        ActorKind.SYSTEM: Side.OPERATOR,
        ActorKind.MODERATOR: Side.MODERATOR,
    }
)
_FACTS: Final = MappingProxyType(
    {
        Step.REVIEW: facts.ProviderInReview,
        Step.REQUEST_CHANGES: facts.ProviderChangesRequested,
        Step.RESUBMIT: facts.ProviderResubmitted,
        Step.APPROVE: facts.ProviderApproved,
        Step.SUSPEND: facts.ProviderSuspended,
        Step.REINSTATE: facts.ProviderReinstated,
        Step.CLOSE: facts.ProviderClosed,
    }
)


class Changes(TypedDict, total=False):
    """What providers may change about their profile; a key that is absent stays as it is."""

    display_name: str
    about: str


@dataclass(frozen=True, slots=True)
class Business:
    """Who stands behind a profile, and how the market's policy counts them. None: nobody known."""

    organisation_id: str | None
    payout_account_id: str | None
    segment: str | None


def apply(
    session: Session, market_id: UUID, *, display_name: str, about: str, by: Actor, at: datetime
) -> ProviderProfile:
    """Ask to be a provider in a market. Refuses `MarketUnknown`, `AlreadyApplied`, `TextUnfit`."""
    if by.user_id is None:
        raise ValueError("people apply, not clocks")
    market = markets.market(session, market_id)
    profile = ProviderProfile(
        user_id=by.user_id,
        market_id=market.id,
        display_name=written.name(display_name, field="display_name"),
        about=written.text(about, field="about"),
        created_at=at,
        changed_at=at,
    )
    session.add(profile)
    session.flush()
    _record(session, facts.ProviderApplied(*_ids(profile)), by=by, at=at)
    return profile


def application(session: Session, profile_id: UUID, *, caller: Caller) -> ProviderProfile:
    """All of a profile, for its provider and the staff of its market. Others find `ProfileUnknown`."""
    profile = queries.profile(session, profile_id)
    side_of(profile, caller)
    return profile


def applications(
    session: Session,
    market_id: UUID,
    *,
    caller: Caller,
    state: State | None,
    after: str | None,
    limit: int,
) -> Page[ProviderProfile]:
    """The profiles of a market for its staff, the longest waiting first. Refuses `Forbidden` to others."""
    decision = permissions.decide(caller, "providers.review", market_id)
    if not decision.allowed:
        raise Forbidden(decision.because)
    return queries.page(session, market_id, state=state, after=after, limit=limit)


def change(
    session: Session,
    profile_id: UUID,
    changes: Changes,
    *,
    by: By,
    if_match: int | None = None,
    at: datetime,
) -> ProviderProfile:
    """Change what one's own profile says. Refuses `ProfileUnknown`, `CapabilityMissing` and `Stale`."""
    profile = queries.profile_locked(session, profile_id)
    if side_of(profile, by) is not Side.PROVIDER:
        raise ProfileUnknown
    _check_fresh(profile, if_match)
    capabilities.require(session, profile, Capability.EDIT_PROFILE)
    changed = _set(profile, _prepared(changes), at=at)
    if changed:
        fact = facts.ProviderChanged(*_ids(profile), changed)
        _record(session, fact, by=_actor(profile, by), at=at)
    return profile


def _prepared(changes: Changes) -> dict[str, str]:
    prepared: dict[str, str] = {}
    if "display_name" in changes:
        prepared["display_name"] = written.name(changes["display_name"], field="display_name")
    if "about" in changes:
        prepared["about"] = written.text(changes["about"], field="about")
    return prepared


def verify(
    session: Session,
    profile_id: UUID,
    business: Business,
    *,
    by: By,
    if_match: int | None = None,
    at: datetime,
) -> ProviderProfile:
    """Record the business behind a profile, as its market's operators found it to be.

    Refuses `ProfileUnknown` to everybody else, `SegmentUnknown` for one the market's policy does not name,
    and `Stale`.
    """
    profile = queries.profile_locked(session, profile_id)
    if side_of(profile, by) is not Side.OPERATOR:
        raise ProfileUnknown
    _check_fresh(profile, if_match)
    if business.segment is not None:
        _check_segment(session, profile.market_id, business.segment, at=at)
    found = {
        "organisation_id": business.organisation_id,
        "payout_account_id": business.payout_account_id,
        "segment": business.segment,
    }
    changed = _set(profile, found, at=at)
    if business.payout_account_id is not None:
        kind = identity.SignalKind.PAYOUT_ACCOUNT
        identity.note_signal(session, profile.user_id, kind, business.payout_account_id, at)
    if changed:
        fact = facts.ProviderVerified(*_ids(profile), changed)
        _record(session, fact, by=_actor(profile, by), at=at)
    return profile


def step(
    session: Session,
    profile_id: UUID,
    transition: Step,
    *,
    by: By,
    reason_code: str,
    reason: str = "",
    if_match: int | None = None,
    at: datetime,
) -> ProviderProfile:
    """Take a step of a profile's life. Refuses `ProfileUnknown`, `Stale`, and `NotNow`."""
    profile = queries.profile_locked(session, profile_id)
    side = side_of(profile, by)
    _check_fresh(profile, if_match)
    profile.state = PROFILES.step(profile.state, transition, side)
    profile.version += 1
    profile.changed_at = at
    fact = _FACTS[transition](*_ids(profile), reason_code, reason)
    _record(session, fact, by=_actor(profile, by), at=at)
    return profile


def side_of(profile: ProviderProfile, by: By) -> Side:
    """On which side of a profile somebody stands. Who stands on none does not learn that there is one.

    The provider comes first: an operator with a profile of their own does not approve it.
    """
    if by.user_id == profile.user_id:
        return Side.PROVIDER
    if (side := _SIDES.get(acting(by, profile.market_id).kind)) is None:
        raise ProfileUnknown
    return side


def abilities_of(session: Session, user_id: UUID) -> list[capabilities.Ability]:
    """What each of a user's profiles lets them do, and why."""
    return [
        each
        for profile in queries.profiles_of(session, user_id)
        for each in capabilities.abilities(session, profile)
    ]


def _check_fresh(profile: ProviderProfile, if_match: int | None) -> None:
    if if_match is not None and if_match != profile.version:
        raise Stale("The profile has changed; look at it again.", version=profile.version)


def _actor(profile: ProviderProfile, by: By) -> Actor:
    """Who acts, in the capacity in which they do: on their own profile everybody is just its provider."""
    if by.user_id == profile.user_id:
        return Actor(ActorKind.USER, profile.user_id)
    return acting(by, profile.market_id)


def _set(profile: ProviderProfile, values: Mapping[str, object], *, at: datetime) -> tuple[str, ...]:
    """Set what differs; answers the names of what did."""
    changed = tuple(sorted(name for name, value in values.items() if getattr(profile, name) != value))
    for name in changed:
        setattr(profile, name, values[name])
    if changed:
        profile.version += 1
        profile.changed_at = at
    return changed


def _check_segment(session: Session, market_id: UUID, segment: str, *, at: datetime) -> None:
    known = markets.policy_at(session, market_id, at).rules.segments
    if segment not in known:
        raise SegmentUnknown(f"The policy in force names {', '.join(known) or 'none'}.", field="segment")


def _ids(profile: ProviderProfile) -> tuple[UUID, UUID, UUID]:
    return profile.id, profile.user_id, profile.market_id


def _record(session: Session, fact: facts.ProfileFact, *, by: Actor, at: datetime) -> None:
    events.record(session, fact, subject=("provider_profile", fact.profile_id), by=by, at=at)
