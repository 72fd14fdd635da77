"""The analyser: every part of a text that users would type finds the text, in every script."""

import unicodedata

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.foundation.text import text_analysis

# Scripts with marks, without spaces, right to left, without case, of two widths; symbols and emoji.
_BLOCKS = [
    (0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F),
    (0x531, 0x587), (0x591, 0x5F4), (0x600, 0x6FF), (0x900, 0x97F), (0x980, 0x9FF),
    (0xB80, 0xBFF), (0xE01, 0xE5B), (0xE81, 0xEDF), (0xF00, 0xFDA), (0x1000, 0x109F),
    (0x10A0, 0x10FF), (0x1100, 0x11FF), (0x1200, 0x137F), (0x13A0, 0x13FF), (0x1780, 0x17F9),
    (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x20D0, 0x20F0), (0x2100, 0x218B), (0x2600, 0x27BF),
    (0x3000, 0x30FF), (0x3105, 0x312F), (0x3131, 0x318E), (0x4E00, 0x4FFF), (0xA000, 0xA48C),
    (0xAC00, 0xB000), (0xFB00, 0xFDFB), (0xFE00, 0xFE0F), (0xFE70, 0xFEFC), (0xFF01, 0xFFDC),
    (0x1F1E6, 0x1F1FF), (0x1F300, 0x1FAFF), (0xE0020, 0xE007F),
]  # fmt: skip
_CHARACTER = st.one_of(st.characters(), *[st.integers(*block).map(chr) for block in _BLOCKS])
_WORD = st.one_of(
    st.text(_CHARACTER, min_size=1, max_size=12),
    *[st.text(st.integers(*block).map(chr), min_size=1, max_size=12) for block in _BLOCKS],
)
_FORMS = st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"])


def matches(query: str, title: str) -> bool:
    """As the database matches: every word of the query is a term of the title, or a prefix where allowed."""
    terms = text_analysis.index_terms(title)

    def is_match(word: text_analysis.Word) -> bool:
        if word.whole is not None and word.whole in terms:
            return True
        *exact, last = word.terms
        begins = any(term.startswith(last) for term in terms) if word.is_unspaced else last in terms
        return begins and set(exact) <= set(terms)

    return all(is_match(word) for word in text_analysis.split_words(query))


@given(st.lists(_WORD, min_size=1, max_size=4), st.data(), _FORMS, _FORMS)
def test_any_word_of_any_title_finds_it_in_every_unicode_form(
    title: list[str], data: st.DataObject, stored: str, typed: str
) -> None:
    word = data.draw(st.sampled_from(title))
    assert matches(unicodedata.normalize(typed, word), unicodedata.normalize(stored, " ".join(title)))


@given(st.lists(_WORD, min_size=1, max_size=4), st.data())
def test_upper_and_lower_case_find_the_same(title: list[str], data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(title))
    assert matches(word.lower(), " ".join(title))
    assert matches(word.casefold(), " ".join(title))


@given(
    st.sampled_from([(0x4E00, 0x4FFF), (0x3041, 0x30FF), (0xE01, 0xE4E), (0xE81, 0xEDD), (0x1780, 0x17D3)]),
    st.data(),
)
def test_any_stretch_of_a_text_without_spaces_finds_it(block: tuple[int, int], data: st.DataObject) -> None:
    letter = st.integers(*block).map(chr).filter(lambda sign: unicodedata.category(sign) in {"Lo", "Mn"})
    title = unicodedata.normalize("NFKC", data.draw(st.text(letter, min_size=1, max_size=30)))
    start = data.draw(st.integers(0, len(title) - 1))
    end = data.draw(st.integers(start + 1, len(title)))
    query = title[start:end]
    assume(
        not any(
            unicodedata.category(sign).startswith("M") for sign in (query[0], title[end : end + 1] or "x")
        )
    )
    assert matches(query, title)


@given(st.text(_CHARACTER))
def test_folding_is_done_once_and_for_all(text: str) -> None:
    once = text_analysis.fold(text)
    assert text_analysis.fold(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.text(_CHARACTER, max_size=300))
def test_a_term_can_be_stored_and_quoted(text: str) -> None:
    for term in text_analysis.index_terms(text):
        assert 0 < len(term.encode()) < 2_046
        assert not set(term) & set(" '\"\\:*&|!()<>\0")


def test_punctuation_alone_holds_no_word() -> None:
    assert [*text_analysis.split_words("!? … — ()\u200d\u200b\ufe0f")] == []


@given(st.text(st.characters(max_codepoint=0x7F)))
def test_ascii_is_cut_as_everything_else_is(text: str) -> None:
    with_another_script = [*text_analysis.split_words(f"{text} щ")]
    assert [*text_analysis.split_words(text)] == with_another_script[:-1]
