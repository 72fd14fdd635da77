"""From a quote to a confirmed booking, against the real database."""

from datetime import timedelta

import pytest
from sqlalchemy import event as sql_events
from sqlmodel import Session

from domain import availability, bookings, markets, offers, payments, providers
from domain.availability.errors import SlotTaken
from domain.bookings import BookingParty, BookingState, RefundGround
from domain.bookings.errors import BookingNotFound, NotPayable, TooLate
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.offers.errors import OfferUnknown
from domain.payments.errors import PaymentNotAuthorized
from domain.pricing.errors import OfferTakesNoBookings, OwnOffer, QuoteExpired, QuoteTaken, QuoteUnknown
from domain.providers.errors import CapabilityMissing
from tests import cast
from tests.domain.bookings.booking_factory import DAY, HOUR, BookingFactory, make_booking_factory
from tests.domain.bookings.fake_gateway import SingleSessionTransactions

MINUTE = timedelta(minutes=1)


@pytest.fixture
def factory(session: Session, at) -> BookingFactory:
    return make_booking_factory(session, at)


def test_a_request_holds_the_time_opens_a_payment_and_waits_for_it(factory: BookingFactory):
    bens = factory.make_quote(by=factory.ben)
    booking = factory.make_requested_booking()
    assert booking.state is BookingState.PENDING_PAYMENT
    assert booking.due_at == factory.at + 15 * MINUTE
    payment = payments.get_payment_of_subject(factory.session, booking.id)
    assert (payment.amount, payment.id) == (booking.pay_in_amount, booking.payment_id)
    with pytest.raises(SlotTaken):
        bookings.request(factory.session, bens.id, by=factory.ben, at=factory.at)
    assert factory.event_names(booking) == ["booking.requested"]


def test_a_quote_makes_one_booking_for_the_one_who_asked_for_it(factory: BookingFactory):
    quote = factory.make_quote()
    with pytest.raises(QuoteUnknown):
        bookings.request(factory.session, quote.id, by=factory.ben, at=factory.at)
    bookings.request(factory.session, quote.id, by=factory.aino, at=factory.at)
    with pytest.raises(QuoteTaken):
        bookings.request(factory.session, quote.id, by=factory.aino, at=factory.at)


def test_an_expired_quote_is_refused_with_a_fresh_one(factory: BookingFactory):
    quote = factory.make_quote()
    with pytest.raises(QuoteExpired) as refused:
        bookings.request(factory.session, quote.id, by=factory.aino, at=factory.at + HOUR)
    assert refused.value.extras["quote"]["id"].startswith("quo_")


@pytest.mark.parametrize("step", [providers.ProviderTransition.SUSPEND, providers.ProviderTransition.CLOSE])
def test_a_provider_who_is_no_longer_approved_is_not_booked(factory: BookingFactory, step):
    quote = factory.make_quote()
    operator = Actor(ActorKind.OPERATOR, factory.otto.user_id)
    profile = cast.ellen(factory.session)
    providers.apply_transition(
        factory.session, profile.id, step, by=operator, reason_code="unsafe", at=factory.at
    )
    with pytest.raises(OfferTakesNoBookings):
        bookings.request(factory.session, quote.id, by=factory.aino, at=factory.at)


def test_a_hidden_offer_is_not_booked(factory: BookingFactory):
    quote = factory.make_quote()
    moderator = Actor(ActorKind.MODERATOR, cast.mira(factory.session).id)
    offers.hide(factory.session, factory.offer.id, reason="reported", by=moderator, at=factory.at)
    with pytest.raises(OfferUnknown):
        bookings.request(factory.session, quote.id, by=factory.aino, at=factory.at)


def test_who_came_to_share_the_payout_account_since_the_quote_cannot_book(factory: BookingFactory):
    """Aino got her quote as a stranger; meanwhile a profile of her own is paid out to Ellen's account."""
    quote = factory.make_quote()
    business = providers.BusinessDetails(
        organisation_id=None, payout_account_id=str(factory.offer.id), segment=None
    )
    operator = Actor(ActorKind.OPERATOR, factory.otto.user_id)
    for profile in (cast.ellen(factory.session), cast.provider(factory.session, "Aino")):
        providers.record_business(factory.session, profile.id, business, by=operator, at=factory.at)
    with pytest.raises(OwnOffer):
        bookings.request(factory.session, quote.id, by=factory.aino, at=factory.at)


