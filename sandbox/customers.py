"""Customers: who pays, and whom saved payment methods belong to."""

from sandbox import ids, lists, params, search
from sandbox.desk import Call, Route, fetch, new_metadata, subject, updated
from sandbox.errors import refused
from sandbox.events import record
from sandbox.payment_methods import attach, usable
from sandbox.wire import Object


def _create(call: Call) -> Object:
    given = call.params
    customer: Object = {
        "id": ids.new("cus"), "object": "customer", "address": given.get("address"), "balance": 0,
        "created": call.at,
        "currency": None, "customer_account": None, "default_source": None, "delinquent": False,
        "description": given.get("description"), "email": given.get("email"),
        "invoice_prefix": ids.tail(8).upper(),
        "invoice_settings": _invoicing(), "livemode": False, "metadata": new_metadata(call),
        "name": given.get("name"),
        "next_invoice_sequence": 1, "phone": given.get("phone"),
        "preferred_locales": given.get("preferred_locales", []), "shipping": None, "tax_exempt": "none",
        "test_clock": None,
    }  # fmt: skip
    call.store.insert(customer, call.account)
    if "payment_method" in given:
        attach(call, usable(call, given["payment_method"], holder=customer["id"]), customer["id"])
    record(call, "customer.created", customer)
    return customer


def _update(call: Call) -> Object:
    customer = subject(call, "customer")
    settings = call.params.get("invoice_settings", {})
    if settings.get("default_payment_method"):
        method = fetch(
            call, "payment_method", settings["default_payment_method"], "payment_method", status=400
        )
        if method["customer"] != customer["id"]:
            raise refused("The customer does not have a payment method with the ID given.", "payment_method")
    customer["invoice_settings"] |= settings
    updated(call, customer, "address", "description", "email", "name", "phone", "preferred_locales")
    record(call, "customer.updated", customer)
    return customer


def _delete(call: Call) -> Object:
    customer = subject(call, "customer")
    record(call, "customer.deleted", customer)
    call.store.remove(customer["id"])
    return {"id": customer["id"], "object": "customer", "deleted": True}


def _invoicing() -> Object:
    return dict.fromkeys(("custom_fields", "default_payment_method", "footer", "rendering_options"))


_ADDRESS = params.shape(
    city=params.text, country=params.text, line1=params.text, line2=params.text, postal_code=params.text,
    state=params.text,
)  # fmt: skip
_FIELDS = {
    "address": _ADDRESS, "description": params.unsettable, "email": params.unsettable,
    "name": params.unsettable,
    "phone": params.unsettable, "preferred_locales": params.list_of(params.text), "metadata": params.metadata,
}  # fmt: skip
_INVOICING = params.shape(default_payment_method=params.unsettable)
ROUTES = [
    Route("POST", "/v1/customers", _create, params.body(payment_method=params.text, **_FIELDS)),
    Route(
        "GET",
        "/v1/customers",
        lists.of("customer", "/v1/customers", "email"),
        params.listing(email=params.text),
    ),
    Route("GET", "/v1/customers/search", search.of("customer", "/v1/customers/search"), search.READER),
    Route("GET", "/v1/customers/{id}", lambda call: subject(call, "customer")),
    Route("POST", "/v1/customers/{id}", _update, params.body(invoice_settings=_INVOICING, **_FIELDS)),
    Route("DELETE", "/v1/customers/{id}", _delete),
]
