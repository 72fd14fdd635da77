"""The contract with the official library, both ways.

`request_problems` holds the parameters of a request against the library's own `stripe.params` TypedDicts;
`object_problems` holds an object against the annotations of the library's classes. Both answer sentences,
none when all is well: unknown keys, missing keys and wrong types are each a sentence. Form values are texts,
so requests are read leniently (`"12"` is an integer), objects strictly.
"""

import re
import typing
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, ClassVar, Literal, Union, get_args, get_origin

import stripe
import typing_extensions
from stripe import params as stripe_params
from stripe._object_classes import get_object_class
from stripe._stripe_object import StripeObject, UntypedStripeObject

Hints = tuple[Any, ...]

REQUESTS = {
    "GET /v1/account": "AccountRetrieveCurrentParams",
    "POST /v1/account_links": "AccountLinkCreateParams",
    "POST /v1/accounts": "AccountCreateParams",
    "GET /v1/accounts": "AccountListParams",
    "GET /v1/accounts/{}": "AccountRetrieveParams",
    "POST /v1/accounts/{}": "AccountUpdateParams",
    "DELETE /v1/accounts/{}": "AccountDeleteParams",
    "POST /v1/accounts/{}/external_accounts": "AccountExternalAccountCreateParams",
    "GET /v1/accounts/{}/external_accounts": "AccountExternalAccountListParams",
    "GET /v1/balance": "BalanceRetrieveParams",
    "GET /v1/balance_transactions": "BalanceTransactionListParams",
    "GET /v1/balance_transactions/{}": "BalanceTransactionRetrieveParams",
    "GET /v1/charges": "ChargeListParams",
    "GET /v1/charges/search": "ChargeSearchParams",
    "GET /v1/charges/{}": "ChargeRetrieveParams",
    "POST /v1/charges/{}": "ChargeUpdateParams",
    "GET /v1/charges/{}/refunds": "ChargeListRefundsParams",
    "POST /v1/customers": "CustomerCreateParams",
    "GET /v1/customers": "CustomerListParams",
    "GET /v1/customers/search": "CustomerSearchParams",
    "GET /v1/customers/{}": "CustomerRetrieveParams",
    "POST /v1/customers/{}": "CustomerUpdateParams",
    "DELETE /v1/customers/{}": "CustomerDeleteParams",
    "GET /v1/customers/{}/payment_methods": "CustomerPaymentMethodListParams",
    "GET /v1/disputes": "DisputeListParams",
    "GET /v1/disputes/{}": "DisputeRetrieveParams",
    "POST /v1/disputes/{}": "DisputeUpdateParams",
    "POST /v1/disputes/{}/close": "DisputeCloseParams",
    "GET /v1/events": "EventListParams",
    "GET /v1/events/{}": "EventRetrieveParams",
    "POST /v1/payment_intents": "PaymentIntentCreateParams",
    "GET /v1/payment_intents": "PaymentIntentListParams",
    "GET /v1/payment_intents/search": "PaymentIntentSearchParams",
    "GET /v1/payment_intents/{}": "PaymentIntentRetrieveParams",
    "POST /v1/payment_intents/{}": "PaymentIntentUpdateParams",
    "POST /v1/payment_intents/{}/confirm": "PaymentIntentConfirmParams",
    "POST /v1/payment_intents/{}/capture": "PaymentIntentCaptureParams",
    "POST /v1/payment_intents/{}/cancel": "PaymentIntentCancelParams",
    "POST /v1/payment_methods": "PaymentMethodCreateParams",
    "GET /v1/payment_methods": "PaymentMethodListParams",
    "GET /v1/payment_methods/{}": "PaymentMethodRetrieveParams",
    "POST /v1/payment_methods/{}": "PaymentMethodUpdateParams",
    "POST /v1/payment_methods/{}/attach": "PaymentMethodAttachParams",
    "POST /v1/payment_methods/{}/detach": "PaymentMethodDetachParams",
    "POST /v1/payouts": "PayoutCreateParams",
    "GET /v1/payouts": "PayoutListParams",
    "GET /v1/payouts/{}": "PayoutRetrieveParams",
    "POST /v1/payouts/{}": "PayoutUpdateParams",
    "POST /v1/payouts/{}/cancel": "PayoutCancelParams",
    "POST /v1/refunds": "RefundCreateParams",
    "GET /v1/refunds": "RefundListParams",
    "GET /v1/refunds/{}": "RefundRetrieveParams",
    "POST /v1/refunds/{}": "RefundUpdateParams",
    "POST /v1/refunds/{}/cancel": "RefundCancelParams",
    "POST /v1/setup_intents": "SetupIntentCreateParams",
    "GET /v1/setup_intents": "SetupIntentListParams",
    "GET /v1/setup_intents/{}": "SetupIntentRetrieveParams",
    "POST /v1/setup_intents/{}": "SetupIntentUpdateParams",
    "POST /v1/setup_intents/{}/confirm": "SetupIntentConfirmParams",
    "POST /v1/setup_intents/{}/cancel": "SetupIntentCancelParams",
    "POST /v1/transfers": "TransferCreateParams",
    "GET /v1/transfers": "TransferListParams",
    "GET /v1/transfers/{}": "TransferRetrieveParams",
    "POST /v1/transfers/{}": "TransferUpdateParams",
    "POST /v1/transfers/{}/reversals": "TransferReversalCreateParams",
    "GET /v1/transfers/{}/reversals": "TransferReversalListParams",
    "GET /v1/transfers/{}/reversals/{}": "TransferReversalRetrieveParams",
    "POST /v1/webhook_endpoints": "WebhookEndpointCreateParams",
    "GET /v1/webhook_endpoints": "WebhookEndpointListParams",
    "GET /v1/webhook_endpoints/{}": "WebhookEndpointRetrieveParams",
    "POST /v1/webhook_endpoints/{}": "WebhookEndpointUpdateParams",
    "DELETE /v1/webhook_endpoints/{}": "WebhookEndpointDeleteParams",
}
"""Which TypedDict of the library describes the parameters of which endpoint; ids in paths are `{}`."""


