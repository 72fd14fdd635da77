"""Options of an offer: added, edited, retired, and how many there may be."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlmodel import Session

from domain import offers
from domain.offers import OptionContent
from domain.offers.errors import OptionUnknown, TooManyOptions
from tests import cast
from tests.domain.offers.owner import by


def test_an_option_says_something_else_from_now_on_and_a_retired_one_nothing(
    session: Session, at: datetime
) -> None:
    offer = cast.offer(session)
    content = OptionContent(title="Ironing", price_amount=500)
    option = offers.add_option(session, offer.id, content, by=by(offer), at=at)
    dearer = replace(content, price_amount=600)
    offers.edit_option(session, offer.id, option.id, dearer, by=by(offer), at=at)
    assert offers.terms(session, offer.id).options[0].price_amount == 600
    offers.retire_option(session, offer.id, option.id, by=by(offer), at=at)
    with pytest.raises(OptionUnknown):
        offers.edit_option(session, offer.id, option.id, dearer, by=by(offer), at=at)
    with pytest.raises(OptionUnknown):
        offers.retire_option(session, cast.offer(session).id, option.id, by=by(offer), at=at)
    assert offer.version == 5


def test_an_offer_has_room_for_so_many_options_only(session: Session, at: datetime) -> None:
    offer = cast.offer(session)
    content = OptionContent(title="One more", price_amount=1)
    for _ in range(50):
        offers.add_option(session, offer.id, content, by=by(offer), at=at)
    with pytest.raises(TooManyOptions):
        offers.add_option(session, offer.id, content, by=by(offer), at=at)
