ALTER TABLE bookings
    DROP CONSTRAINT bookings_refund_no_more_than_their_terms_say,
    DROP COLUMN kept_short_amount,
    DROP COLUMN refund_due_amount;
ALTER TABLE refunds DROP COLUMN cause;