def request_problems(method: str, path: str, params: Mapping[str, object]) -> list[str]:
    """What the library would not have sent."""
    name = REQUESTS.get(f"{method} {path}") or next(
        (
            payments
            for pattern, payments in REQUESTS.items()
            if _matches_endpoint(pattern, f"{method} {path}")
        ),
        None,
    )
    if name is None:
        return [f"nobody knows {method} {path}"]
    return _check(params, getattr(stripe_params, name), f"{method} {path}", lenient=True)


def object_problems(thing: Mapping[str, Any], where: str = "") -> list[str]:
    """What the library's class for this object does not know, misses, or has as another type."""
    kind = str(thing.get("object"))
    if thing.get("deleted"):
        return (
            []
            if set(thing) == {"id", "object", "deleted"}
            else [f"{where}{kind}: more than a deleted object tells"]
        )
    if kind in ("list", "search_result"):
        return [problem for item in thing["data"] for problem in object_problems(item, where)]
    known = get_object_class("V1", kind)
    if known is StripeObject:
        return [f"{where}: the library knows no object '{kind}'"]
    return _check(thing, known, f"{where}{kind}", lenient=False)


def _matches_endpoint(pattern: str, answers: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(re.escape("{}"), "[^/]+"), answers) is not None


def _check(value: object, hint: Any, where: str, *, lenient: bool) -> list[str]:
    if hint is Any or isinstance(hint, typing.TypeVar):
        return []
    kind = Union if type(hint).__name__ == "UnionType" else get_origin(hint)
    if kind in _CHECKS:
        return _CHECKS[kind](value, get_args(hint), where, lenient=lenient)
    if typing_extensions.is_typeddict(hint) or (isinstance(hint, type) and issubclass(hint, StripeObject)):
        return _check_fields(value, hint, where, lenient=lenient)
    return [] if _is_plain(value, hint, lenient=lenient) else [f"{where}: {value!r} is not {hint}"]


def _check_wrapped(value: object, hints: Hints, where: str, *, lenient: bool) -> list[str]:
    return _check(value, hints[0], where, lenient=lenient)


def _check_literal(value: object, words: Hints, where: str, *, lenient: bool) -> list[str]:
    return [] if value in words else [f"{where}: {value!r} is none of the words allowed"]


