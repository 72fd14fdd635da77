DROP TABLE booking_tasks;
DROP INDEX bookings_to_remind;

ALTER TABLE bookings DROP CONSTRAINT bookings_are_paid_for;
ALTER TABLE bookings ADD CONSTRAINT bookings_are_paid_for
    CHECK (pay_in_amount = 0 OR payment_id IS NOT NULL) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_are_paid_for;

ALTER TABLE bookings
    DROP CONSTRAINT bookings_return_credits_that_were_redeemed,
    DROP CONSTRAINT bookings_redeem_credits_or_none,
    DROP CONSTRAINT stakes_go_back_whole_unless_carried_out,
    DROP CONSTRAINT bookings_keep_no_more_than_is_at_stake;

ALTER TABLE bookings DROP CONSTRAINT bookings_settlements_are_not_negative;
ALTER TABLE bookings ADD CONSTRAINT bookings_settlements_are_not_negative
    CHECK (refund_amount IS NULL OR least(refund_amount, kept_pay_out_amount, kept_service_fee_amount, kept_commission_amount, kept_tax_amount, kept_surge_amount) >= 0) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_settlements_are_not_negative;

ALTER TABLE bookings DROP CONSTRAINT bookings_settlements_balance;
ALTER TABLE bookings ADD CONSTRAINT bookings_settlements_balance
    CHECK (refund_amount IS NULL OR refund_amount + kept_pay_out_amount + kept_service_fee_amount + kept_commission_amount + kept_tax_amount + coalesce(kept_surge_amount, 0) = pay_in_amount) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_settlements_balance;

ALTER TABLE bookings DROP CONSTRAINT bookings_amounts_are_not_negative;
ALTER TABLE bookings ADD CONSTRAINT bookings_amounts_are_not_negative
    CHECK (least(pay_in_amount, pay_out_amount, service_fee_amount, commission_amount, tax_amount, surge_amount, bonus_amount) >= 0) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_amounts_are_not_negative;

ALTER TABLE bookings
    DROP COLUMN returned_credits,
    DROP COLUMN kept_stake_tax_amount,
    DROP COLUMN kept_stake_pay_out_amount,
    DROP COLUMN remind_at,
    DROP COLUMN surge_credits,
    DROP COLUMN fee_credits,
    DROP COLUMN stake_amount;
