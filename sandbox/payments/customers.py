"""Customers: who pays, and whom saved payment methods belong to."""

from sandbox.payments.payment_methods import attach_payment_method, resolve_payment_method
from sandbox.protocol import ids, lists, params, search
from sandbox.protocol.errors import request_rejected
from sandbox.protocol.routing import (
    ApiCall,
    ApiRoute,
    fetch_object,
    metadata_from_params,
    path_object,
    update_object,
)
from sandbox.protocol.wire import Object
from sandbox.webhooks.events import record_event


def _create(call: ApiCall) -> Object:
    fields = call.params
    customer: Object = {
        "id": ids.new_id("cus"), "object": "customer", "address": fields.get("address"), "balance": 0,
        "created": call.at,
        "currency": None, "customer_account": None, "default_source": None, "delinquent": False,
        "description": fields.get("description"), "email": fields.get("email"),
        "invoice_prefix": ids.random_text(8).upper(),
        "invoice_settings": _invoicing(), "livemode": False, "metadata": metadata_from_params(call),
        "name": fields.get("name"),
        "next_invoice_sequence": 1, "phone": fields.get("phone"),
        "preferred_locales": fields.get("preferred_locales", []), "shipping": None, "tax_exempt": "none",
        "test_clock": None,
    }  # fmt: skip
    call.store.insert(customer, call.account)
    if "payment_method" in fields:
        attach_payment_method(
            call,
            resolve_payment_method(call, fields["payment_method"], holder=customer["id"]),
            customer["id"],
        )
    record_event(call, "customer.created", customer)
    return customer


def _update(call: ApiCall) -> Object:
    customer = path_object(call, "customer")
    settings = call.params.get("invoice_settings", {})
    if settings.get("default_payment_method"):
        method = fetch_object(
            call, "payment_method", settings["default_payment_method"], "payment_method", status=400
        )
        if method["customer"] != customer["id"]:
            raise request_rejected(
                "The customer does not have a payment method with the ID given.", "payment_method"
            )
    customer["invoice_settings"] |= settings
    update_object(call, customer, "address", "description", "email", "name", "phone", "preferred_locales")
    record_event(call, "customer.updated", customer)
    return customer


def _delete(call: ApiCall) -> Object:
    customer = path_object(call, "customer")
    record_event(call, "customer.deleted", customer)
    call.store.remove(customer["id"])
    return {"id": customer["id"], "object": "customer", "deleted": True}


def _invoicing() -> Object:
    return dict.fromkeys(("custom_fields", "default_payment_method", "footer", "rendering_options"))


_ADDRESS = params.object_of(
    city=params.text, country=params.text, line1=params.text, line2=params.text, postal_code=params.text,
    state=params.text,
)  # fmt: skip
_FIELDS = {
    "address": _ADDRESS, "description": params.unsettable, "email": params.unsettable,
    "name": params.unsettable,
    "phone": params.unsettable, "preferred_locales": params.list_of(params.text), "metadata": params.metadata,
}  # fmt: skip
_INVOICING = params.object_of(default_payment_method=params.unsettable)
ROUTES = [
    ApiRoute("POST", "/v1/customers", _create, params.request_params(payment_method=params.text, **_FIELDS)),
    ApiRoute(
        "GET",
        "/v1/customers",
        lists.list_handler("customer", "/v1/customers", "email"),
        params.list_params(email=params.text),
    ),
    ApiRoute(
        "GET",
        "/v1/customers/search",
        search.search_handler("customer", "/v1/customers/search"),
        search.READER,
    ),
    ApiRoute("GET", "/v1/customers/{id}", lambda call: path_object(call, "customer")),
    ApiRoute(
        "POST", "/v1/customers/{id}", _update, params.request_params(invoice_settings=_INVOICING, **_FIELDS)
    ),
    ApiRoute("DELETE", "/v1/customers/{id}", _delete),
]
