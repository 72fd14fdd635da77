import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity.addresses import read_address
from domain.identity.errors import EmailUnfit, PasswordUnfit
from domain.identity.rules import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    check_password,
)

AINO = "aino@example.org"


@given(st.text(min_size=SHORTEST_PASSWORD, max_size=LONGEST_PASSWORD))
def test_any_characters_make_a_password_if_there_are_enough_of_them(password: str) -> None:
    check_password(password, email=AINO)


@given(
    st.one_of(st.text(max_size=SHORTEST_PASSWORD - 1), st.text(min_size=LONGEST_PASSWORD + 1, max_size=300))
)
def test_a_password_is_neither_short_nor_endless(password: str) -> None:
    with pytest.raises(PasswordUnfit):
        check_password(password, email=AINO)


@pytest.mark.parametrize("password", ["aino.makela@example.org", "AINO.MAKELA@EXAMPLE.ORG ", "Aino.Makela"])
def test_the_address_and_its_first_part_are_no_password(password: str) -> None:
    with pytest.raises(PasswordUnfit):
        check_password(password, email="aino.makela@example.org")


@given(st.emails())
def test_an_address_is_stored_the_same_however_it_is_typed(email: str) -> None:
    stored = read_address(email).email
    assert read_address(f"  {email.upper()}\n") == read_address(email.upper())
    assert read_address(stored).email == stored == stored.lower()


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
    with pytest.raises(EmailUnfit):
        read_address(text)
