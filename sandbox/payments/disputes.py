"""Disputes: the holder's bank takes the money back first and listens afterwards.

A test card draws one when it is captured, and the control interface opens one on any captured charge.
Evidence whose `uncategorized_text` is `winning_evidence` or `losing_evidence` decides at once, as Stripe
documents for tests; other evidence waits under review until the control interface decides; silence until
`due_by` loses.
"""

from sandbox import ledger
from sandbox.protocol import ids, lists, params
from sandbox.protocol.errors import request_rejected
from sandbox.protocol.routing import ApiCall, ApiRoute, path_object, update_object
from sandbox.protocol.wire import Object
from sandbox.webhooks.events import record_event

FEE = 1_500
EVIDENCE_SECONDS = 9 * ledger.DAY
"""Stripe gives seven to twenty-one days, less its own margin.

Nine is on the short side, so deadlines are felt.
"""

EVIDENCE = (
    "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
    "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
    "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id", "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address",
    "shipping_carrier",
    "shipping_date", "shipping_documentation", "shipping_tracking_number", "uncategorized_file",
    "uncategorized_text",
)  # fmt: skip
_OPEN = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")


def open_dispute(call: ApiCall, charge: Object, *, amount: int, reason: str, inquiry: bool = False) -> Object:
    """The bank opens a dispute (or, taking no money yet, an inquiry) on a captured charge.

    Returns the dispute.
    """
    left = charge["amount"] - charge["amount_refunded"]
    if not charge["captured"] or charge["disputed"] or not 0 < amount <= left:
        raise request_rejected(
            "Only what a captured charge has left can be disputed, and only once.", "amount"
        )
    dispute = call.store.insert(_dispute_object(call, charge, amount, reason, inquiry=inquiry), call.account)
    call.store.save(charge | {"disputed": True})
    call.start_timer(call.at + EVIDENCE_SECONDS, "lose_dispute", dispute["id"])
    record_event(call, "charge.dispute.created", dispute)
    if not inquiry:
        _record_movement(call, dispute, -amount, FEE, "charge.dispute.funds_withdrawn")
    return dispute


def decide_dispute(call: ApiCall, dispute: Object, outcome: str, amount: int | None = None) -> Object:
    """The bank's word: `won` (the whole or, with `amount`, a part comes back), `lost`, `warning_closed`."""
    if dispute["status"] not in _OPEN:
        raise request_rejected(f"This dispute is already closed: {dispute['status']}")
    inquiry = dispute["status"].startswith("warning")
    if inquiry != (outcome == "warning_closed") or outcome not in ("won", "lost", "warning_closed"):
        raise request_rejected("An inquiry ends as warning_closed, a dispute as won or lost.", "outcome")
    reinstated = dispute["amount"] if amount is None else amount
    if not 0 < reinstated <= dispute["amount"]:
        raise request_rejected("What comes back cannot be more than what was taken.", "amount")
    dispute |= {"status": outcome, "is_charge_refundable": outcome != "lost"}
    call.store.save(dispute)
    if outcome == "won":
        _record_movement(call, dispute, reinstated, 0, "charge.dispute.funds_reinstated")
    record_event(call, "charge.dispute.closed", dispute)
    return dispute


def expire_dispute(call: ApiCall, key: str) -> None:
    """The deadline passed in silence: the bank decides for its customer; an inquiry just ends."""
    dispute = call.store.find(key)
    if dispute is None or not dispute["status"].endswith("needs_response"):
        return
    dispute["evidence_details"]["past_due"] = True
    decide_dispute(call, dispute, "warning_closed" if dispute["status"].startswith("warning") else "lost")


def _dispute_object(call: ApiCall, charge: Object, amount: int, reason: str, *, inquiry: bool) -> Object:
    brand = charge["payment_method_details"]["card"]["brand"]
    card = {
        "brand": brand,
        "case_type": "inquiry" if inquiry else "chargeback",
        "network": brand,
        "network_reason_code": "10.4",
    }
    details = {
        "due_by": call.at + EVIDENCE_SECONDS, "enhanced_eligibility": {}, "has_evidence": False,
        "past_due": False,
        "submission_count": 0, "submission_method": "not_submitted",
    }  # fmt: skip
    return {
        "id": ids.new_id("du"), "object": "dispute", "amount": amount, "balance_transactions": [],
        "charge": charge["id"],
        "created": call.at, "currency": charge["currency"], "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(EVIDENCE) | {"enhanced_evidence": {}}, "evidence_details": details,
        "is_charge_refundable": inquiry, "livemode": False, "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"card": card, "type": "card"}, "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }  # fmt: skip


def _record_movement(call: ApiCall, dispute: Object, amount: int, fee: int, event: str) -> None:
    entry = ledger.record_movement(
        call, amount, currency=dispute["currency"], against="network", kind="adjustment", fee=fee,
        source=dispute["id"], category="dispute" if amount < 0 else "dispute_reversal",
        available_on=call.at, description=f"Chargeback {'withdrawal' if amount < 0 else 'reversal'}",
    )  # fmt: skip
    dispute["balance_transactions"].append(entry)
    call.store.save(dispute)
    record_event(call, event, dispute)


def _update(call: ApiCall) -> Object:
    dispute = path_object(call, "dispute")
    if not dispute["status"].endswith("needs_response"):
        raise request_rejected(f"This dispute can no longer be answered: it is {dispute['status']}.")
    evidence = call.params.get("evidence", {})
    dispute["evidence"] |= evidence
    details = dispute["evidence_details"]
    details["has_evidence"] = any(dispute["evidence"][name] for name in EVIDENCE)
    update_object(call, dispute)
    if call.params.get("submit", True) and evidence:
        _submit(call, dispute)
    else:
        record_event(call, "charge.dispute.updated", dispute)
    return dispute


def _submit(call: ApiCall, dispute: Object) -> None:
    details = dispute["evidence_details"]
    details |= {"submission_count": details["submission_count"] + 1, "submission_method": "manual"}
    inquiry = dispute["status"].startswith("warning")
    dispute["status"] = "warning_under_review" if inquiry else "under_review"
    record_event(call, "charge.dispute.updated", call.store.save(dispute))
    outcome = {"winning_evidence": "won", "losing_evidence": "lost"}.get(
        dispute["evidence"]["uncategorized_text"]
    )
    if outcome:
        decide_dispute(call, dispute, "warning_closed" if inquiry else outcome)


def _close(call: ApiCall) -> Object:
    dispute = path_object(call, "dispute")
    if not dispute["status"].endswith("needs_response"):
        raise request_rejected(f"This dispute can no longer be closed: it is {dispute['status']}.")
    return decide_dispute(
        call, dispute, "warning_closed" if dispute["status"].startswith("warning") else "lost"
    )


_PROOF = params.object_of(**dict.fromkeys(EVIDENCE, params.unsettable))
_CHANGE = params.request_params(evidence=_PROOF, metadata=params.metadata, submit=params.boolean)
_FILTERS = {"charge": params.text, "payment_intent": params.text}
ROUTES = [
    ApiRoute(
        "GET",
        "/v1/disputes",
        lists.list_handler("dispute", "/v1/disputes", *_FILTERS),
        params.list_params(**_FILTERS),
    ),
    ApiRoute("GET", "/v1/disputes/{id}", lambda call: path_object(call, "dispute")),
    ApiRoute("POST", "/v1/disputes/{id}", _update, _CHANGE),
    ApiRoute("POST", "/v1/disputes/{id}/close", _close),
]
