"""From a quote to a confirmed booking, against the real database."""

from datetime import timedelta

import pytest
from sqlalchemy import event as sql_events
from sqlmodel import Session

from domain import availability, bookings, markets, offers, payments, providers
from domain.availability.errors import SlotTaken
from domain.bookings import Ground, Side, State
from domain.bookings.errors import BookingNotFound, NotPayable, TooLate
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.offers.errors import OfferUnknown
from domain.payments.errors import PaymentNotAuthorized
from domain.pricing.errors import OfferTakesNoBookings, OwnOffer, QuoteExpired, QuoteTaken, QuoteUnknown
from domain.providers.errors import CapabilityMissing
from tests import cast
from tests.domain.bookings.bank import OneSession
from tests.domain.bookings.scene import DAY, HOUR, Scene, scene

MINUTE = timedelta(minutes=1)


@pytest.fixture
def play(session: Session, at) -> Scene:
    return scene(session, at)


def test_a_request_holds_the_time_opens_a_payment_and_waits_for_it(play: Scene):
    bens = play.quoted(by=play.ben)
    booking = play.requested()
    assert booking.state is State.PENDING_PAYMENT
    assert booking.due_at == play.at + 15 * MINUTE
    payment = payments.of(play.session, booking.id)
    assert (payment.amount, payment.id) == (booking.pay_in_amount, booking.payment_id)
    with pytest.raises(SlotTaken):
        bookings.request(play.session, bens.id, by=play.ben, at=play.at)
    assert play.facts(booking) == ["booking.requested"]


def test_a_quote_makes_one_booking_for_the_one_who_asked_for_it(play: Scene):
    quote = play.quoted()
    with pytest.raises(QuoteUnknown):
        bookings.request(play.session, quote.id, by=play.ben, at=play.at)
    bookings.request(play.session, quote.id, by=play.aino, at=play.at)
    with pytest.raises(QuoteTaken):
        bookings.request(play.session, quote.id, by=play.aino, at=play.at)


def test_an_expired_quote_is_refused_with_a_fresh_one(play: Scene):
    quote = play.quoted()
    with pytest.raises(QuoteExpired) as refused:
        bookings.request(play.session, quote.id, by=play.aino, at=play.at + HOUR)
    assert refused.value.extras["quote"]["id"].startswith("quo_")


@pytest.mark.parametrize("step", [providers.ProviderTransition.SUSPEND, providers.ProviderTransition.CLOSE])
def test_a_provider_who_is_no_longer_approved_is_not_booked(play: Scene, step):
    quote = play.quoted()
    operator = Actor(ActorKind.OPERATOR, play.otto.user_id)
    profile = cast.ellen(play.session)
    providers.apply_transition(play.session, profile.id, step, by=operator, reason_code="unsafe", at=play.at)
    with pytest.raises(OfferTakesNoBookings):
        bookings.request(play.session, quote.id, by=play.aino, at=play.at)


def test_a_hidden_offer_is_not_booked(play: Scene):
    quote = play.quoted()
    moderator = Actor(ActorKind.MODERATOR, cast.mira(play.session).id)
    offers.hide(play.session, play.offer.id, reason="reported", by=moderator, at=play.at)
    with pytest.raises(OfferUnknown):
        bookings.request(play.session, quote.id, by=play.aino, at=play.at)


def test_who_came_to_share_the_payout_account_since_the_quote_cannot_book(play: Scene):
    """Aino got her quote as a stranger; meanwhile a profile of her own is paid out to Ellen's account."""
    quote = play.quoted()
    business = providers.BusinessDetails(
        organisation_id=None, payout_account_id=str(play.offer.id), segment=None
    )
    operator = Actor(ActorKind.OPERATOR, play.otto.user_id)
    for profile in (cast.ellen(play.session), cast.provider(play.session, "Aino")):
        providers.record_business(play.session, profile.id, business, by=operator, at=play.at)
    with pytest.raises(OwnOffer):
        bookings.request(play.session, quote.id, by=play.aino, at=play.at)


