"""The one room that knows Stripe: our values in, Stripe's library in between, our values out.

The library neither retries (a retry is a decision of ours, under our own key) nor reports about us, and every
call ends in time: its default of 80 seconds would hold a person at the till and a thread with them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import stripe
from stripe import BalanceTransaction, Charge, PaymentIntent, Refund, StripeClient, params

from domain.foundation.configuration.settings import Settings
from domain.foundation.money import MonetaryAmount
from domain.foundation.payable_amounts import COARSER_AT_STRIPE, FINER_AT_STRIPE
from domain.payments.kinds import RefundState
from domain.payments.provider.gateway import (
    AuthorizationRequest,
    CallNotMadeError,
    CallOutcomeUnknownError,
    CallRejectedError,
    ProviderBalanceRow,
    ProviderChange,
    ProviderPayment,
    ProviderPaymentState,
    ProviderRefund,
    UnreadableResponseError,
)
from domain.payments.provider.stripe_disputes import list_changes, list_disputes

CONNECT_SECONDS, READ_SECONDS = 3.0, 20.0
"""Stripe answers within seconds, but for issuers that ask the holder's bank, who take up to fifteen."""

SIGNATURE_SECONDS = 300
"""Stripe's own tolerance: an older signature is a replay, since resent events are signed anew."""

_STATES = {
    "requires_payment_method": ProviderPaymentState.NEEDS_METHOD,
    "requires_confirmation": ProviderPaymentState.NEEDS_METHOD,
    "requires_action": ProviderPaymentState.NEEDS_ACTION,
    "processing": ProviderPaymentState.PROCESSING,
    "requires_capture": ProviderPaymentState.AUTHORIZED,
    "succeeded": ProviderPaymentState.CAPTURED,
    "canceled": ProviderPaymentState.CANCELLED,
}
_FAILED = RefundState.FAILED
_REFUND_STATES = {"succeeded": RefundState.SUCCEEDED, "failed": _FAILED, "canceled": _FAILED}
_EXPAND = ["latest_charge.balance_transaction"]
_PAGE = 100  # the longest page Stripe gives


