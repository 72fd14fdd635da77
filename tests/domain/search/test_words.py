"""An offer is found by every word of its title, in every script, however the word or the title is encoded."""

import unicodedata
from datetime import datetime

import pytest
from sqlmodel import Session

from tests import cast
from tests.domain.search.finding import found

TITLES = [
    "Node.js and C++ lessons",
    "Locksmith 24/7",
    "3.5 metres of hedge",
    "Help on 2026-12-24",
    "Children aged 3-4",
    "guitar/bass teacher",
    "Don’t worry, I iron",
    "e-mail & wi-fi set-up",
    "हिन्दी की ट्यूशन",
    "தமிழ் வகுப்புகள்",
    "東京で家庭教師とピアノ",
    "สอนภาษาไทยที่บ้าน",
    "تعليم اللغة العربيّة",
    "نمی‌خواهم آموزش فارسی",
    "한국어 과외 선생님",
    "İstanbul'da ışık ve temizlik",
    "Straße fegen, ΟΔΟΣ",
    "Ménage à José",
    "🎸 Guitar 👩‍🍳 🇫🇮",
    "Ⅳ ﬁnance １２３",
]


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_an_offer_is_found_by_each_word_of_its_title(
    session: Session, at: datetime, title: str, stored: str, typed: str
) -> None:
    offer = cast.offer(session, title=unicodedata.normalize(stored, title))
    words = [word for word in title.split() if word != "&"]
    missed = [
        word
        for word in words
        for spelling in (word, word.upper(), word.lower())
        if [one.offer_id for one in found(session, at, words=unicodedata.normalize(typed, spelling))]
        != [offer.id]
    ]
    assert missed == []
    assert [one.offer_id for one in found(session, at, words=unicodedata.normalize(typed, title))] == [
        offer.id
    ]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Node.js lessons", "nodejs"),
        ("Node.js lessons", "node"),
        ("Wi-Fi at home", "wifi"),
        ("Wifi at home", "wi-fi"),
        ("Don’t worry", "don't"),
        ("Don’t worry", "dont"),
        ("l’électricité", "électricité"),
        ("guitar/bass teacher", "bass"),
        ("東京で家庭教師とピアノ", "家庭教師"),
        ("東京で家庭教師とピアノ", "師"),
        ("東京で家庭教師とピアノ", "ピアノ"),
        ("สอนภาษาไทยที่บ้าน", "ภาษาไทย"),
        ("نمی‌خواهم", "خواهم"),
        ("نمی‌خواهم", "نمیخواهم"),
        ("한국어를 가르칩니다", "한국어"),
        ("İSTANBUL", "istanbul"),
        ("IŞIK", "ışık"),
        ("STRASSE", "straße"),
        ("👍🏽 odd jobs", "👍"),
        ("Ｇｕｉｔａｒ", "guitar"),
    ],
)
def test_an_offer_is_found_by_what_people_type_for_its_words(
    session: Session, at: datetime, title: str, words: str
) -> None:
    offer = cast.offer(session, title=title)
    assert [one.offer_id for one in found(session, at, words=words)] == [offer.id]


@pytest.mark.parametrize(
    ("title", "words"),
    [("Ironing", "iron maiden"), ("35 metres", "3.5"), ("Go", "Gopher"), ("東京", "京都"), ("🎸", "🎹")],
)
def test_an_offer_is_not_found_by_words_that_it_does_not_hold(
    session: Session, at: datetime, title: str, words: str
) -> None:
    cast.offer(session, title=title)
    assert found(session, at, words=words) == []
