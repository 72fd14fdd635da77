"""The wire: headers, errors, lists, expansion, and what is not let in."""

import pytest
import stripe

from sandbox.protocol.wire import parse_form
from tests.sandbox.sandbox_client import SandboxClient

FORMS = [
    ("a=1&b[c]=2&b[d][e]=3", {"a": "1", "b": {"c": "2", "d": {"e": "3"}}}),
    ("expand[0]=x&expand[1]=y", {"expand": ["x", "y"]}),
    ("expand[]=x&expand[]=y", {"expand": ["x", "y"]}),
    ("l[0][k]=a&l[1][k]=b", {"l": [{"k": "a"}, {"k": "b"}]}),
    ("metadata[a%20b]=%C3%A9&empty=", {"metadata": {"a b": "é"}, "empty": ""}),
    ("a=1&a[b]=2", {"a": "1"}),
    ("", {}),
]


@pytest.mark.parametrize(("text", "params"), FORMS)
def test_brackets_are_read_as_nesting(text: str, params: dict[str, object]) -> None:
    assert parse_form(text) == params


@pytest.mark.parametrize("key", ["sk_test_123", "sk_live_123", "sk_sandbox_", "pk_sandbox_1"])
def test_other_keys_are_refused(sandbox: SandboxClient, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError) as exc_info:
        sandbox.client(key).balance.retrieve()
    assert exc_info.value.http_status == 401


def test_no_key_is_refused(sandbox: SandboxClient) -> None:
    assert sandbox.http.get("/v1/balance").status_code == 401


ERRORS = [
    ({"amount": 100}, "parameter_missing", "currency"),
    ({"amount": "ten", "currency": "sgd"}, "parameter_invalid_integer", "amount"),
    ({"amount": 100, "currency": ""}, "parameter_invalid_empty", "currency"),
    ({"amount": 100, "currency": "sgd", "colour": "red"}, "parameter_unknown", "colour"),
    ({"amount": 100, "currency": "sgd", "payment_method_options": {"card": {"x": "1"}}}, "parameter_unknown",
     "payment_method_options[card][x]"),
    ({"amount": 100, "currency": "sgd", "customer": "cus_nobody"}, "resource_missing", "customer"),
    ({"amount": 0, "currency": "sgd"}, "parameter_invalid_integer", "amount"),
]  # fmt: skip


@pytest.mark.parametrize(("request_params", "code", "param"), ERRORS)
def test_each_wrong_parameter_is_named(
    sandbox: SandboxClient, request_params: dict[str, object], code: str, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as exc_info:
        sandbox.stripe.payment_intents.create(request_params)
    assert (exc_info.value.http_status, exc_info.value.code, exc_info.value.param) == (400, code, param)


def test_a_missing_object_is_404(sandbox: SandboxClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such payment_intent: 'pi_x'") as exc_info:
        sandbox.stripe.payment_intents.retrieve("pi_x")
    assert (exc_info.value.http_status, exc_info.value.code) == (404, "resource_missing")


def test_an_unknown_address_is_404(sandbox: SandboxClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        sandbox.stripe.products.list()


def test_card_parts_are_refused_with_stripes_own_sentence_and_not_kept(sandbox: SandboxClient) -> None:
    request_params = {"type": "card", "card": {"exp_month": 1, "exp_year": 2031, "cvc": "000"}}
    with pytest.raises(stripe.CardError, match="Sending credit card numbers directly") as exc_info:
        sandbox.stripe.payment_methods.create(request_params)
    assert exc_info.value.http_status == 402
    assert sandbox.control("requests")["requests"][-1]["params"] is None


def test_every_answer_carries_its_request_id_and_version(sandbox: SandboxClient) -> None:
    headers = sandbox.stripe.customers.create({}).last_response.headers
    assert headers["request-id"].startswith("req_")
    assert headers["stripe-version"] == stripe.api_version


def test_lists_are_walked_forwards_and_backwards(sandbox: SandboxClient) -> None:
    made = [sandbox.stripe.customers.create({"metadata": {"n": str(n)}}).id for n in range(7)]
    page = sandbox.stripe.customers.list({"limit": 3})
    assert ([item.id for item in page.data], page.has_more) == (made[:3:-1], True)
    assert [item.id for item in page.auto_paging_iter()] == made[::-1]
    back = sandbox.stripe.customers.list({"limit": 3, "ending_before": made[1]})
    assert ([item.id for item in back.data], back.has_more) == (made[4:1:-1], True)


def test_lists_are_narrowed_by_creation_and_by_filters(sandbox: SandboxClient) -> None:
    customer = sandbox.stripe.customers.create({"email": "mei@example.org"})
    assert sandbox.stripe.customers.list({"email": "mei@example.org"}).data[0].id == customer.id
    assert sandbox.stripe.customers.list({"created": {"gt": customer.created}}).data == []
    assert len(sandbox.stripe.customers.list({"created": {"gte": customer.created}}).data) == 1


@pytest.mark.parametrize("limit", [0, 101])
def test_a_page_has_one_to_a_hundred_objects(sandbox: SandboxClient, limit: int) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        sandbox.stripe.customers.list({"limit": limit})


def test_expansion_reaches_four_levels_and_refuses_what_is_no_reference(sandbox: SandboxClient) -> None:
    sandbox.payment()
    path = "data.latest_charge.balance_transaction.source"
    payments = sandbox.stripe.payment_intents.list({"expand": [path]}).data[0]
    assert payments.latest_charge.balance_transaction.source.id == payments.latest_charge.id
    for wrong in (f"{path}.customer", "data.amount", "data.nothing"):
        with pytest.raises(stripe.InvalidRequestError):
            sandbox.stripe.payment_intents.list({"expand": [wrong]})


def test_customers_live_change_and_go(sandbox: SandboxClient) -> None:
    customer = sandbox.stripe.customers.create({"name": "Mei", "payment_method": "pm_card_visa"})
    card = sandbox.stripe.customers.payment_methods.list(customer.id).data[0]
    changed = sandbox.stripe.customers.update(
        customer.id, {"description": "neighbour", "invoice_settings": {"default_payment_method": card.id}}
    )
    assert (changed.description, changed.invoice_settings.default_payment_method) == ("neighbour", card.id)
    assert sandbox.stripe.payment_methods.detach(card.id).customer is None
    assert sandbox.stripe.customers.delete(customer.id).deleted is True
    with pytest.raises(stripe.InvalidRequestError):
        sandbox.stripe.customers.retrieve(customer.id)


def test_a_declining_card_cannot_be_saved(sandbox: SandboxClient) -> None:
    customer = sandbox.stripe.customers.create({})
    with pytest.raises(stripe.CardError):
        sandbox.stripe.payment_methods.attach("pm_card_visa_chargeDeclined", {"customer": customer.id})
    assert sandbox.stripe.payment_methods.attach(
        "pm_card_chargeCustomerFail", {"customer": customer.id}
    ).customer


def test_events_are_listed_by_type_and_pattern(sandbox: SandboxClient) -> None:
    sandbox.payment()
    assert {event.type for event in sandbox.stripe.events.list({"type": "payment_intent.*"}).data} == {
        "payment_intent.created", "payment_intent.succeeded"}  # fmt: skip
    charged = sandbox.stripe.events.list({"types": ["charge.succeeded"]}).data[0]
    assert sandbox.stripe.events.retrieve(charged.id).request.id.startswith("req_")