def _check_union(value: object, choices: Hints, where: str, *, lenient: bool) -> list[str]:
    payments = [_check(value, choice, where, lenient=lenient) for choice in choices]
    # Of several wrong readings, the one that got past the outermost type is the one that was meant.
    meant = [
        item for item in payments if not any(f"{where}: {value!r} is not" in problem for problem in item)
    ]
    return [] if [] in payments else min(meant or payments, key=len)


def _check_list(value: object, hints: Hints, where: str, *, lenient: bool) -> list[str]:
    if not isinstance(value, list):
        return [f"{where}: {value!r} is not a list"]
    items = enumerate(value)
    return [
        problem for at, item in items for problem in _check(item, hints[0], f"{where}[{at}]", lenient=lenient)
    ]


def _check_map(value: object, hints: Hints, where: str, *, lenient: bool) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: {value!r} is not a map"]
    items = value.items()
    return [
        problem
        for key, item in items
        for problem in _check(item, hints[-1], f"{where}.{key}", lenient=lenient)
    ]


def _check_page(value: object, hints: Hints, where: str, *, lenient: bool) -> list[str]:
    if not isinstance(value, dict) or set(value) != {"object", "data", "has_more", "url"}:
        return [f"{where}: {value!r} is not a list object"]
    return _check_list(value["data"], hints, where, lenient=lenient)


_CHECKS: dict[Any, Callable[..., list[str]]] = {
    typing_extensions.NotRequired: _check_wrapped,
    typing_extensions.Required: _check_wrapped,
    Union: _check_union,
    Literal: _check_literal,
    list: _check_list,
    dict: _check_map,
    UntypedStripeObject: _check_map,
    stripe.ListObject: _check_page,
}


def _check_fields(value: object, hint: Any, where: str, *, lenient: bool) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: {value!r} is not an object"]
    fields = dict(_fields(hint))
    problems = [f"{where}: unknown key '{key}'" for key in value if key not in fields]
    problems += [
        f"{where}: missing key '{key}'" for key, (_, needed) in fields.items() if needed and key not in value
    ]
    for key, item in value.items():
        if key in fields:
            problems += _check(item, fields[key][0], f"{where}.{key}", lenient=lenient)
    return problems


def _is_plain(value: object, hint: Any, *, lenient: bool) -> bool:
    if lenient and isinstance(value, str) and hint in (int, bool, float):
        return value in ("true", "false") if hint is bool else value.lstrip("-").isdigit()
    if hint in (None, type(None)):
        return value is None
    return isinstance(value, hint) and not (hint is int and isinstance(value, bool))


def _fields(hint: Any) -> Iterator[tuple[str, tuple[Any, bool]]]:
    """Each field with its type and whether it must be there."""
    hints = _hints(hint)
    if typing_extensions.is_typeddict(hint):
        options = set(stripe.RequestOptions.__annotations__)  # the library puts these in headers
        for name, known in hints.items():
            if name not in options:
                yield name, (known, get_origin(known) is not typing_extensions.NotRequired)
        return
    for name, known in hints.items():
        if not name.startswith("_") and get_origin(known) is not ClassVar and known is not ClassVar:
            yield name, (known, type(None) not in get_args(known) and known is not Any)


@cache
def _hints(hint: Any) -> dict[str, Any]:
    return typing_extensions.get_type_hints(
        hint, globalns=vars(typing_extensions), localns=_Names(hint), include_extras=True
    )


class _Names(dict[str, Any]):
    """Where a name in the library's annotations is looked up.

    Its own module, then what the library exports.
    """

    def __init__(self, hint: Any) -> None:
        module = __import__(hint.__module__, fromlist=["_"])
        super().__init__(vars(typing) | vars(stripe) | vars(module) | vars(hint))

    def __missing__(self, name: str) -> Any:
        if not name[0].isupper():
            raise KeyError(name)  # `str` and its like are looked up further out
        # Names imported for type checkers only, some of them under an alias such as `DisputeResource`.
        payments = getattr(stripe, name.removesuffix("Resource"), None)
        return payments if isinstance(payments, type) else Any
