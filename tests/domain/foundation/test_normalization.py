"""The text profiles: in NFC, without hidden characters, idempotent."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.foundation.text import normalization
from domain.foundation.text.normalization import InvalidText

PROFILES = {
    "text": normalization.normalize_text,
    "line": normalization.normalize_line,
    "name": normalization.normalize_name,
}
_CHARACTERS = st.one_of(
    st.characters(),
    st.sampled_from(
        "e\u0301\u0308\u0345ｶﾞﬁ①\u200b\u200c\u200d\u200e\u202e\u2066\ufeff\ufe0f\u00ad\r\n\t\x1b\u3164❤👩\u0915\u094d"
    ),
)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
@given(st.text(_CHARACTERS, max_size=30))
def test_what_is_kept_is_composed_safe_and_stays_as_it_is(profile: Callable[[str], str], raw: str) -> None:
    try:
        kept = profile(raw)
    except InvalidText:
        return
    assert unicodedata.is_normalized("NFC", kept)
    assert profile(kept) == kept
    assert not set(kept) & {*map(chr, (*range(9), *range(11, 32), 0x7F, 0xFEFF)), *"\u202a\u202e\u2066\u2069"}


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@given(st.text(_CHARACTERS, max_size=30))
def test_every_keyboard_gets_the_same(profile: Callable[[str], str], form: str, raw: str) -> None:
    def outcome(text: str) -> str | None:
        try:
            return profile(text)
        except InvalidText:
            return None

    assert outcome(unicodedata.normalize(form, raw)) == outcome(raw)


@pytest.mark.parametrize(
    "kept",
    [
        "👩\u200d🍳 می\u200cخواهم",
        "क्\u200dष",
        "❤\ufe0f",
        "שלום\u200f!",
        "🏴\U000e0067\U000e0062\U000e007f",
        "ภาษา\u200bไทย",
    ],
)
def test_invisible_characters_that_a_language_needs_stay_in_free_text(kept: str) -> None:
    assert normalization.normalize_text(kept) == kept


@pytest.mark.parametrize("hidden", ["\u200b", "\u3164", "\u2800", "\u200d\u200c", "\u00ad"])
@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_text_of_which_nothing_is_seen_is_refused(profile: Callable[[str], str], hidden: str) -> None:
    with pytest.raises(InvalidText) as raised:
        profile(hidden)
    assert raised.value.slug == "invalid-text"


def test_a_hidden_message_is_refused() -> None:
    with pytest.raises(InvalidText, match="U\\+E0041"):
        normalization.normalize_text("Hello\U000e0041\U000e0042")


@pytest.mark.parametrize(
    ("claimed", "kept"),
    [
        ("Jose\u0301", "José"),
        ("a\u202eb\u200b", "ab"),
        ("\u200b", ""),
        ("x" * 300, "x" * 120),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_a_name_from_an_issuer_is_kept_as_far_as_it_can_be(claimed: str, kept: str) -> None:
    assert normalization.readable_name(claimed, longest=120) == kept
