"""What must hold over all bookings. Each query answers the rows that break it; constraints hold the rest."""

INVARIANTS: dict[str, str] = {
    "a booking has the amounts of the quote it rests on": """
        SELECT bookings.id, bookings.quote_id FROM bookings JOIN quotes ON quotes.id = bookings.quote_id
        WHERE (bookings.pay_in_amount, bookings.surge_amount, bookings.bonus_amount, bookings.stake_amount)
           IS DISTINCT FROM
              (quotes.pay_in_amount, quotes.surge_amount, quotes.bonus_amount, quotes.stake_amount)
    """,
    "what is at stake is the sum of the tasks' shares": """
        SELECT bookings.id, bookings.stake_amount, shares.amount FROM bookings LEFT JOIN (
            SELECT booking_id, sum(share_pay_out_amount + share_tax_amount) AS amount
            FROM booking_tasks GROUP BY booking_id
        ) shares ON shares.booking_id = bookings.id
        WHERE bookings.stake_amount <> coalesce(shares.amount, 0)
    """,
    "tasks are settled when their booking ends, and not before": """
        SELECT tasks.id, tasks.booking_id, tasks.state FROM booking_tasks tasks
        JOIN bookings ON bookings.id = tasks.booking_id
        WHERE (tasks.state = 'settled') <> (bookings.ended_at IS NOT NULL)
           OR (tasks.outcome = 'called_off') <> (bookings.state <> 'completed')
    """,
    "of the stake is kept what unmet tasks are worth, unless a dispute gave back a part of it": """
        SELECT bookings.id, bookings.kept_stake_pay_out_amount, bookings.kept_stake_tax_amount FROM bookings
        LEFT JOIN (
            SELECT booking_id, sum(share_pay_out_amount) AS pay_out_amount,
                   sum(share_tax_amount) AS tax_amount
            FROM booking_tasks WHERE outcome = 'unmet' GROUP BY booking_id
        ) unmet ON unmet.booking_id = bookings.id
        WHERE bookings.state = 'completed'
          AND CASE WHEN bookings.ground = 'dispute'
              THEN kept_stake_pay_out_amount > coalesce(unmet.pay_out_amount, 0)
                OR kept_stake_tax_amount > coalesce(unmet.tax_amount, 0)
              ELSE coalesce(kept_stake_pay_out_amount, 0) <> coalesce(unmet.pay_out_amount, 0)
                OR coalesce(kept_stake_tax_amount, 0) <> coalesce(unmet.tax_amount, 0) END
    """,
    "credits redeemed and not returned are those that paid for something": """
        SELECT bookings.id, fee_credits, surge_credits, returned_credits, moved.amount
        FROM bookings LEFT JOIN (
            SELECT entries.subject_id,
                   sum(CASE entries.kind WHEN 'redemption' THEN amount ELSE -amount END) AS amount
            FROM ledger_entries entries JOIN ledger_postings postings ON postings.entry_id = entries.id
            WHERE entries.kind IN ('redemption', 'redemption_return') GROUP BY entries.subject_id
        ) moved ON moved.subject_id = bookings.id
        WHERE fee_credits + surge_credits - coalesce(returned_credits, 0) <> coalesce(moved.amount, 0)
    """,
    "a bonus is paid once, for what was carried out, and never above what was promised": """
        SELECT bookings.id, bookings.bonus_amount, given.amount FROM bookings JOIN (
            SELECT entries.subject_id, sum(postings.amount) AS amount
            FROM ledger_entries entries JOIN ledger_postings postings ON postings.entry_id = entries.id
            WHERE entries.kind = 'bonus' AND entries.corrects_id IS NULL GROUP BY entries.subject_id
        ) given ON given.subject_id = bookings.id
        WHERE given.amount > bookings.bonus_amount OR bookings.state <> 'completed'
    """,
    "an open proposal is of a confirmed booking": """
        SELECT proposals.id, bookings.id AS booking_id, bookings.state
        FROM booking_proposals proposals JOIN bookings ON bookings.id = proposals.booking_id
        WHERE proposals.state = 'open' AND bookings.state <> 'confirmed'
    """,
    "a disputed booking has an undecided dispute, and no other has": """
        SELECT bookings.id, bookings.state FROM bookings
        LEFT JOIN booking_disputes disputes ON disputes.booking_id = bookings.id
        WHERE (bookings.state = 'disputed')
           <> (disputes.booking_id IS NOT NULL AND disputes.decided_at IS NULL)
    """,
    "a booking whose books are closed holds nothing but what came back of its refunds": """
        SELECT bookings.id, held.unit, kept.balance FROM bookings
        JOIN ledger_accounts held ON held.kind = 'held' AND held.owner_id = bookings.id
        JOIN ledger_balances kept ON kept.account_id = held.id AND kept.balance <> 0
        WHERE bookings.books_closed_at IS NOT NULL AND kept.balance > (
            SELECT coalesce(sum(refunds.amount), 0) FROM refunds
            WHERE refunds.payment_id = bookings.payment_id AND refunds.liable = 'booking'
              AND refunds.state = 'failed' AND refunds.finished_at >= bookings.books_closed_at)
    """,
    "no books were closed while a card dispute stopped them": """
        SELECT bookings.id FROM bookings JOIN payments ON payments.id = bookings.payment_id
        WHERE bookings.books_closed_at > payments.distribution_stopped_at
    """,
    "a no-show names who did not come": """
        SELECT id FROM bookings WHERE state = 'no_show' AND (no_show_side IS NULL OR no_show_at IS NULL)
    """,
}
