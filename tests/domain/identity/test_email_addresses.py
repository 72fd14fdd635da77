"""All spellings of an address or a password are equal: composed, decomposed, in Unicode, in Punycode."""

import unicodedata
from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from domain import identity
from domain.foundation.text.normalization import InvalidText
from domain.identity.authentication.passwords import PasswordMatch, Passwords
from domain.identity.emails.email_addresses import EmailAddress, parse_email, parse_typed_email
from domain.identity.errors import InvalidCredentials, InvalidEmail, PasswordNotAllowed
from domain.identity.queries import user_by_typed_email
from domain.identity.rules import check_password, password_form, password_forms
from tests.domain.identity.fake_issuer import CountingHasher

PASSWORD = "correct hörse ½ battery"
Person = Callable[[str], identity.User]

ONE_ADDRESS = [
    ("josé@example.org", "jose\u0301@example.org", "JOSE\u0301@EXAMPLE.ORG", "  José@ｅｘａｍｐｌｅ.org "),
    (
        "aino@bücher.example",
        "aino@bu\u0308cher.example",
        "aino@xn--bcher-kva.example",
        "Aino@BÜCHER。example",
    ),
    ("ψυχή@παράδειγμα.δοκιμή", "ψυχη\u0301@xn--hxajbheg2az3al.xn--jxalpdlp"),
]


@pytest.mark.parametrize("spellings", ONE_ADDRESS, ids=lambda spellings: spellings[0])
def test_an_address_is_one_account_in_every_spelling(
    session: Session, passwords: Passwords, at: datetime, spellings: tuple[str, ...]
) -> None:
    for spelling in spellings:
        identity.sign_up(session, email=spelling, password=PASSWORD, name="Aino", at=at, passwords=passwords)
    users = session.execute(text("SELECT email FROM users")).scalars().all()
    assert users == [spellings[0]]
    signed_in = {
        identity.sign_in(session, email=spelling, password=PASSWORD, at=at, passwords=passwords).user_id
        for spelling in spellings
    }
    assert len(signed_in) == 1


@given(
    st.emails(), st.sampled_from(["é", "ß", "я", "日", "가"]), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"])
)
def test_the_key_is_the_same_in_every_form(email: str, letter: str, form: str) -> None:
    local, _, domain = email.rpartition("@")
    assume(len(f"{local}{letter}".encode()) < 55 and len(domain) < 150)
    spelled = f"{local}{letter}@{letter}.{domain}"
    read = parse_email(spelled)
    assert parse_email(unicodedata.normalize(form, spelled)) == read
    assert parse_email(read.email) == read
    assert parse_email(f"{read.email.rpartition('@')[0]}@{read.key.rpartition('@')[2]}") == read


@pytest.mark.parametrize(
    "hidden", ["\u200b", "\u200d", "\u200c", "\u202e", "\u2066", "\u00ad", "\ufeff", "\u0085"]
)
@pytest.mark.parametrize("place", ["a{}ino@example.org", "aino@ex{}ample.org", "aino{}@example.org"])
def test_no_hidden_character_makes_another_address(hidden: str, place: str) -> None:
    """IDNA removes some of these characters; then the address must stay the same."""
    plain, hiding = place.format(""), place.format(hidden)
    assert address_or_none(hiding) in {None, parse_email(plain)}


def address_or_none(spelled: str) -> EmailAddress | None:
    try:
        return parse_email(spelled)
    except InvalidEmail:
        return None


@pytest.mark.parametrize("name", ["A\u200bino", "A\u202eino", "Aino\u2066", "A\nino", "\u3164", "Aino\u200d"])
def test_no_hidden_character_is_in_a_name(session: Session, at: datetime, name: str) -> None:
    with pytest.raises(InvalidText) as raised:
        identity.sign_up(session, email="a@example.org", password=PASSWORD, name=name, at=at)
    assert raised.value.field == "name"


