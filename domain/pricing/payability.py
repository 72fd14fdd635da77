"""Whether a card can pay what a quote would promise, and if not, who can change what.

What is paid is the list price: the pay-in, and beside it what is at stake with tasks. So tasks never bring an
amount below what can be paid, and credits stop before (`credits`); what remains is a price that is too low,
too high, or in a currency that no card pays in.
"""

from domain.foundation import payable_amounts
from domain.offers import Claim, Terms, Unit
from domain.pricing.fitting import Fitted
from domain.pricing.quotes import Quote

_CHOSEN = frozenset({Unit.HOUR, Unit.NIGHT, Unit.KILOMETRE})


def is_payable(quote: Quote) -> bool:
    """Whether a card can pay what the quote promises, or nothing is to be paid."""
    return payable_amounts.is_payable(_paid(quote), quote.currency)


def check_promise(quote: Quote, terms: Terms, fitted: Fitted) -> None:
    """Check that a card can pay what the quote would promise.

    Raises AmountNotPayable if it cannot; its detail says what the customer, the provider or the market's
    operators can change.
    """
    if is_payable(quote):
        return
    bounds = payable_amounts.payable_bounds(quote.currency)
    if bounds is None:
        _refuse(quote, "Only the market's operators can change its currency.", "operator")
    elif _paid(quote) > bounds.most:
        _refuse(quote, f"Ask for less at once. {_PROVIDER_LOWER}", "customer", "provider")
    elif _can_ask_for_more(terms, fitted):
        _refuse(quote, f"Ask for more at once: {_MORE}. {_PROVIDER_RAISE}", "customer", "provider")
    else:
        _refuse(quote, _PROVIDER_RAISE, "provider")


def check_promised(quote: Quote) -> None:
    """Check that a card can pay what a stored quote promises; quotes from before this check may fail it.

    Raises AmountNotPayable if it cannot.
    """
    if not is_payable(quote):
        _refuse(quote, "Ask for a new quote; it says what can be changed.", "customer")


def _refuse(quote: Quote, advice: str, *changeable_by: str) -> None:
    payable_amounts.check_payable(_paid(quote), quote.currency, advice=advice, changeable_by=changeable_by)


def _paid(quote: Quote) -> int:
    return quote.pay_in_amount + quote.stake_amount


def _can_ask_for_more(terms: Terms, fitted: Fitted) -> bool:
    """Whether the customer could choose a longer service, more seats, or an option that costs something."""
    return (
        (terms.unit in _CHOSEN and _minutes(terms, fitted) < terms.longest_minutes)
        or terms.unit is Unit.KILOMETRE
        or (terms.claim is Claim.SEATS and fitted.seats < terms.seats)
        or _has_more_options(terms, fitted)
    )


def _has_more_options(terms: Terms, fitted: Fitted) -> bool:
    chosen = {option.option_id: option.quantity for option in fitted.options}
    return any(
        option.price_amount and chosen.get(option.option_id, 0) < option.most for option in terms.options
    )


def _minutes(terms: Terms, fitted: Fitted) -> int:
    """How long the service lasts without options, as the offer's bounds count it."""
    return fitted.units * (24 * 60 if terms.unit is Unit.NIGHT else 1)


_MORE = "longer, more seats or more options"
_PROVIDER_RAISE = "The provider can raise the price or the shortest length."
_PROVIDER_LOWER = "The provider can lower the price."
