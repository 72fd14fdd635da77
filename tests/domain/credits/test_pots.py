"""Pots pay for somebody else: never for who fed them, nor for an account that is one with theirs."""

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from domain import ledger
from domain.credits import pots
from domain.credits.errors import (
    CreditsNotEnabled,
    PersonalPot,
    PotAlreadyOpen,
    PotClosed,
    PotNotFound,
    PurposePotRequiresOperator,
)
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.foundation.errors import error_class_for_constraint
from domain.identity.errors import RelatedAccounts, SameUser
from tests import cast
from tests.domain.contributions import contribution_market


def a_pot(session: Session, at: datetime, *, beneficiary: UUID | None = None, by: str = "aino") -> UUID:
    market = contribution_market.create_market(session)
    opened = pots.open_pot(
        session,
        market_id=market.id,
        title="For Ben's winter",
        beneficiary_id=beneficiary,
        by=contribution_market.caller_of(session, getattr(cast, by)(session)),
        at=at,
    )
    return opened.id


def feed(session: Session, pot_id: UUID, credits_: int, at: datetime, *, by: str = "aino") -> None:
    someone = getattr(cast, by)(session)
    contribution_market.grant_credits(session, someone.id, credits_, at)
    pots.give_to_pot(session, pot_id, credits_, by=contribution_market.caller_of(session, someone), at=at)


def holds(session: Session, pot_id: UUID) -> int | None:
    seen = pots.visible_pot(
        session, pots.get_pot(session, pot_id), contribution_market.caller_of(session, cast.otto(session))
    )
    return seen.credits


def pay(session: Session, user_id: UUID, discount: int, at: datetime) -> None:
    booking = ids.new()
    ledger.redeem_credits(
        session,
        user_id,
        market_id=cast.market(session).id,
        fee_discount=discount,
        surge_shield=0,
        key=f"redemption:{booking}",
        subject_id=booking,
        by=SYSTEM,
        at=at,
    )


def test_a_pot_pays_its_persons_fees_and_its_credits_are_never_theirs(session: Session, at: datetime) -> None:
    ben = cast.ben(session).id
    pot = a_pot(session, at, beneficiary=ben)
    feed(session, pot, 1_000, at)
    assert (contribution_market.available_credits(session, cast.aino(session).id), holds(session, pot)) == (
        0,
        1_000,
    )
    assert contribution_market.available_credits(session, ben) == 0
    pay(session, ben, 400, at)
    assert holds(session, pot) == 600
    with pytest.raises(ledger.BalanceTooLow):
        pay(session, ben, 601, at)


def test_nobody_opens_or_feeds_a_pot_for_themselves(session: Session, at: datetime) -> None:
    aino, ben = cast.aino(session).id, cast.ben(session).id
    with pytest.raises(SameUser):
        a_pot(session, at, beneficiary=aino)
    pot = a_pot(session, at, beneficiary=ben)
    with pytest.raises(SameUser):
        feed(session, pot, 100, at, by="ben")
    contribution_market.link_devices(session, aino, ben, at)
    with pytest.raises(RelatedAccounts):
        feed(session, pot, 100, at)


def test_nobody_gives_more_than_they_have(session: Session, at: datetime) -> None:
    pot = a_pot(session, at, beneficiary=cast.ben(session).id)
    by = contribution_market.caller_of(session, cast.aino(session))
    with pytest.raises(IntegrityError, match="stay_above_their_floor"), session.begin_nested():
        pots.give_to_pot(session, pot, 1, by=by, at=at)


def test_a_purpose_is_opened_and_given_people_by_operators(session: Session, at: datetime) -> None:
    with pytest.raises(PurposePotRequiresOperator):
        a_pot(session, at)
    pot = a_pot(session, at, by="otto")
    otto, ben = contribution_market.caller_of(session, cast.otto(session)), cast.ben(session).id
    with pytest.raises(PotNotFound):
        pots.add_pot_recipient(
            session, pot, ben, by=contribution_market.caller_of(session, cast.ben(session)), at=at
        )
    feed(session, pot, 500, at)
    pots.add_pot_recipient(session, pot, ben, by=otto, at=at)
    pay(session, ben, 200, at)
    pots.remove_pot_recipient(session, pot, ben, by=otto, at=at)
    with pytest.raises(ledger.BalanceTooLow):
        pay(session, ben, 1, at)
    assert holds(session, pot) == 300


