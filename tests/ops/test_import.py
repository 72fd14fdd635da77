"""A file of listings becomes offers, row by row: once, or refused by line and reason."""

import csv
import gzip
import io
import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import text

from domain.foundation.persistence.database import Transactions
from ops.imports import listings, planting, reading, run
from ops.imports.listings import RowRefused, Usual
from ops.imports.planting import Place

SINGAPORE = Place(
    slug="singapore",
    name="Singapore",
    currency="SGD",
    time_zone="Asia/Singapore",
    locale="en-SG",
    country="SG",
)
GOOD: dict[str, str] = {
    "id": "71609",
    "latitude": "1.3454",
    "longitude": "103.9589",
    "neighbourhood_cleansed": "Tampines",
    "room_type": "Private room",
    "property_type": "Private room in villa",
    "accommodates": "3",
    "bedrooms": "",
    "beds": "3.0",
    "price": "150.5",
    "minimum_nights": "92",
    "instant_bookable": "f",
}
USUAL = Usual(1.3, 103.8, Decimal(160))


def test_a_row_becomes_what_an_offer_says() -> None:
    told = listings.listing(reading.Row(2, GOOD), USUAL, "SGD")
    content = told.content
    assert (told.key, told.host, content.title) == (
        "71609",
        "host-of-71609",
        "Private room in villa, Tampines",
    )
    assert (content.price_amount, content.minimum_minutes) == (15_050, 92 * 1_440)
    assert content.attributes == {
        "room_type": "private_room",
        "accommodates": 3,
        "property_type": "Private room in villa",
        "beds": 3,
    }
    assert not content.books_instantly