def test_a_paid_request_waits_for_the_provider_at_most_a_day(play: Scene):
    booking = play.paid()
    assert booking.state is State.REQUESTED
    assert booking.due_at == play.at + DAY
    assert play.facts(booking) == ["booking.requested", "booking.authorized"]


def test_an_offer_that_books_instantly_is_confirmed_by_the_payment(session: Session, at):
    play = scene(session, at, books_instantly=True)
    booking = play.confirmed()
    assert (booking.state, booking.due_at) == (State.CONFIRMED, play.start)
    assert payments.of(session, booking.id).captured_amount == booking.pay_in_amount
    assert play.facts(booking) == ["booking.requested", "booking.confirmed"]


def test_accepting_captures_the_payment(play: Scene):
    booking = play.paid()
    assert payments.of(play.session, booking.id).captured_amount == 0
    bookings.accept(play.session, booking.id, by=play.ellen, at=play.at)
    play.settle(booking, play.at)
    assert payments.of(play.session, booking.id).captured_amount == booking.pay_in_amount


@pytest.mark.parametrize("ending", ["decline", "withdraw", "expire"])
def test_what_is_not_agreed_gives_money_and_time_back(play: Scene, ending):
    booking = play.paid()
    match ending:
        case "decline":
            why = bookings.ReasonCode.UNAVAILABLE
            bookings.decline(play.session, booking.id, by=play.ellen, at=play.at, reason_code=why)
        case "withdraw":
            bookings.withdraw(play.session, booking.id, by=play.aino, at=play.at)
        case "expire":
            assert bookings.act(play.session, booking.id, at=play.at + DAY)
    assert (booking.refund_amount, booking.ground) == (booking.pay_in_amount, Ground.NEVER_AGREED)
    play.settle(booking, play.at + DAY)
    assert payments.of(play.session, booking.id).state is payments.PaymentState.CANCELLED
    assert booking.books_closed_at is not None
    assert play.requested(by=play.ben).state is State.PENDING_PAYMENT


def test_an_offer_whose_cancellation_policy_the_market_gave_up_is_not_booked(play: Scene):
    lenient = {"flexible": markets.CancellationPolicy()}
    markets.publish_policy(
        play.session,
        play.offer.market_id,
        rules=markets.MarketPolicy(cancellation_policies=lenient),
        by=Actor(ActorKind.OPERATOR, play.otto.user_id),
        at=play.at,
    )
    with pytest.raises(OfferTakesNoBookings) as refused:
        play.requested()
    assert refused.value.extras["reasons"] == ["cancellation_policy_retired"]


def test_accepting_when_the_bank_let_the_money_go_confirms_nothing(play: Scene):
    booking = play.paid()
    play.bank.void_all()
    payments.bring(OneSession(play.session), play.bank, booking.payment_id, at=play.at)
    with pytest.raises(PaymentNotAuthorized):
        bookings.accept(play.session, booking.id, by=play.ellen, at=play.at)


@pytest.mark.parametrize("paid", [True, False])
def test_a_provider_who_was_suspended_meanwhile_begins_nothing_new(session: Session, at, paid):
    play = scene(session, at, books_instantly=not paid)
    booking = play.paid() if paid else play.requested()
    operator = Actor(ActorKind.OPERATOR, play.otto.user_id)
    profile = cast.ellen(session)
    providers.apply_transition(
        session, profile.id, providers.ProviderTransition.SUSPEND, by=operator, reason_code="unsafe", at=at
    )
    if paid:
        with pytest.raises(CapabilityMissing):
            bookings.accept(session, booking.id, by=play.ellen, at=at)
    else:
        assert play.pay(booking.id).booking.state is State.EXPIRED


def test_an_unpaid_request_expires_with_its_hold(play: Scene):
    booking = play.requested()
    assert not bookings.act(play.session, booking.id, at=play.at + 14 * MINUTE)
    assert bookings.act(play.session, booking.id, at=play.at + 15 * MINUTE)
    assert booking.state is State.EXPIRED
    with pytest.raises(NotPayable):
        play.pay(booking.id, at=play.at + 16 * MINUTE)