class StripeGateway:
    """The payment provider, through the official library. Safe to share between threads."""

    def __init__(self, secret_key: str, api_base: str) -> None:
        stripe.enable_telemetry = False
        self._stripe = StripeClient(
            secret_key,
            base_addresses={"api": api_base.rstrip("/")},
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS)),
        )

    @classmethod
    def from_settings(cls, settings: Settings) -> "StripeGateway":
        """The gateway of this process."""
        return cls(settings.stripe_secret_key.get_secret_value(), str(settings.stripe_api_base))

    def customer(self, user_id: UUID, *, key: str) -> str:
        """A customer that carries our id and no word about the person."""
        with _translate_errors():
            customer = self._stripe.v1.customers.create(
                {"metadata": {"user_id": str(user_id)}}, {"idempotency_key": key}
            )
        return customer.id

    def authorize(self, request: AuthorizationRequest, *, key: str) -> ProviderPayment:
        """Create and confirm a payment with manual capture, or confirm another attempt on it."""
        with _translate_errors():
            if request.reference is not None:
                confirm_params: params.PaymentIntentConfirmParams = {
                    "payment_method": request.payment_method,
                    "expand": _EXPAND,
                }
                return _provider_payment(
                    self._stripe.v1.payment_intents.confirm(
                        request.reference, confirm_params, {"idempotency_key": key}
                    )
                )
            create_params: params.PaymentIntentCreateParams = {
                "amount": _to_stripe(request.amount),
                "currency": request.amount.currency.lower(),
                "customer": request.customer_reference,
                "payment_method": request.payment_method,
                "confirm": True,
                "capture_method": "manual",
                # Without redirects the customer stays with the client that shows the payment form.
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                "metadata": {"payment_id": str(request.payment_id), "booking_id": str(request.subject_id)},
                "transfer_group": str(request.subject_id),
                "expand": _EXPAND,
            }
            return _provider_payment(
                self._stripe.v1.payment_intents.create(create_params, {"idempotency_key": key})
            )

    def capture(self, reference: str, amount: MonetaryAmount, *, key: str) -> ProviderPayment:
        """Capture once; Stripe lets go of the rest."""
        capture_params: params.PaymentIntentCaptureParams = {
            "amount_to_capture": _to_stripe(amount),
            "expand": _EXPAND,
        }
        with _translate_errors():
            return _provider_payment(
                self._stripe.v1.payment_intents.capture(reference, capture_params, {"idempotency_key": key})
            )

    def cancel(self, reference: str, *, key: str) -> ProviderPayment:
        """Cancel the payment and with it the hold on the card."""
        cancel_params: params.PaymentIntentCancelParams = {"expand": _EXPAND}
        with _translate_errors():
            return _provider_payment(
                self._stripe.v1.payment_intents.cancel(reference, cancel_params, {"idempotency_key": key})
            )

    def refund(self, reference: str, refund_id: UUID, amount: MonetaryAmount, *, key: str) -> ProviderRefund:
        """Refund a part or the rest; the refund carries our id, so that it can be found again."""
        refund_params: params.RefundCreateParams = {
            "payment_intent": reference,
            "amount": _to_stripe(amount),
            "metadata": {"refund_id": str(refund_id)},
        }
        with _translate_errors():
            return _provider_refund(self._stripe.v1.refunds.create(refund_params, {"idempotency_key": key}))

    def payment(self, reference: str) -> ProviderPayment:
        """The payment and, once money moved, its refunds."""
        with _translate_errors():
            intent = self._stripe.v1.payment_intents.retrieve(reference, {"expand": _EXPAND})
            if intent.status != "succeeded":
                return _provider_payment(intent)
            listed = self._stripe.v1.refunds.list({"payment_intent": reference, "limit": _PAGE})
            refunds = [
                _provider_refund(refund) for refund in listed.auto_paging_iter() if _moved_money(refund)
            ]
            disputes = list_disputes(self._stripe, intent, _from_stripe)
            return replace(_provider_payment(intent, tuple(refunds)), disputes=disputes)

    def find_payment(self, payment_id: UUID, customer_reference: str) -> ProviderPayment | None:
        """Look through the customer's payments, newest first: unlike a search, a list is never behind."""
        with _translate_errors():
            listed = self._stripe.v1.payment_intents.list({"customer": customer_reference, "limit": _PAGE})
            for intent in listed.auto_paging_iter():
                if _our_id(intent.metadata, "payment_id") == payment_id:
                    return self.payment(intent.id)
        return None

    def balance_rows(self, since: datetime, until: datetime) -> Iterator[ProviderBalanceRow]:
        """Balance transactions by the time of their creation, newest first."""
        list_params: params.BalanceTransactionListParams = {
            "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
            "limit": _PAGE,
        }
        with _translate_errors():
            listed = self._stripe.v1.balance_transactions.list(list_params)
            for row in listed.auto_paging_iter():
                yield _balance_row(row)

    def changes(self, since: datetime, until: datetime) -> Iterator[ProviderChange]:
        """Refunds that moved money and disputes, by the time of their creation."""
        with _translate_errors():
            yield from list_changes(self._stripe, since, until, moved_money=_moved_money)


def has_valid_signature(raw: bytes, header: str | None, secret: str) -> bool:
    """Whether `secret` signed exactly these bytes within the last minutes of the machine's own clock."""
    if header is None or not header.isascii():  # the library compares texts and raises for others
        return False
    try:
        stripe.WebhookSignature.verify_header(raw, header, secret, SIGNATURE_SECONDS)
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False
    return True


@contextmanager
def _translate_errors() -> Iterator[None]:
    """Each way in which a call can fail, as one of those that matter to us."""
    try:
        yield
    except stripe.CardError as error:
        intent = error.error.payment_intent if error.error else None
        code = (error.error.decline_code if error.error else None) or error.code
        raise CallRejectedError(
            code or "card_declined", _provider_payment(intent) if intent else None
        ) from error
    except stripe.InvalidRequestError as error:
        raise CallRejectedError(error.code or "invalid_request") from error
    except (stripe.RateLimitError, stripe.AuthenticationError, stripe.PermissionError) as error:
        raise CallNotMadeError(str(error)) from error
    except stripe.StripeError as error:
        headers = {name.lower(): value for name, value in (error.headers or {}).items()}
        raise CallOutcomeUnknownError(
            str(error), is_final=headers.get("idempotent-replayed") == "true"
        ) from error
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, OSError) as error:
        raise UnreadableResponseError(type(error).__name__) from error


