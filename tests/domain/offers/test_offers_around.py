"""Other offers like one, around where it is: who is found, and who is not."""

from datetime import datetime

from h3.api.basic_int import grid_disk
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from domain import offers
from domain.foundation.actors import Actor, ActorKind
from domain.offers import Terms
from domain.offers.place import blurred, bounds, cells
from tests import cast

NEAR = {"latitude": 60.18331, "longitude": 24.95912}
FAR = {"latitude": 60.29, "longitude": 25.04}


def _around(session: Session, given_terms: Terms, **more: int) -> list[str]:
    assert given_terms.cell_r7 is not None
    disk = grid_disk(given_terms.cell_r7, 2)
    found = offers.terms_around(
        session, given_terms, disk, customer_id=cast.aino(session).id, limit=more.get("limit", 20)
    )
    return [terms.title for terms in found]


def _by(session: Session, name: str, **content: object) -> offers.Offer:
    return cast.offer(session, provider=cast.provider(session, name), **content)


def test_offers_of_the_category_around_are_found_the_cheapest_first(session: Session) -> None:
    mine = offers.terms(session, cast.offer(session).id)
    _by(session, "P1", title="dearer", price_amount=5_000, **NEAR)
    _by(session, "P2", title="cheaper", price_amount=3_000)
    _by(session, "P3", title="far away", **FAR)
    _by(session, "P4", title="something else", category="task")
    assert _around(session, mine) == ["cheaper", "dearer"]
    assert _around(session, mine, limit=1) == ["cheaper"]


def test_what_the_customer_could_not_book_is_not_found(session: Session, at: datetime) -> None:
    mine = offers.terms(session, cast.offer(session).id)
    own = cast.provider(session, "Aino")
    cast.offer(session, provider=own, title="their own")
    partner = cast.provider(session, "P1")
    own.organisation_id = partner.organisation_id = "FI-1"
    cast.offer(session, provider=partner, title="their organisation's")
    paid = cast.provider(session, "P2")
    own.payout_account_id = paid.payout_account_id = "acct_1"
    cast.offer(session, provider=paid, title="paid to the same account")
    paused = _by(session, "P3", title="paused")
    offers.pause(session, paused.id, by=Actor(ActorKind.USER, paused.provider_user_id), at=at)
    offers.hide(session, _by(session, "P4").id, reason="wrong", by=Actor(ActorKind.MODERATOR), at=at)
    cast.drafted(session, provider=cast.provider(session, "P5"))
    assert _around(session, mine) == []


@given(st.floats(-89.9, 89.9), st.floats(-180, 180), st.binary(min_size=32, max_size=32))
def test_what_is_shown_of_an_offer_lies_within_the_bounds_of_its_cell(
    latitude: float, longitude: float, secret: bytes
) -> None:
    _, cell = cells(latitude, longitude)
    shown, box = blurred(latitude, longitude, secret), bounds([cell])
    assert box.south <= shown[0] <= box.north
    assert box.west <= shown[1] <= box.east
