"""Credits that a refund took from those who earned with its booking: restored, once, when it comes back."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from domain import contributions, ledger, payments
from domain.bookings import Booking
from domain.contributions import Contribution, booking_fees, clawing_back, explaining, recounting, restoring
from domain.contributions.value_errors import ClawBackNotAppealable, NoClawBackAppeal
from domain.contributions.value_kinds import ClawBackOutcome
from domain.payments import RefundState
from tests import cast
from tests.client import Client
from tests.domain.bookings.scene import DAY, HOUR
from tests.domain.contributions.harvest import Harvest
from tests.domain.payments.harness import Till
from tests.domain.payments.returning import Story, told

WEEK = timedelta(weeks=1)
BEARS = 27_000  # a fifth of what the booking brought in, 4.50 and 9.00, in credits of ten minor units


@pytest.fixture
def story(till: Till, client: Client) -> Iterator[Story]:
    with told(till, client) as begun:
        yield begun


@dataclass
class Earned:
    """A booking that was carried out, and what Aino and Ben earned with it: all that it bears."""

    story: Story
    booking: Booking

    @property
    def given(self) -> int:
        """What both have of it together."""
        fee = self.story.run(lambda session: booking_fees.fees(session, [self.booking.id]))
        return fee[self.booking.id].given

    @property
    def bears(self) -> int:
        """What it bears, by the books as they are."""
        found = self.story.run(lambda session: booking_fees.bounds(session, [self.booking.id], None))
        return found[self.booking.id].most

    def wallets(self) -> tuple[ledger.Wallet, ledger.Wallet]:
        return self.story.wallet("Aino"), self.story.wallet("Ben")

    def follow_again(self, session: Session) -> int:
        return contributions.follow_failed_refund(session, self.booking.id, at=self.story.till.at)

    def of(self, session: Session) -> list[Contribution]:
        wanted = select(Contribution).where(Contribution.subject_id == self.booking.id)
        return list(session.exec(wanted).all())


@pytest.fixture
def earned(story: Story) -> Earned:
    till, play = story.till, story.play
    till.is_checked = False  # other bookings' fees stand in the books without a provider
    booking = story.confirmed()
    for instant in (play.start, play.start + 2 * HOUR, play.start + 2 * HOUR + 3 * DAY):
        story.walk_to(instant)
    assert "booking.books_closed" in story.told(booking)
    moment = till.at

    def give(session: Session) -> None:
        play.session = session
        made = Harvest(session, till.at, cast.market(session), _scene=play, _days=count(1))
        for name in ("Aino", "Ben"):
            about = {"subject_type": "booking", "subject_id": booking.id}
            made.verified(name, "trial", at=moment, units_milli=40_000, **about)
        made.close_all(moment)
        made.earn(1_000_000, moment - WEEK)
        made.harvest(moment + WEEK)

    story.run(give)
    story.later(3 * WEEK)
    return Earned(story, booking)


def test_what_a_refund_took_is_restored_when_the_refund_comes_back(story: Story, earned: Earned) -> None:
    before = earned.wallets()
    assert earned.given == earned.bears == BEARS
    story.refunded(earned.booking, 800)
    assert earned.given == earned.bears < BEARS
    story.later(6 * DAY)
    assert [refund.state for refund in story.refunds(earned.booking)] == [RefundState.FAILED]
    assert (earned.given, earned.wallets()) == (BEARS, before)


@pytest.mark.parametrize("times", [3])
def test_news_that_comes_again_restores_nothing_twice(story: Story, earned: Earned, times: int) -> None:
    before = earned.wallets()
    story.refunded(earned.booking, 800)
    story.till.later(days=6)
    story.hears(times)
    for _ in range(times):
        assert story.run(earned.follow_again) == 0
    assert earned.wallets() == before


def test_given_back_anew_it_is_taken_anew(story: Story, earned: Earned) -> None:
    story.refunded(earned.booking, 800)
    taken = earned.wallets()
    story.later(6 * DAY)
    story.refunded(earned.booking, 800)
    assert earned.wallets() == taken
    story.later(6 * DAY)
    assert earned.given == BEARS


def test_of_two_refunds_the_one_that_arrived_keeps_what_it_took(story: Story, earned: Earned) -> None:
    """The first comes back while the second still stands: as if there had been the second alone."""
    story.refunded(earned.booking, 300)
    story.later(3 * DAY)
    story.refunded(earned.booking, 500)
    both = earned.given
    story.later(3 * DAY)
    assert [refund.state for refund in story.refunds(earned.booking)] == [
        RefundState.FAILED, RefundState.SUCCEEDED,
    ]  # fmt: skip
    assert both < earned.given == earned.bears < BEARS
    story.later(3 * DAY)
    assert earned.given == BEARS


def test_what_was_spent_meanwhile_is_owed_and_then_owed_no_more(story: Story, earned: Earned) -> None:
    def spend(session: Session) -> None:
        for name in ("Aino", "Ben"):
            someone = cast.user(session, name)
            there = ledger.wallet(session, someone.id).available
            told = {"market_id": cast.market(session).id, "fee_discount": 0, "surge_shield": there}
            ledger.redeem(
                session, someone.id, **told, key=f"spent:{name}", subject_id=someone.id,
                by=story.play.aino.actor, at=story.till.at,
            )  # fmt: skip

    story.run(spend)
    story.refunded(earned.booking, 800)
    assert all(wallet.owed and not wallet.available for wallet in earned.wallets())
    story.later(6 * DAY)
    assert earned.wallets() == (ledger.Wallet(0, 0, 0), ledger.Wallet(0, 0, 0))


def test_what_a_person_took_back_stays_taken(story: Story, earned: Earned) -> None:
    story.refunded(earned.booking, 800)

    def caught(session: Session) -> None:
        of_ben = next(one for one in earned.of(session) if one.user_id == cast.user(session, "Ben").id)
        told = {
            "reason": contributions.ClawBackReason.FRAUD,
            "statement": "Never there.",
            "at": story.till.at,
        }
        mira = Harvest(session, story.till.at, cast.market(session)).caller("Mira")
        clawing_back.claw_back(session, of_ben.id, by=mira, **told)

    story.run(cast.mira)
    story.run(caught)
    story.later(6 * DAY)
    assert story.wallet("Ben") == ledger.Wallet(0, 0, 0)
    assert earned.given == BEARS // 2


def test_what_came_back_by_itself_is_nothing_to_appeal_against(story: Story, earned: Earned) -> None:
    story.refunded(earned.booking, 800)
    at = story.till.at

    def taken(session: Session, name: str) -> UUID:
        owner = cast.user(session, name).id
        own = next(one for one in earned.of(session) if one.user_id == owner)
        return restoring.claw_backs(session, own.id)[0].id

    asked = story.run(lambda session: taken(session, "Aino"))
    late = story.run(lambda session: taken(session, "Ben"))
    story.run(lambda session: restoring.appeal(session, asked, "Why?", by=story.play.aino, at=at))
    story.later(6 * DAY)
    before = earned.wallets()
    with pytest.raises(ClawBackNotAppealable):
        story.run(lambda session: restoring.appeal(session, late, "Why?", by=story.play.ben, at=at))
    answer = {"statement": "Yes.", "at": story.till.at}

    def answered(session: Session) -> None:
        mira = Harvest(session, story.till.at, cast.market(session)).caller("Mira")
        restoring.answer(session, asked, ClawBackOutcome.RESTORED, by=mira, **answer)

    story.run(cast.mira)
    with pytest.raises(NoClawBackAppeal):
        story.run(answered)
    assert earned.wallets() == before


def test_every_posting_of_it_is_counted_again_and_says_why(story: Story, earned: Earned) -> None:
    story.refunded(earned.booking, 300)
    story.later(3 * DAY)
    story.refunded(earned.booking, 500)
    story.later(3 * DAY)

    def explained(session: Session) -> dict[str, list[str]]:
        wanted = text("""
            SELECT p.id FROM ledger_postings p JOIN ledger_entries e ON e.id = p.entry_id
            JOIN contributions c ON c.id = e.subject_id WHERE p.unit = 'CRD' ORDER BY p.id
        """)
        found: dict[str, list[str]] = {}
        for posting_id in session.scalars(wanted).all():
            why = explaining.explain(session, posting_id, by=story.play.otto)
            document = json.loads(json.dumps(why.document))
            assert recounting.recount(document) == why.amount
            if document["rule"] == "restoration":
                assert why.contribution is not None
                assert why.contribution.corrections[0].restored_at == why.recorded_at
            found.setdefault(document["rule"], []).append(why.because)
        return found

    rules = story.run(explained)
    assert set(rules) == {"contribution", "release", "refund", "restoration"}
    why = "The refund that had taken it did not arrive, so what was taken back came back."
    assert set(rules["restoration"]) == {why}


def test_a_refund_made_by_hand_at_the_provider_takes_and_gives_back_alike(
    story: Story, earned: Earned
) -> None:
    payment = story.run(lambda session: payments.of(session, earned.booking.id))
    story.till.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="800")
    story.hears()
    assert earned.given == earned.bears < BEARS
    story.later(6 * DAY)
    assert earned.given == BEARS
