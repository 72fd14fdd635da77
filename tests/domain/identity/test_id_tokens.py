import hmac
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt

from domain.identity.errors import EmailNotVerified, OidcSignInFailed
from domain.identity.openid_connect import id_tokens
from tests.domain.identity.fake_issuer import MONDAY_MORNING, key

ISSUER, CLIENT, NONCE = "https://issuer.example", "talkoo", "the-nonce"
AT = MONDAY_MORNING
NOW = int(AT.timestamp())
GOOD: dict[str, Any] = {
    "iss": ISSUER,
    "aud": CLIENT,
    "sub": "subject-1",
    "nonce": NONCE,
    "iat": NOW,
    "exp": NOW + 300,
    "email": "aino@example.org",
    "email_verified": True,
    "name": " Aino ",
}


def signed(claims: dict[str, Any], *, by: str = "published", kid: str = "published") -> str:
    return jwt.encode({"alg": "RS256", "kid": kid}, claims, key(by))


def read(token: str, *, keys: Any = None, at: datetime = AT) -> id_tokens.IdTokenClaims:
    published = {"keys": [key("published").as_dict(private=False)]}
    return id_tokens.verify_id_token(
        token, keys=published if keys is None else keys, issuer=ISSUER, client_id=CLIENT, nonce=NONCE, at=at
    )


def test_an_id_token_in_which_all_holds_names_a_person() -> None:
    assert read(signed(GOOD)) == id_tokens.IdTokenClaims(ISSUER, "subject-1", "aino@example.org", "Aino")


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": [CLIENT, "another"], "azp": CLIENT},
        {"email_verified": "true"},
        {"exp": NOW - 59},
        {"iat": NOW + 59},
        {"name": None},
        {"locale": "fi"},
    ],
)
def test_what_the_standard_leaves_open_is_accepted(claims: dict[str, Any]) -> None:
    assert read(signed(GOOD | claims)).subject == "subject-1"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": ISSUER + "/"},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": []},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"aud": [CLIENT, "another"]},
        {"azp": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": NOW - 61},
        {"exp": "tomorrow"},
        {"iat": NOW + 61},
        {"nbf": NOW + 61},
        {"sub": ""},
        {"sub": 7},
        {"sub": "s" * 256},
    ],
)
def test_a_claim_that_does_not_hold_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(OidcSignInFailed):
        read(signed(GOOD | claims))


@pytest.mark.parametrize("missing", ["iss", "aud", "sub", "exp", "iat", "nonce"])
def test_a_claim_that_is_missing_is_refused(missing: str) -> None:
    with pytest.raises(OidcSignInFailed):
        read(signed({name: value for name, value in GOOD.items() if name != missing}))


@pytest.mark.parametrize(
    "claims", [{"email_verified": False}, {"email_verified": None}, {"email": None}, {"email": 7}]
)
def test_an_address_the_issuer_does_not_vouch_for_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(EmailNotVerified):
        read(signed(GOOD | claims))


def test_a_signature_by_another_key_is_refused() -> None:
    for kid in ("published", "another"):
        with pytest.raises(OidcSignInFailed):
            read(signed(GOOD, by="another", kid=kid))


def test_a_token_signed_with_the_public_key_as_if_it_were_a_secret_is_refused() -> None:
    head = urlsafe_b64encode(b'{"alg":"HS256","kid":"published"}').rstrip(b"=").decode()
    message = f"{head}.{signed(GOOD).split('.')[1]}"
    mac = hmac.digest(key("published").as_pem(private=False), message.encode(), "sha256")
    with pytest.raises(OidcSignInFailed):
        read(f"{message}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}")


def test_only_signatures_that_an_issuer_alone_can_make_are_looked_at() -> None:
    assert not [name for name in id_tokens.ALGORITHMS if name == "none" or name.startswith("HS")]


def test_a_token_nobody_signed_is_refused() -> None:
    head, body, _ = signed(GOOD).split(".")
    with pytest.raises(OidcSignInFailed):
        read(f"eyJhbGciOiJub25lIn0.{body}.")
    with pytest.raises(OidcSignInFailed):
        read(f"{head}.{body}.")


@pytest.mark.parametrize(
    "keys", [{}, {"keys": []}, {"keys": None}, {"keys": [7]}, {"keys": [{"kty": "RSA"}]}, {"keys": [{}]}]
)
def test_a_key_set_that_makes_no_sense_is_refused(keys: Any) -> None:
    with pytest.raises(OidcSignInFailed):
        read(signed(GOOD), keys=keys)


@given(st.text(max_size=200))
def test_a_text_that_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(OidcSignInFailed):
        read(text)


@given(
    st.sampled_from(sorted(GOOD)),
    st.one_of(st.none(), st.integers(), st.lists(st.integers()), st.dictionaries(st.text(), st.text())),
)
def test_a_claim_of_any_other_type_is_refused_or_ignored_and_never_a_crash(name: str, value: Any) -> None:
    try:
        read(signed(GOOD | {name: value}), at=AT + timedelta(seconds=1))
    except (OidcSignInFailed, EmailNotVerified):
        assert name != "name"


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=5) | st.just("\x00"),
    lambda part: st.lists(part, max_size=2) | st.dictionaries(st.text(max_size=3), part, max_size=2),
    max_leaves=4,
)


@settings(deadline=None)
@given(field=st.sampled_from([*GOOD]), value=ODD)
def test_claims_of_odd_types_name_a_person_or_are_refused(field: str, value: Any) -> None:
    try:
        person = read(signed(GOOD | {field: value}))
    except (OidcSignInFailed, EmailNotVerified):
        return
    assert all(isinstance(part, str) and "\0" not in part for part in (person.subject, person.email))


@given(keys=ODD | st.dictionaries(st.just("keys"), ODD))
def test_keys_of_odd_types_are_refused(keys: Any) -> None:
    token = signed(GOOD)
    with pytest.raises(OidcSignInFailed):
        read(token, keys=keys if keys is not None else {})
