-- Why a refund was made. Refunds that running code still writes count against the target, as all did before.
ALTER TABLE refunds ADD COLUMN cause VARCHAR(40) NOT NULL DEFAULT 'target';
UPDATE refunds SET cause = CASE
    WHEN op_id IS NULL THEN 'at_provider' WHEN reason_code = 'not_kept' THEN 'target' ELSE 'goodwill' END
    WHERE op_id IS NULL OR reason_code <> 'not_kept';
ALTER TABLE refunds ADD CONSTRAINT refunds_cause_known
    CHECK (cause IN ('target', 'goodwill', 'at_provider')) NOT VALID;
ALTER TABLE refunds VALIDATE CONSTRAINT refunds_cause_known;

-- What of the refund was still to move when the booking ended, and what was missing of what is kept.
ALTER TABLE bookings
    ADD COLUMN refund_due_amount BIGINT,
    ADD COLUMN kept_short_amount BIGINT;
ALTER TABLE bookings ADD CONSTRAINT bookings_refund_no_more_than_their_terms_say
    CHECK (refund_due_amount IS NULL OR (refund_due_amount BETWEEN 0 AND refund_amount AND kept_short_amount BETWEEN 0 AND kept_pay_out_amount + kept_service_fee_amount + kept_commission_amount + kept_tax_amount + coalesce(kept_surge_amount, 0))) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_refund_no_more_than_their_terms_say;
