"""What must hold over all bookings. Each query answers the rows that break it; constraints hold the rest."""

INVARIANTS: dict[str, str] = {
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
    "a booking whose books are closed holds nothing": """
        SELECT bookings.id, held.unit, kept.balance FROM bookings
        JOIN ledger_accounts held ON held.kind = 'held' AND held.owner_id = bookings.id
        JOIN ledger_balances kept ON kept.account_id = held.id
        WHERE bookings.books_closed_at IS NOT NULL AND kept.balance <> 0
    """,
    "a no-show names who did not come": """
        SELECT id FROM bookings WHERE state = 'no_show' AND (no_show_side IS NULL OR no_show_at IS NULL)
    """,
}