def test_a_paid_request_waits_for_the_provider_at_most_a_day(factory: BookingFactory):
    booking = factory.make_paid_booking()
    assert booking.state is BookingState.REQUESTED
    assert booking.due_at == factory.at + DAY
    assert factory.event_names(booking) == ["booking.requested", "booking.authorized"]


def test_an_offer_that_books_instantly_is_confirmed_by_the_payment(session: Session, at):
    factory = make_booking_factory(session, at, books_instantly=True)
    booking = factory.make_confirmed_booking()
    assert (booking.state, booking.due_at) == (BookingState.CONFIRMED, factory.start)
    assert payments.get_payment_of_subject(session, booking.id).captured_amount == booking.pay_in_amount
    assert factory.event_names(booking) == ["booking.requested", "booking.confirmed"]


def test_accepting_captures_the_payment(factory: BookingFactory):
    booking = factory.make_paid_booking()
    assert payments.get_payment_of_subject(factory.session, booking.id).captured_amount == 0
    bookings.accept(factory.session, booking.id, by=factory.ellen, at=factory.at)
    factory.sync_payment(booking, factory.at)
    assert (
        payments.get_payment_of_subject(factory.session, booking.id).captured_amount == booking.pay_in_amount
    )


@pytest.mark.parametrize("ending", ["decline", "withdraw", "expire"])
def test_what_is_not_agreed_gives_money_and_time_back(factory: BookingFactory, ending):
    booking = factory.make_paid_booking()
    match ending:
        case "decline":
            why = bookings.BookingReasonCode.UNAVAILABLE
            bookings.decline(factory.session, booking.id, by=factory.ellen, at=factory.at, reason_code=why)
        case "withdraw":
            bookings.withdraw(factory.session, booking.id, by=factory.aino, at=factory.at)
        case "expire":
            assert bookings.run_due_transition(factory.session, booking.id, at=factory.at + DAY)
    assert (booking.refund_amount, booking.ground) == (booking.pay_in_amount, RefundGround.NEVER_AGREED)
    factory.sync_payment(booking, factory.at + DAY)
    assert (
        payments.get_payment_of_subject(factory.session, booking.id).state is payments.PaymentState.CANCELLED
    )
    assert booking.books_closed_at is not None
    assert factory.make_requested_booking(by=factory.ben).state is BookingState.PENDING_PAYMENT


def test_an_offer_whose_cancellation_policy_the_market_gave_up_is_not_booked(factory: BookingFactory):
    lenient = {"flexible": markets.CancellationPolicy()}
    markets.publish_policy(
        factory.session,
        factory.offer.market_id,
        rules=markets.MarketPolicy(cancellation_policies=lenient),
        by=Actor(ActorKind.OPERATOR, factory.otto.user_id),
        at=factory.at,
    )
    with pytest.raises(OfferTakesNoBookings) as refused:
        factory.make_requested_booking()
    assert refused.value.extras["reasons"] == ["cancellation_policy_retired"]


def test_accepting_when_the_bank_let_the_money_go_confirms_nothing(factory: BookingFactory):
    booking = factory.make_paid_booking()
    factory.gateway.void_all()
    payments.refresh_from_provider(
        SingleSessionTransactions(factory.session), factory.gateway, booking.payment_id, at=factory.at
    )
    with pytest.raises(PaymentNotAuthorized):
        bookings.accept(factory.session, booking.id, by=factory.ellen, at=factory.at)


@pytest.mark.parametrize("paid", [True, False])
def test_a_provider_who_was_suspended_meanwhile_begins_nothing_new(session: Session, at, paid):
    factory = make_booking_factory(session, at, books_instantly=not paid)
    booking = factory.make_paid_booking() if paid else factory.make_requested_booking()
    operator = Actor(ActorKind.OPERATOR, factory.otto.user_id)
    profile = cast.ellen(session)
    providers.apply_transition(
        session, profile.id, providers.ProviderTransition.SUSPEND, by=operator, reason_code="unsafe", at=at
    )
    if paid:
        with pytest.raises(CapabilityMissing):
            bookings.accept(session, booking.id, by=factory.ellen, at=at)
    else:
        assert factory.pay(booking.id).booking.state is BookingState.EXPIRED


def test_an_unpaid_request_expires_with_its_hold(factory: BookingFactory):
    booking = factory.make_requested_booking()
    assert not bookings.run_due_transition(factory.session, booking.id, at=factory.at + 14 * MINUTE)
    assert bookings.run_due_transition(factory.session, booking.id, at=factory.at + 15 * MINUTE)
    assert booking.state is BookingState.EXPIRED
    with pytest.raises(NotPayable):
        factory.pay(booking.id, at=factory.at + 16 * MINUTE)


