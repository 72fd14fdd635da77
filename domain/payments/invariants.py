"""What must hold over all payments and their share of the books. Each query answers what breaks it."""

# Each posting with its entry's subject and reason, and the kinds of both accounts.
_MOVED = """
    SELECT e.subject_id, e.kind, d.kind AS debit, c.kind AS credit, p.amount, e.corrects_id
    FROM ledger_entries e
    JOIN ledger_postings p ON p.entry_id = e.id
    JOIN ledger_accounts d ON d.id = p.debit_account_id
    JOIN ledger_accounts c ON c.id = p.credit_account_id
"""

INVARIANTS: dict[str, str] = {
    "what was captured stands in the books": f"""
        SELECT payment.id, payment.captured_amount, coalesce(booked.amount, 0) AS booked
        FROM payments payment LEFT JOIN (
            SELECT subject_id, sum(amount) AS amount FROM ({_MOVED}) moved
            WHERE kind = 'capture' GROUP BY subject_id
        ) booked USING (subject_id)
        WHERE payment.captured_amount <> coalesce(booked.amount, 0)
    """,  # noqa: S608 -- our own text
    "what the provider kept stands in the books": f"""
        SELECT payment.id, payment.fee_amount, coalesce(booked.amount, 0) AS booked
        FROM payments payment LEFT JOIN (
            SELECT subject_id, sum(amount) AS amount FROM ({_MOVED}) moved
            WHERE kind = 'processing_fee' GROUP BY subject_id
        ) booked USING (subject_id)
        WHERE coalesce(payment.fee_amount, 0) <> coalesce(booked.amount, 0)
    """,  # noqa: S608
    "what was refunded is the sum of the refunds that arrived": """
        SELECT payment.id, payment.refunded_amount, coalesce(sum(refund.amount), 0) AS arrived
        FROM payments payment
        LEFT JOIN refunds refund ON refund.payment_id = payment.id AND refund.state = 'succeeded'
        GROUP BY payment.id HAVING payment.refunded_amount <> coalesce(sum(refund.amount), 0)
    """,
    "refunds in flight are those that are on their way": f"""
        SELECT subject_id, sum(amount) AS off FROM (
            SELECT subject_id, CASE WHEN credit = 'refunds_in_flight' THEN amount ELSE -amount END AS amount
            FROM ({_MOVED}) moved WHERE 'refunds_in_flight' IN (debit, credit)
            UNION ALL
            SELECT payment.subject_id, -refund.amount FROM refunds refund
            JOIN payments payment ON payment.id = refund.payment_id
            WHERE refund.state IN ('planned', 'pending')
        ) compared GROUP BY subject_id HAVING sum(amount) <> 0
    """,  # noqa: S608
    "nothing more is given back than was taken": """
        SELECT payment.id FROM payments payment
        JOIN refunds refund ON refund.payment_id = payment.id AND refund.state <> 'failed'
        GROUP BY payment.id HAVING sum(refund.amount) > payment.captured_amount
    """,
    "what is held is held for a payment": """
        SELECT account.id, account.owner_id FROM ledger_accounts account
        JOIN ledger_balances kept ON kept.account_id = account.id AND kept.balance <> 0
        LEFT JOIN payments payment ON payment.subject_id = account.owner_id
        WHERE account.kind = 'held' AND (payment.id IS NULL OR payment.currency <> account.unit)
    """,
    "a settled payment keeps what was decided": """
        SELECT payment.id, payment.keep_amount FROM payments payment
        LEFT JOIN refunds refund ON refund.payment_id = payment.id AND refund.state <> 'failed'
        WHERE payment.settled_at IS NOT NULL
        GROUP BY payment.id
        HAVING payment.keep_amount IS NULL
            OR payment.state NOT IN ('captured', 'cancelled')
            OR payment.captured_amount - coalesce(sum(refund.amount), 0) - (
                SELECT coalesce(sum(withdrawn_amount), 0) FROM card_disputes
                WHERE card_disputes.payment_id = payment.id) > payment.keep_amount
    """,
    "what card networks withdrew stands in the books": f"""
        SELECT subject_id, sum(disputed) AS disputed, sum(fees) AS fees FROM (
            SELECT subject_id,
                   CASE WHEN debit = 'disputes' THEN amount WHEN credit = 'disputes' THEN -amount ELSE 0 END
                       AS disputed,
                   CASE WHEN debit = 'dispute_fees' THEN amount WHEN credit = 'dispute_fees' THEN -amount
                        ELSE 0 END AS fees
            FROM ({_MOVED}) moved WHERE kind = 'card_dispute'
            UNION ALL
            SELECT payment.subject_id, -dispute.withdrawn_amount, -dispute.fee_amount
            FROM card_disputes dispute JOIN payments payment ON payment.id = dispute.payment_id
        ) compared GROUP BY subject_id HAVING sum(disputed) <> 0 OR sum(fees) <> 0
    """,  # noqa: S608
    "a card dispute has withdrawn what its movements say": """
        SELECT dispute.id FROM card_disputes dispute
        LEFT JOIN card_dispute_movements moved ON moved.dispute_id = dispute.id GROUP BY dispute.id
        HAVING dispute.withdrawn_amount <> -coalesce(sum(moved.amount), 0)
            OR dispute.fee_amount <> coalesce(sum(moved.fee_amount), 0)
    """,
    "a payment is stopped exactly while a card dispute is open or its loss unresolved": """
        SELECT payment.id, payment.distribution_stopped_at FROM payments payment
        LEFT JOIN card_disputes dispute ON dispute.payment_id = payment.id
        GROUP BY payment.id
        HAVING (payment.distribution_stopped_at IS NOT NULL) <> coalesce(bool_or(
            dispute.state IN ('warning_needs_response', 'warning_under_review', 'needs_response',
                              'under_review')
            OR (dispute.withdrawn_amount > 0 AND dispute.resolved_at IS NULL)), false)
    """,
    "a refund and its call end alike": """
        SELECT refund.id FROM refunds refund JOIN provider_ops op ON op.id = refund.op_id
        WHERE (op.state = 'failed' AND refund.state <> 'failed')
           OR (op.state = 'planned' AND refund.state <> 'planned')
    """,
    "no event of the provider is set aside": """
        SELECT id, type, set_aside_at, set_aside_reason FROM webhook_events WHERE set_aside_at IS NOT NULL
    """,
}