def _provider_payment(intent: PaymentIntent, refunds: tuple[ProviderRefund, ...] = ()) -> ProviderPayment:
    currency = intent.currency.upper()
    charge = intent.latest_charge if isinstance(intent.latest_charge, Charge) else None
    card = charge.payment_method_details.card if charge and charge.payment_method_details else None
    state = _STATES[intent.status]
    is_captured = state is ProviderPaymentState.CAPTURED
    authorized_amount = intent.amount if is_captured else intent.amount_capturable
    return ProviderPayment(
        reference=intent.id,
        payment_id=_our_id(intent.metadata, "payment_id"),
        state=state,
        authorized_amount=_from_stripe(authorized_amount, currency),
        captured_amount=_from_stripe(intent.amount_received, currency),
        fee_amount=_fee(charge, intent.currency) if is_captured else None,
        charge_reference=charge.id if charge and charge.paid else None,
        card_fingerprint=getattr(card, "fingerprint", None),
        capture_before=_capture_before(card),
        next_action=_next_action(intent),
        failure_code=_failure_code(intent),
        refunds=refunds,
    )


def _fee(charge: Charge | None, currency: str) -> int | None:
    """What Stripe kept, once it says so in the payment's own currency."""
    row = charge.balance_transaction if charge else None
    if row is None or isinstance(row, str) or row.currency != currency:
        return None
    return _fee_from_stripe(row.fee, currency.upper())


def _capture_before(card: object) -> datetime | None:
    """The deadline that counts: of this very charge, never a constant."""
    moment = getattr(card, "capture_before", None)
    return None if moment is None else datetime.fromtimestamp(moment, UTC)


def _next_action(intent: PaymentIntent) -> dict[str, object] | None:
    if intent.next_action is None:
        return None
    return {"type": intent.next_action.type, "client_secret": intent.client_secret}


def _failure_code(intent: PaymentIntent) -> str | None:
    error = intent.last_payment_error
    if error is None:
        return None
    return getattr(error, "decline_code", None) or getattr(error, "code", None) or "card_declined"


def _provider_refund(refund: Refund) -> ProviderRefund:
    return ProviderRefund(
        reference=refund.id,
        refund_id=_our_id(refund.metadata, "refund_id"),
        amount=_from_stripe(refund.amount, refund.currency.upper()),
        state=_REFUND_STATES.get(refund.status or "", RefundState.PENDING),
        failure_code=getattr(refund, "failure_reason", None),
    )


def _moved_money(refund: Refund) -> bool:
    """Stripe also writes a refund where a hold is let go; no money ever came and none goes back."""
    return refund.balance_transaction is not None or _our_id(refund.metadata, "refund_id") is not None


def _balance_row(row: BalanceTransaction) -> ProviderBalanceRow:
    currency = row.currency.upper()
    return ProviderBalanceRow(
        reference=row.id,
        kind=row.type,
        source=row.source if isinstance(row.source, str) else getattr(row.source, "id", None),
        amount=_from_stripe(row.amount, currency),
        fee=_fee_from_stripe(row.fee, currency),
        currency=currency,
        created_at=datetime.fromtimestamp(row.created, UTC),
    )


def _our_id(metadata: object, name: str) -> UUID | None:
    """The id of ours that an object of Stripe's carries, if it carries one."""
    try:
        return UUID(metadata[name])  # type: ignore[index]  # Stripe's metadata: subscriptable, untyped
    except (KeyError, TypeError, ValueError):
        return None


def _to_stripe(amount: MonetaryAmount) -> int:
    """The amount as Stripe counts it; one that it cannot count is refused before anything is asked."""
    finer, coarser = FINER_AT_STRIPE.get(amount.currency, 1), COARSER_AT_STRIPE.get(amount.currency, 1)
    whole, remainder = divmod(amount.amount * finer, coarser)
    if remainder:
        raise CallRejectedError("invalid_charge_amount")
    return whole


def _fee_from_stripe(fee: int, currency: str) -> int:
    """A fee may have decimals where a payment has none; a unit begun is a unit gone."""
    return -_from_stripe(-fee, currency)


def _from_stripe(amount: int, currency: str) -> int:
    return amount * COARSER_AT_STRIPE.get(currency, 1) // FINER_AT_STRIPE.get(currency, 1)
