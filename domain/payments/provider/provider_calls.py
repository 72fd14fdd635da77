"""The middle phase of a call to the provider: no transaction is open here, and only values come and go.

What was asked before is looked for first: the provider forgets keys after a day, and then asking once more
would do it once more. Only when it is not there is it asked again, under the same key, which covers the
moment in which the first request may still be on its way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.foundation.money import MonetaryAmount
from domain.payments import rules
from domain.payments.kinds import ProviderCallKind, ProviderCallState
from domain.payments.provider.gateway import (
    AuthorizationRequest,
    CallNotMadeError,
    CallOutcomeUnknownError,
    CallRejectedError,
    Gateway,
    ProviderPayment,
    ProviderRefund,
)

NOT_MADE = "not_made"  # our word, beside the provider's codes, for a call that was turned away at the door


@dataclass(frozen=True, slots=True)
class SentCall:
    """A call as it was written down. `version` is the payment's then, `attempts` counts this one."""

    op_id: UUID
    payment_id: UUID
    subject_id: UUID
    kind: ProviderCallKind
    key: str
    parameters: Mapping[str, Any]
    attempts: int
    version: int

    @property
    def reference(self) -> str | None:
        """The provider's name for the payment, which a first authorization does not know yet."""
        return self.parameters.get("reference")


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """How a call ended, and what was seen of the payment or the refund on the way."""

    state: ProviderCallState
    provider_payment: ProviderPayment | None = None
    refund: ProviderRefund | None = None
    code: str | None = None


def call_provider(gateway: Gateway, sent: SentCall) -> CallOutcome:
    """Ask the provider for what was written down, so that it happens once whatever happened before."""
    try:
        if (
            sent.attempts > 1
            and (provider_payment := _fetch_payment(gateway, sent))
            and _is_confirmed(sent, provider_payment)
        ):
            return CallOutcome(ProviderCallState.SUCCEEDED, provider_payment=provider_payment)
        return _send(gateway, sent)
    except CallRejectedError as rejection:
        return _outcome_after_rejection(gateway, sent, rejection)
    except CallNotMadeError:
        return _outcome_when_not_made(sent)
    except CallOutcomeUnknownError as error:
        return (
            _outcome_after_rejection(gateway, sent, None)
            if error.is_final
            else CallOutcome(ProviderCallState.UNKNOWN)
        )


def _send(gateway: Gateway, sent: SentCall) -> CallOutcome:
    parameters, reference = sent.parameters, sent.reference or ""
    match sent.kind:
        case ProviderCallKind.AUTHORIZE:
            return _succeeded(gateway.authorize(_authorization_request(sent), key=sent.key))
        case ProviderCallKind.CAPTURE:
            return _succeeded(gateway.capture(reference, _money(parameters), key=sent.key))
        case ProviderCallKind.CANCEL:
            return _succeeded(gateway.cancel(reference, key=sent.key))
        case ProviderCallKind.REFUND:
            refund = gateway.refund(
                reference, UUID(parameters["refund_id"]), _money(parameters), key=sent.key
            )
            return CallOutcome(ProviderCallState.SUCCEEDED, refund=refund)


def _succeeded(provider_payment: ProviderPayment) -> CallOutcome:
    return CallOutcome(ProviderCallState.SUCCEEDED, provider_payment=provider_payment)


def _authorization_request(sent: SentCall) -> AuthorizationRequest:
    parameters = sent.parameters
    return AuthorizationRequest(
        payment_id=sent.payment_id,
        subject_id=sent.subject_id,
        customer_reference=parameters["customer"],
        payment_method=parameters["payment_method"],
        amount=_money(parameters),
        reference=sent.reference,
    )


def _money(parameters: Mapping[str, Any]) -> MonetaryAmount:
    return MonetaryAmount(parameters["amount"], parameters["currency"])


def _outcome_after_rejection(
    gateway: Gateway, sent: SentCall, rejection: CallRejectedError | None
) -> CallOutcome:
    """A definite no, or an answer that will never come: now looking tells whether it had its effect."""
    code = rejection.code if rejection else "provider_error"
    try:
        provider_payment = (rejection.provider_payment if rejection else None) or _fetch_payment(
            gateway, sent
        )
    except CallRejectedError:
        provider_payment = None
    except (CallNotMadeError, CallOutcomeUnknownError):
        return (
            CallOutcome(ProviderCallState.FAILED, code=code)
            if rejection
            else CallOutcome(ProviderCallState.UNKNOWN)
        )
    if provider_payment and _is_confirmed(sent, provider_payment):
        return CallOutcome(ProviderCallState.SUCCEEDED, provider_payment=provider_payment)
    return CallOutcome(ProviderCallState.FAILED, provider_payment=provider_payment, code=code)


def _outcome_when_not_made(sent: SentCall) -> CallOutcome:
    """Turned away at the door: it waits for its next turn, unless somebody stood there with their card."""
    if sent.attempts > 1:
        return CallOutcome(ProviderCallState.UNKNOWN)
    return CallOutcome(
        ProviderCallState.FAILED if sent.kind is ProviderCallKind.AUTHORIZE else ProviderCallState.PLANNED,
        code=NOT_MADE,
    )


def _fetch_payment(gateway: Gateway, sent: SentCall) -> ProviderPayment | None:
    if sent.reference is not None:
        return gateway.payment(sent.reference)
    return gateway.find_payment(sent.payment_id, sent.parameters["customer"])


def _is_confirmed(sent: SentCall, provider_payment: ProviderPayment) -> bool:
    return rules.is_confirmed_by(sent.kind, provider_payment, rules.refund_id_of(sent.parameters))
