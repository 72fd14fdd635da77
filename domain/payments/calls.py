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
from domain.payments.gateway import (
    Authorization,
    CallNotMadeError,
    CallRefusedError,
    CallUnknownError,
    Gateway,
    PaymentSeen,
    RefundSeen,
)
from domain.payments.kinds import OpKind, OpState

NOT_MADE = "not_made"  # our word, beside the provider's codes, for a call that was turned away at the door


@dataclass(frozen=True, slots=True)
class Sent:
    """A call as it was written down. `version` is the payment's then, `attempts` counts this one."""

    op_id: UUID
    payment_id: UUID
    subject_id: UUID
    kind: OpKind
    key: str
    parameters: Mapping[str, Any]
    attempts: int
    version: int

    @property
    def reference(self) -> str | None:
        """The provider's name for the payment, which a first authorization does not know yet."""
        return self.parameters.get("reference")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended, and what was seen of the payment or the refund on the way."""

    state: OpState
    seen: PaymentSeen | None = None
    refund: RefundSeen | None = None
    code: str | None = None


def make(gateway: Gateway, sent: Sent) -> Outcome:
    """Ask the provider for what was written down, so that it happens once whatever happened before."""
    try:
        if sent.attempts > 1 and (found := _look(gateway, sent)) and _shows(sent, found):
            return Outcome(OpState.SUCCEEDED, seen=found)
        return _ask(gateway, sent)
    except CallRefusedError as refused:
        return _refused(gateway, sent, refused)
    except CallNotMadeError:
        return _not_made(sent)
    except CallUnknownError as lost:
        return _refused(gateway, sent, None) if lost.is_final else Outcome(OpState.UNKNOWN)


def _ask(gateway: Gateway, sent: Sent) -> Outcome:
    given, reference = sent.parameters, sent.reference or ""
    match sent.kind:
        case OpKind.AUTHORIZE:
            return _succeeded(gateway.authorize(_authorization(sent), key=sent.key))
        case OpKind.CAPTURE:
            return _succeeded(gateway.capture(reference, _money(given), key=sent.key))
        case OpKind.CANCEL:
            return _succeeded(gateway.cancel(reference, key=sent.key))
        case OpKind.REFUND:
            refund = gateway.refund(reference, UUID(given["refund_id"]), _money(given), key=sent.key)
            return Outcome(OpState.SUCCEEDED, refund=refund)


def _succeeded(seen: PaymentSeen) -> Outcome:
    return Outcome(OpState.SUCCEEDED, seen=seen)


def _authorization(sent: Sent) -> Authorization:
    given = sent.parameters
    return Authorization(
        payment_id=sent.payment_id,
        subject_id=sent.subject_id,
        customer_reference=given["customer"],
        payment_method=given["payment_method"],
        amount=_money(given),
        reference=sent.reference,
    )


def _money(given: Mapping[str, Any]) -> MonetaryAmount:
    return MonetaryAmount(given["amount"], given["currency"])


def _refused(gateway: Gateway, sent: Sent, refused: CallRefusedError | None) -> Outcome:
    """A definite no, or an answer that will never come: now looking tells whether it had its effect."""
    code = refused.code if refused else "provider_error"
    try:
        seen = (refused.seen if refused else None) or _look(gateway, sent)
    except CallRefusedError:
        seen = None
    except (CallNotMadeError, CallUnknownError):
        return Outcome(OpState.FAILED, code=code) if refused else Outcome(OpState.UNKNOWN)
    if seen and _shows(sent, seen):
        return Outcome(OpState.SUCCEEDED, seen=seen)
    return Outcome(OpState.FAILED, seen=seen, code=code)


def _not_made(sent: Sent) -> Outcome:
    """Turned away at the door: it waits for its next turn, unless somebody stood there with their card."""
    if sent.attempts > 1:
        return Outcome(OpState.UNKNOWN)
    return Outcome(OpState.FAILED if sent.kind is OpKind.AUTHORIZE else OpState.PLANNED, code=NOT_MADE)


def _look(gateway: Gateway, sent: Sent) -> PaymentSeen | None:
    if sent.reference is not None:
        return gateway.payment(sent.reference)
    return gateway.find_payment(sent.payment_id, sent.parameters["customer"])


def _shows(sent: Sent, seen: PaymentSeen) -> bool:
    return rules.proves(sent.kind, seen, rules.refund_named(sent.parameters))
