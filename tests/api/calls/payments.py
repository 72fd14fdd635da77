"""Calls of payments and of the ledger."""

from tests.api.calls.call import Call

CALLS: dict[str, Call] = {
    "receive_payment_webhook": Call(
        "nobody",
        "POST",
        "/payments/webhook",
        also="anyone",
        headers={"stripe-signature": "{webhook_signature}"},
        raw="webhook",
    ),
    "read_payment": Call("aino", "GET", "/payments/{payment}", also="otto"),
    "list_payment_refunds": Call("aino", "GET", "/payments/{payment}/refunds", also="otto"),
    "refund_payment": Call(
        "otto",
        "POST",
        "/payments/{payment}/refunds",
        {"amount": 1_500, "liable": "provider", "reason_code": "complaint", "reason": "Both sides agree."},
    ),
    "resolve_card_dispute": Call(
        "otto",
        "POST",
        "/payments/{disputed_payment}/card-disputes/{card_dispute}/resolution",
        {"liable": "platform", "reason": "The service was delivered as agreed."},
    ),
    "sync_payment": Call("otto", "POST", "/payments/{unsettled}/sync"),
    "reconcile_payments": Call(
        "otto", "POST", "/reconciliations", {"since": "2026-11-20T00:00:00Z", "until": "2026-11-21T00:00:00Z"}
    ),
    "list_ledger_accounts": Call("otto", "GET", "/ledger/accounts"),
    "list_ledger_entries": Call("otto", "GET", "/ledger/entries"),
}