def test_a_payment_that_made_it_counts_even_if_its_news_did_not(play: Scene):
    booking = play.requested()
    payments.authorize(
        OneSession(play.session), play.bank, booking.payment_id, payment_method="pm_card_visa", at=play.at
    )
    assert booking.state is State.PENDING_PAYMENT
    bookings.act(play.session, booking.id, at=play.at + 15 * MINUTE)
    assert booking.state is State.REQUESTED


def test_a_payment_that_comes_when_the_time_is_gone_is_let_go(play: Scene):
    booking = play.requested()
    availability.release(play.session, booking.id, at=play.at + 15 * MINUTE)
    play.requested(by=play.ben)
    assert play.pay(booking.id, at=play.at + 5 * MINUTE).booking.state is State.EXPIRED
    play.settle(booking, play.at + HOUR)
    assert payments.of(play.session, booking.id).state is payments.PaymentState.CANCELLED


def test_following_a_payment_again_changes_nothing(play: Scene):
    booking = play.confirmed()
    version = booking.version
    for _ in range(3):
        bookings.follow_payment(play.session, booking.id, at=play.at)
    assert booking.version == version


def test_a_voided_authorization_cancels_the_booking_and_is_told_apart(play: Scene):
    booking = play.paid()
    play.bank.void_all()
    payments.bring(OneSession(play.session), play.bank, booking.payment_id, at=play.at + HOUR)
    bookings.follow_payment(play.session, booking.id, at=play.at + HOUR)
    assert (booking.state, booking.cancelled_by) == (State.CANCELLED, Side.PAYMENT)
    assert booking.reason_code is bookings.ReasonCode.PAYMENT_LOST


def test_an_answer_after_its_time_is_too_late_even_before_the_clock_came_by(play: Scene):
    booking = play.paid()
    with pytest.raises(TooLate):
        bookings.accept(play.session, booking.id, by=play.ellen, at=play.at + DAY)


def test_what_costs_nothing_needs_no_payment(session: Session, at):
    play = scene(session, at, price_amount=0)
    booking = play.requested()
    assert (booking.state, booking.payment_id) == (State.REQUESTED, None)
    bookings.accept(session, booking.id, by=play.ellen, at=at)
    bookings.start(session, booking.id, by=play.ellen, at=play.start)
    bookings.deliver(session, booking.id, by=play.ellen, at=play.start + HOUR)
    bookings.complete(session, booking.id, by=play.aino, at=play.start + HOUR)
    assert booking.books_closed_at is not None


def test_only_the_customer_pays(play: Scene):
    booking = play.requested()
    for somebody, refusal in ((play.ellen, NotPayable), (play.otto, NotPayable), (play.ben, BookingNotFound)):
        with pytest.raises(refusal):
            bookings.pay(
                OneSession(play.session),
                play.bank,
                booking.id,
                payment_method="pm_card_visa",
                by=somebody,
                at=play.at,
            )


def test_a_customer_cannot_accept_their_own_request(play: Scene):
    booking = play.paid()
    with pytest.raises(TransitionNotAllowed) as refused:
        bookings.accept(play.session, booking.id, by=play.aino, at=play.at)
    assert refused.value.extras["allowed"] == ["withdraw"]


def test_booking_takes_few_statements_and_looking_at_it_one(play: Scene):
    quote = play.quoted()
    play.session.flush()
    sent: list[str] = []
    connection = play.session.connection()
    sql_events.listen(connection, "before_cursor_execute", lambda *told: sent.append(told[2]))
    booking = bookings.request(play.session, quote.id, by=play.aino, at=play.at)
    assert len(sent) <= 13, "\n".join(" ".join(one.split())[:90] for one in sent)
    sent.clear()
    bookings.whole(play.session, booking.id, by=play.aino)
    assert len(sent) == 1