def test_a_name_is_stored_composed(session: Session, passwords: Passwords, at: datetime) -> None:
    identity.sign_up(
        session, email="a@example.org", password=PASSWORD, name="Jose\u0301", at=at, passwords=passwords
    )
    assert session.execute(text("SELECT name FROM users")).scalar_one() == "José"


@given(st.text(min_size=10, max_size=40), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_a_password_is_the_same_on_every_keyboard(password: str, form: str) -> None:
    passwords = Passwords(CountingHasher())
    other = unicodedata.normalize(form, password)
    assert passwords.match(other, passwords.hashed(password)) is PasswordMatch.YES
    assert password_form(password_form(password)) == password_form(password)
    for typed in (password, other):
        try:
            check_password(typed, email="aino@example.org")
        except PasswordNotAllowed:
            assert not 10 <= len(password_form(password)) <= 200


@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_a_password_hashed_as_it_was_sent_still_opens_and_is_hashed_anew(
    session: Session,
    person: Person,
    passwords: Passwords,
    hashes: CountingHasher,
    at: datetime,
    stored: str,
    typed: str,
) -> None:
    aino = person("aino@example.org")
    aino.password_hash = hashes.hash(unicodedata.normalize(stored, PASSWORD))
    session.flush()
    sent = unicodedata.normalize(typed, PASSWORD)
    identity.sign_in(session, email=aino.email, password=sent, at=at, passwords=passwords)
    assert passwords.match(PASSWORD, aino.password_hash) is PasswordMatch.YES


def test_the_work_of_a_sign_in_depends_on_what_was_typed_alone(
    session: Session, person: Person, passwords: Passwords, hashes: CountingHasher, at: datetime
) -> None:
    person("aino@example.org").password_hash = passwords.hashed(PASSWORD)
    session.flush()
    work = {}
    for email, typed in (("aino@example.org", PASSWORD + "!"), ("nobody@example.org", PASSWORD + "!")):
        hashes.computations.clear()
        with pytest.raises(InvalidCredentials):
            identity.sign_in(session, email=email, password=typed, at=at, passwords=passwords)
        work[email] = hashes.computations.copy()
    assert work["aino@example.org"] == work["nobody@example.org"]
    assert len(work["aino@example.org"]) == len(password_forms(PASSWORD)) == 3


def test_an_address_as_the_password_is_refused_in_every_form() -> None:
    with pytest.raises(PasswordNotAllowed):
        check_password("jose\u0301josejosé", email="joséjosejosé@example.org")


def test_accounts_that_turn_out_to_be_one_address_both_stay(session: Session, at: datetime) -> None:
    older, newer = "jose\u0301@example.org", "josé@example.org"
    for number, email in enumerate((older, newer, "a..b@example.org")):
        values = {"email": email, "at": at, "minutes": number}
        session.execute(
            text("""
                INSERT INTO users (id, email, name, locale, created_at)
                VALUES (gen_random_uuid(), :email, 'x', 'en', :at + :minutes * interval '1 minute')
            """),
            values,
        )
    assert identity.assign_email_keys(session, at, limit=10) == 3
    assert identity.assign_email_keys(session, at, limit=10) == 0
    rows = session.execute(text("SELECT email, email_key, email_conflict FROM users")).all()
    assert {row.email: (row.email_key, row.email_conflict) for row in rows} == {
        older: (newer, None),
        newer: (None, identity.EmailConflict.SHARED.value),
        "a..b@example.org": (None, identity.EmailConflict.INVALID.value),
    }
    conflicts = session.execute(
        text("SELECT data ->> 'conflict' FROM events WHERE name = 'user.email_conflict_found' ORDER BY 1")
    ).scalars()
    assert list(conflicts) == ["invalid", "shared"]
    for email in (older, newer, "a..b@example.org"):
        user = user_by_typed_email(session, parse_typed_email(email))
        assert user is not None
        assert user.email == email
