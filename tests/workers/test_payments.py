"""Payments behind the door: sweeps go on past one bad payment, and alarms are raised."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from domain import payments
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.foundation.clock import now
from domain.foundation.persistence.database import Transactions
from domain.payments import Gateway, Payment, PaymentState
from tests import cast
from workers import payments as work_on_payments
from workers.task import Work


@pytest.fixture
def work(transactions: Transactions, gateway: Gateway) -> Work:
    return Work(transactions, gateway)


def authorized(work: Work) -> Payment:
    with work.transactions() as session:
        payment = payments.create_payment(
            session,
            subject_id=ids.new(),
            market_id=cast.market(session).id,
            customer_id=cast.aino(session).id,
            amount=10_000,
            currency="EUR",
            by=SYSTEM,
            at=now(),
        )
    return payments.authorize(
        work.transactions, work.gateway, payment.id, payment_method="pm_card_visa", at=now()
    )


def decide(work: Work, payment: Payment, amount: int) -> None:
    with work.transactions() as session:
        payments.set_capture_target(session, payment.subject_id, amount, by=SYSTEM, at=now())


def state_of(work: Work, payment: Payment) -> PaymentState:
    with work.transactions() as session:
        return payments.get_payment(session, payment.id).state


def test_the_sweep_brings_every_payment_to_what_was_decided(work: Work) -> None:
    kept, let_go, undecided = (authorized(work) for _ in range(3))
    decide(work, kept, 10_000)
    decide(work, let_go, 0)
    assert work_on_payments.sync_due(work, now()) == 2
    assert state_of(work, kept) is PaymentState.CAPTURED
    assert state_of(work, let_go) is PaymentState.CANCELLED
    assert state_of(work, undecided) is PaymentState.AUTHORIZED
    assert work_on_payments.sync_due(work, now()) == 0


def test_one_bad_payment_does_not_hold_up_the_others(work: Work) -> None:
    bad, good = authorized(work), authorized(work)
    for payment in (bad, good):
        decide(work, payment, 10_000)
    with work.transactions() as session:
        session.execute(
            text("UPDATE payments SET keep_amount = 1, currency = 'XXX' WHERE id = :id"), {"id": bad.id}
        )
    assert work_on_payments.sync_due(work, now()) == 1
    assert state_of(work, good) is PaymentState.CAPTURED


def test_what_the_provider_did_by_itself_is_noticed_without_a_webhook(work: Work) -> None:
    payment = authorized(work)
    work.gateway.cancel(str(payment.provider_reference), key=f"by hand {payment.id}")
    assert work_on_payments.refresh_stale(work, now() + timedelta(hours=5)) == 0
    assert work_on_payments.refresh_stale(work, now() + timedelta(hours=7)) == 1
    assert state_of(work, payment) is PaymentState.CANCELLED


def test_an_outcome_unknown_for_too_long_raises_one_alarm(work: Work) -> None:
    payment = authorized(work)
    decide(work, payment, 10_000)
    with work.transactions() as session:
        op = payments.actions.plan_provider_call(
            session, payment, payments.ProviderCallKind.CAPTURE, {"amount": 1}, at=now()
        )
        op.state, op.sent_at = payments.ProviderCallState.UNKNOWN, now()
    assert work_on_payments.alert_overdue_calls(work, now() + timedelta(minutes=14)) == 0
    assert work_on_payments.alert_overdue_calls(work, now() + timedelta(minutes=16)) == 1
    assert work_on_payments.alert_overdue_calls(work, now() + timedelta(minutes=17)) == 0
