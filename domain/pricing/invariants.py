"""What must hold over all quotes. Each query answers the rows that break it; the database holds the rest."""

INVARIANTS: dict[str, str] = {
    "a quote's lines give every party what its amounts say": """
        SELECT quotes.id, said.* FROM quotes
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(amount) FILTER (WHERE payer = 'customer'), 0) AS pay_in,
                   coalesce(sum(amount) FILTER (WHERE payee = 'provider'), 0)
                     - coalesce(sum(amount) FILTER (WHERE payer = 'provider'), 0) AS pay_out,
                   coalesce(sum(amount) FILTER (WHERE payee = 'tax_office'), 0) AS tax,
                   coalesce(sum(amount) FILTER (WHERE payee = 'platform'), 0) AS platform,
                   coalesce(sum(amount) FILTER (WHERE payee = 'surge_pool'), 0)
                     - coalesce(sum(amount) FILTER (WHERE payer = 'surge_pool'), 0) AS surge
            FROM jsonb_to_recordset(quotes.lines) AS line (payer text, payee text, amount bigint)
        ) AS said
        WHERE (said.pay_in, said.pay_out, said.tax, said.platform, said.surge) IS DISTINCT FROM
              (pay_in_amount, pay_out_amount, tax_amount, service_fee_amount + commission_amount,
               surge_amount)
    """,
    "nobody pays more than the market's factor": """
        SELECT id, inputs -> 'surge' AS surge FROM quotes
        WHERE (inputs -> 'surge' ->> 'multiplier_bp')::int > (inputs -> 'surge' ->> 'market_bp')::int
           OR (surge_amount > 0 AND (inputs -> 'surge' ->> 'multiplier_bp')::int <= 10000)
    """,
    "what is at stake is what tasks take off the pay-in": """
        SELECT quotes.id, stake_amount FROM quotes
        CROSS JOIN LATERAL (
            SELECT -coalesce(sum(amount), 0) AS off
            FROM jsonb_to_recordset(quotes.lines) AS line (rule text, payer text, amount bigint)
            WHERE rule IN ('task_share', 'tax_on_tasks') AND payer = 'customer'
        ) AS said
        WHERE said.off <> stake_amount
    """,
    "only what was taken is agreed to": """
        SELECT id FROM quotes WHERE agreed_at IS NOT NULL AND taken_at IS NULL
    """,
    "a quote stores the versions that its inputs name": """
        SELECT id FROM quotes
        WHERE inputs -> 'policy' ->> 'version_id' <> policy_version_id::text
           OR inputs -> 'tariff' ->> 'version_id' IS DISTINCT FROM tariff_version_id::text
           OR inputs ->> 'currency' <> currency
    """,
    "a change is priced for the customer and the offer of the quote it changes": """
        SELECT change.id, change.changes_quote_id FROM quotes change
        JOIN quotes before ON before.id = change.changes_quote_id
        WHERE (change.customer_id, change.offer_id, change.currency)
              IS DISTINCT FROM (before.customer_id, before.offer_id, before.currency)
    """,
}
