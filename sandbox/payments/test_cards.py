"""Stripe's documented test payment methods, by name. There are no numbers here, only what each card will do.

Source: the tables on Stripe's testing page (cards by brand and country, declines, fraud, disputes, refunds,
available balance, authentication).
"""

import re
from dataclasses import dataclass

GENERIC = "Your card was declined."


@dataclass(frozen=True, slots=True)
class Card:
    """How a test card looks and behaves.

    `authentication` is when the cardholder must confirm: `never`, `unless_set_up` (once saved for off-session
    use it passes), `always`. `dispute` is the reason of the dispute its payments draw; `refund` how its
    refunds go.
    """

    brand: str = "visa"
    last4: str = "4242"
    country: str = "US"
    funding: str = "credit"
    decline: str = ""
    authentication: str = "never"
    dispute: str = ""
    inquiry: bool = False
    refund: str = ""
    available_at_once: bool = False
    attaches: bool = True


DECLINES = {
    "generic_decline": ("card_declined", GENERIC),
    "insufficient_funds": ("card_declined", "Your card has insufficient funds."),
    "lost_card": ("card_declined", GENERIC),
    "stolen_card": ("card_declined", GENERIC),
    "fraudulent": ("card_declined", GENERIC),
    "card_velocity_exceeded": (
        "card_declined",
        "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
    ),
    "expired_card": ("expired_card", "Your card has expired."),
    "incorrect_cvc": ("incorrect_cvc", "Your card's security code is incorrect."),
    "processing_error": (
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    "authentication_required": (
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
    ),
}
"""Decline code to error code and sentence."""

_BRANDS = {
    "visa": Card(), "visa_debit": Card(last4="5556", funding="debit"), "us": Card(),
    "mastercard": Card("mastercard", "4444"), "mastercard_debit": Card("mastercard", "8210", funding="debit"),
    "mastercard_prepaid": Card("mastercard", "5100", funding="prepaid"), "amex": Card("amex", "8431"),
    "discover": Card("discover", "9424"), "diners": Card("diners", "3237"), "jcb": Card("jcb", "0505", "JP"),
    "unionpay": Card("unionpay", "0005", "CN"),
}  # fmt: skip
_DECLINING = {
    "chargeDeclined": Card(last4="0002", decline="generic_decline", attaches=False),
    "chargeDeclinedInsufficientFunds": Card(last4="9995", decline="insufficient_funds", attaches=False),
    "chargeDeclinedLostCard": Card(last4="9987", decline="lost_card", attaches=False),
    "chargeDeclinedStolenCard": Card(last4="9979", decline="stolen_card", attaches=False),
    "chargeDeclinedVelocityLimitExceeded": Card(
        last4="6975", decline="card_velocity_exceeded", attaches=False
    ),
    "chargeDeclinedFraudulent": Card(last4="0019", decline="fraudulent", attaches=False),
    "chargeDeclinedExpiredCard": Card(last4="0069", decline="expired_card", attaches=False),
    "chargeDeclinedIncorrectCvc": Card(last4="0127", decline="incorrect_cvc", attaches=False),
    "chargeDeclinedProcessingError": Card(last4="0119", decline="processing_error", attaches=False),
}
_NAMED = {
    "chargeCustomerFail": Card(last4="0341", decline="generic_decline"),
    "radarBlock": Card(last4="0019", decline="fraudulent"),
    "threeDSecureRequired": Card(last4="3220", authentication="always"),
    "threeDSecure2Required": Card(last4="3220", authentication="always"),
    "authenticationRequired": Card(last4="3184", authentication="always"),
    "authenticationRequiredOnSetup": Card(last4="3155", authentication="unless_set_up"),
    "authenticationRequiredSetupForOffSession": Card(last4="3155", authentication="unless_set_up"),
    "authenticationRequiredChargeDeclinedInsufficientFunds": Card(
        last4="0341", authentication="always", decline="insufficient_funds"
    ),
    "threeDSecureRequiredChargeDeclined": Card(
        last4="4000", authentication="always", decline="generic_decline"
    ),
    "threeDSecureOptional": Card(last4="3055"),
    "createDispute": Card(last4="0259", dispute="fraudulent"),
    "createDisputeProductNotReceived": Card(last4="2685", dispute="product_not_received"),
    "createDisputeInquiry": Card(last4="1976", dispute="fraudulent", inquiry=True),
    "pendingRefund": Card(last4="7726", refund="pending"),
    "refundFail": Card(last4="5126", refund="fails"),
    "bypassPending": Card(last4="0077", available_at_once=True),
}
_COUNTRY = re.compile(r"pm_card_([a-z]{2})(?:_debit)?")


def find_card(name: str) -> Card | None:
    """The card behind a documented name such as `pm_card_visa`, or None.

    The brand before a decline is optional.
    """
    plain = name.removeprefix("pm_card_")
    if plain == name:
        return None
    known = _BRANDS | _DECLINING | _NAMED
    card = known.get(plain) or known.get(plain.removeprefix("visa_"))
    country = _COUNTRY.fullmatch(name)
    if card is None and country is not None:
        return Card(country=country[1].upper(), last4="0000")
    return card