def test_a_purpose_never_pays_who_gave_for_it(session: Session, at: datetime) -> None:
    pot = a_pot(session, at, by="otto")
    otto = contribution_market.caller_of(session, cast.otto(session))
    feed(session, pot, 500, at)
    with pytest.raises(SameUser):
        pots.add_pot_recipient(session, pot, cast.aino(session).id, by=otto, at=at)
    contribution_market.link_devices(session, cast.aino(session).id, cast.ben(session).id, at)
    with pytest.raises(RelatedAccounts):
        pots.add_pot_recipient(session, pot, cast.ben(session).id, by=otto, at=at)


def test_a_persons_pot_pays_nobody_else(session: Session, at: datetime) -> None:
    pot = a_pot(session, at, beneficiary=cast.ben(session).id)
    by = contribution_market.caller_of(session, cast.otto(session))
    with pytest.raises(PersonalPot):
        pots.add_pot_recipient(session, pot, cast.aino(session).id, by=by, at=at)


def test_a_closed_pot_takes_nothing_and_still_pays(session: Session, at: datetime) -> None:
    ben = cast.ben(session)
    pot = a_pot(session, at, beneficiary=ben.id)
    feed(session, pot, 300, at)
    with pytest.raises(PotNotFound):
        pots.close_pot(session, pot, by=contribution_market.caller_of(session, cast.aino(session)), at=at)
    for _ in range(2):
        pots.close_pot(session, pot, by=contribution_market.caller_of(session, ben), at=at)
    with pytest.raises(PotClosed):
        feed(session, pot, 100, at)
    pay(session, ben.id, 300, at)
    assert holds(session, pot) == 0


def test_a_person_has_one_open_pot_in_a_market(session: Session, at: datetime) -> None:
    ben = cast.ben(session)
    pot = a_pot(session, at, beneficiary=ben.id)
    with pytest.raises(IntegrityError) as twice, session.begin_nested():
        a_pot(session, at, beneficiary=ben.id, by="otto")
    assert error_class_for_constraint(twice.value.orig.diag.constraint_name) is PotAlreadyOpen
    pots.close_pot(session, pot, by=contribution_market.caller_of(session, ben), at=at)
    a_pot(session, at, beneficiary=ben.id)


def test_a_pot_pays_in_its_own_market_alone(session: Session, at: datetime) -> None:
    ben = cast.ben(session).id
    pot = a_pot(session, at, beneficiary=ben)
    feed(session, pot, 300, at)
    assert ledger.list_mandated_pots(session, ben, ids.new()) == []
    assert len(ledger.list_mandated_pots(session, ben, cast.market(session).id)) == 1


def test_what_a_persons_pot_holds_is_their_affair(session: Session, at: datetime) -> None:
    pot = a_pot(session, at, beneficiary=cast.ben(session).id)
    feed(session, pot, 300, at)
    market = cast.market(session).id
    seen = {
        who: pots.list_pots(
            session,
            market,
            by=contribution_market.caller_of(session, getattr(cast, who)(session)),
            after=None,
            limit=5,
        )
        .items[0]
        .credits
        for who in ("aino", "ben", "otto")
    }
    assert seen == {"aino": None, "ben": 300, "otto": 300}
    [gift] = pots.list_user_gifts(session, cast.aino(session).id, after=None, limit=5).items
    assert (gift.pot_id, gift.credits) == (pot, 300)


def test_without_credits_there_are_no_pots(session: Session, at: datetime) -> None:
    market = cast.market(session)
    with pytest.raises(CreditsNotEnabled):
        pots.open_pot(
            session,
            market_id=market.id,
            title="Too early",
            beneficiary_id=cast.ben(session).id,
            by=contribution_market.caller_of(session, cast.aino(session)),
            at=at,
        )
