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

from domain import ledger, payments
from domain.bookings import Booking
from domain.contributions import Contribution, valuation
from domain.contributions.explanations import posting, recompute
from domain.contributions.valuation import booking_fees, claw_back_appeals, claw_backs
from domain.contributions.valuation.errors import ClawBackNotAppealable, NoOpenClawBackAppeal
from domain.contributions.valuation.kinds import ClawBackOutcome
from domain.payments import RefundState
from tests import cast
from tests.client import Client
from tests.domain.bookings.booking_factory import DAY, HOUR
from tests.domain.contributions.valuation_factory import ValuationFactory
from tests.domain.payments.payment_harness import PaymentHarness
from tests.domain.payments.returned_refunds import ReturnedRefundScenario, open_scenario

WEEK = timedelta(weeks=1)
BEARS = 27_000  # a fifth of what the booking brought in, 4.50 and 9.00, in credits of ten minor units


@pytest.fixture
def scenario(harness: PaymentHarness, client: Client) -> Iterator[ReturnedRefundScenario]:
    with open_scenario(harness, client) as scenario:
        yield scenario


@dataclass
class Earned:
    """A booking that was carried out, and what Aino and Ben earned with it: all that it bears."""

    scenario: ReturnedRefundScenario
    booking: Booking

    @property
    def total(self) -> int:
        """What both have of it together."""
        fee = self.scenario.run(lambda session: booking_fees.load_booking_fees(session, [self.booking.id]))
        return fee[self.booking.id].credits_granted

    @property
    def bears(self) -> int:
        """What it bears, by the books as they are."""
        values = self.scenario.run(
            lambda session: booking_fees.load_credit_limits(session, [self.booking.id], None)
        )
        return values[self.booking.id].limit

    def wallets(self) -> tuple[ledger.Wallet, ledger.Wallet]:
        return self.scenario.wallet("Aino"), self.scenario.wallet("Ben")

    def follow_again(self, session: Session) -> int:
        return valuation.restore_after_failed_refund(session, self.booking.id, at=self.scenario.harness.at)

    def of(self, session: Session) -> list[Contribution]:
        statement = select(Contribution).where(Contribution.subject_id == self.booking.id)
        return list(session.exec(statement).all())


@pytest.fixture
def earned(scenario: ReturnedRefundScenario) -> Earned:
    harness, play = scenario.harness, scenario.play
    harness.is_checked = False  # other bookings' fees stand in the books without a provider
    booking = scenario.make_confirmed_booking()
    for instant in (play.start, play.start + 2 * HOUR, play.start + 2 * HOUR + 3 * DAY):
        scenario.advance_to(instant)
    assert "booking.books_closed" in scenario.timeline_names(booking)
    moment = harness.at

    def give(session: Session) -> None:
        play.session = session
        made = ValuationFactory(session, harness.at, cast.market(session), _scene=play, _days=count(1))
        for name in ("Aino", "Ben"):
            about = {"subject_type": "booking", "subject_id": booking.id}
            made.verified(name, "trial", at=moment, units_milli=40_000, **about)
        made.close_all(moment)
        made.earn(1_000_000, moment - WEEK)
        made.close_and_settle(moment + WEEK)

    scenario.run(give)
    scenario.advance(3 * WEEK)
    return Earned(scenario, booking)


def test_what_a_refund_took_is_restored_when_the_refund_comes_back(
    scenario: ReturnedRefundScenario, earned: Earned
) -> None:
    before = earned.wallets()
    assert earned.total == earned.bears == BEARS
    scenario.refund_booking(earned.booking, 800)
    assert earned.total == earned.bears < BEARS
    scenario.advance(6 * DAY)
    assert [refund.state for refund in scenario.refunds(earned.booking)] == [RefundState.FAILED]
    assert (earned.total, earned.wallets()) == (BEARS, before)


@pytest.mark.parametrize("times", [3])
def test_news_that_comes_again_restores_nothing_twice(
    scenario: ReturnedRefundScenario, earned: Earned, times: int
) -> None:
    before = earned.wallets()
    scenario.refund_booking(earned.booking, 800)
    scenario.harness.advance(days=6)
    scenario.receive_webhooks(times)
    for _ in range(times):
        assert scenario.run(earned.follow_again) == 0
    assert earned.wallets() == before


def test_given_back_anew_it_is_taken_anew(scenario: ReturnedRefundScenario, earned: Earned) -> None:
    scenario.refund_booking(earned.booking, 800)
    taken = earned.wallets()
    scenario.advance(6 * DAY)
    scenario.refund_booking(earned.booking, 800)
    assert earned.wallets() == taken
    scenario.advance(6 * DAY)
    assert earned.total == BEARS


def test_of_two_refunds_the_one_that_arrived_keeps_what_it_took(
    scenario: ReturnedRefundScenario, earned: Earned
) -> None:
    """The first comes back while the second still stands: as if there had been the second alone."""
    scenario.refund_booking(earned.booking, 300)
    scenario.advance(3 * DAY)
    scenario.refund_booking(earned.booking, 500)
    both = earned.total
    scenario.advance(3 * DAY)
    assert [refund.state for refund in scenario.refunds(earned.booking)] == [
        RefundState.FAILED, RefundState.SUCCEEDED,
    ]  # fmt: skip
    assert both < earned.total == earned.bears < BEARS
    scenario.advance(3 * DAY)
    assert earned.total == BEARS


