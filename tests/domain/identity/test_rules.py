import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity.emails.email_addresses import parse_email
from domain.identity.errors import InvalidEmail, PasswordNotAllowed
from domain.identity.rules import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    check_password,
    password_form,
)

AINO = "aino@example.org"


# Length is checked in the form that is hashed, so texts are generated in that form.
def prepared(least: int, most: int) -> st.SearchStrategy[str]:
    return (
        st.text(min_size=least, max_size=most)
        .map(password_form)
        .filter(lambda text: least <= len(text) <= most)
    )


@given(prepared(SHORTEST_PASSWORD, LONGEST_PASSWORD))
def test_any_characters_make_a_password_if_there_are_enough_of_them(password: str) -> None:
    check_password(password, email=AINO)


@given(st.one_of(prepared(0, SHORTEST_PASSWORD - 1), st.text(min_size=3 * LONGEST_PASSWORD, max_size=700)))
def test_a_password_is_neither_short_nor_endless(password: str) -> None:
    with pytest.raises(PasswordNotAllowed):
        check_password(password, email=AINO)


@pytest.mark.parametrize("password", ["aino.makela@example.org", "AINO.MAKELA@EXAMPLE.ORG ", "Aino.Makela"])
def test_the_address_and_its_first_part_are_no_password(password: str) -> None:
    with pytest.raises(PasswordNotAllowed):
        check_password(password, email="aino.makela@example.org")


@given(st.emails())
def test_an_address_is_stored_the_same_however_it_is_typed(email: str) -> None:
    stored = parse_email(email).email
    assert parse_email(f"  {email.upper()}\n") == parse_email(email.upper())
    assert parse_email(stored).email == stored == stored.lower()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "aino",
        "@example.org",
        "aino@",
        "aino@localhost",
        "a b@example.org",
        "a@b@example.org",
        "a@.org",
        "a@example..org",
        "a@example.org.",
        "a\x00@example.org",
        "a" * 65 + "@example.org",
        "a@" + "b" * 250 + ".org",
    ],
)
def test_what_has_not_the_shape_of_an_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidEmail):
        parse_email(text)
