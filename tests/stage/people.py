"""Who is on the stage: customers, providers, staff, applicants; and how they sign in."""

from datetime import datetime

from domain import identity, markets, providers
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.identity import User
from domain.identity.authentication import sessions
from domain.identity.authentication.passwords import PASSWORDS
from domain.providers import ProviderProfile, ProviderTransition
from tests import cast
from tests.stage.names import DAY, HOUR
from tests.stage.stagehand import Stagehand

PASSWORD = "correct horse battery"
_APPLICANTS: tuple[tuple[str, str, tuple[ProviderTransition, ...]], ...] = (
    ("eino", "applied", ()),
    ("inka", "in_review", (ProviderTransition.REVIEW,)),
    ("carl", "changes_requested", (ProviderTransition.REVIEW, ProviderTransition.REQUEST_CHANGES)),
    (
        "sanni",
        "suspended_profile",
        (ProviderTransition.REVIEW, ProviderTransition.APPROVE, ProviderTransition.SUSPEND),
    ),
)


def arrive(hand: Stagehand) -> None:
    """Two customers, two providers, staff here and in another market, applicants, and one shut out."""
    session, named = hand.session, hand.stage.named
    here, there = cast.market(session), _tampere(hand)
    named("market", here.id)
    named("other_market", there.id)
    hand.ellen, hand.farah = cast.ellen(session), cast.farah(session)
    named("ellens_profile", hand.ellen.id)
    named("farahs_profile", hand.farah.id)
    hand.users = {name: cast.user(session, name.title()) for name in ("ellen", "farah", "sulo", "olga")}
    hand.users |= {name: getattr(cast, name)(session) for name in ("aino", "ben", "otto", "mira")}
    hand.users["aino"].password_hash = PASSWORDS.hashed(PASSWORD)
    granted = identity.grant_role(
        session,
        hand.users["olga"].id,
        role=identity.UserRole.OPERATOR,
        market_id=there.id,
        by=SYSTEM,
        at=hand.at,
    )
    named("grant", granted.id)
    for name in ("aino", "ben", "sulo", "farah"):
        named(name, hand.users[name].id)
    for name, word, steps in _APPLICANTS:
        named(word, _applicant(hand, name, steps).id)


def sign_in(hand: Stagehand) -> None:
    """Everybody is signed in; Aino once more, elsewhere and too long ago; Sulo is then shut out."""
    for name, user in hand.users.items():
        hand.stage.tokens[name] = _token(hand, user, hand.at + DAY)
    hand.stage.tokens["expired"] = _token(hand, hand.users["aino"], hand.at - HOUR)
    elsewhere = sessions.start_session(hand.session, hand.users["aino"], label="elsewhere", at=hand.at)
    hand.stage.named("session", elsewhere.session_id)
    hand.stage.names["refresh_token"] = elsewhere.refresh
    hand.users["sulo"].suspended_at = hand.at


def _applicant(hand: Stagehand, name: str, steps: tuple[ProviderTransition, ...]) -> ProviderProfile:
    someone = hand.users[name] = cast.user(hand.session, name.title())
    by = Actor(ActorKind.USER, someone.id)
    market_id = cast.market(hand.session).id
    profile = providers.apply_as_provider(
        hand.session, market_id, display_name=name.title(), about="", by=by, at=hand.at
    )
    for step in steps:
        providers.apply_transition(hand.session, profile.id, step, by=SYSTEM, reason_code="known", at=hand.at)
    return profile


def _tampere(hand: Stagehand) -> markets.Market:
    return markets.create_market(
        hand.session,
        slug="tampere",
        name="Tampere",
        currency="EUR",
        time_zone="Europe/Helsinki",
        locale="fi-FI",
        country="FI",
        by=SYSTEM,
        at=cast.LONG_AGO,
    )


def _token(hand: Stagehand, user: User, until: datetime) -> str:
    tokens = sessions.start_session(
        hand.session, user, label="the stage", at=until - sessions.ACCESS_TOKEN_LIFETIME
    )
    return tokens.access