def test_a_payment_that_made_it_counts_even_if_its_news_did_not(factory: BookingFactory):
    booking = factory.make_requested_booking()
    payments.authorize(
        SingleSessionTransactions(factory.session),
        factory.gateway,
        booking.payment_id,
        payment_method="pm_card_visa",
        at=factory.at,
    )
    assert booking.state is BookingState.PENDING_PAYMENT
    bookings.run_due_transition(factory.session, booking.id, at=factory.at + 15 * MINUTE)
    assert booking.state is BookingState.REQUESTED


def test_a_payment_that_comes_when_the_time_is_gone_is_let_go(factory: BookingFactory):
    booking = factory.make_requested_booking()
    availability.release_hold(factory.session, booking.id, at=factory.at + 15 * MINUTE)
    factory.make_requested_booking(by=factory.ben)
    assert factory.pay(booking.id, at=factory.at + 5 * MINUTE).booking.state is BookingState.EXPIRED
    factory.sync_payment(booking, factory.at + HOUR)
    assert (
        payments.get_payment_of_subject(factory.session, booking.id).state is payments.PaymentState.CANCELLED
    )


def test_following_a_payment_again_changes_nothing(factory: BookingFactory):
    booking = factory.make_confirmed_booking()
    version = booking.version
    for _ in range(3):
        bookings.apply_payment_state(factory.session, booking.id, at=factory.at)
    assert booking.version == version


def test_a_voided_authorization_cancels_the_booking_and_is_told_apart(factory: BookingFactory):
    booking = factory.make_paid_booking()
    factory.gateway.void_all()
    payments.refresh_from_provider(
        SingleSessionTransactions(factory.session), factory.gateway, booking.payment_id, at=factory.at + HOUR
    )
    bookings.apply_payment_state(factory.session, booking.id, at=factory.at + HOUR)
    assert (booking.state, booking.cancelled_by) == (BookingState.CANCELLED, BookingParty.PAYMENT)
    assert booking.reason_code is bookings.BookingReasonCode.PAYMENT_LOST


def test_an_answer_after_its_time_is_too_late_even_before_the_clock_came_by(factory: BookingFactory):
    booking = factory.make_paid_booking()
    with pytest.raises(TooLate):
        bookings.accept(factory.session, booking.id, by=factory.ellen, at=factory.at + DAY)


def test_what_costs_nothing_needs_no_payment(session: Session, at):
    factory = make_booking_factory(session, at, price_amount=0)
    booking = factory.make_requested_booking()
    assert (booking.state, booking.payment_id) == (BookingState.REQUESTED, None)
    bookings.accept(session, booking.id, by=factory.ellen, at=at)
    bookings.start(session, booking.id, by=factory.ellen, at=factory.start)
    bookings.deliver(session, booking.id, by=factory.ellen, at=factory.start + HOUR)
    bookings.complete(session, booking.id, by=factory.aino, at=factory.start + HOUR)
    assert booking.books_closed_at is not None


def test_only_the_customer_pays(factory: BookingFactory):
    booking = factory.make_requested_booking()
    for somebody, refusal in (
        (factory.ellen, NotPayable),
        (factory.otto, NotPayable),
        (factory.ben, BookingNotFound),
    ):
        with pytest.raises(refusal):
            bookings.pay(
                SingleSessionTransactions(factory.session),
                factory.gateway,
                booking.id,
                payment_method="pm_card_visa",
                by=somebody,
                at=factory.at,
            )


def test_a_customer_cannot_accept_their_own_request(factory: BookingFactory):
    booking = factory.make_paid_booking()
    with pytest.raises(TransitionNotAllowed) as refused:
        bookings.accept(factory.session, booking.id, by=factory.aino, at=factory.at)
    assert refused.value.extras["allowed"] == ["withdraw"]


def test_booking_takes_few_statements_and_looking_at_it_one(factory: BookingFactory):
    quote = factory.make_quote()
    factory.session.flush()
    sent: list[str] = []
    connection = factory.session.connection()
    sql_events.listen(connection, "before_cursor_execute", lambda *told: sent.append(told[2]))
    booking = bookings.request(factory.session, quote.id, by=factory.aino, at=factory.at)
    assert len(sent) <= 13, "\n".join(" ".join(one.split())[:90] for one in sent)
    sent.clear()
    bookings.get_booking_details(factory.session, booking.id, by=factory.aino)
    assert len(sent) == 1