def test_what_was_spent_meanwhile_is_owed_and_then_owed_no_more(
    scenario: ReturnedRefundScenario, earned: Earned
) -> None:
    def spend(session: Session) -> None:
        for name in ("Aino", "Ben"):
            someone = cast.user(session, name)
            there = ledger.get_wallet(session, someone.id).available
            arguments = {"market_id": cast.market(session).id, "fee_discount": 0, "surge_shield": there}
            ledger.redeem_credits(
                session, someone.id, **arguments, key=f"spent:{name}", subject_id=someone.id,
                by=scenario.play.aino.actor, at=scenario.harness.at,
            )  # fmt: skip

    scenario.run(spend)
    scenario.refund_booking(earned.booking, 800)
    assert all(wallet.owed and not wallet.available for wallet in earned.wallets())
    scenario.advance(6 * DAY)
    assert earned.wallets() == (ledger.Wallet(0, 0, 0), ledger.Wallet(0, 0, 0))


def test_what_a_person_took_back_stays_taken(scenario: ReturnedRefundScenario, earned: Earned) -> None:
    scenario.refund_booking(earned.booking, 800)

    def caught(session: Session) -> None:
        of_ben = next(one for one in earned.of(session) if one.user_id == cast.user(session, "Ben").id)
        arguments = {
            "reason": valuation.ClawBackReason.FRAUD,
            "statement": "Never there.",
            "at": scenario.harness.at,
        }
        mira = ValuationFactory(session, scenario.harness.at, cast.market(session)).caller("Mira")
        claw_backs.claw_back(session, of_ben.id, by=mira, **arguments)

    scenario.run(cast.mira)
    scenario.run(caught)
    scenario.advance(6 * DAY)
    assert scenario.wallet("Ben") == ledger.Wallet(0, 0, 0)
    assert earned.total == BEARS // 2


def test_what_came_back_by_itself_is_nothing_to_appeal_against(
    scenario: ReturnedRefundScenario, earned: Earned
) -> None:
    scenario.refund_booking(earned.booking, 800)
    at = scenario.harness.at

    def taken(session: Session, name: str) -> UUID:
        owner = cast.user(session, name).id
        own = next(one for one in earned.of(session) if one.user_id == owner)
        return claw_back_appeals.list_claw_backs(session, own.id)[0].id

    claw_back_id = scenario.run(lambda session: taken(session, "Aino"))
    late = scenario.run(lambda session: taken(session, "Ben"))
    scenario.run(
        lambda session: claw_back_appeals.appeal_claw_back(
            session, claw_back_id, "Why?", by=scenario.play.aino, at=at
        )
    )
    scenario.advance(6 * DAY)
    before = earned.wallets()
    with pytest.raises(ClawBackNotAppealable):
        scenario.run(
            lambda session: claw_back_appeals.appeal_claw_back(
                session, late, "Why?", by=scenario.play.ben, at=at
            )
        )
    answer = {"statement": "Yes.", "at": scenario.harness.at}

    def answered(session: Session) -> None:
        mira = ValuationFactory(session, scenario.harness.at, cast.market(session)).caller("Mira")
        claw_back_appeals.answer_claw_back_appeal(
            session, claw_back_id, ClawBackOutcome.RESTORED, by=mira, **answer
        )

    scenario.run(cast.mira)
    with pytest.raises(NoOpenClawBackAppeal):
        scenario.run(answered)
    assert earned.wallets() == before


def test_every_posting_of_it_is_counted_again_and_says_why(
    scenario: ReturnedRefundScenario, earned: Earned
) -> None:
    scenario.refund_booking(earned.booking, 300)
    scenario.advance(3 * DAY)
    scenario.refund_booking(earned.booking, 500)
    scenario.advance(3 * DAY)

    def explained(session: Session) -> dict[str, list[str]]:
        statement = text("""
            SELECT p.id FROM ledger_postings p JOIN ledger_entries e ON e.id = p.entry_id
            JOIN contributions c ON c.id = e.subject_id WHERE p.unit = 'CRD' ORDER BY p.id
        """)
        values: dict[str, list[str]] = {}
        for posting_id in session.scalars(statement).all():
            why = posting.explain_posting(session, posting_id, by=scenario.play.otto)
            document = json.loads(json.dumps(why.document))
            assert recompute.recompute_posting(document) == why.amount
            if document["rule"] == "restoration":
                assert why.contribution is not None
                assert why.contribution.corrections[0].restored_at == why.recorded_at
            values.setdefault(document["rule"], []).append(why.because)
        return values

    rules = scenario.run(explained)
    assert set(rules) == {"contribution", "release", "refund", "restoration"}
    why = "The refund that had taken it did not arrive, so what was taken back came back."
    assert set(rules["restoration"]) == {why}


def test_a_refund_made_by_hand_at_the_provider_takes_and_gives_back_alike(
    scenario: ReturnedRefundScenario, earned: Earned
) -> None:
    payment = scenario.run(lambda session: payments.get_payment_of_subject(session, earned.booking.id))
    scenario.harness.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="800")
    scenario.receive_webhooks()
    assert earned.total == earned.bears < BEARS
    scenario.advance(6 * DAY)
    assert earned.total == BEARS