@pytest.mark.parametrize(("currency", "amount"), [("SGD", 15_050), ("JPY", 150), ("KWD", 150_500)])
def test_prices_count_in_the_smallest_unit_of_the_currency(currency: str, amount: int) -> None:
    assert listings.listing(reading.Row(2, GOOD), USUAL, currency).content.price_amount == amount


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"id": " "}, "has no id"),
        ({"price": ""}, "has no price"),
        ({"price": "free"}, "has a price that is no amount: 'free'"),
        ({"price": "-3"}, "has a price that is no amount: '-3'"),
        ({"price": "109999"}, "has an absurd price: 109,999 a night, where 160 is usual"),
        ({"price": "0.5"}, "has an absurd price: 0.5 a night, where 160 is usual"),
        ({"latitude": "91"}, "lies outside the globe: 91.0, 103.9589"),
        ({"latitude": "nan"}, "is nowhere: its coordinates are 'nan', '103.9589'"),
        ({"latitude": "0", "longitude": "0"}, "km from the middle of the others"),
        ({"room_type": "Treehouse"}, "has a room type that is none of ours: 'Treehouse'"),
        ({"accommodates": "0"}, "has 0 accommodates, where 1 to 100 are possible"),
        ({"minimum_nights": "1000"}, "has 1,000 minimum nights, where 1 to 366 are possible"),
        ({"beds": "two"}, "has beds that are no whole number: 'two'"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused_with_its_reason(changed: dict[str, str], reason: str) -> None:
    with pytest.raises(RowRefused) as refused:
        listings.listing(reading.Row(2, GOOD | changed), USUAL, "SGD")
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"id,latitude\n1,2\n", "lacks the columns accommodates, longitude"),
        (b"", "lacks the columns"),
        (b"\x1f\x8b\x08not gzip at all", "is gzipped, but broken or cut off"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "is no text in UTF-8"),
        (",".join(GOOD).encode() + b'\n"unfinished', "is no CSV file"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "listings.csv.gz"
    file.write_bytes(content)
    with pytest.raises(reading.FileUnreadableError, match=sentence):
        list(reading.rows(file, listings.NEEDED))


def test_a_file_that_is_cut_off_is_refused_before_anything_is_planted(tmp_path: Path) -> None:
    file = tmp_path / "listings.csv.gz"
    rows = [GOOD | {"id": str(number), "price": str(100 + number % 50)} for number in range(500)]
    file.write_bytes(gzip.compress(as_csv(rows))[:-200])
    with pytest.raises(reading.FileUnreadableError, match="cut off"):
        run.read(file, None)


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    file = tmp_path / "listings.csv"
    file.write_text('id,name\n1,"two\nlines"\n\n2,one\n3,too,many\n')
    assert [row.line for row in reading.rows(file, frozenset({"id"}))] == [2, 5, 6]


def test_every_row_is_planted_once_or_named_and_a_second_import_plants_nothing(
    transactions: Transactions, tmp_path: Path
) -> None:
    file = tmp_path / "listings.csv.gz"
    rows = [
        GOOD,
        GOOD | {"id": "2", "price": "109999"},
        GOOD | {"id": "3", "beds": ""},
        GOOD,
        GOOD | {"id": "5", "latitude": "48.2", "longitude": "16.4"},
    ]
    file.write_bytes(gzip.compress(as_csv(rows) + b"6,too,few\n"))
    said = brought(transactions, file, until=4)
    assert "2 offers are new in Singapore, rows refused: 1." in said, said
    said = brought(transactions, file)
    assert "0 offers are new in Singapore, 2 were there already, rows refused: 4." in said, said
    for line in (
        "line 3 has an absurd price",
        "line 5 repeats the id of line 2",
        "line 6 lies",
        "line 7 has 3",
    ):
        assert line in said, said
    assert count(transactions, "offers WHERE state = 'published'") == 2
    assert count(transactions, "provider_profiles WHERE state = 'approved'") == 2


def test_two_places_of_one_host_are_let_apart_and_one_bad_row_does_not_spoil_its_batch(
    transactions: Transactions, at: Any
) -> None:
    with transactions() as session:
        market = planting.market_for(session, SINGAPORE, at=at)
    hosted = [
        listings.listing(reading.Row(line, GOOD | {"id": str(line), "host_id": "7"}), USUAL, "SGD")
        for line in (2, 3)
    ]
    good = listings.listing(reading.Row(4, GOOD | {"id": "4"}), USUAL, "SGD")
    bad = replace(good, content=replace(good.content, latitude=99.0))
    with pytest.raises(listings.RowRefused):
        listings.listing(reading.Row(5, GOOD | {"id": "5", "property_type": "\x00"}), USUAL, "SGD")
    planted = planting.plant(transactions, market, [*hosted, bad], at=at)
    assert (planted.new, [refused.line for refused in planted.refused]) == (2, [4])
    assert count(transactions, "provider_profiles") == 1
    assert count(transactions, "resources WHERE kind = 'thing'") == 2
    assert count(transactions, "offer_resources") == 2


def test_the_real_listings_are_planted_but_for_the_named_ones() -> None:
    file = data("airbnb_singapore_listings.csv.gz")
    rows = list(reading.rows(file, listings.NEEDED))
    typical = listings.usual(rows)
    assert typical is not None
    refused = []
    for row in rows:
        assert isinstance(row, reading.Row)
        try:
            listings.listing(row, typical, "SGD")
        except RowRefused as refusal:
            refused.append(f"line {row.line} {refusal}")
    assert len(rows) == 3_483
    assert 0 < len(refused) < 20, refused
    assert any("109,999" in line for line in refused)


def brought(transactions: Transactions, file: Path, until: int | None = None) -> str:
    """What the importer says of a file."""
    console = Console(file=io.StringIO(), width=200)
    run.bring(console, transactions, file.name, run.read(file, until), SINGAPORE)
    return console.file.getvalue()  # type: ignore[attr-defined]  # the StringIO from above


def data(name: str) -> Path:
    """A real file, where TALKOO_DATA says that there are some."""
    folder = os.environ.get("TALKOO_DATA")
    if folder is None or not (path := Path(folder, name)).exists():
        pytest.skip(f"TALKOO_DATA names no folder with {name}")
    return path


def as_csv(rows: list[dict[str, str]]) -> bytes:
    written = io.StringIO()
    writer = csv.DictWriter(written, list(GOOD))
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def count(transactions: Transactions, what: str) -> int:
    with transactions.read_session() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())  # noqa: S608 -- our own words
