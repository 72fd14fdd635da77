from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from domain import identity
from domain.foundation import events, ids
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.foundation.time_zones import TimeZoneUnknown
from domain.identity.authentication.passwords import Passwords
from domain.identity.errors import (
    InvalidCredentials,
    InvalidToken,
    OwnAccountSuspension,
    PasswordNotAllowed,
    UserNotFound,
)
from domain.identity.queries import user_by_email
from tests.domain.identity.fake_issuer import CountingHasher

PASSWORD = "correct horse battery"
Person = Callable[[str], identity.User]


def test_signing_up_opens_an_account_once_and_keeps_the_first_password(
    session: Session, person: Person, passwords: Passwords, at: datetime
) -> None:
    aino = person("aino@example.org")
    identity.sign_up(
        session,
        email="AINO@example.org",
        password="another password",
        name="Mallory",
        at=at,
        passwords=passwords,
    )
    assert user_by_email(session, "aino@example.org") == aino
    assert aino.name == "aino@example.org"
    identity.sign_in(session, email="aino@example.org", password=PASSWORD, at=at, passwords=passwords)
    with pytest.raises(InvalidCredentials):
        identity.sign_in(session, email=aino.email, password="another password", at=at, passwords=passwords)


def test_a_repeated_sign_up_is_recorded_for_the_owner_of_the_address(
    session: Session, person: Person, at: datetime
) -> None:
    aino = person("aino@example.org")
    person("aino@example.org")
    assert [row.name for row in events.subject_history(session, aino.id)] == [
        "user.signed_up",
        "user.sign_up_repeated",
    ]


def test_signing_up_costs_the_same_whether_or_not_the_address_is_known(
    session: Session, person: Person, hashes: CountingHasher
) -> None:
    counts = []
    for email in ("aino@example.org", "aino@example.org", "ben@example.org"):
        before = len(hashes.computations)
        person(email)
        counts.append(hashes.computations[before:])
    assert counts == [["hash"]] * 3


def test_an_unfit_password_is_refused_for_known_and_unknown_addresses_alike(
    session: Session, person: Person, passwords: Passwords, at: datetime
) -> None:
    person("aino@example.org")
    for email in ("aino@example.org", "ben@example.org"):
        with pytest.raises(PasswordNotAllowed, match="10 to 200"):
            identity.sign_up(session, email=email, password="short", name="x", at=at, passwords=passwords)


def test_the_database_refuses_an_address_that_is_not_in_lower_case(session: Session, person: Person) -> None:
    aino = person("aino@example.org")
    with pytest.raises(IntegrityError, match="users_emails_are_lower_case"):
        session.execute(text("UPDATE users SET email = 'Aino@example.org' WHERE id = :id"), {"id": aino.id})


def test_people_change_what_is_stored_about_them_and_only_the_names_of_fields_are_recorded(
    session: Session, person: Person, at: datetime
) -> None:
    aino = person("aino@example.org")
    by = identity.Caller(aino.id, ids.new(), aino.name).actor
    identity.update_user(session, aino.id, {"name": "Aino", "time_zone": "Europe/Helsinki"}, by=by, at=at)
    identity.update_user(session, aino.id, {"name": "Aino"}, by=by, at=at)
    assert (aino.name, aino.time_zone) == ("Aino", "Europe/Helsinki")
    (changed,) = [row for row in events.subject_history(session, aino.id) if row.name == "user.changed"]
    assert changed.data["fields"] == ["name", "time_zone"]
    identity.update_user(session, aino.id, {"time_zone": None}, by=by, at=at)
    assert aino.time_zone is None


def test_a_time_zone_that_does_not_exist_is_refused(session: Session, person: Person, at: datetime) -> None:
    aino = person("aino@example.org")
    with pytest.raises(TimeZoneUnknown):
        identity.update_user(session, aino.id, {"time_zone": "Mars/Olympus"}, by=SYSTEM, at=at)


def test_a_suspended_user_is_out_at_once_and_may_come_back_when_reinstated(
    session: Session, person: Person, passwords: Passwords, at: datetime
) -> None:
    aino = person("aino@example.org")
    tokens = identity.sign_in(session, email=aino.email, password=PASSWORD, at=at, passwords=passwords)
    for _ in range(2):
        identity.suspend_user(session, aino.id, by=SYSTEM, reason_code="fraud", reason="Stolen cards.", at=at)
    with pytest.raises(InvalidToken):
        identity.authenticate(session, tokens.access, at=at)
    with pytest.raises(InvalidToken):
        identity.refresh_session(session, tokens.refresh, at=at)
    with pytest.raises(InvalidCredentials):
        identity.sign_in(session, email=aino.email, password=PASSWORD, at=at, passwords=passwords)
    for _ in range(2):
        identity.reinstate_user(
            session, aino.id, by=SYSTEM, reason_code="mistake", reason="Not theirs.", at=at
        )
    with pytest.raises(InvalidToken):
        identity.authenticate(session, tokens.access, at=at)
    identity.sign_in(session, email=aino.email, password=PASSWORD, at=at, passwords=passwords)
    names = [row.name for row in events.subject_history(session, aino.id)]
    assert (
        names.count("user.suspended") == names.count("user.reinstated") == names.count("session.ended") == 1
    )


def test_nobody_can_suspend_a_user_who_does_not_exist(session: Session, at: datetime) -> None:
    with pytest.raises(UserNotFound):
        identity.suspend_user(session, ids.new(), by=SYSTEM, reason_code="fraud", reason="", at=at)


def test_nobody_suspends_their_own_account(session: Session, person: Person, at: datetime) -> None:
    aino = person("aino@example.org")
    by = Actor(ActorKind.OPERATOR, aino.id)
    with pytest.raises(OwnAccountSuspension):
        identity.suspend_user(session, aino.id, by=by, reason_code="fraud", reason="", at=at)
    assert aino.suspended_at is None
