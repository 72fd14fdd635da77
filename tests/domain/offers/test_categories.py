"""Categories: the standard ones, and what the database lets none be."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from domain import offers
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.ids import new
from domain.foundation.persistence.database import Transactions
from domain.offers.errors import CategorySlugTaken, CategoryUnknown, GridUnfit
from domain.offers.standard_categories import STANDARD_CATEGORIES
from tests import cast

MODERATOR = Actor(ActorKind.MODERATOR)


def test_standard_categories_are_defined_once(session: Session, at: datetime) -> None:
    assert len(offers.define_standard_categories(session, at)) == 5
    assert offers.define_standard_categories(session, at) == []
    page = offers.categories(session, after=None, limit=3)
    rest = offers.categories(session, after=page.next_cursor, limit=3)
    assert [found.slug for found in [*page.items, *rest.items]] == sorted(cast.CONTENTS)
    with pytest.raises(CategoryUnknown):
        offers.category(session, new())
    with pytest.raises(CategoryUnknown):
        offers.category_by_slug(session, "surgery")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [({}, CategorySlugTaken), ({"slug": "regatta", "granularity_minutes": 7}, GridUnfit)],
)
def test_the_database_guards_slugs_and_grids(
    transactions: Transactions, at: datetime, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with transactions() as session:
        offers.define_standard_categories(session, at)
    with pytest.raises(refusal), transactions() as session:
        offers.define_category(session, replace(STANDARD_CATEGORIES[0], **changes), by=MODERATOR, at=at)
