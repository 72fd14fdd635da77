"""The business behind a profile, and profiles of the same business."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from sqlmodel import Session

from domain import identity, markets, providers
from domain.foundation import events, ids
from domain.foundation.actors import SYSTEM
from domain.identity import Caller, Grant, UserRole
from domain.providers import BusinessDetails, ProviderProfile
from domain.providers.errors import ProviderProfileNotFound, SegmentUnknown
from tests import cast

Neighbour = Callable[..., Caller]


def test_operators_record_who_stands_behind_a_profile_and_nobody_else_does(
    session: Session, profile: ProviderProfile, ellen: Caller, otto: Caller, mira: Caller, at: datetime
) -> None:
    business = BusinessDetails("FI-1234567-8", "acct_1", "business")
    for other_user in (ellen, mira):
        with pytest.raises(ProviderProfileNotFound):
            providers.record_business(session, profile.id, business, by=other_user, at=at)
    providers.record_business(session, profile.id, business, by=otto, at=at)
    assert (profile.organisation_id, profile.payout_account_id, profile.segment, profile.version) == (
        "FI-1234567-8",
        "acct_1",
        "business",
        2,
    )
    fact = events.subject_history(session, profile.id)[-1]
    assert fact.data["fields"] == ["organisation_id", "payout_account_id", "segment"]
    assert "acct_1" not in str(fact.data)
    providers.record_business(session, profile.id, business, by=otto, at=at)
    assert profile.version == 2


def test_a_segment_is_one_the_policy_in_force_names(
    session: Session, profile: ProviderProfile, otto: Caller, at: datetime
) -> None:
    with pytest.raises(SegmentUnknown, match="private, business"):
        providers.record_business(session, profile.id, BusinessDetails(None, None, "royal"), by=otto, at=at)


def other_profile(
    session: Session, caller: Caller, otto: Caller, business: BusinessDetails, at: datetime, slug: str
) -> UUID:
    market = markets.create_market(
        session, slug=slug, name=slug, currency="EUR", time_zone="Europe/Helsinki", locale="fi-FI",
        country="FI", by=SYSTEM, at=at,
    )  # fmt: skip
    profile = providers.apply_as_provider(
        session, market.id, display_name=slug, about="", by=caller.actor, at=at
    )
    providers.record_business(session, profile.id, business, by=SYSTEM, at=at)
    return profile.id


@pytest.mark.parametrize(
    ("hers", "his", "same"),
    [
        (BusinessDetails(None, None, None), BusinessDetails(None, None, None), False),
        (BusinessDetails("org-1", "acct_1", None), BusinessDetails("org-2", "acct_2", None), False),
        (BusinessDetails("org-1", "acct_1", None), BusinessDetails("org-1", "acct_2", None), True),
        (BusinessDetails("org-1", "acct_1", None), BusinessDetails("org-2", "acct_1", None), True),
        (BusinessDetails(None, "acct_1", None), BusinessDetails(None, "acct_1", None), True),
        (BusinessDetails("org-1", None, None), BusinessDetails(None, "org-1", None), False),
    ],
)
def test_profiles_that_share_an_organisation_or_an_account_are_the_same_hands(
    session: Session,
    profile: ProviderProfile,
    ellen: Caller,
    otto: Caller,
    neighbour: Neighbour,
    hers: BusinessDetails,
    his: BusinessDetails,
    same: bool,  # noqa: FBT001 -- a row of the table
    at: datetime,
) -> None:
    ben = neighbour("ben")
    providers.record_business(session, profile.id, hers, by=otto, at=at)
    first = other_profile(session, ben, otto, BusinessDetails(None, None, None), at, "toolo")
    second = other_profile(session, ben, otto, his, at, "vallila")
    assert providers.is_same_business(session, profile.id, ben.user_id) is same
    assert providers.is_same_business(session, second, ellen.user_id) is same
    assert not providers.is_same_business(session, first, ellen.user_id)
    assert providers.is_same_business(session, profile.id, ellen.user_id)


def test_who_never_applied_is_nobodys_hands_but_their_own(
    session: Session, profile: ProviderProfile, neighbour: Neighbour
) -> None:
    assert not providers.is_same_business(session, profile.id, neighbour("ben").user_id)
    assert not providers.is_same_business(session, ids.new(), profile.user_id)


def test_two_businesses_that_are_paid_to_one_account_are_known_as_one(session: Session, at: datetime) -> None:
    ellen, farah = cast.ellen(session), cast.farah(session)
    otto = Caller(cast.otto(session).id, ids.new(), "Otto", frozenset({Grant(UserRole.OPERATOR)}))
    for profile in (ellen, farah):
        providers.record_business(session, profile.id, BusinessDetails(None, "acct_1", None), by=otto, at=at)
    clusters = identity.cluster_of(session, [ellen.user_id, farah.user_id])
    assert clusters[ellen.user_id] == clusters[farah.user_id]
